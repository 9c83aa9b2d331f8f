"""What a cell says, as the form's rules take it: dates, whole numbers, sums in ten thousand yuan, words of a list."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from documents.reading.labels import folded, plain_label
from documents.reading.sheets import FORMULA
from documents.reading.signs import signs
from models.programme import Programme
from models.programme.divisions import Divisions
from models.programme.pack import FormField
from models.rules.uscc import normal

_SIGNS = signs()
_DATE = re.compile(
    rf"(\d{{4}})\s*[{_SIGNS.year}./\-\s]\s*(\d{{1,2}})\s*[{_SIGNS.month}./\-\s]\s*(\d{{1,2}})\s*{_SIGNS.day}?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_YUAN = re.compile(rf"[\d,.]+{_SIGNS.yuan}")
_IN_TEN_THOUSANDS = re.compile(rf"(\d+(?:\.\d+)?){_SIGNS.ten_thousand}")
_CONTROL = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Read:
    """A value as the form takes it, and the code of what is wrong with how it is written ('' where nothing is)."""

    value: Any
    fault: str = ""
    expected: str = ""


def clean(text: str) -> str:
    """The text without marks that turn its direction and without blanks around it; otherwise exactly as it stands."""
    return _CONTROL.sub("", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def read_value(text: str, field: FormField, programme: Programme, divisions: Divisions) -> Read:
    """The value of a field's cell. A blank is a blank; what cannot be read stays as it is written, with its fault."""
    if text.startswith(FORMULA):
        return Read(clean(text[1:]), "documents.fault.formula")
    written = clean(text)
    if not written:
        return Read("")
    match field.type:
        case "integer":
            return _integer(written, field)
        case "decimal":
            return _decimal(written, field)
        case "date":
            return read_date(written)
        case "city":
            return _city(written, divisions)
        case "choice":
            return _choice(written, programme.words[field.options or ""])
        case _:
            return Read(_text(written, field))


def _text(written: str, field: FormField) -> str:
    match field.type:
        case "uscc":
            return normal(written)
        case "resident_id":
            return narrowed(written).upper()
        case "mobile" | "email":
            return narrowed(written)
        case "long_text":
            return without_instruction(written, field.note)
        case _:
            return written


def narrowed(text: str) -> str:
    """Full-width digits and signs as narrow ones, without blanks."""
    return folded(text)


def read_date(text: str) -> Read:
    """A day however it is punctuated, in ISO form."""
    narrow = unicodedata.normalize("NFKC", text).strip()
    parts = _DATE.fullmatch(narrow) or _COMPACT_DATE.fullmatch(narrow)
    if parts is None:
        return Read(text, "documents.fault.date")
    try:
        return Read(date(int(parts[1]), int(parts[2]), int(parts[3])).isoformat())
    except ValueError:
        return Read(text, "documents.fault.date")


def written_day(text: str) -> str:
    """The last day that is filled in anywhere in a text, in ISO form; '' where only the empty line is printed."""
    days = [read_date(found[0]).value for found in _DATE.finditer(unicodedata.normalize("NFKC", text))]
    return days[-1] if days else ""


def without_instruction(text: str, note: str) -> str:
    """A long text without the printed instruction that it begins with, where the applicant left it standing."""
    wanted, taken = folded(note), 0
    if not wanted:
        return text
    for position, sign in enumerate(text):
        piece = folded(sign)
        if not wanted.startswith(piece, taken):
            return text
        taken += len(piece)
        if taken == len(wanted):
            return text[position + 1 :].lstrip("\u3002\u3000\n\t ")
    return text


def _bare(text: str, unit: str) -> str:
    narrow = narrowed(text).replace(",", "")
    for tail in (f"({unit})", unit):
        narrow = narrow.removesuffix(tail) if tail else narrow
    return narrow


def _integer(text: str, field: FormField) -> Read:
    bare = _bare(text, field.unit)
    if not bare:
        return Read("")
    if bare.isascii() and bare.isdigit():
        return Read(int(bare))
    return Read(text, "documents.fault.integer", field.unit)


def _decimal(text: str, field: FormField) -> Read:
    bare = _bare(text, field.unit)
    if not bare:
        return Read("")
    if re.fullmatch(r"-?\d+(?:\.\d+)?", bare):
        return Read(bare)
    short = _IN_TEN_THOUSANDS.fullmatch(bare)
    if short:
        return Read(short[1])
    if _YUAN.fullmatch(narrowed(text)):
        return Read(text, "documents.fault.yuan", field.unit)
    return Read(text, "documents.fault.decimal", field.unit)


def _city(text: str, divisions: Divisions) -> Read:
    code = read_city(text, divisions)
    return Read(text, "documents.fault.city") if code is None else Read(code)


def read_city(text: str, divisions: Divisions) -> str | None:
    """The code of a city by its name, in full or short; None where none or several are meant."""
    wanted = plain_label(text)
    cities = {one.name: one.code for one in divisions.cities()}
    found = [code for name, code in cities.items() if wanted == name or _is_short_for(wanted, name)]
    return found[0] if len(found) == 1 else None


def _is_short_for(short: str, name: str) -> bool:
    """Whether the name begins so, however its last words were left out."""
    stem = short
    for tail in signs().city_tails:
        stem = stem.removesuffix(tail)
    return len(stem) > 1 and name.startswith(stem)


def _choice(text: str, words: Mapping[str, str]) -> Read:
    """The code of a word, also where only its beginning is written and no other word begins so."""
    wanted = plain_label(text)
    plain = {code: plain_label(str(label)) for code, label in words.items()}
    exact = [code for code, label in plain.items() if wanted in (label, code)]
    begun = [code for code, label in plain.items() if wanted and label.startswith(wanted)]
    for found in (exact, begun):
        if len(found) == 1:
            return Read(found[0])
    return Read(text, "documents.fault.choice", "\u3001".join(str(one) for one in words.values()))
