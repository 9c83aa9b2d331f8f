"""The summary table as a sheet in the printed layout of appendix 2: heading, header line, three rows, seal."""

from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from models.messages import say
from tasks.queries.rollup_workbook import escaped
from tasks.queries.summary_table import SummaryTable, footnote

PRINTED_ROWS = 3
"""The printed form has rows 1 to 3, also where a city sends fewer (K22)."""

_LINE = Border(*(Side(style="thin") for _ in range(4)))
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_WIDTHS = {"number": 6, "institution": 30, "nature": 20, "trainees": 16, "email": 28, "nominator": 20}


def write_summary_xlsx(table: SummaryTable, path: Path) -> None:
    """Writes one landscape page; texts that a spreadsheet would calculate are escaped, numbers stay numbers."""
    book = Workbook()
    sheet = book.active
    sheet.title = say("summary_table.sheet")
    keys = [key for key in table.labels if key not in table.header]
    last = len(keys)
    # A city's sheet carries its name in the place that the printed title leaves for it.
    lines = [say("summary_table.appendix"), table.title, _header_line(table)]
    for number, line in enumerate(lines, start=1):
        sheet.append([escaped(line)])
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=last)
    sheet.cell(2, 1).font = Font(bold=True, size=16)
    sheet.cell(2, 1).alignment = _CENTRE
    sheet.append([escaped(table.labels[key]) for key in keys])
    for number in range(max(PRINTED_ROWS, len(table.rows))):
        row = table.rows[number] if number < len(table.rows) else {"number": number + 1}
        sheet.append([_cell(row.get(key, "")) for key in keys])
    for cells in sheet.iter_rows(min_row=4, max_row=sheet.max_row, max_col=last):
        for cell in cells:
            cell.border, cell.alignment = _LINE, _CENTRE
            if isinstance(cell.value, str):
                cell.number_format = "@"
    for column, key in enumerate(keys, start=1):
        sheet.cell(4, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS.get(key, 14)
    sheet.append([escaped(footnote(table))])
    sheet.merge_cells(start_row=sheet.max_row, start_column=1, end_row=sheet.max_row, end_column=last)
    sheet.cell(sheet.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[sheet.max_row].height = 48
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    book.save(path)


def _header_line(table: SummaryTable) -> str:
    return "    ".join(
        say("summary_table.header", label=table.labels[key], value=value)
        for key, value in table.header.items()
    )


def _cell(value: object) -> object:
    return escaped(value) if isinstance(value, str) else value
