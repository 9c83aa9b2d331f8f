"""Sub-commands that look: steps, explain, rollup, check, audit, export, doctor."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from console.commands.output import BAD_INPUT, DEPENDENCY_DOWN, REFUSED, command, err, out, show, table
from console.commands.running import catcher_port
from models.messages import say
from tasks.installation import open_house
from tasks.queries.audit import verify_audit
from tasks.queries.checks import check
from tasks.queries.doctor import diagnoses
from tasks.queries.explain import explain_step
from tasks.queries.export import export_canonical
from tasks.queries.file_checks import check_files
from tasks.queries.rollup import rollup_of
from tasks.queries.rollup_workbook import write_rollup_xlsx
from tasks.queries.steps import step_list
from tasks.record import plain_value
from tasks.refusal import BadInput

audit_app = typer.Typer(help=say("cli.help.audit"), no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json")]


@command
def steps(
    overdue: Annotated[bool, typer.Option("--overdue")] = False,
    owner: Annotated[str | None, typer.Option("--owner")] = None,
    kind: Annotated[str | None, typer.Option("--kind")] = None,
    batch: Annotated[int | None, typer.Option("--batch")] = None,
    city: Annotated[str | None, typer.Option("--city")] = None,
    as_json: AsJson = False,
) -> None:
    """Lists open steps: what is owed, by whom, by when, how late."""
    with open_house().look() as work:
        rows = step_list(work, overdue=overdue, owner=owner, kind=kind, batch=batch, city=city)
    names = ("key", "matter", "city", "owner_name", "due_on", "late")
    show(
        [asdict(row) for row in rows],
        as_json=as_json,
        text=lambda: out.print(
            table(
                say("cli.steps.title", count=len(rows)),
                [say(f"cli.steps.{name}") for name in names],
                ([getattr(row, name) for name in names] for row in rows),
            )
        ),
    )


@command
def explain(step: str, as_json: AsJson = False) -> None:
    """Says why a step is what it is: clause, owner, due date with every day counted, whom it told, what happened."""
    with open_house().look() as work:
        explained = explain_step(work, step)
    show(explained.as_row(), as_json=as_json, text=lambda: out.print(explained.text))


@command
def rollup(
    year: int,
    output: Annotated[Path | None, typer.Option("--output", help=say("cli.help.rollup_output"))] = None,
    batch: Annotated[int | None, typer.Option("--batch")] = None,
    as_json: AsJson = False,
) -> None:
    """The year's figures per city and province; `--output` writes .xlsx or .json."""
    house = open_house()
    with house.look() as work:
        figures = rollup_of(work, year, batch)
        if output is not None and output.suffix not in (".xlsx", ".json"):
            raise BadInput("cli.rollup_suffix", field="--output", found=str(output))
        if output is not None and output.suffix == ".xlsx":
            write_rollup_xlsx(figures, output, house.programme, house.divisions)
    if output is not None and output.suffix == ".json":
        output.write_text(
            json.dumps(plain_value(figures), ensure_ascii=False, indent=1, sort_keys=True), "utf-8"
        )
    if output is None or as_json:
        show(figures, as_json=True, text=lambda: None)
    else:
        out.print(say("cli.rollup.written", path=str(output)))


@command
def check_all(as_json: AsJson = False) -> None:
    """Checks every invariant of the database and every file it knows of; exit 1 when one is broken."""
    house = open_house()
    with house.look() as work:
        findings = [*check(work), *check_files(work, house.home)]
    rows = [{"code": one.code, "subject": one.subject, "text": one.text} for one in findings]
    show(
        rows,
        as_json=as_json,
        text=lambda: out.print(
            "\n".join(f"{row['subject']}: {row['text']}" for row in rows) if rows else say("cli.check.sound")
        ),
    )
    if rows:
        raise typer.Exit(REFUSED)


@audit_app.command("verify", help=say("cli.help.audit_verify"))
@command
def audit_verify(as_json: AsJson = False) -> None:
    """Follows the chain of hashes through all events and names the first that does not fit."""
    with open_house().look() as work:
        bad = verify_audit(work)
    show(
        {"sound": bad is None, "first_bad": bad},
        as_json=as_json,
        text=lambda: out.print(say("cli.audit.sound") if bad is None else say("cli.audit.broken", seq=bad)),
    )
    if bad is not None:
        raise typer.Exit(REFUSED)


@command
def export(
    canonical: Annotated[bool, typer.Option("--canonical", help=say("cli.help.export_canonical"))] = False,
    output: Annotated[Path | None, typer.Option("--output")] = None,
) -> None:
    """Writes every business row as JSON lines, sorted, without anything that depends on technical order."""
    if not canonical:
        err.print(say("cli.export_kind"))
        raise typer.Exit(BAD_INPUT)
    with open_house().look() as work:
        stream = output.open("w", encoding="utf-8") if output else sys.stdout
        try:
            for line in export_canonical(work):
                stream.write(line + "\n")
        finally:
            if output:
                stream.close()


@command
def doctor(as_json: AsJson = False) -> None:
    """Says what an operator should know; exit 3 when something does not work until it is mended."""
    house = open_house()
    with house.look() as work:
        found = diagnoses(work, catcher_port=catcher_port(), home=house.home)
    rows = [{"code": one.code, "grave": one.grave, "text": one.text} for one in found]
    marks = {True: say("cli.doctor.grave"), False: say("cli.doctor.mild")}
    show(
        rows,
        as_json=as_json,
        text=lambda: out.print(
            "\n".join(f"{marks[one.grave]} {one.text}" for one in found) if found else say("cli.doctor.well")
        ),
    )
    if any(one.grave for one in found):
        raise typer.Exit(DEPENDENCY_DOWN)
