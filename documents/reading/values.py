"""What is written in a field, turned into what the rules of the form expect; what cannot be is said, never guessed."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from documents.reading.signs import composed, normal, signs, squeezed, without_groups
from models.messages import say

_NUMBER = re.compile(r"^(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(.*)$")
_PLAIN_DAY = re.compile(r"^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$")
_CLOSE_DAY = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_MIDNIGHT = re.compile(r"[T ]?00:00(:00)?$")
_SERIAL = re.compile(r"^\d{5}$")
_FIRST_SERIAL = date(1899, 12, 30)
"""Day 0 of a spreadsheet's count."""
_GRADE = re.compile(r"^(a+)$")
_PHONE_SIGNS = re.compile(r"[\s-]")


class NotConvertible(Exception):
    """What is written is not of the field's type; ``expected`` says what would be."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Asked:
    """What a field asks for: its type, unit, words to choose from (code → word), and whether it may stay empty."""

    type: str
    unit: str = ""
    words: Mapping[str, str] | None = None
    required: bool = True
    note: str = ""


def converted(raw: str, asked: Asked) -> object | None:
    """The value of a field, None where nothing is filled in; raises NotConvertible."""
    if is_empty(raw, asked):
        return None
    if asked.type in _ASKING:
        return _ASKING[asked.type](raw, asked)
    return _PLAIN.get(asked.type, _text)(raw)


def is_empty(raw: str, asked: Asked) -> bool:
    """Whether a cell holds only blanks, its printed unit, or a word for nothing where nothing need be said."""
    plain = squeezed(raw)
    if not plain or plain.strip("_()") in ("", asked.unit):
        return True
    if asked.type in _MARKED and plain.strip("_().") == signs().year_month_day:
        return True
    return not asked.required and asked.type != "text" and plain in signs().nothing


def day_in(raw: str) -> date | None:
    """The day that a text is, in digits or in Chinese numerals, as a date or as a spreadsheet's number."""
    written = composed(raw).strip()
    plain = "".join(_MIDNIGHT.sub("", written).split())
    found = _PLAIN_DAY.match(plain) or _CLOSE_DAY.match(plain) or _day_pattern().fullmatch(plain)
    if found is not None:
        parts = [_numeral(one) for one in found.groups()]
        return _date(parts)
    if _SERIAL.match(plain):
        return _FIRST_SERIAL + timedelta(days=int(plain))
    return None


def last_day_in(raw: str) -> tuple[date | None, bool]:
    """The last full date that stands anywhere in a text, and whether one was begun: signed forms end with it."""
    found = list(_day_pattern().finditer(squeezed(raw)))
    if not found:
        begun = re.search(rf"\d+{signs().month}|\d+{signs().year}|\d+{signs().day}$", squeezed(raw))
        return None, begun is not None
    return _date([_numeral(one) for one in found[-1].groups()]), True


def amount_in(raw: str, unit: str) -> Decimal | None:
    """A number with the unit it should have or none; None for what is no such number."""
    found = _NUMBER.match(squeezed(raw).rstrip(".,;"))
    if found is None:
        return _counted_in_words(raw, unit)
    tail = found[3].strip("()")
    if tail and not _same_unit(tail, unit):
        return None
    return Decimal(found[1].replace(",", "") + (found[2] or ""))


def _counted_in_words(raw: str, unit: str) -> Decimal | None:
    """A small whole number in Chinese numerals, with or without its unit."""
    plain = squeezed(raw).strip("()")
    for tail in sorted({*(one for group in signs().units for one in group), ""}, key=len, reverse=True):
        if plain.endswith(tail) and (not tail or _same_unit(tail, unit)):
            number = _numeral(plain.removesuffix(tail))
            if number is not None:
                return Decimal(number)
    return None


def _same_unit(found: str, unit: str) -> bool:
    return found == unit or any(found in group and unit in group for group in signs().units)


def _date(parts: list[int | None]) -> date | None:
    year, month, day = parts
    if year is None or month is None or day is None:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


@lru_cache(maxsize=1)
def _day_pattern() -> re.Pattern[str]:
    known = signs()
    digit = f"[0-9{known.digits}{known.zeros}{known.ten}]"
    return re.compile(
        rf"({digit}{{4}}){known.year}({digit}{{1,3}}){known.month}({digit}{{1,3}})(?:{known.day}|$)"
    )


def _numeral(written: str) -> int | None:
    """A number in digits, in Chinese digits one by one, or in tens; None for anything else."""
    known = signs()
    plain = written.translate(
        str.maketrans(known.zeros + known.digits, "0" * len(known.zeros) + "0123456789")
    )
    if plain.isascii() and plain.isdigit():
        return int(plain)
    tens, point, ones = plain.partition(known.ten)
    if not point or len(tens) > 1 or len(ones) > 1 or not (tens + ones + "0").isdigit():
        return None
    return int(tens or 1) * 10 + int(ones or 0)


def _text(raw: str) -> str:
    return raw.strip()


def _single(raw: str) -> str:
    """Numbers and addresses: widths and blanks are the typist's, not the value's."""
    return squeezed(raw)


def _phone(raw: str) -> str:
    return _PHONE_SIGNS.sub("", composed(raw))


def _capitals(raw: str) -> str:
    return squeezed(raw).replace("-", "").upper()


def _day(raw: str) -> date:
    found = day_in(raw)
    if found is None:
        raise NotConvertible(say("documents.expected.date"))
    return found


def _integer(raw: str, asked: Asked) -> int:
    found = amount_in(raw, asked.unit)
    if found is None or found != found.to_integral_value():
        raise NotConvertible(say("documents.expected.integer", unit=asked.unit))
    return int(found)


def _decimal(raw: str, asked: Asked) -> Decimal:
    found = amount_in(raw, asked.unit)
    if found is None:
        raise NotConvertible(say("documents.expected.decimal", unit=asked.unit))
    return found


def _choice(raw: str, asked: Asked) -> str:
    """The code of the one word that is written, or ticked among all of them."""
    words = asked.words or {}
    ticked = _ticked(raw)
    chosen = [code for one in ticked if (code := _code_of(one, words)) is not None]
    if len(chosen) != 1 or len(ticked) != 1:
        raise NotConvertible(say("documents.expected.choice", words=tuple(words.values())))
    return chosen[0]


def _ticked(raw: str) -> list[str]:
    """The words behind a tick; the text itself where there are no ticks or boxes."""
    known = signs()
    marks = known.ticked + known.boxes
    if not any(sign in marks for sign in raw):
        return [raw]
    pieces = re.split(f"([{re.escape(marks)}])", raw.strip())
    # Most tick before the word; who begins with a word and ends with a mark ticks behind it.
    is_behind = bool(pieces[0].strip()) and not pieces[-1].strip()
    texts = pieces[::2] if is_behind else pieces[2::2]
    return [
        text for mark, text in zip(pieces[1::2], texts, strict=False) if mark in known.ticked and text.strip()
    ]


def _code_of(text: str, words: Mapping[str, str]) -> str | None:
    wanted = normal(text)
    for code, word in words.items():
        if wanted in (normal(code), normal(word), without_groups(normal(word))):
            return code
    grade = _GRADE.match(wanted.removesuffix(signs().grade))
    short = f"{len(grade[1])}A" if grade else ""
    return short if short in words else None


_MARKED = ("date",)
_PLAIN: Mapping[str, Callable[[str], object]] = {
    "city": _single,
    "organisation": _single,
    "division": _single,
    "uscc": _capitals,
    "resident_id": _capitals,
    "mobile": _phone,
    "email": _single,
    "date": _day,
}
_ASKING: Mapping[str, Callable[[str, Asked], object]] = {
    "integer": _integer,
    "decimal": _decimal,
    "choice": _choice,
}
"""Type of a field → how it is read; any other is text. A table and a signature are read by their own modules."""
