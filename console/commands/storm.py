"""Sub-commands for what the storm guard holds: list with preview, release, drop."""

from typing import Annotated

import typer

from console.commands.acting import actor_of
from console.commands.output import command, out, show, table
from models.messages import say
from tasks.acts import perform
from tasks.installation import open_house
from tasks.storm import StormGroup, storm_groups

app = typer.Typer(help=say("cli.help.outbox_storm"), invoke_without_command=True)
Reason = Annotated[str, typer.Option("--reason", help=say("cli.help.storm_reason"))]
Officer = Annotated[str, typer.Option("--as", help=say("cli.help.act_as"))]


@app.callback(invoke_without_command=True)
@command
def storm(context: typer.Context, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """Lists the kinds of letters that are held, how many, and the first of each."""
    if context.invoked_subcommand is not None:
        return
    with open_house().look() as work:
        groups = storm_groups(work)
    rows = [
        {
            "kind": one.kind,
            "label": one.label,
            "count": one.count,
            "since": one.since,
            "until": one.until,
            "first": [
                {
                    "key": letter.key,
                    "recipient": letter.recipient,
                    "to": letter.address,
                    "subject": letter.subject,
                }
                for letter in one.first
            ],
        }
        for one in groups
    ]
    show(rows, as_json=as_json, text=lambda: _print(groups))


@app.command("release", help=say("cli.help.storm_release"))
@command
def release(kind: str, reason: Reason, person: Officer) -> None:
    """Lets the held letters of a kind go."""
    _decide("post.release_storm", "cli.storm.released", kind, reason, person)


@app.command("drop", help=say("cli.help.storm_drop"))
@command
def drop(kind: str, reason: Reason, person: Officer) -> None:
    """Drops the held letters of a kind for good."""
    _decide("post.drop_storm", "cli.storm.dropped", kind, reason, person)


def _decide(name: str, code: str, kind: str, reason: str, person: str) -> None:
    actor = actor_of(person)
    count = perform(open_house(), name, actor, kind=kind, reason=reason)
    out.print(say(code, kind=kind, count=count))


def _print(groups: list[StormGroup]) -> None:
    if not groups:
        out.print(say("cli.storm.none"))
    for one in groups:
        out.print(
            table(
                say(
                    "cli.storm.title",
                    kind=one.kind,
                    label=one.label,
                    count=one.count,
                    since=f"{one.since:%Y-%m-%d %H:%M}",
                    until=f"{one.until:%Y-%m-%d %H:%M}",
                ),
                [say(f"cli.storm.{name}") for name in ("subject", "recipient", "address")],
                ((letter.subject, letter.recipient, letter.address) for letter in one.first),
            )
        )
