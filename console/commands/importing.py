"""`qianshou import`: reads forms and tables that offices have sent, and says what is wrong, place by place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from console.commands.acting import actor_of
from console.commands.output import REFUSED, command, err, out, show, table
from documents.reading.application_form import FoundForm
from documents.reading.document import Unreadable
from documents.reading.summary_table import FoundSummary
from models.messages import say
from models.rules.form_seen import seen_token
from models.rules.upload import MAX_BYTES
from tasks.acts import perform
from tasks.drafting import IN_HAND
from tasks.form_reading import applications_named, code_in, lay_form, summary_forms
from tasks.installation import open_house
from tasks.paper_form import city_code_of
from tasks.queries.form_advice import form_advice
from tasks.queries.summary_table import summary_table
from tasks.reading_files import found_paper
from tasks.refusal import BadInput
from tasks.summary_comparison import compare_summary_with_forms
from tasks.work import House

Row = Mapping[str, Any]


@command
def import_files(
    files: Annotated[list[Path], typer.Argument(help=say("cli.help.import_files"))],
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("cli.help.import_dry"))] = False,
    person: Annotated[str, typer.Option("--as", help=say("cli.help.act_as"))] = "",
    batch: Annotated[int, typer.Option("--batch", help=say("cli.help.import_batch"))] = 0,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Reads each file; a form goes into its institution's draft unless `--dry-run`, a summary is held against the list.

    Exit 1 when anything is to be mended, 2 for a file that cannot be read.
    """
    house = open_house()
    rows = [_imported(house, path, batch or _newest(house), person, dry_run=dry_run) for path in files]
    show(rows, as_json=as_json, text=lambda: _print(rows))
    if any(row["problems"] for row in rows):
        raise typer.Exit(REFUSED)


def _newest(house: House) -> int:
    return max(one.number for one in house.programme.batches)


def _imported(house: House, path: Path, batch: int, person: str, *, dry_run: bool) -> Row:
    if not path.is_file():
        raise BadInput("cli.no_file", field="files", path=str(path))
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    try:
        found = found_paper(house, path.name, content)
    except Unreadable as refused:
        raise BadInput("documents.unreadable", field="files", text=refused.text) from refused
    if isinstance(found, FoundSummary):
        return _compared(house, path.name, batch, found)
    return _filed(house, path.name, batch, found, person, dry_run=dry_run)


def _filed(house: House, name: str, batch: int, found: FoundForm, person: str, *, dry_run: bool) -> Row:
    with house.look() as work:
        named = [one for one in applications_named(work, batch, found) if one.state in IN_HAND]
        if not named:
            uscc = code_in(found) or say("documents.import.none")
            raise BadInput("documents.import.no_application", field="files", name=name, uscc=uscc)
        application = named[0]
        read = lay_form(work, found, application)
        advice = [
            line.text
            for one in form_advice(work, application.key, read.form)
            for line in one.advice
            if line.hard
        ]
        seen = seen_token(application.form)
    if not dry_run:
        given = {"application": application.key, "form": dict(read.form), "seen": seen}
        perform(house, "application.save_draft", actor_of(person), **given)
    return {
        "file": name,
        "kind": "application_form",
        "application": application.key,
        "changes": len(read.changes),
        "problems": [*read.problems, *advice],
        "saved": not dry_run,
    }


def _compared(house: House, name: str, batch: int, found: FoundSummary) -> Row:
    named = found.header.get("city")
    with house.look() as work:
        city = city_code_of(work, named.raw) if named is not None else None
        if city is None:
            raise BadInput("documents.import.no_city", field="files", name=name)
        listed = [key for key, _version in summary_table(work, batch, city).applications]
        differences = compare_summary_with_forms(work, found, summary_forms(work, listed))
    return {
        "file": name,
        "kind": "summary_table",
        "application": f"{batch}:{city}",
        "changes": 0,
        "problems": [*(one.text for one in found.problems), *(one.text for one in differences)],
        "saved": False,
    }


def _print(rows: list[Row]) -> None:
    headings = [say(f"documents.import.{name}") for name in ("file", "kind", "application", "changes")]
    cells = [
        (
            row["file"],
            say(f"documents.import.{row['kind']}"),
            row["application"],
            f"{row['changes']} {say('documents.import.saved' if row['saved'] else 'documents.import.not_saved')}",
        )
        for row in rows
    ]
    out.print(table(say("documents.import.title"), headings, cells))
    for row in rows:
        for problem in row["problems"]:
            err.print(f"{row['file']}  {problem}", markup=False)
