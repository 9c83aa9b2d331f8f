"""`qianshou rehearse`: the letters of the next days before they are written, and what another date would change."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer

from console.commands.output import command, out, show, table
from models.clock import as_instant
from models.messages import say
from tasks.installation import open_house
from tasks.queries.rehearsal import (
    Move,
    RehearsedLetter,
    RehearsedLine,
    rehearse,
    rehearse_outline,
    waiting_letters,
)
from tasks.queries.rehearsal_difference import (
    ChangedLetter,
    moved_batch,
    moved_step,
    rehearse_difference,
    why,
)
from tasks.queries.rehearsal_sheet import SUFFIXES, kind_word, write_rehearsal
from tasks.refusal import BadInput
from tasks.work import Work


@command
def rehearse_letters(
    days: Annotated[int, typer.Option("--days", help=say("cli.help.rehearse_days"))] = 30,
    extend: Annotated[
        list[str] | None, typer.Option("--extend", help=say("cli.help.rehearse_extend"))
    ] = None,
    batch: Annotated[int | None, typer.Option("--batch", help=say("cli.help.rehearse_batch"))] = None,
    submit_by: Annotated[str, typer.Option("--submit-by", help=say("cli.help.rehearse_submit"))] = "",
    post_by: Annotated[str, typer.Option("--post-by", help=say("cli.help.rehearse_post"))] = "",
    person: Annotated[str, typer.Option("--person", help=say("cli.help.rehearse_person"))] = "",
    outline: Annotated[bool, typer.Option("--outline", help=say("cli.help.rehearse_outline"))] = False,
    output: Annotated[Path | None, typer.Option("--output", help=say("cli.help.rehearse_output"))] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Lists every letter of the next days with its reasons; with other dates, only what they would change."""
    if output is not None and output.suffix not in SUFFIXES:
        raise BadInput("rehearsal.suffix", field="--output", found=str(output))
    if batch is None and (submit_by or post_by):
        raise BadInput("rehearsal.batch_alone", field="--batch")
    with open_house().look() as work:
        moves = [moved_step(work, *_named(one)) for one in extend or ()]
        if batch is not None:
            moves += moved_batch(work, batch, submit_by=_day(submit_by), post_by=_day(post_by))
        if extend or batch is not None:
            _show_difference(work, days, moves, as_json=as_json)
            return
        digests = rehearse_outline(work, days) if outline else rehearse(work, days, person=person)
        waiting = (one for one in waiting_letters(work, days) if not person or one.person == person)
        letters = chain(waiting, digests)
        if output is not None:
            count = write_rehearsal(letters, output)
            show(
                {"letters": count, "output": str(output)},
                as_json=as_json,
                text=lambda: out.print(say("cli.rollup.written", path=str(output))),
            )
        elif as_json:
            show([_row(one) for one in letters], as_json=True, text=lambda: None)
        else:
            _print(letters, days)


def _print(letters: Iterable[RehearsedLetter], days: int) -> None:
    listed = list(_cells(letters))
    if not listed:
        out.print(say("rehearsal.empty", days=days))
        return
    headings = [
        say(f"rehearsal.{name}") for name in ("day", "recipient", "address", "kind", "matters", "why")
    ]
    count = sum(bool(row[0]) for row in listed)
    out.print(table(say("rehearsal.title", days=days, letters=count), headings, listed))
    out.print(say("rehearsal.note"))


def _cells(letters: Iterable[RehearsedLetter]) -> Iterator[list[str]]:
    for letter in letters:
        address = letter.address or say("rehearsal.nowhere")
        head = [letter.day.isoformat(), letter.name, address, kind_word(letter)]
        if not letter.lines:
            yield [*head, letter.subject, say("rehearsal.waiting")]
        for number, line in enumerate(letter.lines):
            yield [*(head if number == 0 else [""] * 4), _line(line), f"{why(line)} {' '.join(line.clauses)}"]


def _line(line: RehearsedLine) -> str:
    if line.steps > 1:
        return say("rehearsal.many", title=line.title, level=line.level, steps=line.steps)
    words = say("rehearsal.line", step=line.step, title=line.title, level=line.level)
    return f"{words} {say('rehearsal.instead', person=line.on_behalf_of)}" if line.on_behalf_of else words


def _show_difference(work: Work, days: int, moves: list[Move], *, as_json: bool) -> None:
    changed = rehearse_difference(work, days, moves)

    def text() -> None:
        if not changed:
            out.print(say("rehearsal.same"))
            return
        counts = {name: sum(one.change == name for one in changed) for name in ("new", "gone", "changed")}
        names = ("change", "day", "recipient", "before", "after")
        out.print(
            table(
                say("rehearsal.difference", **counts),
                [say(f"rehearsal.{name}") for name in names],
                (_changed_cells(one) for one in changed),
            )
        )

    show([_changed_row(one) for one in changed], as_json=as_json, text=text)


def _changed_cells(one: ChangedLetter) -> list[str]:
    sides = ["\n".join(_line(line) for line in lines) for lines in (one.before, one.after)]
    return [say(f"rehearsal.{one.change}"), one.letter.day.isoformat(), one.letter.name, *sides]


def _changed_row(one: ChangedLetter) -> dict[str, Any]:
    letter = {name: value for name, value in _row(one.letter).items() if name != "lines"}
    sides = {
        "before": [_line_row(line) for line in one.before],
        "after": [_line_row(line) for line in one.after],
    }
    return {"change": one.change, **letter, **sides}


def _row(letter: RehearsedLetter) -> dict[str, Any]:
    lines = [_line_row(line) for line in letter.lines]
    return {
        "day": letter.day,
        "person": letter.person,
        "name": letter.name,
        "organisation": letter.organisation,
        "address": letter.address,
        "kind": letter.kind,
        "subject": letter.subject,
        "lines": lines,
    }


def _line_row(line: RehearsedLine) -> dict[str, Any]:
    return {**asdict(line), "level": line.level, "why": why(line)}


def _named(value: str) -> tuple[str, date]:
    key, equals, day = value.rpartition("=")
    if not equals or not key:
        raise BadInput("rehearsal.bad_move", field="--extend", found=value)
    return key, as_instant(day).date()


def _day(value: str) -> date | None:
    return as_instant(value).date() if value else None
