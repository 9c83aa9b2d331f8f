"""The budget (F31): a table of items and sums, in rows of its own, in a table within the cell, or line by line."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from documents.reading.document import Cell
from documents.reading.labels import plain_label
from documents.reading.signs import signs
from documents.reading.values import clean, without_instruction

_SIGNS = signs()
_IN_YUAN = Decimal(10_000)
_SUM = re.compile(rf"([\d,]+(?:\.\d+)?)\s*({_SIGNS.ten_thousand}?{_SIGNS.yuan}?)")
_LINE = re.compile(
    rf"(?P<item>.*?[^\d.,\s])[\s:\uff1a]*(?P<sum>[\d,]+(?:\.\d+)?)\s*"
    rf"(?P<unit>{_SIGNS.ten_thousand}?{_SIGNS.yuan}?)[;\uff1b,\uff0c\u3002\s]*$"
)


@dataclass(slots=True)
class Budget:
    """Rows of item and sum in ten thousand yuan as the form takes them; `odd` are lines that say no sum."""

    rows: list[dict[str, str]] = field(default_factory=list)
    total: str = ""
    odd: list[str] = field(default_factory=list)
    in_yuan: bool = False

    def add(self, item: str, amount: str, unit: str) -> None:
        """Takes one line; a total is no cost. A sum in yuan, by itself or by its column, is converted."""
        number = amount.replace(",", "")
        if unit == _SIGNS.yuan or (not unit and self.in_yuan):
            number = format((Decimal(number) / _IN_YUAN).normalize(), "f")
        if plain_label(item) in _SIGNS.totals:
            self.total = number
        else:
            self.rows.append({"item": item, "wan": number})


def read_budget(cells: Iterable[Cell], rows: Iterable[tuple[Cell, ...]], note: str) -> Budget:
    """The budget of its cells: tables within them first, rows of two and more cells, then lines of text."""
    found = Budget()
    for row in [*((cell,) for cell in cells), *rows]:
        for table in (one for cell in row for one in cell.tables):
            for inner in table.rows:
                _take_row([one.text for one in inner], found)
        texts = [one.text for one in row]
        if len([text for text in texts if text.strip()]) > 1:
            _take_row(texts, found)
        else:
            _take_lines(without_instruction(clean("\n".join(texts)), note), found)
    return found


def _take_row(texts: list[str], found: Budget) -> None:
    filled = [clean(text) for text in texts if clean(text)]
    plain = [plain_label(text) for text in filled]
    if not filled:
        return
    headings = [one for one in plain if one.partition("(")[0] in _SIGNS.items | _SIGNS.amounts]
    if len(headings) > 1:
        found.in_yuan = any(one.endswith((f"({_SIGNS.yuan})", f":{_SIGNS.yuan})")) for one in plain)
        return
    numbers = [(place, _SUM.fullmatch(_narrow(text))) for place, text in enumerate(filled)]
    sums = [(place, match) for place, match in numbers if match]
    words = [text for text, (_, match) in zip(filled, numbers, strict=True) if not match]
    if not sums or not words:
        found.odd.append(" ".join(filled))
        return
    _, amount = sums[-1]
    found.add(words[0], amount[1], amount[2])


def _take_lines(text: str, found: Budget) -> None:
    for line in text.split("\n"):
        written = line.strip()
        if not written:
            continue
        match = _LINE.match(_narrow(written))
        if match:
            found.add(match["item"].strip(), match["sum"], match["unit"])
        else:
            found.odd.append(written)


def _narrow(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
