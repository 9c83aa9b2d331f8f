"""Sub-commands that set the house up: init, migrate, programme, workday."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from console.commands.acting import actor_of
from console.commands.output import REFUSED, command, fields, out, show, table
from models.clock import as_instant
from models.db import make_engine
from models.messages import say
from models.programme import Programme, load_programme
from models.programme.check import check_programme
from models.programme.workdays import load_workdays
from models.rules.marks import repeat_of
from models.schema import migrate
from tasks.acts import perform
from tasks.calendar_loading import calendar_difference
from tasks.installation import Settings, open_house, read_settings
from tasks.offices import settle_programme

programme_app = typer.Typer(help=say("cli.help.programme"), no_args_is_help=True)
workday_app = typer.Typer(help=say("cli.help.workday"), no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json")]


@command
def init(as_json: AsJson = False) -> None:
    """Creates the data folder and the database and registers the programme's offices; safe to repeat."""
    settings = read_settings()
    version = prepare(settings)
    with open_house(settings).transaction() as work:
        offices = settle_programme(work, sample=settings.demonstration)
    result = {"home": str(settings.home), "schema": version, "offices": offices}
    show(result, as_json=as_json, text=lambda: out.print(fields(say("cli.init.done"), result)))


@command
def migrate_database(as_json: AsJson = False) -> None:
    """Brings the database to this program's version."""
    version = prepare(read_settings())
    show({"schema": version}, as_json=as_json, text=lambda: out.print(say("cli.migrated", version=version)))


def prepare(settings: Settings) -> str:
    """Makes the data folder and migrates the database; returns the schema's version."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return migrate(make_engine(settings.database_url))


@programme_app.command("check", help=say("cli.help.programme_check"))
@command
def programme_check(pack: Annotated[Path | None, typer.Argument()] = None, as_json: AsJson = False) -> None:
    """Reads a pack and says every way in which it contradicts itself; exit 1 when it does."""
    programme = load_programme(pack or read_settings().programme)
    problems = check_programme(programme)
    rows = [{"code": one.code, "where": one.where, "text": one.text} for one in problems]
    counts = say(
        "cli.programme.sound",
        title=programme.title,
        clauses=len(programme.clauses),
        ambiguities=len(programme.ambiguities),
        steps=len(programme.steps),
        parameters=len(programme.parameters),
    )
    show(
        {"digest": programme.digest, "problems": rows},
        as_json=as_json,
        text=lambda: out.print(
            "\n".join(f"{row['where']}: {row['text']}" for row in rows) if rows else counts
        ),
    )
    if rows:
        raise typer.Exit(REFUSED)


@programme_app.command("show", help=say("cli.help.programme_show"))
@command
def programme_show(
    entry: Annotated[str, typer.Argument(help=say("cli.help.programme_entry"))],
    as_of: Annotated[str, typer.Option("--as-of")] = "",
    as_json: AsJson = False,
) -> None:
    """Shows one clause, ambiguity, step or parameter with everything that hangs on it."""
    programme = load_programme(read_settings().programme)
    on = as_instant(as_of).date() if as_of else programme.batches[0].announce_by
    found = _entry(programme, entry, on)
    show(found, as_json=as_json, text=lambda: out.print(fields(entry, found)))


@programme_app.command("diff", help=say("cli.help.programme_diff"))
@command
def programme_diff(one: Path, other: Path, as_json: AsJson = False) -> None:
    """Says which parameters differ between two packs."""
    first, second = load_programme(one), load_programme(other)
    values = [
        {p.key: [(v.since, v.value) for v in p.values] for p in pack.parameters} for pack in (first, second)
    ]
    keys = sorted(values[0].keys() | values[1].keys())
    rows = [
        (key, values[0].get(key), values[1].get(key))
        for key in keys
        if values[0].get(key) != values[1].get(key)
    ]
    show(
        [{"parameter": key, "one": left, "other": right} for key, left, right in rows],
        as_json=as_json,
        text=lambda: out.print(table(say("cli.programme.diff"), ("", str(one), str(other)), rows)),
    )


def _entry(programme: Programme, entry: str, on: date) -> dict[str, Any]:
    if entry in {clause.id for clause in programme.clauses}:
        clause = programme.clause(entry)
        return {
            "number": clause.number,
            "title": clause.title,
            "quote": clause.quote,
            "binding": programme.label("binding", clause.binding),
            "parameters": {
                one.key: programme.rules(on).value(one.key) for one in programme.parameters_of(entry)
            },
            "steps": [step.id for step in programme.steps if entry in step.clauses],
        }
    if entry in {one.id for one in programme.ambiguities}:
        question = programme.ambiguity(entry)
        return {
            "question": question.question,
            "reading": question.reading,
            "parameter": question.key,
            "value": programme.rules(on).value(question.key),
            "clause": question.clause,
        }
    if entry in {step.id for step in programme.steps}:
        step = programme.step(entry)
        return {
            "title": step.title,
            "owner": programme.party_label(step.owner),
            "clauses": list(step.clauses),
            "reminders": list(step.reminders),
            "ladder": [
                [rung.after, [programme.party_label(one) for one in rung.tell]] for rung in step.ladder
            ],
            "repeat_workdays": repeat_of(programme.rules(on)) if step.ladder else None,
            "settled_by": list(step.settled_by),
        }
    parameter = programme.parameter(entry)
    return {
        "label": parameter.label,
        "unit": parameter.unit,
        "clause": parameter.clause,
        "values": [[dated.since, dated.value] for dated in parameter.values],
    }


@workday_app.command("load", help=say("cli.help.workday_load"))
@command
def workday_load(
    document: Annotated[str, typer.Option("--document", help=say("cli.help.workday_document"))] = "",
    reason: Annotated[str, typer.Option("--reason", help=say("cli.help.workday_reason"))] = "",
    person: Annotated[str, typer.Option("--as", help=say("cli.help.act_as"))] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("cli.help.workday_dry"))] = False,
    as_json: AsJson = False,
) -> None:
    """Loads the calendar that is read here into the database, or shows which open steps it would move."""
    house = open_house()
    if dry_run:
        with house.look() as work:
            found = calendar_difference(work)
    else:
        actor = actor_of(person)
        found = perform(house, "deadlines.load_calendar", actor, document=document, reason=reason)
    rows = [(one.step, one.owner, one.old, one.new) for one in found.moved]
    title = "cli.workday.would_move" if dry_run else "cli.workday.moved"
    show(
        {"days": list(found.days), "moved": [asdict(one) for one in found.moved]},
        as_json=as_json,
        text=lambda: out.print(
            table(
                say(title, days=len(found.days), steps=len(rows)),
                [say(f"cli.workday.{name}") for name in ("step", "owner", "old", "new")],
                rows,
            )
        ),
    )


@workday_app.command("add", help=say("cli.help.workday_add"))
@command
def workday_add(day: str, count: int, as_json: AsJson = False) -> None:
    """Counts working days after (or before) a date and shows every day counted and skipped."""
    workdays = load_workdays(*read_settings().workdays)
    start = as_instant(day).date()
    due = workdays.due(start, count)
    rows = [
        (one.on.isoformat(), "" if one.number is None else one.number, one.reason, one.name, one.notice)
        for one in workdays.explain(start, count)
    ]
    show(
        {"from": start, "workdays": count, "on": due.on, "provisional": due.provisional, "days": rows},
        as_json=as_json,
        text=lambda: out.print(
            table(
                say(
                    "cli.workday.title",
                    start=start,
                    count=count,
                    due=due.on,
                    mark=say("cli.provisional") if due.provisional else "",
                ),
                [say(f"cli.workday.{name}") for name in ("day", "number", "reason", "name", "notice")],
                rows,
            )
        ),
    )
