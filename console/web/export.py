"""A table as a file: CSV that Excel opens as Chinese, or XLSX; no cell can become a formula."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook
from starlette.responses import Response

from console.web.downloads import downloaded
from tasks.queries.rollup_workbook import escaped

FORMATS = ("csv", "xlsx")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def exported(
    name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]], *, as_format: str
) -> Response:
    """The download of a table; raises ValueError for a format that is not offered."""
    if as_format not in FORMATS:
        raise ValueError(as_format)
    body = _csv(headings, rows) if as_format == "csv" else _xlsx(headings, rows)
    media = "text/csv; charset=utf-8" if as_format == "csv" else XLSX
    return downloaded(f"{name}.{as_format}", body, media)


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet program will run: what looks like a formula is text."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes")[:16]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return escaped(value)
    return "" if value is None else value


def _csv(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(headings)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    # Excel takes a file for Chinese only when it begins with a mark.
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _xlsx(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(headings))
    for row in rows:
        sheet.append([harmless(cell) for cell in row])
    body = BytesIO()
    book.save(body)
    return body.getvalue()
