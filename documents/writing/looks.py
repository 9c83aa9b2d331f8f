"""How paragraphs and runs of a .docx look: what they say themselves, else their styles, else what Word begins with."""

import tomllib
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from docx.oxml.ns import qn

_ALIGN = {"center": "center", "right": "right", "end": "right"}
_JUSTIFIED = ("both", "distribute")
_DEFAULT_PT = 10.5
"""What Chinese Word begins with where nothing says a size."""
_SINGLE = 1.3
"""A line of single height beside the size of its signs, as Word sets Chinese fonts."""
_TWIPS, _HALF_POINTS, _LINE_PARTS = 20, 2, 240
_BLACK = "#000000"
_HEX = 6
_OFF = ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class ParagraphLook:
    """Lengths in points; `line` is from one line to the next."""

    align: str
    justified: bool
    size: float
    line: float
    before: float
    after: float
    left: float
    right: float
    first: float
    holds: bool
    new_page: bool


@dataclass(frozen=True, slots=True)
class RunLook:
    """`color` as `#rrggbb`."""

    size: float
    bold: bool
    is_sans: bool
    underlined: bool
    color: str


@cache
def font_words() -> dict[str, tuple[str, ...]]:
    """The families we print with, and the names that mean one without serifs."""
    text = Path(__file__).with_name("fonts.toml").read_text(encoding="utf-8")
    return {name: tuple(values) for name, values in tomllib.loads(text).items()}


class Looks:
    """Reads looks against the styles of one document, each chain of styles followed once."""

    def __init__(self, document: Any) -> None:
        styles = document.styles.element
        self._styles = {one.get(qn("w:styleId")): one for one in styles.iterchildren(qn("w:style"))}
        self._standard = next(
            (
                one.get(qn("w:styleId"))
                for one in self._styles.values()
                if one.get(qn("w:type")) == "paragraph" and one.get(qn("w:default")) in ("1", "true")
            ),
            "",
        )
        defaults = styles.find(qn("w:docDefaults"))
        self._last = [] if defaults is None else [_found(defaults, "w:pPrDefault", "w:rPrDefault")]
        self._chains: dict[str, list[Any]] = {}

    def paragraph(self, element: Any) -> ParagraphLook:
        """How a `w:p` looks; its lines are measured by the size of its first run."""
        holders = self._holders(element, "w:pPr")
        run = element.find(qn("w:r"))
        size = self.run(run, element).size if run is not None else self._size(self._holders(element, "w:rPr"))
        jc = _value(holders, "w:jc")
        return ParagraphLook(
            align=_ALIGN.get(jc, "left"),
            justified=jc in _JUSTIFIED,
            size=size,
            line=_line(holders, size),
            before=_twips(holders, "w:spacing", "w:before"),
            after=_twips(holders, "w:spacing", "w:after"),
            left=_twips(holders, "w:ind", "w:left") or _twips(holders, "w:ind", "w:start"),
            right=_twips(holders, "w:ind", "w:right") or _twips(holders, "w:ind", "w:end"),
            first=_twips(holders, "w:ind", "w:firstLine") - _twips(holders, "w:ind", "w:hanging"),
            holds=_is_on(holders, "w:keepNext"),
            new_page=_is_on(holders, "w:pageBreakBefore"),
        )

    def run(self, run: Any, paragraph: Any) -> RunLook:
        """How a `w:r` of a `w:p` looks."""
        own = run.find(qn("w:rPr"))
        holders = [*([own] if own is not None else []), *self._holders(paragraph, "w:rPr")[1:]]
        family = _attribute(holders, "w:rFonts", "w:eastAsia") or _attribute(holders, "w:rFonts", "w:ascii")
        color = _value(holders, "w:color")
        is_hex = len(color) == _HEX and all(sign in "0123456789abcdefABCDEF" for sign in color)
        return RunLook(
            size=self._size(holders),
            bold=_is_on(holders, "w:b"),
            is_sans=family in font_words()["printed_sans"],
            underlined=_is_on(holders, "w:u"),
            color=f"#{color}" if is_hex else _BLACK,
        )

    def _size(self, holders: Sequence[Any]) -> float:
        return int(_value(holders, "w:sz") or _DEFAULT_PT * _HALF_POINTS) / _HALF_POINTS

    def _holders(self, paragraph: Any, kind: str) -> list[Any]:
        """The properties of a kind, the nearest first: the paragraph's own, empty where it has none, then styles'."""
        own = paragraph.find(qn("w:pPr"))
        style = own.find(qn("w:pStyle")) if own is not None else None
        name = style.get(qn("w:val")) if style is not None else self._standard
        if kind == "w:rPr":
            own = own.find(qn("w:rPr")) if own is not None else None
        found = [one.find(qn(kind)) for one in self._chain(str(name or ""))]
        return [own if own is not None else (), *(one for one in found if one is not None)]

    def _chain(self, name: str) -> list[Any]:
        if name not in self._chains:
            chain: list[Any] = []
            style = self._styles.get(name)
            while style is not None and style not in chain:
                chain.append(style)
                based = style.find(qn("w:basedOn"))
                style = self._styles.get(based.get(qn("w:val"))) if based is not None else None
            self._chains[name] = [*chain, *self._last]
        return self._chains[name]


def _found(defaults: Any, *names: str) -> Any:
    """The document's defaults as if they were one more style."""
    made = defaults.makeelement(qn("w:style"), {})
    for name in names:
        holder = defaults.find(qn(name))
        if holder is not None:
            made.extend(deepcopy(list(holder)))
    return made


def _line(holders: Sequence[Any], size: float) -> float:
    given = int(_attribute(holders, "w:spacing", "w:line") or _LINE_PARTS)
    if _attribute(holders, "w:spacing", "w:lineRule") in ("exact", "atLeast"):
        # What is larger than a fixed line is cut off in Word; here its lines move apart.
        return max(given / _TWIPS, size)
    return given / _LINE_PARTS * _SINGLE * size


def _twips(holders: Sequence[Any], name: str, attribute: str) -> float:
    return int(_attribute(holders, name, attribute) or 0) / _TWIPS


def _attribute(holders: Sequence[Any], name: str, attribute: str) -> str:
    """An attribute from the nearest holder that says it: each is inherited by itself."""
    for holder in holders:
        mark = holder.find(qn(name)) if len(holder) else None
        if mark is not None and mark.get(qn(attribute)) is not None:
            return str(mark.get(qn(attribute)))
    return ""


def _value(holders: Sequence[Any], name: str) -> str:
    return _attribute(holders, name, "w:val")


def _is_on(holders: Sequence[Any], name: str) -> bool:
    for holder in holders:
        mark = holder.find(qn(name)) if len(holder) else None
        if mark is not None:
            return mark.get(qn("w:val"), "1") not in _OFF
    return False
