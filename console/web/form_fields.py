"""Appendix 1 as a page asks for it: the input of every field, and what was posted read back into a form."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from starlette.datastructures import FormData

from console.web.choice import Choice
from console.web.wording import page_words
from models.programme.pack import FormField
from models.rules.form import SIGNED
from models.rules.form_values import is_blank, wan, whole
from tasks.form_privacy import SEALED
from tasks.queries.form_advice import Advice, FieldAdvice
from tasks.queries.form_versions import shown_value
from tasks.work import Work

REGISTERED = (
    "city",
    "nominator",
    "institution_name",
    "uscc",
    "institution_type",
    "level",
    "registration_division",
)
"""Fields that follow from the register: shown, not asked."""
BESIDE = {"inspection_result": ("inspection_year", "inspection_note")}
"""Field → what is asked together with it and stands beside it in the form."""
ACCOUNT = ("name", "bank", "number")
SPARE_ROWS = 2
PREFIX = "form."

_KINDS = {
    "integer": "number",
    "decimal": "decimal",
    "date": "date",
    "choice": "choice",
    "mobile": "mobile",
    "email": "email",
    "long_text": "long",
    "table": "table",
    "account": "account",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """One field as it is asked for. `rows` are a table's, `parts` an account's; `advice` is what is said of it."""

    field: FormField
    name: str
    kind: str
    value: Any
    text: str
    hint: str
    choices: tuple[Choice, ...]
    rows: tuple[Mapping[str, Any], ...]
    parts: tuple[tuple[str, str, str], ...]
    advice: tuple[Advice, ...]
    words: int | None
    most: int | None
    remarks: tuple[Any, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing is filled in."""
        return is_blank(self.value) or self.value == {}

    @property
    def faults(self) -> tuple[Advice, ...]:
        """What stands in the way of submitting."""
        return tuple(one for one in self.advice if one.hard)


def asked_fields(
    work: Work,
    form: Mapping[str, Any],
    advice: Sequence[FieldAdvice],
    remarks: Mapping[str, tuple[Any, ...]],
    batch: int,
) -> dict[str, list[Asked]]:
    """Every field by group, filled; the signatures are not among them."""
    told = {one.key: one for one in advice}
    found: dict[str, list[Asked]] = {}
    for field in work.programme.form:
        if field.type != "signature":
            one = _asked(work, field, form, told.get(field.key), remarks.get(field.key, ()), batch)
            found.setdefault(field.group, []).append(one)
    return found


def _asked(
    work: Work,
    field: FormField,
    form: Mapping[str, Any],
    told: FieldAdvice | None,
    remarks: tuple[Any, ...],
    batch: int,
) -> Asked:
    value = form.get(field.key, "")
    words = page_words("form_parts")
    hint = page_words("form_hints").get(field.key, "") or field.note
    return Asked(
        field,
        f"{PREFIX}{field.key}",
        "fixed" if field.key in REGISTERED else _KINDS.get(field.type, "text"),
        "" if value is None else value,
        shown_value(work, field, value),
        str(hint),
        _choices(work, field, batch),
        _rows(value) if field.type == "table" else (),
        _parts(value, words) if field.type == "account" else (),
        told.advice if told else (),
        told.words if told else None,
        told.most if told else None,
        remarks,
    )


def _choices(work: Work, field: FormField, batch: int) -> tuple[Choice, ...]:
    if not field.options or field.type != "choice":
        return ()
    names = {"inspection": "form.inspection_results", "grade": "form.grades"}
    words = work.programme.words[field.options]
    codes = work.rules(batch).names(names[field.options]) if field.options in names else tuple(words)
    return tuple(Choice(code, words[code]) for code in codes)


def _rows(value: Any) -> tuple[Mapping[str, Any], ...]:
    filled = [row for row in value or () if isinstance(row, Mapping)] if not isinstance(value, str) else []
    return (*filled, *({} for _ in range(SPARE_ROWS)))


def _parts(value: Any, words: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    known = value if isinstance(value, Mapping) else {}
    return tuple((part, str(words[part]), str(known.get(part, ""))) for part in ACCOUNT)


def read_form(work: Work, posted: FormData, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The form as it was filled in, on top of what is stored and not asked; nothing is judged here."""
    kept = {
        name: value
        for name, value in stored.items()
        if name != SEALED and not name.startswith(SIGNED) and name != "budget_total_wan"
    }
    for field in work.programme.form:
        if field.type != "signature" and field.key not in REGISTERED:
            kept[field.key] = _read(posted, field)
            for name in BESIDE.get(field.key, ()):
                kept[name] = (
                    _number(str(posted.get(PREFIX + name, "")))
                    if name.endswith("_year")
                    else _plain(posted, name)
                )
    # A year that is not named is last year's: an empty one would be a fault of its own.
    return {
        name: value for name, value in kept.items() if name not in BESIDE["inspection_result"] or value != ""
    }


def _read(posted: FormData, field: FormField) -> Any:
    match field.type:
        case "integer":
            return _number(_plain(posted, field.key))
        case "decimal":
            return _narrow(_plain(posted, field.key)).replace(",", "")
        case "date":
            return _day(_plain(posted, field.key))
        case "mobile" | "resident_id" | "email":
            return _narrow(_plain(posted, field.key))
        case "table":
            return _read_rows(posted, field.key)
        case "account":
            parts = {part: _plain(posted, f"{field.key}.{part}") for part in ACCOUNT}
            return {part: text for part, text in parts.items() if text}
        case _:
            return _plain(posted, field.key)


def _read_rows(posted: FormData, key: str) -> list[dict[str, str]]:
    pattern = re.compile(rf"{re.escape(PREFIX + key)}\.(\d+)\.item")
    numbers = sorted(int(found[1]) for name in posted if (found := pattern.fullmatch(name)))
    rows = []
    for number in numbers:
        item = _plain(posted, f"{key}.{number}.item")
        sum_ = _narrow(_plain(posted, f"{key}.{number}.wan")).replace(",", "")
        if item or sum_:
            rows.append({"item": item, "wan": sum_})
    return rows


def _plain(posted: FormData, key: str) -> str:
    return str(posted.get(PREFIX + key, "")).replace("\r\n", "\n").strip()


def _narrow(text: str) -> str:
    """Full-width digits and signs mean the same as narrow ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _number(text: str) -> int | str:
    plain = _narrow(text).replace(",", "")
    number = whole(plain)
    return plain if number is None else number


def _day(text: str) -> str:
    """A date however it is punctuated, in ISO form; what is none stays as it was typed."""
    parts = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?", _narrow(text))
    if parts is None:
        return text
    try:
        return date(int(parts[1]), int(parts[2]), int(parts[3])).isoformat()
    except ValueError:
        return text


def budget_total(form: Mapping[str, Any]) -> str:
    """The sum of the budget's rows in ten thousand yuan, '' where there is none."""
    rows = form.get("budget")
    if not isinstance(rows, list | tuple):
        return ""
    sums = [wan(row.get("wan")) for row in rows if isinstance(row, Mapping)]
    return str(sum((one for one in sums if one is not None), Decimal(0))) if any(sums) else ""
