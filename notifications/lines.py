"""The lines of a digest: what one person owes or is told of, grouped by urgency, stage and city."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from notifications.facts import fact_kind, shown, stored, wording

_DUE = fact_kind("due_on", "due")


class Section(StrEnum):
    """How urgent a line is; the order is the order in the letter."""

    ESCALATED = "escalated"
    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"


_RANK = {section: rank for rank, section in enumerate(Section)}


@dataclass(frozen=True)
class DigestLine:
    """One matter. `stage`, `city`, `text` and `note` are shown as given, `due_on` as a fact of the form `due`.

    `step` is the key the link leads to. Lines of a section stand in the order given, gathered by stage and city.
    """

    section: Section
    stage: str
    city: str
    text: str
    due_on: Any
    step: str
    clause: str
    note: str = ""


def sections(lines: Iterable[DigestLine], link: Callable[[str], str]) -> list[dict[str, Any]]:
    """The sections as the templates walk them: heading, count and groups of lines by stage and city."""
    headings = wording()["section"]
    places: dict[tuple[str, str, str], int] = {}
    given = list(lines)
    for line in given:
        places.setdefault((line.section, line.stage, line.city), len(places))
    ordered = sorted(
        given, key=lambda line: (_RANK[line.section], places[line.section, line.stage, line.city])
    )
    return [
        {
            "heading": headings[section],
            "groups": groups,
            "count": sum(len(group["lines"]) for group in groups),
        }
        for section, of_section in groupby(ordered, key=lambda line: line.section)
        for groups in [_groups(of_section, link)]
    ]


def summary(parts: Iterable[dict[str, Any]]) -> str:
    """The sections with their counts in half a line, for the subject."""
    words = wording()["summary"]
    return str(words["separator"].join(words["part"].format(**part) for part in parts))


def _groups(lines: Iterable[DigestLine], link: Callable[[str], str]) -> list[dict[str, Any]]:
    return [
        {"stage": stage, "city": city, "lines": [_shown(line, link) for line in group]}
        for (stage, city), group in groupby(lines, key=lambda line: (line.stage, line.city))
    ]


def _shown(line: DigestLine, link: Callable[[str], str]) -> dict[str, Any]:
    return {
        "text": line.text,
        "due_on": shown(_DUE, stored("due_on", _DUE, line.due_on)),
        "note": line.note,
        "clause": line.clause,
        "link": link(line.step),
    }
