"""What happened to an object, from the audit trail, with people called by their names."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlmodel import col

from models.event import Event
from models.messages import say
from models.step import Step
from tasks.queries.actor_names import actor_names, people_named
from tasks.work import MACHINE, Work

URGED = "deadlines.remind_now"
"""A reminding by hand is an event of the step; it is told of what the step is about, with its words."""


@dataclass(frozen=True, slots=True)
class Happening:
    """An act upon the object: by whom, in whose place, with the reason and document where some were given."""

    at: datetime
    act: str
    who: str
    in_place_of: str
    reason: str
    document: str


def happenings(work: Work, subject_type: str, *subjects: str) -> tuple[Happening, ...]:
    """The events of these objects, the earliest first: whoever acted is named with their office."""
    return happenings_of(work, [(subject_type, one) for one in subjects])


def happenings_of(work: Work, objects: Iterable[tuple[str, str]]) -> tuple[Happening, ...]:
    """The events of several objects together, each by its table and key, with the remindings by hand of their steps."""
    named = list(objects)
    own = or_(*(and_(col(Event.subject_type) == table, col(Event.subject) == key) for table, key in named))
    keys = [key for _table, key in named]
    urged = and_(
        col(Event.subject_type) == "step",
        col(Event.act) == URGED,
        col(Event.subject).in_(
            select(col(Step.key)).where(or_(col(Step.subject).in_(keys), col(Step.pair).in_(keys)))
        ),
    )
    found = list(
        work.session.execute(select(Event).where(or_(own, urged)).order_by(col(Event.seq))).scalars()
    )
    names = actor_names(work, (event.actor for event in found))
    # One act that moves several objects is one line.
    return tuple(dict.fromkeys(_happening(event, names) for event in found))


def person_names(work: Work, codes: Collection[str]) -> dict[str, str]:
    """Code → name, of those people who are known; the service itself has a name, too."""
    return {MACHINE.person: say("web.machine"), **people_named(work, codes)}


def _happening(event: Event, names: dict[str, str]) -> Happening:
    who, _, absent = event.actor.partition(">")
    reason, document, note = (str(event.facts.get(name) or "") for name in ("reason", "document", "note"))
    if event.act == URGED:
        reason = note
    return Happening(event.at, event.act, names.get(who, who), names.get(absent, absent), reason, document)
