"""Where a form's fields stand in a document: each label's cell, and the cells that hold what was written there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from documents.reading.labels import LabelIndex, split_labels
from documents.reading.signs import forms_of
from documents.reading.table import Cell, Document, Table

BLOCKS = ("long_text", "table", "signature")
"""Types whose value is everything beside or under their label."""


@dataclass(frozen=True, slots=True)
class Written:
    """One place where a field was found: what stands there and in which cell; a block's cells, row by row."""

    key: str
    text: str
    cell: Cell
    rows: tuple[tuple[Cell, ...], ...] = ()


@dataclass
class Fields:
    """Walks all tables of a document and gathers what stands at each label."""

    document: Document
    index: LabelIndex
    types: Mapping[str, str]
    found: list[Written] = field(default_factory=list)
    _taken: set[tuple[int, int, int]] = field(default_factory=set)
    _inside: set[int] = field(default_factory=set)
    _heads: dict[int, dict[int, list[tuple[int, str]]]] = field(default_factory=dict)

    def gather(self) -> list[Written]:
        """Every label of the form with what belongs to it, in the order of the document."""
        for table in self.document.tables:
            if table.number not in self._inside:
                self._blocks(table)
        for table in self.document.tables:
            if table.number not in self._inside:
                self._singles(table)
        return self.found

    def _blocks(self, table: Table) -> None:
        """Texts, tables and signatures first: what stands inside them is no label, whatever it begins with."""
        for cell in table.cells:
            key, rest = self._labelled(cell)
            if key is None or self.types.get(key) not in BLOCKS or self._is_taken(table, cell):
                continue
            rows = () if rest.strip() or cell.inner else tuple(self._block_of(table, cell))
            if rest.strip() or cell.inner:
                self._inside.update(cell.inner)
            for one in (one for row in rows for one in row):
                self._taken.add((table.number, one.row, one.column))
                self._inside.update(one.inner)
            self._taken.add((table.number, cell.row, cell.column))
            self.found.append(Written(key, rest, cell, rows))

    def _block_of(self, table: Table, label: Cell) -> Iterator[tuple[Cell, ...]]:
        """The rows beside a label, as far down as it goes or as the cells under it are empty; else those below it."""
        beside = [one for one in self._rows_beside(table, label) if one]
        if beside:
            yield from beside
            return
        for number in range(label.row + label.height, len(table.rows)):
            row = table.rows[number]
            if any(self._is_label(cell) for cell in row):
                return
            yield row

    def _rows_beside(self, table: Table, label: Cell) -> Iterator[tuple[Cell, ...]]:
        number = label.row
        while number < len(table.rows):
            first = table.at(number, label.column)
            goes_on = first is label or (
                first is not None
                and first.is_blank
                and first.column + first.width <= label.column + label.width
            )
            cells = tuple(
                one
                for one in table.rows[number]
                if one.column >= label.column + label.width and one.row == number
            )
            if not goes_on or any(self._is_label(one) and not self._may_be_item(label) for one in cells):
                return
            yield cells
            number += 1

    def _may_be_item(self, label: Cell) -> bool:
        """In a budget a word that is a label elsewhere, a source of funds, may be an item."""
        key, _ = self._labelled(label)
        return key is not None and self.types.get(key) == "table"

    def _singles(self, table: Table) -> None:
        for first, second, whose in list(split_labels(table, self.index)):
            if self._is_taken(table, first):
                continue
            value = self._value_of(table, second if second.row == first.row else first)
            self._taken |= {(table.number, one.row, one.column) for one in (first, second)}
            self._add(whose, "", first, value)
        above: str | None = None
        for cell in table.cells:
            if self._is_taken(table, cell):
                continue
            head = self.index.head_of(cell.text)
            above = head or above
            key, rest = self._labelled(cell)
            if key is not None:
                self._add(key, rest, cell, None if rest.strip() else self._value_of(table, cell))
            elif head is None:
                self._short(table, cell, above)

    def _short(self, table: Table, cell: Cell, above: str | None) -> None:
        """A label below a head: of the head beside it, of the heads beside the rows under it, or of the one above."""
        begun = self.index.short_beginning(cell.text)
        groups = self.index.short_of(cell.text) or (begun[0] if begun else {})
        if not groups:
            return
        rest = begun[1] if begun else ""
        head = self._head_beside(table, cell, cell.row)
        if head is not None and head in groups:
            self._add(groups[head], rest, cell, None if rest.strip() else self._short_value(table, cell))
            return
        is_placed = False
        for row in range(cell.row + cell.height, len(table.rows)):
            below = table.under(cell, row)
            beside = self._head_beside(table, below, row) if below is not None and below.row == row else None
            if beside is None or below is None or self._is_label(below):
                break
            if beside in groups:
                self._add(groups[beside], "", cell, below)
                is_placed = True
        if not is_placed and above is not None and above in groups:
            self._add(groups[above], rest, cell, None if rest.strip() else self._short_value(table, cell))

    def _head_beside(self, table: Table, cell: Cell | None, row: int) -> str | None:
        """The group whose head stands in the same row, nearest to the left."""
        if cell is None:
            return None
        if table.number not in self._heads:
            heads: dict[int, list[tuple[int, str]]] = {}
            for one in table.cells:
                group = self.index.head_of(one.text)
                for covered in range(one.row, one.row + one.height) if group else ():
                    heads.setdefault(covered, []).append((one.column, group or ""))
            self._heads[table.number] = heads
        before = [one for one in self._heads[table.number].get(row, ()) if one[0] < cell.column]
        return max(before)[1] if before else None

    def _short_value(self, table: Table, cell: Cell) -> Cell | None:
        """Under its label where labels stand in a row, beside it where they stand in a column."""
        neighbours = [table.left_of(cell), table.right_of(cell)]
        if any(one is not None and one is not cell and self.index.short_of(one.text) for one in neighbours):
            return self._under(table, cell) or self._beside(table, cell)
        return self._beside(table, cell) or self._under(table, cell)

    def _value_of(self, table: Table, cell: Cell) -> Cell | None:
        return self._beside(table, cell) or self._under(table, cell)

    def _beside(self, table: Table, cell: Cell) -> Cell | None:
        """The first filled cell to the right before the next label, else the first empty one."""
        empty: Cell | None = None
        right = table.right_of(cell)
        while right is not None and not self._is_label(right):
            if not right.is_blank:
                return right
            empty = empty or right
            right = table.right_of(right)
        return empty

    def _under(self, table: Table, cell: Cell) -> Cell | None:
        """The cell below; a label that is printed once more, at the head of a page, is passed over."""
        below = table.below(cell)
        while (
            below is not None
            and self._is_label(below)
            and set(forms_of(below.text)) & set(forms_of(cell.text))
        ):
            below = table.below(below)
        return None if below is None or self._is_label(below) else below

    def _labelled(self, cell: Cell) -> tuple[str | None, str]:
        """The field whose label the cell is or begins with, and what follows it there."""
        key = self.index.field_of(cell.text)
        if key is not None or self.index.is_label(cell.text):
            return key, ""
        begun = self.index.beginning(cell.text)
        return begun if begun is not None else (None, "")

    def _is_label(self, cell: Cell) -> bool:
        return self.index.is_label(cell.text)

    def _is_taken(self, table: Table, cell: Cell) -> bool:
        return (table.number, cell.row, cell.column) in self._taken

    def _add(self, key: str, rest: str, label: Cell, value: Cell | None) -> None:
        cell = value or label
        self.found.append(Written(key, value.text if value is not None else rest, cell))


def inner_rows(document: Document, cells: Sequence[Cell]) -> Iterator[tuple[Cell, ...]]:
    """The rows of the tables that stand inside some cells, however deep."""
    for cell in cells:
        for number in cell.inner:
            for row in document.table(number).rows:
                yield row
                yield from inner_rows(document, row)
