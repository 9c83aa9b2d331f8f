"""Appendix 2 in a document: its header and its rows by the labels of their columns, each cell with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from documents.reading.application_form import Found, Problem
from documents.reading.labels import LabelIndex
from documents.reading.signs import COLONS, normal, rest_after
from documents.reading.table import Cell, Document, Place, Table
from documents.reading.values import Asked, NotConvertible, converted
from documents.version_code import VersionCode, parse_code
from models.programme import FormField, Programme, SummaryColumn

_SHARE = 0.6
"""A row is the heading when it has at least this part of the columns' labels."""
_NUMBER, _CITY = "number", "city"
_DATED = "_on"
"""Header fields whose key ends so are days."""


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """One institution of the list; ``number`` is its ordinal as it is written."""

    number: str
    fields: Mapping[str, Found]
    place: Place


@dataclass(frozen=True)
class FoundSummary:
    """A summary table as it was found: header by key (city, filled_by, filled_on), rows in their order."""

    header: Mapping[str, Found]
    rows: tuple[SummaryRow, ...]
    problems: tuple[Problem, ...] = ()
    code: VersionCode | None = None


def find_summary(document: Document, programme: Programme) -> FoundSummary | None:
    """The summary table in a document; None where no table has its headings."""
    columns = [one for one in programme.summary_columns if not one.header]
    index = LabelIndex(columns)
    headed = [table for table in document.tables if any(_heading(row, index, columns) for row in table.rows)]
    if not headed:
        return None
    gathering = _Gathering(document, programme, index, columns)
    for table in headed:
        gathering.read(table)
    return gathering.summary()


def _heading(row: Sequence[Cell], index: LabelIndex, columns: Sequence[SummaryColumn]) -> dict[str, Cell]:
    """Column → its heading's cell; empty where the row is no heading."""
    found: dict[str, Cell] = {}
    for cell in row:
        key = index.field_of(cell.text)
        if key is not None:
            found.setdefault(key, cell)
    return found if len(found) >= max(1, _SHARE * len(columns)) else {}


class _Gathering:
    def __init__(
        self,
        document: Document,
        programme: Programme,
        index: LabelIndex,
        columns: Sequence[SummaryColumn],
    ) -> None:
        self._document = document
        self._programme = programme
        self._index = index
        self._columns = columns
        self._form = {one.key: one for one in programme.form}
        self._rows: list[SummaryRow] = []
        self._problems: list[Problem] = []
        self._outside: list[tuple[str, Place]] = [(line.text, line.place) for line in document.lines]
        self._read: set[int] = set()

    def read(self, table: Table) -> None:
        """The rows under the latest heading; a heading that is printed once more is none of them."""
        self._read.add(table.number)
        heading: dict[str, Cell] = {}
        for number, row in enumerate(table.rows):
            again = _heading(row, self._index, self._columns)
            if again:
                heading = again
                self._missing(heading)
            elif not heading or len(row) == 1:
                self._outside += [(cell.text, cell.place) for cell in row if cell.text.strip()]
            else:
                cells = {
                    key: cell
                    for key, head in heading.items()
                    if (cell := table.under(head, number)) is not None
                }
                self._row(cells, number, row)

    def summary(self) -> FoundSummary:
        self._outside += [
            (cell.text, cell.place)
            for table in self._document.tables
            if table.number not in self._read
            for cell in table.cells
            if cell.text.strip()
        ]
        return FoundSummary(
            header=self._header(),
            rows=tuple(self._rows),
            problems=tuple(self._problems),
            code=next(
                (code for text in self._document.texts if (code := parse_code(text)) is not None), None
            ),
        )

    def _row(self, cells: Mapping[str, Cell], number: int, row: Sequence[Cell]) -> None:
        """A row with nothing but its number is printed, not filled in."""
        own = {key: cell for key, cell in cells.items() if cell.row == number}
        if not any(cell.text.strip() for key, cell in own.items() if key != _NUMBER):
            return
        ordinal = cells[_NUMBER].text.strip() if _NUMBER in cells else ""
        fields = {key: self._field(key, cell) for key, cell in cells.items() if key != _NUMBER}
        self._rows.append(SummaryRow(ordinal, fields, row[0].place))

    def _field(self, key: str, cell: Cell) -> Found:
        column = next(one for one in self._columns if one.key == key)
        form = self._form.get(column.field or "")
        found = Found(key, cell.text, None, cell.place)
        if cell.is_formula:
            self._problem("documents.summary.formula", column, cell)
        try:
            return replace(found, value=converted(cell.text, self._asked(form)))
        except NotConvertible as trouble:
            self._problem("documents.summary.not_convertible", column, cell, trouble.expected)
            return found

    def _asked(self, form: FormField | None) -> Asked:
        if form is None:
            return Asked("text")
        words = self._programme.words.get(form.options) if form.options else None
        return Asked(form.type, form.unit, words, form.required)

    def _problem(self, code: str, column: SummaryColumn, cell: Cell, expected: str = "") -> None:
        found = " ".join(cell.text.split())
        self._problems.append(Problem(code, column.key, column.label, found, expected, cell.place))

    def _missing(self, heading: Mapping[str, Cell]) -> None:
        for column in self._columns:
            known = any(one.field == column.key for one in self._problems)
            if column.key not in heading and column.key != _NUMBER and not known:
                self._problems.append(Problem("documents.summary.missing_column", column.key, column.label))

    def _header(self) -> dict[str, Found]:
        """What stands outside of the rows, in one line or cell by cell; the city may be written into the title."""
        columns = [one for one in self._programme.summary_columns if one.header]
        found: dict[str, Found] = {}
        for at, (text, place) in enumerate(self._outside):
            if self._is_title(text):
                city = self._city_in(text)
                if city and not (_CITY in found and found[_CITY].raw):
                    found[_CITY] = Found(_CITY, city, city, place)
                continue
            for key, value in _labelled(text, columns).items():
                if key in found and found[key].raw:
                    continue
                following = self._outside[at + 1][0] if at + 1 < len(self._outside) else ""
                is_beside = place.table and not value and not _labelled(following, columns)
                found[key] = self._header_field(key, following if is_beside else value, place)
        return found

    def _is_title(self, text: str) -> bool:
        rest = self._title_behind_city()
        return bool(rest) and normal(text).endswith(rest)

    def _title_behind_city(self) -> str:
        """The title's words behind the place that the notice leaves for the city."""
        label = next((normal(one.label) for one in self._programme.summary_columns if one.key == _CITY), "")
        title = normal(self._programme.summary_title)
        return title.removeprefix(label) if label and title.startswith(label) else ""

    def _city_in(self, title: str) -> str:
        label = normal(self._programme.summary_title).removesuffix(self._title_behind_city())
        return normal(title).removesuffix(self._title_behind_city()).removesuffix(label)

    def _header_field(self, key: str, raw: str, place: Place) -> Found:
        plain = raw.strip(" \t\u3000_\n")
        asked = Asked("date" if key.endswith(_DATED) else "text")
        try:
            return Found(key, plain, converted(plain, asked), place)
        except NotConvertible as trouble:
            label = next(one.label for one in self._programme.summary_columns if one.key == key)
            self._problems.append(
                Problem("documents.summary.not_convertible", key, label, plain, trouble.expected, place)
            )
            return Found(key, plain, None, place)


def _labelled(text: str, columns: Sequence[SummaryColumn]) -> dict[str, str]:
    """The values in a line that names several: what follows each label up to the next one."""
    places: list[tuple[int, str, str]] = []
    for start in range(len(text)):
        if start and not (text[start - 1].isspace() or not text[start - 1].isalnum()):
            continue
        for column in columns:
            rest = rest_after(text[start:], column.label)
            if rest is not None and _is_set_off(rest) and not any(key == column.key for _, key, _ in places):
                places.append((start, column.key, rest))
                break
    found: dict[str, str] = {}
    for at, (_, key, rest) in enumerate(places):
        end = len(text) - places[at + 1][0] if at + 1 < len(places) else 0
        own = rest[: len(rest) - end] if end else rest
        found[key] = own.lstrip(" \t\u3000:\uff1a").rstrip()
    return found


def _is_set_off(rest: str) -> bool:
    """Whether a label ends here: a colon, a blank or nothing follows."""
    return not rest.strip() or rest[0].isspace() or rest[0] in COLONS
