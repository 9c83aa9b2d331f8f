"""`qianshou files`: whether every recorded file is there and sound, and what lies there that nobody refers to."""

from pathlib import Path
from typing import Annotated

import typer

from console.commands.output import REFUSED, command, out, show
from models.messages import say
from tasks.file_sweep import strays, sweep_strays
from tasks.installation import open_house
from tasks.queries.file_checks import check_files, recorded_files
from tasks.refusal import BadInput
from tasks.work import House

app = typer.Typer(help=say("cli.help.files"), no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json")]


@app.command("check", help=say("cli.help.files_check"))
@command
def check(as_json: AsJson = False) -> None:
    """Proves every recorded file by its hash and names what nothing refers to. Exit 1 where one is lost or damaged."""
    house = open_house()
    home = _home(house)
    with house.look() as work:
        faults = check_files(work, home)
        found = strays(work, home)
        count = recorded_files(work)
    rows = [
        {"path": str(one.path.relative_to(home)), "size": one.size, "hours": round(one.hours, 1)}
        for one in found
    ]

    def text() -> None:
        for one in faults:
            out.print(one.text)
        for row in rows:
            out.print(say("files.stray", **row))
        size = sum(one.size for one in found)
        out.print(say("files.checked", count=count, faults=len(faults), strays=len(rows), size=size))

    told = [{"code": one.code, "subject": one.subject, "text": one.text} for one in faults]
    show({"recorded": count, "faults": told, "strays": rows}, as_json=as_json, text=text)
    if faults:
        raise typer.Exit(REFUSED)


@app.command("sweep", help=say("cli.help.files_sweep"))
@command
def sweep(as_json: AsJson = False) -> None:
    """Clears away what nothing refers to and nobody has touched for a day, while the house goes on working."""
    house = open_house()
    _home(house)
    removed, size = sweep_strays(house)
    told = {"removed": removed, "size": size}
    show(told, as_json=as_json, text=lambda: out.print(say("files.swept", **told)))


def _home(house: House) -> Path:
    if house.home is None:
        raise BadInput("files.no_home", field="QIANSHOU_HOME")
    return house.home
