"""Reads the sheets of an .xlsx as tables: values only, within bounds, a formula is told instead of its result."""

import io
import zipfile
from datetime import date, datetime
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from documents.reading.document import Cell, Counted, Document, Place, Table, Unreadable

MAX_ROWS, MAX_COLUMNS = 5_000, 60
FORMULA = "\ufffc"
"""Stands before the text of a cell that holds a formula: nobody types this sign."""


def read_sheets(name: str, content: bytes) -> Document:
    """The visible sheets of an .xlsx whose bytes have been judged already. Raises Unreadable.

    What a file says of its own dimensions is not believed: rows and columns are counted as they come.
    """
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except (
        KeyError,
        ValueError,
        TypeError,
        OSError,
        zipfile.BadZipFile,
        ParseError,
        InvalidFileException,
    ) as error:
        raise Unreadable("documents.damaged", {"name": name}) from error
    count = Counted(MAX_ROWS * MAX_COLUMNS)
    tables = []
    try:
        for number, sheet in enumerate(book.worksheets, start=1):
            if sheet.sheet_state == "visible":
                sheet.reset_dimensions()
                tables.append(_table(sheet, number, count))
    except (KeyError, ValueError, TypeError, OSError, zipfile.BadZipFile, ParseError) as error:
        raise Unreadable("documents.damaged", {"name": name}) from error
    finally:
        book.close()
    return Document(name, tuple(tables))


def _table(sheet: Any, number: int, count: Counted) -> Table:
    rows = []
    for position, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), start=1):
        if position > MAX_ROWS:
            raise Unreadable("documents.too_many_rows", {"sheet": sheet.title, "most": MAX_ROWS})
        found = []
        for column, one in enumerate(row):
            if one.value is None:
                continue
            count.one_more()
            place = Place(
                number, position, sheet=sheet.title, cell=f"{get_column_letter(column + 1)}{position}"
            )
            found.append(Cell(_text(one), place, column))
        if found:
            rows.append(tuple(found))
    return Table(tuple(rows))


def _text(cell: Any) -> str:
    value = cell.value
    if cell.data_type == "f":
        return f"{FORMULA}{value}"
    match value:
        case bool():
            return str(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            return value.date().isoformat() if value.time() == datetime.min.time() else value.isoformat(" ")
        case date():
            return value.isoformat()
        case _:
            return str(value)
