"""The rehearsal as a sheet: one row per letter and matter, in .xlsx or .csv, with formulas made harmless."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from openpyxl import Workbook

from models.messages import say
from tasks.queries.rehearsal import RehearsedLetter
from tasks.queries.rehearsal_difference import why

COLUMNS = ("day", "recipient", "address", "kind", "step", "matters", "level", "clauses", "why", "steps")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SUFFIXES = (".xlsx", ".csv")


def write_rehearsal(letters: Iterable[RehearsedLetter], path: Path) -> int:
    """Writes the sheet row by row, without holding the letters; returns how many letters it has."""
    counted = _Counted(letters)
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream).writerows(_rows(counted))
    else:
        book = Workbook(write_only=True)
        sheet = book.create_sheet()
        for row in _rows(counted):
            sheet.append(row)
        book.save(path)
    return counted.count


class _Counted:
    """Letters as they pass, counted."""

    def __init__(self, letters: Iterable[RehearsedLetter]) -> None:
        self._letters = letters
        self.count = 0

    def __iter__(self) -> Iterator[RehearsedLetter]:
        for letter in self._letters:
            self.count += 1
            yield letter


def _rows(letters: Iterable[RehearsedLetter]) -> Iterator[list[str | int]]:
    yield [say(f"rehearsal.{name}") for name in COLUMNS]
    for letter in letters:
        head = [letter.day.isoformat(), letter.name, letter.address, kind_word(letter)]
        if not letter.lines:
            yield [*map(_harmless, head), _harmless(letter.subject), "", "", "", say("rehearsal.waiting"), 1]
        for line in letter.lines:
            cells = [*head, line.step, line.title, line.level, " ".join(line.clauses), why(line)]
            yield [*map(_harmless, cells), line.steps]


def kind_word(letter: RehearsedLetter) -> str:
    """What kind of letter it is, as a person reads it."""
    return say("rehearsal.digest") if letter.kind == "digest" else letter.kind


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula begins with an apostrophe."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
