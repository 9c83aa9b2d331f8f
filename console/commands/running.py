"""Sub-commands that do what is due: advance and post."""

from typing import Annotated

import typer
from rich.markup import escape

from console.commands.output import DEPENDENCY_DOWN, REFUSED, command, err, fields, out, show
from models.messages import say
from notifications.settings import post_settings
from notifications.transport import SmtpTransport
from tasks.clockwork import days_until
from tasks.heartbeat import watch_and_beat
from tasks.installation import open_house, read_settings
from tasks.lifecycle import advance
from tasks.post import one_owner, post_now

AsJson = Annotated[bool, typer.Option("--json")]


@command
def advance_to(
    until: Annotated[str, typer.Option("--until", help=say("cli.help.advance_until"))] = "",
    as_json: AsJson = False,
) -> None:
    """Does everything due now; with `--until`, in the demonstration, day by day up to that date.

    Afterwards the watchman looks at it; exit 1 when somebody who should have heard has not.
    """
    settings = read_settings()
    house = open_house(settings)
    done = [advance(house)] if not until else list(days_until(house, until))
    watched = watch_and_beat(house)
    counts = {
        "days": len(done),
        "chores": sum(len(one.chores) for one in done),
        "reminded": sum(one.reminded for one in done),
        "escalated": sum(one.escalated for one in done),
        "letters": sum(one.letters for one in done),
        "now": house.clock.now().isoformat(timespec="minutes"),
        "faults": len(watched.faults) if watched else 0,
    }
    show(
        counts,
        as_json=as_json,
        text=lambda: out.print(
            fields(
                say("cli.advance.done"), {say(f"cli.advance.{name}"): value for name, value in counts.items()}
            )
        ),
    )
    if watched and watched.unreached:
        err.print(escape(say("cli.heartbeat_unreached", reason=watched.unreached)))
    if watched and watched.faults:
        err.print(escape("\n".join(one.text for one in watched.faults)))
        raise typer.Exit(REFUSED)


@command
def post(
    until_empty: Annotated[bool, typer.Option("--until-empty")] = False,
    limit: Annotated[int | None, typer.Option("--limit")] = None,
    as_json: AsJson = False,
) -> None:
    """Sends the letters that may leave now through QIANSHOU_SMTP_URL, or to the catcher on this machine.

    On SIGTERM it finishes what it is handing over, gives the rest back and ends with 0.
    """
    house = open_house()
    url = post_settings().smtp_url or catcher_url()
    limit = None if until_empty else limit
    report = post_now(house, SmtpTransport(url), owner=one_owner("command"), limit=limit)
    counts = {
        "sent": report.sent,
        "deferred": report.deferred,
        "refused": report.refused,
        "dropped": report.dropped,
        "in_doubt": report.in_doubt,
        "stopped": report.stopped or "",
        "archive_fault": report.archive_fault or "",
    }
    show(
        counts,
        as_json=as_json,
        text=lambda: out.print(
            fields(say("cli.post.done"), {say(f"cli.post.{name}"): value for name, value in counts.items()})
        ),
    )
    if report.stopped:
        raise typer.Exit(DEPENDENCY_DOWN)


def catcher_url() -> str:
    """Where the catcher listens on this machine."""
    return f"smtp://127.0.0.1:{catcher_port()}"


def catcher_port() -> int:
    """The port of the mail catcher on this machine."""
    return read_settings().catcher_port
