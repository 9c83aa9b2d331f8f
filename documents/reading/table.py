"""A document as its tables of cells and its lines outside of them, each with the place where a reader finds it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from models.messages import say


class Unreadable(Exception):
    """The file cannot be read as a document: say its sentence, and ask for the file in another form."""

    def __init__(self, code: str, facts: Mapping[str, object] | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.facts: Mapping[str, object] = dict(facts or {})

    @property
    def text(self) -> str:
        """The sentence for people."""
        return say(self.code, **self.facts)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, counted from 1.

    ``page`` is None where the file does not tell; ``table`` is 0 outside of tables; ``sheet`` and ``cell`` (B4) are a
    workbook's.
    """

    table: int = 0
    row: int = 0
    column: int = 0
    page: int | None = None
    sheet: str = ""
    cell: str = ""

    @property
    def text(self) -> str:
        """The place in words, '' where there is nothing to tell."""
        if self.sheet:
            return say("documents.place.sheet", sheet=self.sheet, cell=self.cell)
        page = say("documents.place.page", page=self.page) if self.page else ""
        if not self.table:
            return page
        return page + say("documents.place.cell", table=self.table, row=self.row, column=self.column)


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph outside of tables, headers and footers included."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    ``row`` and ``column`` count from 0 along the table's grid, which merged cells cover by their height and width;
    ``inner`` are the numbers of the tables that stand inside it; ``is_formula`` is a workbook's.
    """

    text: str
    place: Place
    row: int
    column: int
    width: int = 1
    height: int = 1
    inner: tuple[int, ...] = ()
    is_formula: bool = False

    @property
    def is_blank(self) -> bool:
        return not self.text.strip() and not self.inner


@dataclass(frozen=True)
class Table:
    """One table, numbered in the order of the document; a table inside a cell comes after the one around it."""

    number: int
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def cells(self) -> Iterator[Cell]:
        return (cell for row in self.rows for cell in row)

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers a place of the grid."""
        return self._covering.get((row, column))

    def right_of(self, cell: Cell) -> Cell | None:
        """The next cell in the same row."""
        return self.at(cell.row, cell.column + cell.width)

    def left_of(self, cell: Cell) -> Cell | None:
        """The cell before it in the same row."""
        return self.at(cell.row, cell.column - 1)

    def below(self, cell: Cell) -> Cell | None:
        """The cell in the next row under most of its width."""
        return self.under(cell, cell.row + cell.height)

    def under(self, cell: Cell, row: int) -> Cell | None:
        """The cell of a later row that stands under most of this one's width."""
        shares: dict[int, int] = {}
        for column in range(cell.column, cell.column + cell.width):
            found = self.at(row, column)
            if found is not None:
                shares[found.column] = shares.get(found.column, 0) + 1
        return self.at(row, max(shares, key=lambda one: (shares[one], -one))) if shares else None

    @cached_property
    def _covering(self) -> Mapping[tuple[int, int], Cell]:
        return {
            (row, column): cell
            for cell in self.cells
            for row in range(cell.row, cell.row + cell.height)
            for column in range(cell.column, cell.column + cell.width)
        }


@dataclass(frozen=True)
class Document:
    """Everything that is written in a file, in its order."""

    name: str
    tables: tuple[Table, ...] = ()
    lines: tuple[Line, ...] = field(default=())

    def table(self, number: int) -> Table:
        """The table of a number; raises IndexError."""
        return self.tables[number - 1]

    @property
    def texts(self) -> Iterator[str]:
        """Every text of the document, cell by cell and line by line."""
        yield from (line.text for line in self.lines)
        yield from (cell.text for table in self.tables for cell in table.cells)
