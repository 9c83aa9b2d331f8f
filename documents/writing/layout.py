"""A document's layout as we ship it: text with places for names, in TOML, from which its .docx template is made."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

LAYOUTS = Path(__file__).parents[1] / "layouts"


@dataclass(frozen=True, slots=True)
class CellPlan:
    """One cell of a table: its text, how many columns and rows it covers, how it stands, its least height in mm."""

    text: str = ""
    span: int = 1
    down: int = 1
    bold: bool = False
    align: str = "left"
    size: float = 0.0
    height: float = 0.0


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (`text`, `style`), a table (`widths` in mm, `rows`) or a page break with the paragraph behind it.

    Of a table, `headings` rows are repeated on every page, `holds` keeps it on one, and only where it `splits` may
    one of its rows run over two.
    """

    kind: str
    text: str = ""
    style: str = "body"
    widths: tuple[float, ...] = ()
    rows: tuple[tuple[CellPlan, ...], ...] = ()
    size: float = 12.0
    ruled: bool = True
    headings: int = 0
    holds: bool = False
    splits: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole document. `names` is name in the template → key of its value, `lists` the same for rows that repeat.

    `required` are the names and lists without which the document would not be what it is called.
    """

    code: str
    title: str
    landscape: bool
    margins: tuple[float, float, float, float]
    footer: str
    names: Mapping[str, str]
    lists: Mapping[str, tuple[str, Mapping[str, str]]]
    required: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = field(default=())


@cache
def layouts() -> Mapping[str, Layout]:
    """Every shipped layout by its code."""
    found = {}
    for path in sorted(LAYOUTS.glob("*.toml")):
        layout = _layout(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
        found[layout.code] = layout
    return MappingProxyType(found)


def layout_of(code: str) -> Layout:
    """The layout of a document; raises KeyError for a code there is none of."""
    return layouts()[code]


def _layout(code: str, given: Mapping[str, Any]) -> Layout:
    page = given.get("page", {})
    top, right, bottom, left = page.get("margins", (30, 25, 25, 25))
    lists = {
        name: (str(one["key"]), {str(label): str(key) for label, key in one["names"].items()})
        for name, one in given.get("lists", {}).items()
    }
    return Layout(
        code=code,
        title=str(given["title"]),
        landscape=bool(page.get("landscape", False)),
        margins=(top, right, bottom, left),
        footer=str(given.get("footer", "")),
        names={str(label): str(key) for label, key in given.get("names", {}).items()},
        lists=lists,
        required=tuple(str(one) for one in given.get("required", ())),
        blocks=tuple(_block(one) for one in given["block"]),
    )


def _block(given: Mapping[str, Any]) -> Block:
    rows = tuple(
        tuple(CellPlan(cell) if isinstance(cell, str) else CellPlan(**cell) for cell in row)
        for row in given.get("rows", ())
    )
    known = {
        name: given[name]
        for name in ("text", "style", "size", "ruled", "headings", "holds", "splits")
        if name in given
    }
    return Block(
        kind=str(given.get("kind", "table" if rows else "text")),
        widths=tuple(given.get("widths", ())),
        rows=rows,
        **known,
    )
