"""Sub-commands of whoever keeps people reachable: to-dos and bounces."""

import os
from typing import Annotated

import typer

from console.commands.output import DEPENDENCY_DOWN, command, err, fields, out, show, table
from models.messages import say
from notifications.bounce_box import BoxUnreachable, mails_in
from tasks.bounces import read_bounces, restore_address
from tasks.installation import open_house
from tasks.refusal import BadInput
from tasks.todos import finish_todo, todo_rows
from tasks.work import Actor

todo_app = typer.Typer(help=say("cli.help.todo"), no_args_is_help=True)
bounces_app = typer.Typer(help=say("cli.help.bounces"), no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json")]


@todo_app.command("list", help=say("cli.help.todo_list"))
@command
def list_todos(as_json: AsJson = False) -> None:
    """Lists the open to-dos with what to do about each."""
    with open_house().look() as work:
        rows = todo_rows(work)

    def text() -> None:
        if not rows:
            out.print(say("todo.none"))
            return
        headings = [say(f"todo.{name}") for name in ("key", "since", "name", "task")]
        listed = ([row["key"], row["since"], row["name"] or row["subject"], row["what"]] for row in rows)
        out.print(table(say("todo.title", count=len(rows)), headings, listed))

    show(rows, as_json=as_json, text=text)


@todo_app.command("done", help=say("cli.help.todo_done"))
@command
def done_todo(
    key: str,
    note: Annotated[str, typer.Argument(help=say("cli.help.todo_note"))],
    officer: Annotated[str, typer.Option("--as", help=say("cli.help.act_as"))],
    works: Annotated[str, typer.Option("--address-works", help=say("cli.help.todo_works"))] = "",
) -> None:
    """Closes a to-do with a word on how; with `--address-works ADDRESS` the address's mark is lifted too."""
    with open_house().transaction(Actor(officer, officer.rpartition(".")[0])) as work:
        finish_todo(work, key, note=note)
        if works:
            restore_address(work, works, note=note)
    out.print(say("todo.done", todo=key))


@bounces_app.command("read", help=say("cli.help.bounces_read"))
@command
def read_all(
    source: Annotated[str, typer.Argument(help=say("cli.help.bounces_source"))] = "",
    as_json: AsJson = False,
) -> None:
    """Reads the delivery status mails of a folder, a maildir or a mailbox; each has its effect once."""
    source = source or os.environ.get("QIANSHOU_BOUNCES_URL", "")
    if not source:
        raise BadInput("bounces.no_source", field="source")
    try:
        verdicts = read_bounces(open_house(), mails_in(source))
    except BoxUnreachable as error:
        err.print(say("bounces.unreachable", reason=str(error)))
        raise typer.Exit(DEPENDENCY_DOWN) from error
    named = {say(f"bounces.{name}"): count for name, count in sorted(verdicts.items())}
    show(dict(verdicts), as_json=as_json, text=lambda: out.print(fields(say("bounces.title"), named)))
