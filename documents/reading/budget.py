"""The budget as offices write it: a table of items and sums, or lines that end with a sum."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from documents.reading.signs import COLONS, composed, normal, signs
from documents.reading.table import Cell
from documents.reading.values import amount_in

_SPLIT = re.compile("[\n;\uff1b]")
_ENDS = re.compile(rf"^(.*?)[\s{COLONS},\uff0c=]*([0-9][0-9,.]*\s*[^\s0-9(]*)\s*[.\u3002]?$")
_ITEM = 2


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One item; ``wan`` is None where no sum in the expected unit could be read, ``written`` is what stands there."""

    item: str
    wan: Decimal | None
    written: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Budget:
    """The items in their order, and the line that adds them up."""

    lines: tuple[BudgetLine, ...] = ()
    total: BudgetLine | None = None


def budget_of(rows: Iterable[Sequence[Cell]], unit: str, instruction: str) -> Budget:
    """The budget in these rows of cells; a row of headings has no sum and names none."""
    found: list[BudgetLine] = []
    total: BudgetLine | None = None
    written = [
        (len(row), [cell for cell in row if cell.text.strip() and normal(cell.text) != normal(instruction)])
        for row in rows
    ]
    is_table = any(_row(filled, unit) for _, filled in written)
    for width, filled in written:
        lines = _written_lines(filled[0], unit, instruction) if len(filled) == 1 else _row(filled, unit)
        for line in lines:
            if is_table and width == 1 and line.wan is None:
                # A title or a remark across the whole table.
                continue
            if normal(line.item).startswith(tuple(normal(one) for one in signs().totals)):
                total = line
            else:
                found.append(line)
    return Budget(tuple(found), total)


def _row(filled: Sequence[Cell], unit: str) -> list[BudgetLine]:
    """A row of a table: the last cell that is a number is the sum, the first that is none the item."""
    if len(filled) < _ITEM:
        return []
    sums = [cell for cell in filled if _begins_as_number(cell.text)]
    if not sums:
        # Headings, or an item whose sum is in words: only the latter has no other row to be the heading of.
        return []
    last = sums[-1]
    named = [cell for cell in filled if cell is not last and not _begins_as_number(cell.text)]
    item = named[0].text.strip() if named else filled[0].text.strip()
    return [BudgetLine(item, amount_in(last.text, unit), last.text.strip(), last)]


def _written_lines(cell: Cell, unit: str, instruction: str) -> list[BudgetLine]:
    """Lines of text, each with a sum at its end."""
    found = []
    for line in _SPLIT.split(cell.text):
        if not line.strip() or normal(line) == normal(instruction):
            continue
        match = _ENDS.match(composed(line).strip())
        item, written = (match[1].strip(), match[2]) if match else (line.strip(), "")
        item = item.rstrip(COLONS + " \t")
        found.append(
            BudgetLine(item, amount_in(written, unit) if written else None, written or line.strip(), cell)
        )
    return found


def _begins_as_number(text: str) -> bool:
    plain = composed(text).strip()
    return plain[:1].isdigit() or (plain[:1] == "-" and plain[1:2].isdigit())
