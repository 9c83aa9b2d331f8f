"""A .xlsx read as values: what each cell shows, where it stands, and whether a formula stands behind it."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from documents.reading.table import Cell, Document, Place, Table, Unreadable

MAX_XML = 4 * 1024 * 1024
MAX_ROWS = 2_000
MAX_COLUMNS = 100
MAX_SHEETS = 20

_TROUBLE = (
    *(zipfile.BadZipFile, InvalidFileException, SyntaxError, RecursionError),
    *(ValueError, TypeError, LookupError, AttributeError, OverflowError),
)
"""What openpyxl raises at a workbook that is not made as it should be."""


def read_workbook(name: str, content: bytes) -> Document:
    """The sheets of a .xlsx that the rules of upload have passed, each as one table; raises Unreadable.

    What a sheet says of its own size is not believed; of more rows and columns than there may be nothing is read.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        if sum(one.file_size for one in package.infolist() if one.filename.endswith(".xml")) > MAX_XML:
            raise Unreadable("documents.too_much", {"name": name})
    try:
        values, formulas = _sheets(content, data_only=True), _sheets(content, data_only=False)
    except _TROUBLE:
        raise Unreadable("documents.damaged", {"name": name}) from None
    if any(len(rows) > MAX_ROWS for _, rows in values):
        raise Unreadable("documents.too_much", {"name": name})
    return Document(
        name,
        tuple(
            _table(number, title, rows, behind)
            for number, ((title, rows), (_, behind)) in enumerate(zip(values, formulas, strict=True), start=1)
        ),
    )


Rows = list[Sequence[Any]]


def _sheets(content: bytes, *, data_only: bool) -> list[tuple[str, Rows]]:
    book = openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, data_only=data_only, keep_links=False, rich_text=False
    )
    try:
        found: list[tuple[str, Rows]] = []
        for sheet in book.worksheets[:MAX_SHEETS]:
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS, values_only=True)
            found.append((str(sheet.title), [tuple(row) for row in rows]))
        return found
    finally:
        book.close()


def _table(number: int, title: str, rows: Rows, behind: Rows) -> Table:
    width = max(
        (column + 1 for row in rows for column, value in enumerate(row) if value is not None), default=0
    )
    width = max(
        width, *(column + 1 for row in behind for column, value in enumerate(row) if value is not None), 0
    )
    return Table(
        number,
        tuple(
            tuple(
                Cell(
                    _shown(_item(row, column)),
                    Place(
                        number,
                        at + 1,
                        column + 1,
                        sheet=title,
                        cell=f"{get_column_letter(column + 1)}{at + 1}",
                    ),
                    at,
                    column,
                    is_formula=_is_formula(_item(behind[at], column) if at < len(behind) else None),
                )
                for column in range(width)
            )
            for at, row in enumerate(rows)
        ),
    )


def _item(row: Sequence[Any], column: int) -> Any:
    return row[column] if column < len(row) else None


def _is_formula(value: object) -> bool:
    return (isinstance(value, str) and value.startswith("=")) or type(value).__name__ in (
        "ArrayFormula",
        "DataTableFormula",
    )


def _shown(value: object) -> str:
    """A value as text: dates ISO, whole numbers without a point, numbers that are typed as text as they are."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date():
            return value.isoformat()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
        case _:
            return str(value)


_EXACT = 1e15
