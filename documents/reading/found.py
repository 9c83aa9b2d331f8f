"""What was found in a form: values with their places, what is wrong with how they are written, what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from documents.reading.document import Place
from documents.version_code import VersionCode
from models.messages import say

SHOWN = 40
"""So much of what was found is repeated in a sentence about it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One field: its number on the form, its label there, the text of its cell, the value as the form takes it."""

    key: str
    number: str
    label: str
    raw: str
    value: Any
    place: Place


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to be mended: the code of its sentence, the field's key ('' for the form as a whole) and its place."""

    code: str
    key: str = ""
    place: Place | None = None
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)

    @property
    def text(self) -> str:
        """The sentence: where, which label, what was found, what is expected."""
        where = self.place.text if self.place is not None else ""
        return say(self.code, place=where, **self.facts)


@dataclass(frozen=True, slots=True)
class FoundForm:
    """Appendix 1 as it was read. `missing` are labels of the printed form that are not there; `signed` are the days
    written beside signatures, by the signature's field: that somebody signed and sealed is for human eyes.
    """

    fields: Mapping[str, Found]
    problems: tuple[Problem, ...]
    missing: tuple[str, ...] = ()
    signed: Mapping[str, str] = field(default_factory=dict, hash=False)
    code: VersionCode | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The values by key, blanks included."""
        return {key: one.value for key, one in self.fields.items()}


def shown(text: str) -> str:
    """A found text in one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[:SHOWN]}\u2026"
