"""Column types shared by all tables: an instant that is aware in Python and sorts as text in SQLite."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine

CHINA = ZoneInfo("Asia/Shanghai")

# 2022-03-10T15:59:59.000000Z: always 27 characters, so that text order is the order of time.
WIDTH = 27


class Instant(TypeDecorator[datetime]):
    """An aware instant: stored as UTC, given back in China time, because its date is a date in China.

    SQLite keeps text of fixed width (`2022-03-10T15:59:59.000000Z`), PostgreSQL `timestamptz`.
    A naive datetime is refused with ValueError: it would be read as some machine's local time.
    """

    impl = String(WIDTH)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(String(WIDTH))

    # The processors themselves instead of `process_bind_param` and its like: an act binds and reads dozens of instants.
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _in_utc if dialect.name == "postgresql" else _as_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        return _in_china if dialect.name == "postgresql" else _from_text


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else _aware(value).astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    return None if value is None else instant_text(_aware(value))


def _in_china(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(CHINA)


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else _instant_of(value)


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"an instant must be aware, this one is naive: {value!r}")
    return value


# An act binds its one instant a dozen times, and what it reads was mostly written by few acts.
@lru_cache(maxsize=1024)
def _instant_of(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(CHINA)


_latest: list[tuple[datetime | None, str]] = [(None, "")]


def instant_text(moment: datetime) -> str:
    """The stored form of an aware instant, for statements written without SQLAlchemy."""
    # Mostly it is the very instant that was asked for before: to see that costs less than to hash it.
    known, text = _latest[0]
    if known is not moment:
        text = _text_of(moment)
        _latest[0] = (moment, text)
    return text


@lru_cache(maxsize=256)
def _text_of(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


Facts = JSON(none_as_null=True)
"""A small JSON document: facts of an event or of a letter, fields of a form."""
