"""Chinese sentences by code: the words of refusals and problems live in ``messages.toml``, not in Python."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

MESSAGES = Path(__file__).with_name("messages.toml")
CHINA_OFFSET = "+08:00"
"""What needs not be said of an instant: people here have one time."""
_PLACE = re.compile(r"\{(#?)([a-z][a-z0-9_]*)\}")
_TEN = 10


class UnknownMessage(KeyError):
    """No sentence stands under this code: add it to ``models/messages.toml``, in the section of its domain."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class MissingFact(KeyError):
    """The sentence names a fact that the caller did not give: pass it, or take it out of the sentence."""

    def __init__(self, code: str, fact: str) -> None:
        super().__init__(f"{code}: {fact}")
        self.code = code
        self.fact = fact


def say(code: str, /, **facts: object) -> str:
    """Return the sentence of a dotted code with its facts filled in.

    Only ``{name}`` is replaced, and ``{#name}`` by the number in Chinese numerals: no attributes, indexes or formats,
    so a fact that came from outside can do nothing here. Tuples and lists are joined with the enumeration comma, dates
    are written ISO. Facts the sentence does not
    name are ignored; one it names and the caller lacks raises ``MissingFact``, an unknown code ``UnknownMessage``.
    """

    def fill(place: re.Match[str]) -> str:
        name = place.group(2)
        if name not in facts:
            raise MissingFact(code, name)
        return numeral(facts[name]) if place.group(1) else _text(facts[name])

    return _PLACE.sub(fill, sentence(code))


def sentence(code: str) -> str:
    """Return the unfilled sentence of a code; raises ``UnknownMessage``."""
    try:
        return _sentences()[code]
    except KeyError:
        raise UnknownMessage(code) from None


def codes(prefix: str = "") -> tuple[str, ...]:
    """Return every code there is below a prefix, in the order of the file."""
    return tuple(code for code in _sentences() if code.startswith(prefix))


def places(code: str) -> frozenset[str]:
    """Return the names of the facts that a sentence asks for."""
    return frozenset(name for _numeral, name in _PLACE.findall(sentence(code)))


def numeral(number: object) -> str:
    """Return a whole number from 0 to 99 in Chinese numerals, as batches are called; anything else as it is written."""
    written = str(number)
    if not written.isdecimal() or int(written) >= _TEN * _TEN:
        return written
    tens, ones = divmod(int(written), _TEN)
    digits = sentence("list.numerals")
    before = ("" if tens == 1 else digits[tens]) + digits[_TEN] if tens else ""
    return before + (digits[ones] if ones or not tens else "")


def _text(fact: object) -> str:
    match fact:
        case datetime():
            written = fact.isoformat(" ", "minutes")
            return written.removesuffix(CHINA_OFFSET)
        case date():
            return fact.isoformat()
        case tuple() | list() | frozenset():
            return sentence("list.comma").join(_text(one) for one in fact)
        case _:
            return str(fact)


@lru_cache(maxsize=1)
def _sentences() -> Mapping[str, str]:
    with MESSAGES.open("rb") as file:
        found: dict[str, str] = {}
        _gather(tomllib.load(file), "", found)
    return MappingProxyType(found)


def _gather(section: Mapping[str, object], prefix: str, found: dict[str, str]) -> None:
    for name, value in section.items():
        if isinstance(value, Mapping):
            _gather(value, f"{prefix}{name}.", found)
        else:
            found[f"{prefix}{name}"] = str(value)
