"""What a rule answers: breaches, each with its clause, its facts and its Chinese sentence."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

from models import messages


class RuleValues(Protocol):
    """The programme's parameters as they stood for one batch on one day; unknown keys raise."""

    def value(self, key: str) -> Any:
        """Return the parameter's value in the type the pack gives it."""

    def fen(self, key: str) -> int:
        """Return a sum of money in fen."""


@dataclasses.dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a rule is not kept.

    ``code`` is the key of its sentence in ``models/messages.toml``, ``clause`` the clause or ambiguity it stands on,
    ``field`` the form field (F04) where there is one. A hard breach is refused by the system. A soft one is refused
    unless an officer with the right role gives a written reason; on the form (``rules.form``) soft means advice.
    """

    code: str
    clause: str
    field: str | None = None
    hard: bool = True
    facts: Mapping[str, object] = dataclasses.field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "facts", MappingProxyType(dict(self.facts)))

    @property
    def text(self) -> str:
        """The sentence for people; raises when the catalogue lacks the code or a fact it names.

        A fact that is a code with a word of its own (``list.words``) is shown as that word.
        """
        shown = {name: _in_words(fact) for name, fact in self.facts.items()}
        return messages.say(self.code, **{"clause": self.clause, "field": self.field or "", **shown})

    def as_row(self) -> dict[str, object]:
        """Return plain data for exports and audit events."""
        return {
            "code": self.code,
            "clause": self.clause,
            "field": self.field,
            "hard": self.hard,
            "facts": dict(self.facts),
            "text": self.text,
        }


class RuleBroken(Exception):
    """The act was refused: every breach stands in ``breaches``, and each sentence says what to do next."""

    def __init__(self, breaches: Iterable[Breach]) -> None:
        self.breaches = tuple(breaches)
        super().__init__(self.breaches)

    def __str__(self) -> str:
        return "\n".join(breach.text for breach in self.breaches)


def hard(code: str, clause: str, field: str | None = None, **facts: object) -> Breach:
    """Return a breach the system refuses."""
    return Breach(code, clause, field, True, facts)


def soft(code: str, clause: str, field: str | None = None, **facts: object) -> Breach:
    """Return a breach that a written reason may pass, or, on the form, an advice."""
    return Breach(code, clause, field, False, facts)


def graded(is_hard: object) -> Callable[..., Breach]:
    """Return ``hard`` or ``soft``, as a switch of the programme says."""
    return hard if is_hard else soft


def split(breaches: Iterable[Breach]) -> tuple[tuple[Breach, ...], tuple[Breach, ...]]:
    """Return the hard breaches and the soft ones, each in the order they were found."""
    found = tuple(breaches)
    return tuple(one for one in found if one.hard), tuple(one for one in found if not one.hard)


def still_standing(breaches: Iterable[Breach], overridden: Collection[str]) -> tuple[Breach, ...]:
    """Return what remains after soft breaches of the overridden clauses have passed; hard ones always remain."""
    return tuple(one for one in breaches if one.hard or one.clause not in overridden)


def _in_words(fact: object) -> object:
    if isinstance(fact, tuple):
        return tuple(_in_words(one) for one in fact)
    if isinstance(fact, str):
        try:
            return messages.sentence(f"list.words.{fact}")
        except messages.UnknownMessage:
            return fact
    return fact
