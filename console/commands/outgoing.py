"""Sub-commands about letters: outbox list, show and resolve."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from sqlalchemy import func, select
from sqlmodel import col

from console.caught import caught_text
from console.commands import storm
from console.commands.output import DEPENDENCY_DOWN, REFUSED, command, err, fields, out, show, table
from models.mail import Letter, LetterState
from models.messages import say
from notifications.archive import ArchiveUnreachable
from notifications.outbox import LetterNotWaiting
from notifications.settings import post_settings
from tasks.installation import open_house
from tasks.post import resolve_letter
from tasks.queries.letter_history import LetterHistory, Reason, letter_history
from tasks.refusal import BadInput

app = typer.Typer(help=say("cli.help.outbox"), no_args_is_help=True)
app.add_typer(storm.app, name="storm")
AsJson = Annotated[bool, typer.Option("--json")]


@app.command("list", help=say("cli.help.outbox_list"))
@command
def outbox_list(
    state: Annotated[list[str] | None, typer.Option("--state", help=say("cli.help.outbox_state"))] = None,
    limit: Annotated[int, typer.Option("--limit")] = 50,
    as_json: AsJson = False,
) -> None:
    """Lists letters, the newest first, with state, attempts and the server's last word; `--state` may be repeated."""
    chosen = state or []
    for one in chosen:
        if one not in list(LetterState):
            known = ", ".join(LetterState)
            raise BadInput("cli.bad_letter_state", field="--state", found=one, known=known)
    with open_house().look() as work:
        wanted = select(Letter).order_by(col(Letter.id).desc()).limit(limit)
        if chosen:
            wanted = wanted.where(col(Letter.state).in_(chosen))
        rows = [
            {
                "key": one.key,
                "state": one.state,
                "to": one.address,
                "attempts": one.attempts,
                "sent_at": one.sent_at,
                "reply": one.reply or "",
            }
            for one in work.session.execute(wanted).scalars()
        ]
        counted = select(col(Letter.state), func.count()).group_by(col(Letter.state))
        total = [(str(name), int(count)) for name, count in work.session.execute(counted)]
    show(
        {"counts": dict(total), "letters": rows},
        as_json=as_json,
        text=lambda: out.print(
            table(
                say("cli.outbox.title", counts=[f"{name} {count}" for name, count in total]),
                [
                    say(f"cli.outbox.{name}")
                    for name in ("key", "state", "to", "attempts", "sent_at", "reply")
                ],
                (list(row.values()) for row in rows),
            )
        ),
    )


@app.command("show", help=say("cli.help.outbox_show"))
@command
def outbox_show(key: str, as_json: AsJson = False) -> None:
    """One letter: why it was written, to whom, its text as sent, each attempt with the server's reply."""
    house = open_house()
    with house.look() as work:
        history = letter_history(work, key)
    caught = caught_text(house.home, str(history.letter["message_id"])) if history.text is None else None
    show(_as_row(history, caught), as_json=as_json, text=lambda: _print(history, caught))


def _as_row(history: LetterHistory, caught: str | None) -> dict[str, Any]:
    text = history.text
    return {
        **history.letter,
        "label": history.label,
        "clauses": list(history.clauses),
        "acts": list(history.acts),
        "reasons": [
            {
                "step": one.step,
                "kind": one.kind,
                "title": one.title,
                "nature": one.nature,
                "level": one.level,
                "clauses": list(one.clauses),
            }
            for one in history.reasons
        ],
        "attempts": [dict(one) for one in history.attempts],
        "text": (None if caught is None else {"text": caught, "caught": True})
        if text is None
        else {
            "handed_at": text.handed_at,
            "head": text.words.head,
            "text": text.words.text,
            "html": text.words.html,
            "sha256": text.words.sha256,
            "same_to_the_byte": history.same_to_the_byte,
            "handings": history.handings,
        },
    }


def _print(history: LetterHistory, caught: str | None) -> None:
    shown = {name: value for name, value in history.letter.items() if value is not None}
    shown["state"] = say(f"cli.letter.standing.{shown['state']}")
    shown["legal_class"] = say(f"cli.letter.weight.{shown['legal_class']}")
    if history.letter["state"] != LetterState.QUEUED:
        del shown["next_try_at"]
    shown["clauses"] = say("digest.clauses", clauses=history.clauses)
    if history.acts:
        shown["acts"] = "\n".join(history.acts)
    if history.reasons:
        shown["reasons"] = "\n".join(_sentence(one) for one in history.reasons)
    out.print(fields(history.label, {say(f"cli.letter.{name}"): value for name, value in shown.items()}))
    columns = ("number", "at", "server", "code", "fate", "reply")
    out.print(
        table(
            say("cli.letter.attempts", count=len(history.attempts)),
            [say(f"cli.letter.{name}") for name in columns],
            (
                [say(f"cli.letter.became.{one[name]}") if name == "fate" else one[name] for name in columns]
                for one in history.attempts
            ),
        )
    )
    if history.text is None:
        words = (
            say("cli.letter.text_missing") if caught is None else f"{say('cli.letter.text_caught')}\n{caught}"
        )
        out.print(escape(words))
        return
    same = say("cli.letter.same" if history.same_to_the_byte else "cli.letter.changed")
    out.print(
        say("cli.letter.text", moment=history.text.handed_at.isoformat(" ", "seconds"), same=same),
        history.text.words.text,
        sep="\n",
    )


def _sentence(reason: Reason) -> str:
    clauses = say("digest.clauses", clauses=reason.clauses)
    if reason.nature is None or reason.level is None:
        return say("cli.letter.reason", step=reason.step, title=reason.title, clauses=clauses)
    return say(
        "cli.letter.reason_told",
        step=reason.step,
        title=reason.title,
        clauses=clauses,
        nature=say(f"cli.letter.nature.{reason.nature}"),
        level=f"{reason.level:+d}",
    )


@app.command("resolve", help=say("cli.help.outbox_resolve"))
@command
def outbox_resolve(
    key: str,
    verdict: Annotated[str, typer.Argument(help=say("cli.help.outbox_verdict"))],
    reason: str,
    officer: Annotated[str, typer.Option("--as", help=say("cli.help.act_as"))],
    without_archive: Annotated[
        bool, typer.Option("--without-archive", help=say("cli.help.outbox_without_archive"))
    ] = False,
) -> None:
    """Settles a letter that waits: `sent` when it has arrived, `resend` to send it (again).

    A legal or money letter in doubt is looked up in the archive before it goes again; held there, it stays (exit 1).
    """
    if verdict not in ("sent", "resend"):
        raise BadInput("cli.bad_verdict", field="verdict", found=verdict)
    archive = None if without_archive else post_settings().archive
    try:
        place = resolve_letter(
            open_house(),
            key,
            "sent" if verdict == "sent" else "resend",
            officer=officer,
            reason=reason,
            archive=archive,
        )
    except ArchiveUnreachable as fault:
        err.print(say("cli.archive_unreachable", reason=str(fault)))
        raise typer.Exit(DEPENDENCY_DOWN) from fault
    except (LetterNotWaiting, ValueError) as error:
        raise BadInput("cli.letter_not_waiting", field="key", key=key, reason=str(error)) from error
    if place is not None:
        out.print(say("cli.in_archive", key=key, place=place))
        raise typer.Exit(REFUSED)
    out.print(say("cli.resolved", key=key))
