"""Reads plain TOML data into frozen dataclasses whose types are the schema, gathering every problem with its place."""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from models import messages
from models.programme.values import Value

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a pack: ``code`` names its sentence, ``where`` its place in the file."""

    code: str
    where: str
    facts: Mapping[str, object]

    @property
    def text(self) -> str:
        """The sentence for people; raises when the catalogue lacks the code or a fact it names."""
        return messages.say(self.code, where=self.where, **self.facts)


class Problems:
    """The problems found so far while a pack is read."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, code: str, where: str, /, **facts: object) -> None:
        self.found.append(Problem(code, where, MappingProxyType(facts)))


class _Absent:
    """What a reader gives back for a value it had to refuse; never leaves this module."""


ABSENT = _Absent()
Read = Callable[[object, str, Problems], Any]
_READERS: dict[type[Any], Read] = {}  # hints are resolved once per class


def read_record(of: type[Shape], data: object, where: str, problems: Problems) -> Shape | None:
    """Return the dataclass filled from a TOML table, or ``None`` after adding what is wrong with it."""
    found = _record_reader(of)(data, where, problems)
    return None if found is ABSENT else found


def read_records(
    of: type[Shape], data: object, kind: str, problems: Problems, name: str = "id"
) -> tuple[Shape, ...]:
    """Return a list of tables as dataclasses; a place is written with the entry's own name (``step S05.ladder[0]``)."""
    if not isinstance(data, list):
        problems.add("pack.wrong_type", kind, expected=_word("list"), found=_shown(data))
        return ()
    found = []
    for position, row in enumerate(data):
        own = row.get(name) if isinstance(row, dict) else None
        where = f"{kind}[{position}]" if own is None else f"{kind} {own}"
        record = read_record(of, row, where, problems)
        if record is not None:
            found.append(record)
    return tuple(found)


def _record_reader(of: type[Any]) -> Read:
    if of not in _READERS:
        _READERS[of] = _new_record_reader(of)
    return _READERS[of]


def _new_record_reader(of: type[Any]) -> Read:
    hints = get_type_hints(of)
    known = {_key(one): (one.name, _reader(hints[one.name])) for one in fields(of)}
    required = [_key(one) for one in fields(of) if one.default is MISSING and one.default_factory is MISSING]

    def read(data: object, where: str, problems: Problems) -> Any:
        if not isinstance(data, dict):
            problems.add("pack.wrong_type", where, expected=_word("table"), found=_shown(data))
            return ABSENT
        given: dict[str, Any] = {}
        whole = True
        for key in required:
            if key not in data:
                problems.add("pack.missing_key", where, key=key)
                whole = False
        for key, value in data.items():
            if key not in known:
                problems.add("pack.unknown_key", where, key=key, known=tuple(known))
                continue
            name, reader = known[key]
            given[name] = reader(value, f"{where}.{key}", problems)
            whole = whole and given[name] is not ABSENT
        return of(**given) if whole else ABSENT

    return read


def _key(one: Field[Any]) -> str:
    return str(one.metadata.get("toml", one.name))


def _reader(hint: Any) -> Read:
    if hint == Value:
        return _read_value
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        inner = [one for one in get_args(hint) if one is not type(None)]
        return _reader(inner[0]) if len(inner) == 1 else _read_scalar
    if origin is Literal:
        return _choice_reader(get_args(hint))
    if origin is tuple:
        return _list_reader(_reader(get_args(hint)[0]))
    if hasattr(hint, "__dataclass_fields__"):
        return _record_reader(hint)
    return _plain_reader(hint)


def _plain_reader(of: type[Any]) -> Read:
    def read(data: object, where: str, problems: Problems) -> Any:
        if type(data) is of:  # bool is an int and datetime a date: only the type itself will do
            return data
        problems.add("pack.wrong_type", where, expected=_word(of.__name__), found=_shown(data))
        return ABSENT

    return read


def _choice_reader(choices: tuple[object, ...]) -> Read:
    def read(data: object, where: str, problems: Problems) -> Any:
        if data in choices:
            return data
        problems.add("pack.not_a_choice", where, found=_shown(data), known=choices)
        return ABSENT

    return read


def _list_reader(member: Read) -> Read:
    def read(data: object, where: str, problems: Problems) -> Any:
        if not isinstance(data, list):
            problems.add("pack.wrong_type", where, expected=_word("list"), found=_shown(data))
            return ABSENT
        found = tuple(member(one, f"{where}[{position}]", problems) for position, one in enumerate(data))
        return ABSENT if any(one is ABSENT for one in found) else found

    return read


def _read_scalar(data: object, where: str, problems: Problems) -> Any:
    if isinstance(data, bool | int | str):
        return data
    problems.add("pack.wrong_type", where, expected=_word("scalar"), found=_shown(data))
    return ABSENT


def _read_value(data: object, where: str, problems: Problems) -> Any:
    if isinstance(data, list) and all(isinstance(one, str) for one in data):
        return tuple(data)
    if isinstance(data, bool | int | str | Decimal) or (
        isinstance(data, date) and not isinstance(data, datetime)
    ):
        return data
    problems.add("pack.wrong_type", where, expected=_word("value"), found=_shown(data))
    return ABSENT


def _word(kind: str) -> str:
    return messages.sentence(f"pack.kind.{kind}")


def _shown(data: object) -> str:
    text = str(data)
    return text if len(text) <= 60 else text[:57] + "..."
