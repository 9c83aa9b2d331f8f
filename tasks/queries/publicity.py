"""What became of honours once recorded: reported up, published, picked as typical (K48), as events tell it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.event import Event
from tasks.work import Work

REPORTED, PICKED = "evaluation.report_honour", "evaluation.pick_typical"
"""The acts whose events tell what became of an honour."""


@dataclass(frozen=True, slots=True)
class Publicity:
    """One report upwards: the day, the medium and its link, '' where none was named."""

    reported_on: date
    media: str
    link: str


@dataclass(frozen=True, slots=True)
class Fame:
    """All that became of one honour, in order; `typical` is why the province picked it, None where it has not."""

    publicity: tuple[Publicity, ...] = field(default=())
    typical: str | None = None


def fame_of(work: Work, honours: Collection[str]) -> dict[str, Fame]:
    """Of each of these honours, by key, what became of it; those of which nothing was told are left out."""
    told = (
        select(Event)
        .where(col(Event.subject).in_(sorted(honours)), col(Event.act).in_((REPORTED, PICKED)))
        .order_by(col(Event.seq))
    )
    events: dict[str, list[Event]] = {}
    for event in work.session.execute(told).scalars() if honours else ():
        events.setdefault(event.subject, []).append(event)
    return {key: _fame(found) for key, found in events.items()}


def _fame(events: list[Event]) -> Fame:
    reports = (one.facts for one in events if one.act == REPORTED)
    return Fame(
        tuple(
            Publicity(date.fromisoformat(one["reported_on"]), one.get("media") or "", one.get("link") or "")
            for one in reports
        ),
        next((str(one.facts["reason"]) for one in events if one.act == PICKED), None),
    )
