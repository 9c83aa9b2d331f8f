"""The pack's values as lines for people: each parameter with its dated values, each open question with its reading."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from models.programme.pack import Ambiguity, Parameter
from models.programme.values import Value
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A dated value; `labels` are the pack's words for it, empty where it is a number, a date or a switch."""

    since: date
    value: Value
    labels: tuple[str, ...]
    by: str


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A parameter that the clause gives, with all its values and the one in force today."""

    key: str
    label: str
    unit: str
    values: tuple[ValueLine, ...]
    now: ValueLine | None
    note: str


@dataclass(frozen=True, slots=True)
class SettingLine:
    """A question that the clause leaves open (A1 …), the reading taken, and where another could be chosen."""

    id: str
    question: str
    reading: str
    parameter: str
    now: ValueLine | None


def parameter_line(work: Work, one: Parameter) -> ParameterLine:
    """A parameter with all its values."""
    values = tuple(_value(work, one, dated) for dated in one.values)
    return ParameterLine(one.key, one.label, one.unit, values, _now(work, one), one.note)


def setting_line(work: Work, one: Ambiguity) -> SettingLine:
    """An ambiguity with the reading taken."""
    return SettingLine(
        one.id, one.question, one.reading, one.key, _now(work, work.programme.parameter(one.key))
    )


def _now(work: Work, one: Parameter) -> ValueLine | None:
    dated = one.at(work.today)
    return _value(work, one, dated) if dated else None


def _value(work: Work, one: Parameter, dated: Any) -> ValueLine:
    codes = dated.value if isinstance(dated.value, tuple) else (dated.value,)
    words = work.programme.words.get(one.words, {})
    labels = tuple(str(words.get(str(code), code)) for code in codes) if one.words else ()
    return ValueLine(dated.since, dated.value, labels, dated.by)
