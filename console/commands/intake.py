"""`qianshou mailbox`: mails that lie in a folder, registered as if they had come into the programme's mailbox."""

from pathlib import Path
from typing import Annotated

import typer

from console.commands.output import command, err, out, show
from models.messages import say
from notifications.incoming import NoMail
from tasks.installation import open_house
from tasks.intake.receiving import receive_mail
from tasks.refusal import BadInput

app = typer.Typer(help=say("cli.help.mailbox"), no_args_is_help=True)
MAX_MAIL = 40 * 1024 * 1024
"""A list of three forms with their scans has some ten megabytes, a third more as mail."""


@app.command("read", help=say("cli.help.mailbox_read"))
@command
def read_mails(
    folder: Annotated[Path, typer.Option("--folder", help=say("cli.help.mailbox_folder"))],
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Registers every .eml file of a folder in the order of names; the files stay, the same mail again is known."""
    if not folder.is_dir():
        raise BadInput("intake.no_folder", field="--folder", path=str(folder))
    house = open_house()
    counts = {"new": 0, "known": 0, "bad": 0}
    rows = []
    for path in sorted(folder.glob("*.eml")):
        try:
            with path.open("rb") as file:
                found, is_new = receive_mail(house, file.read(MAX_MAIL))
        except NoMail:
            counts["bad"] += 1
            err.print(str(path), markup=False)
            continue
        counts["new" if is_new else "known"] += 1
        rows.append({"file": path.name, "number": found.number, "state": found.state, "new": is_new})
    show(
        {**counts, "mails": rows},
        as_json=as_json,
        text=lambda: out.print(
            say("intake.read_done", **counts) if rows or counts["bad"] else say("intake.read_none")
        ),
    )
