"""The catalogue of letters: every kind with its label, its weight, the facts it needs and the clauses it serves."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from models.mail import LegalClass
from notifications.facts import FactKind, FactMisfit, fact_kind, shown, stored

CATALOGUE = Path(__file__).with_name("catalogue.toml")


class LetterUnknown(ValueError):
    """No such kind of letter stands in the catalogue."""


class FactsUnfit(ValueError):
    """The facts of a letter are not those its kind asks for; every misfit is named, not just the first."""

    def __init__(self, kind: str, misfits: list[str]) -> None:
        super().__init__(f"letter {kind}: {'; '.join(misfits)}")
        self.kind = kind
        self.misfits = tuple(misfits)


@dataclass(frozen=True)
class LetterKind:
    """One kind of letter.

    `own_act` letters go out at once and by themselves; the others gather what their recipient owes. A kind with
    `gathers` takes its lines when it is sent and is dropped when there are none left.
    """

    name: str
    label: str
    legal_class: LegalClass
    template: str
    own_act: bool
    gathers: bool
    clauses: tuple[str, ...]
    facts: Mapping[str, FactKind]

    def checked(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts in their stored form; raises FactsUnfit for a missing, surplus or malformed one."""
        misfits = [f"missing {name}" for name in self.facts if name not in facts]
        misfits += [f"surplus {name}" for name in facts if name not in self.facts]
        kept: dict[str, Any] = {}
        for name, kind in self.facts.items():
            if name in facts:
                try:
                    kept[name] = stored(name, kind, facts[name])
                except FactMisfit as misfit:
                    misfits.append(str(misfit))
        if misfits:
            raise FactsUnfit(self.name, misfits)
        return kept

    def shown(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """Stored facts as the templates print them.

        A letter that an earlier version queued may lack a date that its kind has got since: it is shown as unknown.
        """
        return {
            name: shown(kind, facts.get(name) if kind.form == "due" else facts[name])
            for name, kind in self.facts.items()
        }


def read_catalogue(text: str) -> dict[str, LetterKind]:
    """Every kind of a catalogue by name; raises FactMisfit or KeyError where an entry is not complete."""
    return {name: _kind(name, entry) for name, entry in tomllib.loads(text).items()}


def _kind(name: str, entry: dict[str, Any]) -> LetterKind:
    legal_class = LegalClass(entry["legal_class"])
    return LetterKind(
        name=name,
        label=entry["label"],
        legal_class=legal_class,
        template=entry.get("template", name),
        own_act=legal_class is not LegalClass.DIGEST,
        gathers=entry.get("gathers", False),
        clauses=tuple(entry["clauses"]),
        facts={fact: fact_kind(fact, declared) for fact, declared in entry.get("facts", {}).items()},
    )


@cache
def catalogue() -> Mapping[str, LetterKind]:
    """The shipped catalogue, read once."""
    return read_catalogue(CATALOGUE.read_text(encoding="utf-8"))


def letter_kind(name: str) -> LetterKind:
    """One kind by name; raises LetterUnknown."""
    try:
        return catalogue()[name]
    except KeyError:
        known = ", ".join(catalogue())
        raise LetterUnknown(f"no kind of letter is called {name!r}; the catalogue has {known}") from None
