"""The .xlsx files that an import hands out: an empty sheet to fill in, and the list of what is to be mended."""

import io
from collections.abc import Callable, Mapping, Sequence

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from documents.rosters import Fault, Kind, words
from tasks.bulk.offices import all_offices, offices_kept
from tasks.queries.rollup_workbook import escaped
from tasks.staff import DUTIES
from tasks.work import Work

_TEXT = "@"
"""The format of cells that hold text: long numbers lose their last digits in others."""
_PREPARED = 500
"""So many rows of the empty sheet are prepared: text format and lists to choose from."""


def empty_sheet(work: Work, kind: Kind) -> bytes:
    """An .xlsx to be filled in: heads, one example (refused if left in), lists to choose from, how to fill it in."""
    book = Workbook()
    sheet = book.active
    sheet.title = words("fill_sheet")
    sheet.append([one.label for one in kind.columns])
    sheet.append([words("sample") if one.key == "number" else one.example for one in kind.columns])
    lists = _lists(work, kind)
    for number, column in enumerate(kind.columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = column.width
        head = sheet.cell(1, number)
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="top")
        for row in range(2, _PREPARED + 2):
            sheet.cell(row, number).number_format = _TEXT
        if column.choices:
            position = list(lists).index(column.choices) + 1
            source = get_column_letter(position)
            chosen = f"'{words('list_sheet')}'!${source}$2:${source}${len(lists[column.choices]) + 1}"
            rule = DataValidation(type="list", formula1=chosen, allow_blank=True, showErrorMessage=False)
            rule.add(f"{letter}2:{letter}{_PREPARED + 1}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"
    _guide(book, kind)
    if lists:
        chosen_from = book.create_sheet(words("list_sheet"))
        for number, (name, some) in enumerate(lists.items(), start=1):
            column = next(one for one in kind.columns if one.choices == name)
            chosen_from.cell(1, number, column.label).font = Font(bold=True)
            chosen_from.column_dimensions[get_column_letter(number)].width = column.width
            for row, text in enumerate(some, start=2):
                chosen_from.cell(row, number, escaped(text))
    return _bytes(book)


def _lists(work: Work, kind: Kind) -> dict[str, list[str]]:
    made: Mapping[str, Callable[[], list[str]]] = {
        "organisations": lambda: _names(work, kind),
        "duties": lambda: [work.programme.label("duty", one) for one in DUTIES],
        "actions": lambda: list(words("actions").values()),
    }
    return {one.choices: made[one.choices]() for one in kind.columns if one.choices}


def _names(work: Work, kind: Kind) -> list[str]:
    """Names, and codes where two bear the same name."""
    offices = all_offices(work) if kind.name == "users" else offices_kept(work)
    return [one.name if len(offices.named(one.name)) == 1 else one.code for one in offices.all]


def _guide(book: Workbook, kind: Kind) -> None:
    sheet = book.create_sheet(words("guide_sheet"))
    sheet.append([kind.note])
    sheet.append(words("guide"))
    for one in kind.columns:
        must = words("must") if one.required else words("may")
        sheet.append([one.label, must, one.expected, one.clause])
    for letter, width in zip("ABCD", (24, 10, 50, 8), strict=True):
        sheet.column_dimensions[letter].width = width
        sheet[f"{letter}2"].font = Font(bold=True)


def fault_sheet(faults: Sequence[Fault]) -> bytes:
    """The list of what is to be mended as an .xlsx; nothing that was found becomes a formula there."""
    book = Workbook()
    sheet = book.active
    sheet.title = words("fault_sheet")
    sheet.append(words("faults"))
    for one in faults:
        told = (one.place.text, one.label, one.found, one.text, one.expected, one.clause)
        sheet.append([escaped(text) for text in told])
    for letter, width in zip("ABCDEF", (26, 20, 28, 60, 36, 8), strict=True):
        sheet.column_dimensions[letter].width = width
        sheet[f"{letter}1"].font = Font(bold=True)
    sheet.freeze_panes = "A2"
    return _bytes(book)


def _bytes(book: Workbook) -> bytes:
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()
