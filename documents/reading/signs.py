"""The words and signs of forms that no pack names, from `signs.toml`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("signs.toml")


@dataclass(frozen=True, slots=True)
class Signs:
    """How days, sums and headings are written; the words are in their plain form (see `labels.plain_label`)."""

    numerals: str
    year: str
    month: str
    day: str
    yuan: str
    ten_thousand: str
    city_tails: tuple[str, ...]
    totals: frozenset[str]
    items: frozenset[str]
    amounts: frozenset[str]
    headings: frozenset[str]


@cache
def signs() -> Signs:
    """The file, read once."""
    found: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    lists: dict[str, Any] = {
        name: frozenset(found.pop(name)) for name in ("totals", "items", "amounts", "headings")
    }
    return Signs(**{**found, "city_tails": tuple(found["city_tails"])}, **lists)
