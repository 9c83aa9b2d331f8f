"""What happened to an object, from the audit trail, with people called by their names."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.event import Event
from models.messages import say
from tasks.queries.actor_names import people_named
from tasks.work import MACHINE, Work


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
    """The events of these objects, the earliest first."""
    wanted = select(Event).where(col(Event.subject).in_(subjects), col(Event.subject_type) == subject_type)
    found = list(work.session.execute(wanted.order_by(col(Event.seq))).scalars())
    names = person_names(work, {code for event in found for code in event.actor.split(">")})
    return tuple(_happening(event, names) for event in found)


def person_names(work: Work, codes: Collection[str]) -> dict[str, str]:
    """Code → name, of those people who are known; the service itself has a name, too."""
    return {MACHINE.person: say("web.machine"), **people_named(work, codes)}


def _happening(event: Event, names: dict[str, str]) -> Happening:
    who, _, absent = event.actor.partition(">")
    reason, document = (str(event.facts.get(name) or "") for name in ("reason", "document"))
    return Happening(event.at, event.act, names.get(who, who), names.get(absent, absent), reason, document)
