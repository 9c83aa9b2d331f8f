"""The labels of a form as the pack prints them, found however they are spaced, numbered, split or bracketed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from documents.reading.signs import COLONS, forms_of, normal, rest_after
from documents.reading.table import Cell, Table

_T = TypeVar("_T")
_HINT = re.compile("^\\s*[(\uff08\\[\u3010][^()\uff08\uff09\\[\\]\u3010\u3011]*[)\uff09\\]\u3011]")
_HEAD = 3
"""A group's head has at least so many signs."""
_LONGEST = 80
"""No label is longer; a cell that is cannot be one, though it may begin with one."""


class Labelled(Protocol):
    """Whatever a pack gives a label: a field of the form, a column of the summary table."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def also(self) -> tuple[str, ...]: ...


class LabelIndex:
    """What a text may be: a field's whole label, the head of a group, or a label below such a head.

    Fields of one group whose labels begin alike ("project lead, name") stand on paper as a head with short labels;
    the short one belongs to whatever head stands beside or above it.
    """

    def __init__(self, fields: Iterable[Labelled], groups: Mapping[str, str] | None = None) -> None:
        self._full: dict[str, str] = {}
        self._heads: dict[str, str] = {}
        self._short: dict[str, dict[str, str]] = {}
        self._ways: list[tuple[str, str]] = []
        self._known: dict[str, _Meaning] = {}
        listed = list(fields)
        for field in listed:
            for label in (field.label, *field.also):
                self._ways.append((label, field.key))
                for form in forms_of(label):
                    self._full.setdefault(form, field.key)
        for group, members in _grouped(listed, groups or {}):
            head = _common([one.label for one in members])
            if len(head) < _HEAD or any(len(one.label) == len(head) for one in members):
                continue
            self._heads[normal(head)] = group
            for one in members:
                for label in (one.label, *one.also):
                    short = label.removeprefix(head)
                    self._short.setdefault(normal(short), {})[group] = one.key
        # A longer label is looked for first than one that it begins with.
        self._ways.sort(key=lambda one: -len(one[0]))

    def field_of(self, text: str) -> str | None:
        """The key of the field whose whole label this is."""
        return self._meaning(text).field

    def head_of(self, text: str) -> str | None:
        """The group whose head this is."""
        return self._meaning(text).head

    def short_of(self, text: str) -> Mapping[str, str]:
        """Group → key of the fields that have this short label."""
        return self._meaning(text).short

    def is_label(self, text: str) -> bool:
        """Whether the text is a label and nothing else."""
        found = self._meaning(text)
        return bool(found.field or found.head or found.short)

    def beginning(self, text: str) -> tuple[str, str] | None:
        """The field whose label a text begins with, set off by a colon or a new line, and what follows."""
        return self._meaning(text).begun

    def short_beginning(self, text: str) -> tuple[Mapping[str, str], str] | None:
        """The same for a short label: group → key, and what follows."""
        return self._meaning(text).begun_short

    def _meaning(self, text: str) -> "_Meaning":
        """Cells are asked again and again while their neighbours are looked at: each text is compared once."""
        found = self._known.get(text)
        if found is None:
            found = _Meaning(
                _first(self._full, text),
                _first(self._heads, text),
                _first(self._short, text) or {},
                _beginning(self._ways, text),
                _beginning(self._short.items(), text),
            )
            self._known[text] = found
        return found


@dataclass(frozen=True, slots=True)
class _Meaning:
    """Everything that a text may be to a form."""

    field: str | None
    head: str | None
    short: Mapping[str, str]
    begun: tuple[str, str] | None
    begun_short: tuple[Mapping[str, str], str] | None


def _beginning(ways: Iterable[tuple[str, _T]], text: str) -> tuple[_T, str] | None:
    first = normal(text[:_LONGEST])[:1]
    for label, meant in ways:
        # A text that begins with another sign cannot begin with the label: most end here.
        rest = value_after(text, label) if normal(label)[:1] == first else None
        if rest is not None:
            return meant, rest
    return None


def value_after(text: str, label: str) -> str | None:
    """What follows a label and its colon, or its line, at the beginning of a text; None where it is not so."""
    rest = rest_after(text, label)
    if rest is None:
        return None
    hint = _HINT.match(rest)
    rest = rest[hint.end() :] if hint else rest
    plain = rest.lstrip(" \t\u3000\u00a0")
    if plain[:1] and plain[0] in COLONS:
        return plain[1:]
    return plain if plain.startswith("\n") and plain.strip() else None


def split_labels(table: Table, index: LabelIndex) -> Iterator[tuple[Cell, Cell, str]]:
    """Two cells, side by side or one below the other, that are a label only together: first, second, its key."""
    for cell in table.cells:
        if cell.is_blank or index.is_label(cell.text) or len(cell.text) > _LONGEST:
            continue
        for other in (table.right_of(cell), table.below(cell)):
            if other is None or other.is_blank or other == cell or len(other.text) > _LONGEST:
                continue
            if index.is_label(other.text):
                continue
            key = index.field_of(f"{cell.text}{other.text}")
            if key is not None:
                yield cell, other, key


def _first(known: Mapping[str, _T], text: str) -> _T | None:
    if not text or len(text) > _LONGEST:
        return None
    return next((known[form] for form in forms_of(text) if form in known), None)


def _grouped(fields: Sequence[Labelled], groups: Mapping[str, str]) -> Iterator[tuple[str, list[Labelled]]]:
    found: dict[str, list[Labelled]] = {}
    for field in fields:
        group = groups.get(field.key)
        if group is not None:
            found.setdefault(group, []).append(field)
    return ((group, members) for group, members in found.items() if len(members) > 1)


def _common(labels: Sequence[str]) -> str:
    """The beginning that all labels share."""
    first, last = min(labels), max(labels)
    same = next((at for at, sign in enumerate(first) if at >= len(last) or last[at] != sign), len(first))
    return first[:same]
