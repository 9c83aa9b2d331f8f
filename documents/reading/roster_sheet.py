"""A sheet of many lines (senders, contacts, users) read by the labels of its columns, each value with its cell."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from documents.reading.hidden import Hidden
from documents.reading.signs import forms_of, is_invisible, squeezed
from documents.reading.table import Cell, Document, Place, Table, Unreadable
from documents.rosters import Column, Fault, Kind, kinds, words
from models.messages import say
from models.rules.contact import normal_mobile
from models.rules.uscc import normal

MAX_LINES = 3_000
"""So many lines one file may have; more come in two files."""
HEAD_ROWS = 10
"""The heads of the columns stand within the first rows; above them stand titles."""
SHOWN = 40
"""So much of what was found is repeated in a sentence about it."""
_ENOUGH = 2
"""So many labels in one row make it heads; a single word may stand anywhere."""
_IN_POWERS = re.compile(r"\d(\.\d+)?e\+?\d+", re.IGNORECASE)
_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its values by the column's key ('' for a blank) and the cell of each column that the sheet has."""

    row: int
    sheet: str
    values: Mapping[str, str]
    places: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class FoundRoster:
    """A sheet as it was read. `ignored` are columns that are no part of this kind, `remarks` what one should know.

    Where a required column is missing (`missing`) the lines cannot be looked at: the heads have to be mended first.
    """

    kind: Kind
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    ignored: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class _Head:
    """The row of heads: column number → key; `others` are labels that nobody knows, `twice` those that came again."""

    row: int
    columns: dict[int, str] = field(default_factory=dict)
    others: list[tuple[str, Place]] = field(default_factory=list)
    twice: list[tuple[str, Place]] = field(default_factory=list)

    @property
    def keys(self) -> set[str]:
        return set(self.columns.values())


def kind_of_sheet(document: Document) -> Kind | None:
    """The kind of a file by its labels: that of which all required columns are there; None for other files."""
    for kind in reversed([*kinds().values()]):
        required = {one.key for one in kind.columns if one.required}
        if any(required <= head.keys for _, head in _headed(document, kind)):
            return kind
    return None


def read_roster(document: Document, kind: Kind, hidden: Hidden) -> FoundRoster:
    """The lines of a sheet of this kind. Raises Unreadable for a file without its labels: it is never read as empty.

    Sheets without the heads are left out and named; a required column that is missing is a fault of its own.
    """
    headed = [one for one in _headed(document, kind) if _sheet(one[0]) not in hidden.sheets]
    if not headed:
        labels = [one.label for one in kind.columns if one.required]
        raise Unreadable("bulk.no_labels", {"name": document.name, "title": kind.title, "labels": labels})
    required = {one.key for one in kind.columns if one.required}
    whole = [(table, head) for table, head in headed if required <= head.keys]
    chosen = whole or [max(headed, key=lambda one: len(one[1].keys))]
    lines: list[Line] = []
    faults: list[Fault] = []
    for table, head in chosen:
        faults += _faults_of_head(table, head, kind)
        for line, wrong in _lines(table, head, kind):
            lines.append(line)
            faults += wrong
    if len(lines) > MAX_LINES:
        raise Unreadable("bulk.too_many", {"most": MAX_LINES, "found": len(lines)})
    if not lines and not faults:
        raise Unreadable("bulk.no_lines", {"name": document.name, "title": kind.title})
    ignored = tuple(
        say("bulk.column", place=place.text, label=shown(label))
        for _, head in chosen
        for label, place in head.others
    )
    missing = () if whole else tuple(sorted(required - chosen[0][1].keys))
    remarks = tuple(_remarks(document, chosen, lines, hidden))
    return FoundRoster(kind, tuple(lines), tuple(faults), ignored, remarks, missing)


def shown(text: str) -> str:
    """A found text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}\u2026"


def clean(text: str) -> str:
    """The text without signs that show nothing and without blanks around it; otherwise as it stands."""
    return "".join(one for one in text if not is_invisible(one)).strip()


def _headed(document: Document, kind: Kind) -> list[tuple[Table, _Head]]:
    labels = {
        form: one.key for one in kind.columns for word in (one.label, *one.aliases) for form in forms_of(word)
    }
    found = []
    for table in document.tables:
        heads = [_head(row, labels) for row in table.rows[:HEAD_ROWS] if row]
        best = max(heads, key=lambda one: len(one.keys), default=None)
        if best is not None and len(best.keys) >= _ENOUGH:
            found.append((table, best))
    return found


def _head(row: tuple[Cell, ...], labels: Mapping[str, str]) -> _Head:
    head = _Head(row[0].place.row)
    for cell in row:
        if cell.is_blank:
            continue
        key = next((labels[form] for form in forms_of(cell.text) if form in labels), None)
        if key is None:
            head.others.append((clean(cell.text), cell.place))
        elif key in head.keys:
            head.twice.append((clean(cell.text), cell.place))
        else:
            head.columns[cell.column] = key
    return head


def _faults_of_head(table: Table, head: _Head, kind: Kind) -> Iterable[Fault]:
    sheet = _sheet(table)
    for one in kind.columns:
        if one.required and one.key not in head.keys:
            place = Place(sheet=sheet, row=head.row, cell=f"A{head.row}")
            yield Fault(
                place, one.label, "", say("bulk.fault.column", label=one.label), one.expected, one.clause
            )
    for label, place in head.twice:
        yield Fault(place, label, label, say("bulk.fault.column_twice", label=label))


def _lines(table: Table, head: _Head, kind: Kind) -> Iterable[tuple[Line, list[Fault]]]:
    sheet = _sheet(table)
    for row in table.rows:
        number = row[0].place.row if row else 0
        if number <= head.row:
            continue
        cells = {head.columns[cell.column]: cell for cell in row if cell.column in head.columns}
        if not any(clean(cell.text) for key, cell in cells.items() if key != "number"):
            continue
        places = {
            key: Place(sheet=sheet, row=number, cell=f"{get_column_letter(column + 1)}{number}")
            for column, key in head.columns.items()
        }
        columns = [one for one in kind.columns if one.key in places]
        values = {one.key: _value(cells.get(one.key), one) for one in columns}
        line = Line(number, sheet, values, places)
        yield line, [*_sample(row), *_faults(line, cells, columns)]


def _value(cell: Cell | None, column: Column) -> str:
    if cell is None or cell.is_formula:
        return ""
    text = clean(cell.text)
    match column.form:
        case "uscc":
            return normal(text)
        case "mobile":
            return normal_mobile(text)
        case "digits":
            return squeezed(text).replace("-", "")
        case "email":
            return squeezed(text)
        case _:
            return " ".join(text.split())


def _faults(line: Line, cells: Mapping[str, Cell], columns: Sequence[Column]) -> Iterable[Fault]:
    for column in columns:
        cell = cells.get(column.key)
        raw = clean(cell.text) if cell is not None else ""
        code = _fault(cell, raw, line.values[column.key], column)
        if code and column.key != "number":
            text = say(f"bulk.fault.{code}", label=column.label, most=column.most)
            place = line.places[column.key]
            yield Fault(place, column.label, shown(raw), text, column.expected, column.clause)


def _fault(cell: Cell | None, raw: str, value: str, column: Column) -> str:
    """What is wrong with how a cell is written, whatever its rule says of the value; '' where nothing is."""
    if cell is not None and cell.is_formula:
        return "formula"
    if raw.upper() in _ERRORS:
        return "error_value"
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Co") and sign not in "\n\t" for sign in raw):
        return "signs"
    if column.form in ("uscc", "mobile", "digits") and _IN_POWERS.fullmatch(raw):
        return "lost_digits"
    if len(value) > column.most:
        return "long"
    return "missing" if column.required and not value else ""


def _sample(row: tuple[Cell, ...]) -> Iterable[Fault]:
    for cell in row:
        if squeezed(cell.text) == words("sample"):
            yield Fault(cell.place, words("sample"), words("sample"), say("bulk.fault.sample"))


def _remarks(
    document: Document, chosen: Sequence[tuple[Table, _Head]], lines: Sequence[Line], hidden: Hidden
) -> Iterable[str]:
    own = (words("guide_sheet"), words("list_sheet"), *hidden.sheets)
    read = {_sheet(table) for table, _ in chosen}
    for table in document.tables:
        if any(table.rows) and _sheet(table) not in read and _sheet(table) not in own:
            yield say("bulk.remark.sheet", sheet=_sheet(table))
    if hidden.sheets:
        yield say("bulk.remark.hidden_sheets", sheets=hidden.sheets)
    there = {(one.sheet, one.row) for one in lines}
    for sheet, rows in hidden.rows.items():
        if found := [row for row in rows if (sheet, row) in there]:
            yield say("bulk.remark.hidden_rows", sheet=sheet, rows=found)


def _sheet(table: Table) -> str:
    return next((row[0].place.sheet for row in table.rows if row), "")
