"""How a table of a .docx looks: columns, rows that hold together or come again, cells that cover others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import qn

_TWIPS = 20
_SIDES = ("top", "left", "bottom", "right")
_NO_LINE = ("nil", "none")
_ALIGN = {"center": "center", "right": "right", "end": "right"}
_DEFAULT_X = 5.4
_HEX = 6


@dataclass(frozen=True, slots=True)
class CellLook:
    """A cell that is seen; the post is the one that keeps its row's height, `bare` the sides without a line."""

    element: Any
    across: int
    down: int
    upright: str
    fill: str
    bare: tuple[str, ...]
    is_post: bool


@dataclass(frozen=True, slots=True)
class RowLook:
    """`height` is the least, in points; a `whole` row never runs over two pages."""

    cells: tuple[CellLook, ...]
    height: float
    whole: bool


@dataclass(frozen=True, slots=True)
class TableLook:
    """Widths and insets in points; the first `headings` rows come again on every page."""

    widths: tuple[float, ...]
    rows: tuple[RowLook, ...]
    headings: int
    ruled: bool
    align: str
    inset_x: float
    inset_y: float
    holds: bool


def table_look(table: Any) -> TableLook:
    """How a `w:tbl` looks."""
    rows = list(table.iterchildren(qn("w:tr")))
    widths = [
        int(one.get(qn("w:w"), "0")) for one in table.find(qn("w:tblGrid")).iterchildren(qn("w:gridCol"))
    ]
    return TableLook(
        widths=tuple(width / _TWIPS for width in widths),
        rows=tuple(_row(rows, number) for number in range(len(rows))),
        headings=_headings(rows),
        ruled=_is_ruled(table),
        align=_ALIGN.get(_value(table, "w:tblPr/w:jc"), "left"),
        inset_x=_margin(table, "left", _DEFAULT_X),
        inset_y=_margin(table, "top", 0.0),
        holds=_holds(table),
    )


def span_of(cell: Any) -> int:
    """How many columns a cell covers."""
    return max(1, int(_value(cell, "w:tcPr/w:gridSpan") or 1))


def goes_on(cell: Any) -> bool:
    """Whether a cell belongs to the one above it."""
    mark = _find(cell, "w:tcPr/w:vMerge")
    return mark is not None and mark.get(qn("w:val"), "continue") == "continue"


def _row(rows: Sequence[Any], number: int) -> RowLook:
    row = rows[number]
    height = int(_value(row, "w:trPr/w:trHeight") or 0) / _TWIPS
    cells: list[CellLook] = []
    column = 0
    for cell in row.iterchildren(qn("w:tc")):
        if not goes_on(cell):
            down = 1
            while number + down < len(rows) and _continues(rows[number + down], column):
                down += 1
            is_post = bool(height) and down == 1 and not any(one.is_post for one in cells)
            cells.append(_cell(cell, down, is_post=is_post))
        column += span_of(cell)
    return RowLook(tuple(cells), height, whole=_is_on(row, "w:trPr/w:cantSplit"))


def _cell(cell: Any, down: int, *, is_post: bool) -> CellLook:
    shade = _find(cell, "w:tcPr/w:shd")
    fill = shade.get(qn("w:fill"), "") if shade is not None else ""
    return CellLook(
        element=cell,
        across=span_of(cell),
        down=down,
        upright={"center": "horizon", "bottom": "bottom"}.get(_value(cell, "w:tcPr/w:vAlign"), "top"),
        fill=f"#{fill}" if len(fill) == _HEX and fill.isalnum() else "",
        bare=tuple(side for side in _SIDES if _value(cell, f"w:tcPr/w:tcBorders/w:{side}") in _NO_LINE),
        is_post=is_post,
    )


def _continues(row: Any, column: int) -> bool:
    place = 0
    for cell in row.iterchildren(qn("w:tc")):
        if place == column:
            return goes_on(cell)
        place += span_of(cell)
    return False


def _headings(rows: Sequence[Any]) -> int:
    count = 0
    for row in rows:
        if not _is_on(row, "w:trPr/w:tblHeader"):
            break
        count += 1
    return count if count < len(rows) else 0


def _holds(table: Any) -> bool:
    """Word keeps a table on one page whose paragraphs are each kept with the next."""
    paragraphs = list(table.iter(qn("w:p")))
    return bool(paragraphs) and all(_is_on(one, "w:pPr/w:keepNext") for one in paragraphs)


def _is_ruled(table: Any) -> bool:
    borders = _find(table, "w:tblPr/w:tblBorders")
    if borders is not None:
        return any(one.get(qn("w:val")) not in _NO_LINE for one in borders)
    return "Grid" in _value(table, "w:tblPr/w:tblStyle")


def _margin(table: Any, side: str, default: float) -> float:
    mark = _find(table, f"w:tblPr/w:tblCellMar/w:{side}")
    return int(mark.get(qn("w:w"), "0")) / _TWIPS if mark is not None else default


def _is_on(element: Any, path: str) -> bool:
    mark = _find(element, path)
    return mark is not None and mark.get(qn("w:val"), "1") not in ("0", "false", "off")


def _value(element: Any, path: str) -> str:
    mark = _find(element, path)
    return str(mark.get(qn("w:val"), "")) if mark is not None else ""


def _find(element: Any, path: str) -> Any:
    return element.find("/".join(_tags(path)))


def _tags(path: str) -> Iterator[str]:
    return (qn(part) for part in path.split("/"))
