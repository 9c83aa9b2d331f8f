"""The signs of forms: words that mean the same are made equal here, so that spaces and widths decide nothing."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_OPENING = "[{<\u3008\u300a\u300c\u3010\u3014"
_CLOSING = "]}>\u3009\u300b\u300d\u3011\u3015"
_BRACKETS = str.maketrans(_OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING))
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\uff0d]")
_DROPPED = frozenset(":;,.*_|'\"`~!?\u3001\u3002\u201c\u201d\u2018\u2019\u00b7\u2026\u2605\u25cf")
_NUMBERED = re.compile(r"^\s*[(]?\d{1,2}[).\u3001]\s*")
_GROUP = re.compile(r"\([^()]*\)")
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
COLONS = ":\uff1a\ufe13\ufe55"


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of ``words.toml``."""

    year: str
    month: str
    day: str
    year_month_day: str
    digits: str
    zeros: str
    ten: str
    grade: str
    units: tuple[tuple[str, ...], ...]
    nothing: tuple[str, ...]
    totals: tuple[str, ...]
    ticked: str
    boxes: str


@lru_cache(maxsize=1)
def signs() -> Signs:
    """The signs of forms, read once."""
    found = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    return Signs(
        units=tuple(tuple(one) for one in found.pop("units")),
        nothing=tuple(found.pop("nothing")),
        totals=tuple(found.pop("totals")),
        **found,
    )


def composed(text: str) -> str:
    """The text with full-width and compatibility forms as plain ones, dashes alike, and nothing invisible."""
    plain = unicodedata.normalize("NFKC", text)
    return _DASHES.sub("-", "".join(one for one in plain if not is_invisible(one)))


def is_invisible(sign: str) -> bool:
    """Whether a sign shows nothing and is no blank either: marks of direction, joiners, variants."""
    return unicodedata.category(sign) in ("Cf", "Mn") and not sign.isspace()


def has_turning_signs(text: str) -> bool:
    """Whether a text holds signs that make it read otherwise than it is."""
    return any(unicodedata.bidirectional(one) in _TURNING for one in text)


def squeezed(text: str) -> str:
    """The same without any blank."""
    return "".join(composed(text).split())


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """A label as it is compared: no blanks, no colons or commas, one kind of bracket, no number before it."""
    plain = _NUMBERED.sub("", composed(text)).translate(_BRACKETS)
    kept = "".join(one for one in plain if not one.isspace() and one not in _DROPPED).casefold()
    return kept.removesuffix(signs().year_month_day)


def without_groups(label: str) -> str:
    """A normal label without what stands in brackets: units, hints, (optional)."""
    shorter = _GROUP.sub("", label)
    while shorter != label:
        label, shorter = shorter, _GROUP.sub("", shorter)
    return label.removesuffix(signs().year_month_day)


def forms_of(text: str) -> tuple[str, ...]:
    """The forms under which a label or a cell is compared: whole, and without brackets."""
    whole = normal(text)
    bare = without_groups(whole)
    return (whole, bare) if bare and bare != whole else (whole,)


def rest_after(text: str, label: str) -> str | None:
    """What follows a label at the beginning of a text, blanks and widths aside; None where the label is not there."""
    wanted, at = normal(label), 0
    begin = _NUMBERED.match(text)
    for place in range(begin.end() if begin else 0, len(text)):
        if at == len(wanted):
            return text[place:]
        piece = normal_sign(text[place])
        if not wanted.startswith(piece, at):
            return None
        at += len(piece)
    return "" if wanted and at == len(wanted) else None


@lru_cache(maxsize=4096)
def normal_sign(sign: str) -> str:
    """One sign as `normal` leaves it."""
    plain = composed(sign).translate(_BRACKETS)
    return "".join(one for one in plain if not one.isspace() and one not in _DROPPED).casefold()
