"""Kinds of facts: what a letter may be told, how it is checked when written and how it reads when sent."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from models.columns import CHINA
from models.messages import numeral

SIMPLE_FORMS = ("text", "number", "date", "due", "instant", "fen", "batch")


class FactMisfit(ValueError):
    """A fact has not the form its letter asks for; the message names the fact and the form."""


@dataclass(frozen=True)
class FactKind:
    """What one fact of a letter must be.

    `text`, `number` (int), `batch` (int, read as a Chinese numeral), `date` (a day), `due` (a day, unknown, or a day
    that is provisional), `instant` (aware), `fen` (money as integer fen), `choice` (a stable code with its label),
    `rows` (mappings of facts).
    """

    form: str
    labels: Mapping[str, str]
    columns: Mapping[str, FactKind]


def fact_kind(name: str, declared: Any) -> FactKind:
    """Reads `name = "date"`, `name = { choice = {…} }` or `name = { rows = {…} }` of the catalogue."""
    if isinstance(declared, str) and declared in SIMPLE_FORMS:
        return FactKind(declared, {}, {})
    match declared:
        case {"choice": dict(labels), **rest} if labels and not rest:
            return FactKind("choice", labels, {})
        case {"rows": dict(columns), **rest} if columns and not rest:
            return FactKind(
                "rows", {}, {column: fact_kind(f"{name}.{column}", of) for column, of in columns.items()}
            )
    raise FactMisfit(f"{name}: the catalogue declares no known form of fact: {declared!r}")


def stored(name: str, kind: FactKind, value: Any) -> Any:
    """The JSON form of a fact, or FactMisfit. Dates may come as `date` or ISO text, instants must be aware."""
    return _STORE[kind.form](name, kind, value)


def shown(kind: FactKind, value: Any) -> Any:
    """A stored fact as the letter writes it."""
    return _SHOW[kind.form](kind, value)


def _misfit(name: str, form: str, value: Any) -> FactMisfit:
    return FactMisfit(f"{name}: expected {form}, got {value!r}")


def _store_text(name: str, _kind: FactKind, value: Any) -> str:
    if not isinstance(value, str):
        raise _misfit(name, "a text", value)
    return value


def _store_whole(name: str, kind: FactKind, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _misfit(name, f"a whole number ({kind.form})", value)
    return value


def _store_date(name: str, _kind: FactKind, value: Any) -> str:
    try:
        if isinstance(value, datetime):
            raise _misfit(name, "a date without time", value)
        day = value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _misfit(name, "a date", value) from error
    return date(day.year, day.month, day.day).isoformat()


def _store_due(name: str, kind: FactKind, value: Any) -> Any:
    match value:
        case None:
            return None
        case {"on": day, "provisional": bool(provisional), **rest} if not rest:
            on = _store_date(name, kind, day)
            return {"on": on, "provisional": True} if provisional else on
    return _store_date(name, kind, value)


def _store_instant(name: str, _kind: FactKind, value: Any) -> str:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise _misfit(name, "an instant", value) from error
    if moment.tzinfo is None:
        raise _misfit(name, "an aware instant", value)
    return moment.astimezone(CHINA).isoformat(timespec="seconds")


def _store_choice(name: str, kind: FactKind, value: Any) -> str:
    if not isinstance(value, str) or value not in kind.labels:
        raise _misfit(name, f"one of {', '.join(kind.labels)}", value)
    return str(value)


def _store_rows(name: str, kind: FactKind, value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple):
        raise _misfit(name, "a list of rows", value)
    rows = []
    for number, row in enumerate(value, start=1):
        if not isinstance(row, Mapping) or row.keys() != kind.columns.keys():
            raise _misfit(f"{name}[{number}]", f"a row of {', '.join(kind.columns)}", row)
        place = f"{name}[{number}]"
        rows.append(
            {column: stored(f"{place}.{column}", of, row[column]) for column, of in kind.columns.items()}
        )
    return rows


@cache
def wording() -> dict[str, Any]:
    """The words of `wording.toml`."""
    return tomllib.loads(Path(__file__).with_name("wording.toml").read_text(encoding="utf-8"))


@cache
def _day(iso: str) -> str:
    words = wording()["date"]
    day = date.fromisoformat(iso)
    return str(
        words["plain"].format(
            year=day.year, month=day.month, day=day.day, weekday=words["weekdays"][day.weekday()]
        )
    )


def _show_due(_kind: FactKind, value: Any) -> str:
    if value is None:
        return str(wording()["date"]["unknown"])
    if isinstance(value, dict):
        return str(wording()["date"]["provisional"].format(date=_day(value["on"])))
    return _day(value)


def _show_instant(_kind: FactKind, value: str) -> str:
    moment = datetime.fromisoformat(value).astimezone(CHINA)
    return str(
        wording()["date"]["instant"].format(
            year=moment.year, month=moment.month, day=moment.day, hour=moment.hour, minute=moment.minute
        )
    )


def _show_fen(_kind: FactKind, value: int) -> str:
    sign = "-" if value < 0 else ""
    yuan, fen = divmod(abs(value), 100)
    return str(wording()["money"]["yuan"].format(yuan=f"{sign}{yuan:,}.{fen:02}"))


def _show_rows(kind: FactKind, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{column: shown(of, row[column]) for column, of in kind.columns.items()} for row in value]


_STORE: dict[str, Callable[[str, FactKind, Any], Any]] = {
    "text": _store_text,
    "number": _store_whole,
    "batch": _store_whole,
    "date": _store_date,
    "due": _store_due,
    "instant": _store_instant,
    "fen": _store_whole,
    "choice": _store_choice,
    "rows": _store_rows,
}
_SHOW: dict[str, Callable[[FactKind, Any], Any]] = {
    "text": lambda _kind, value: value,
    "number": lambda _kind, value: value,
    "batch": lambda _kind, value: numeral(value),
    "date": lambda _kind, value: _day(value),
    "due": _show_due,
    "instant": _show_instant,
    "fen": _show_fen,
    "choice": lambda kind, value: kind.labels[value],
    "rows": _show_rows,
}
