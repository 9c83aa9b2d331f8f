"""What was posted, read back into an act's parameters; every fault is named with its field, nothing is guessed."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from pydantic.fields import FieldInfo
from starlette.datastructures import FormData

from console.web.fields import kind_of, row_model
from console.web.uploads import chosen_name
from models.messages import say
from tasks.acts import Act

SHANGHAI = ZoneInfo("Asia/Shanghai")
_SEPARATORS = re.compile(r"[\s,;\u3001\uff0c\uff1b]+")
"""Between the entries of a list: blanks, commas and semicolons, also the full-width ones."""
_CENTS = 2
_MOST_YUAN = Decimal(10) ** 12
_NO_VALUE = object()


@dataclass(slots=True)
class Posted:
    """An act's parameters as far as they could be read, and what is wrong with the rest, by field."""

    given: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read_posted(act: Act, form: FormData) -> Posted:
    """Reads an act's parameters from a posted form; blank fields that may be left out are left out."""
    found = Posted()
    for name, info in act.form.model_fields.items():
        kind, words = kind_of(act, name, info)
        value = _read_field(found, act, form, name, kind, words.of, info)
        if value is not _NO_VALUE:
            found.given[name] = value
        elif info.is_required() and name not in found.errors and not _below(found.errors, name):
            found.errors[name] = say("web.missing_field", label=words.label)
    return found


def _read_field(
    found: Posted, act: Act, form: FormData, name: str, kind: str, of: str, info: FieldInfo
) -> Any:
    match kind:
        case "flag":
            return name in form
        case "choices":
            chosen = [str(one) for one in form.getlist(name) if str(one)]
            return chosen or (_NO_VALUE if info.is_required() else [])
        case "list":
            return [one for one in _SEPARATORS.split(str(form.get(name, ""))) if one]
        case "rows":
            return _read_rows(found, act, form, name, info)
        case "map":
            return _read_map(found, form, name, of or "number")
        case "ranking":
            places = _read_map(found, form, name, "number")
            return sorted(places, key=lambda key: places[key])
        case "grid":
            return _read_grid(found, form, name)
        case "account":
            return {part: text for part, text in _below_texts(form, name).items() if text}
        case _:
            label = kind_of(act, name, info)[1].label
            text = str(form.get(name, ""))
            if kind == "file" and not text.strip():
                text = chosen_name(form, name)
            return _read_one(found, name, label, kind, text)


def _read_rows(found: Posted, act: Act, form: FormData, name: str, info: FieldInfo) -> Any:
    model = row_model(info)
    if model is None:
        return _NO_VALUE
    numbers = sorted({int(key.split(".")[1]) for key in form if re.fullmatch(rf"{name}\.\d+\.\w+", key)})
    rows = []
    for number in numbers:
        texts = {part: str(form.get(f"{name}.{number}.{part}", "")).strip() for part in model.model_fields}
        kinds = {part: kind_of(act, f"{name}.{part}", one) for part, one in model.model_fields.items()}
        typed = {part for part, text in texts.items() if text and kinds[part][0] not in ("flag", "choice")}
        chosen = {part for part, text in texts.items() if text and model.model_fields[part].is_required()}
        if not typed and not chosen:
            continue
        row: dict[str, Any] = {}
        for part, one in model.model_fields.items():
            kind, words = kinds[part]
            key = f"{name}.{number}.{part}"
            value: Any = (
                key in form if kind == "flag" else _read_one(found, key, words.label, kind, texts[part])
            )
            if value is not _NO_VALUE:
                row[part] = value
            elif one.is_required() and key not in found.errors:
                found.errors[key] = say("web.missing_field", label=words.label)
        rows.append(row)
    return rows or (_NO_VALUE if info.is_required() else rows)


def _read_map(found: Posted, form: FormData, name: str, of: str) -> dict[str, Any]:
    values = {}
    for key, text in _below_texts(form, name).items():
        value = _read_one(found, f"{name}.{key}", key, of, text)
        if value is not _NO_VALUE:
            values[key] = value
    return values


def _read_grid(found: Posted, form: FormData, name: str) -> dict[str, dict[str, Any]]:
    grid: dict[str, dict[str, Any]] = {}
    for key, value in _read_map(found, form, name, "number").items():
        year, _, indicator = key.partition(".")
        grid.setdefault(year, {})[indicator] = value
    return grid


def _below_texts(form: FormData, name: str) -> dict[str, str]:
    prefix = f"{name}."
    return {key[len(prefix) :]: str(text).strip() for key, text in form.items() if key.startswith(prefix)}


def _below(errors: Mapping[str, str], name: str) -> bool:
    return any(key.startswith(f"{name}.") for key in errors)


def _read_one(found: Posted, name: str, label: str, kind: str, text: str) -> Any:
    # Full-width digits and spaces are what Chinese keyboards give: they mean the same.
    plain = unicodedata.normalize("NFKC", text).strip() if kind in _READERS else text.strip()
    if not plain:
        return _NO_VALUE
    reader = _READERS.get(kind)
    if reader is None:
        return plain
    code, read = reader
    try:
        return read(plain)
    except (ValueError, InvalidOperation):
        found.errors[name] = say(code, label=label, found=text.strip())
        return _NO_VALUE


def _money(text: str) -> int:
    yuan = Decimal(text.replace(",", ""))
    exponent = yuan.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > _CENTS or abs(yuan) > _MOST_YUAN:
        raise ValueError(text)
    return int(yuan * 100)


def _day(text: str) -> date:
    """A date however it is punctuated: 2024-03-08, 2024/3/8, or with the signs for year, month and day."""
    parts = re.fullmatch(r"(\d{4})\D(\d{1,2})\D(\d{1,2})\D?", text)
    if parts is None:
        raise ValueError(text)
    return date(int(parts[1]), int(parts[2]), int(parts[3]))


def _whole(text: str) -> int:
    return int(text.replace(",", ""))


def _instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


_READERS: Mapping[str, tuple[str, Any]] = {
    "date": ("web.bad_date", _day),
    "instant": ("web.bad_date", _instant),
    "time": ("web.bad_date", time.fromisoformat),
    "number": ("web.bad_number", _whole),
    "money": ("web.bad_money", _money),
}
