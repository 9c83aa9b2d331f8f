"""The year's rollup as a workbook: province, cities, indicators, money, lateness."""

from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from models.messages import say
from models.programme import Programme
from models.programme.divisions import Divisions

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_HEAD = Font(bold=True)


def write_rollup_xlsx(
    figures: dict[str, Any], path: Path | IO[bytes], programme: Programme, divisions: Divisions
) -> None:
    """Writes a row per city and one for the province to a file or a stream; no text of it can be run as a formula."""
    book = Workbook()
    sheet = book.active
    sheet.title = say("rollup.sheet", year=figures["year"])
    codes = list(figures["province"]["indicators"])
    headings = [
        say("rollup.city"),
        say("rollup.pairs"),
        say("rollup.people"),
        say("rollup.days"),
        *(
            say(f"rollup.{side}", label=programme.indicator(code).label)
            for code in codes
            for side in ("promised", "achieved")
        ),
        *(
            say("rollup.money", label=programme.label("leg", leg))
            for leg in (one.code for one in programme.legs)
        ),
        say("rollup.own"),
        say("rollup.late"),
    ]
    sheet.append([escaped(one) for one in headings])
    for city, one in figures["cities"].items():
        sheet.append(_row(divisions.by_code(city).name, one, codes, programme))
    sheet.append(_row(say("rollup.province"), figures["province"], codes, programme))
    for column in range(1, len(headings) + 1):
        sheet.cell(1, column).font = _HEAD
        sheet.cell(1, column).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(sheet.max_row, column).font = _HEAD
        sheet.column_dimensions[get_column_letter(column)].width = 14
    sheet.freeze_panes = "B2"
    book.save(path)


def escaped(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def _row(name: str, figures: dict[str, Any], codes: list[str], programme: Programme) -> list[Any]:
    indicators, money = figures["indicators"], figures["money"]
    return [
        escaped(name),
        figures["pairs"],
        figures["people"],
        figures["days"],
        *(indicators[code][side] for code in codes for side in ("promised", "achieved")),
        *(money[leg.code] / 100 for leg in programme.legs),
        money["own"] / 100,
        sum(figures["late"].values()),
    ]
