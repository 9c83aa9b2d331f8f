"""A file as tables of cells with their places, whatever program wrote it; judged before anything opens it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from models.messages import say


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: table and row counted from one, `page` where the file tells it, `cell` in a sheet."""

    table: int = 0
    row: int = 0
    page: int | None = None
    sheet: str = ""
    cell: str = ""

    @property
    def text(self) -> str:
        """The place as it is named to people."""
        if self.sheet:
            return say("documents.place.sheet", sheet=self.sheet, cell=self.cell)
        code = "documents.place.page" if self.page is not None else "documents.place.table"
        return say(code, page=self.page, table=self.table, row=self.row)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text with line breaks, where its first grid column is and how many it covers."""

    text: str
    place: Place
    column: int = 0
    span: int = 1
    tables: tuple["Table", ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table; what a merged cell covers below its first row is left out."""

    rows: tuple[tuple[Cell, ...], ...]

    def cells(self) -> Iterator[Cell]:
        """Every cell, row by row."""
        for row in self.rows:
            yield from row


@dataclass(frozen=True, slots=True)
class Document:
    """What a file holds: its tables (nested ones inside their cells) and all text outside of tables, in order."""

    name: str
    tables: tuple[Table, ...]
    texts: tuple[str, ...] = ()

    def all_tables(self) -> Iterator[Table]:
        """Every table, a nested one after the table around it."""
        waiting = list(self.tables)
        while waiting:
            table = waiting.pop(0)
            yield table
            waiting = [inner for cell in table.cells() for inner in cell.tables] + waiting


class Unreadable(Exception):
    """A file that is not read: `code` is that of a sentence which says why and what to do, `facts` are its facts."""

    def __init__(self, code: str, facts: Mapping[str, object] | None = None) -> None:
        self.code = code
        self.facts = dict(facts or {})
        super().__init__(say(code, **self.facts))

    @property
    def text(self) -> str:
        """The sentence."""
        return say(self.code, **self.facts)


@dataclass(slots=True)
class Counted:
    """How much has been read of one file: what people send has some hundred cells, what is made to harm has no end."""

    most: int = 20_000
    cells: int = field(default=0)

    def one_more(self) -> None:
        """Counts a cell; raises Unreadable beyond the most."""
        self.cells += 1
        if self.cells > self.most:
            raise Unreadable("documents.too_many_cells", {"most": self.most})
