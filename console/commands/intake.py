"""`qianshou mailbox`: mails of the programme's mailbox, or of a folder, registered."""

from pathlib import Path
from typing import Annotated

import typer

from console.commands.output import DEPENDENCY_DOWN, command, err, out, show
from models.messages import say
from notifications.bounce_box import BoxUnreachable
from notifications.incoming import NoMail
from notifications.settings import post_settings
from tasks.installation import open_house
from tasks.intake.fetching import take_mails
from tasks.intake.receiving import receive_mail
from tasks.intake.taking_up import take_up_mails
from tasks.refusal import BadInput

app = typer.Typer(help=say("cli.help.mailbox"), no_args_is_help=True)
MAX_MAIL = 40 * 1024 * 1024
"""A list of three forms with their scans has some ten megabytes, a third more as mail."""


@app.command("read", help=say("cli.help.mailbox_read"))
@command
def read_mails(
    folder: Annotated[Path | None, typer.Option("--folder", help=say("cli.help.mailbox_folder"))] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Takes in what has come into the mailbox, or registers every .eml file of a folder; files stay as they are."""
    if folder is None:
        _read_server(as_json=as_json)
        return
    if not folder.is_dir():
        raise BadInput("intake.no_folder", field="--folder", path=str(folder))
    house = open_house()
    counts = {"new": 0, "known": 0, "bad": 0, "up": 0}
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
    counts["up"] = take_up_mails(house)
    show(
        {**counts, "mails": rows},
        as_json=as_json,
        text=lambda: out.print(
            say("intake.read_done", **counts)
            if rows or counts["bad"] or counts["up"]
            else say("intake.read_none")
        ),
    )


def _read_server(*, as_json: bool) -> None:
    box = post_settings().mailbox
    if box is None:
        raise BadInput("intake.not_set", field="--folder")
    house = open_house()
    try:
        taken = take_mails(house, box)
    except BoxUnreachable as down:
        err.print(say("intake.unreachable", reason=str(down)), markup=False)
        raise typer.Exit(DEPENDENCY_DOWN) from down
    counts = {"new": taken.new, "known": taken.known, "bad": taken.bad, "up": take_up_mails(house)}
    show(counts, as_json=as_json, text=lambda: out.print(say("intake.read_done", **counts)))
