"""The command `qianshou`: console's sub-commands and deploy's own, in one."""

from typing import Annotated

import typer

from console.commands import (
    acting,
    house,
    importing,
    intake,
    keeping,
    looking,
    outgoing,
    papers,
    reaching,
    rehearsing,
    reporting,
    running,
    storing,
    users,
)
from console.commands.output import command
from deploy import advancing, replaying
from models.messages import say

app = typer.Typer(
    name="qianshou",
    help=say("cli.help.app"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("init", help=say("cli.help.init"))(house.init)
app.command("migrate", help=say("cli.help.migrate"))(house.migrate_database)
app.command("advance", help=say("cli.help.advance"))(advancing.advance_programme)
app.command("post", help=say("cli.help.post"))(running.post)
app.command("steps", help=say("cli.help.steps"))(looking.steps)
app.command("explain", help=say("cli.help.explain"))(looking.explain)
app.command("rehearse", help=say("cli.help.rehearse"))(rehearsing.rehearse_letters)
app.command("rollup", help=say("cli.help.rollup"))(looking.rollup)
app.command("summary-table", help=say("cli.help.summary_table"))(reporting.summary_table)
app.command("import", help=say("cli.help.import"))(importing.import_files)
app.command("check", help=say("cli.help.check"))(looking.check_all)
app.command("export", help=say("cli.help.export"))(looking.export)
app.command("doctor", help=say("cli.help.doctor"))(looking.doctor)
app.command("replay", help=say("cli.help.replay"))(replaying.replay_programme)
app.command("backup", help=say("cli.help.backup"))(keeping.backup)
app.command("restore", help=say("cli.help.restore"))(keeping.restore)
app.add_typer(acting.app, name="act")
app.add_typer(intake.app, name="mailbox")
app.add_typer(papers.app, name="documents")
app.add_typer(house.programme_app, name="programme")
app.add_typer(house.workday_app, name="workday")
app.add_typer(looking.audit_app, name="audit")
app.add_typer(outgoing.app, name="outbox")
app.add_typer(reaching.todo_app, name="todo")
app.add_typer(reaching.bounces_app, name="bounces")
app.add_typer(storing.app, name="files")
app.add_typer(users.app, name="user")


@app.command("up", help=say("cli.help.up"))
@command
def up(real: Annotated[bool, typer.Option("--real", help=say("cli.help.up_real"))] = False) -> None:
    """Starts everything on this machine and stays until it is stopped."""
    from deploy.up import up as start

    raise typer.Exit(start(real=real))


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
