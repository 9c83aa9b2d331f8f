"""The imports that an office has made, the newest first: for the page of imports."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.event import Event
from tasks.bulk.plan import SUBJECT
from tasks.queries.actor_names import actor_names, named_actor
from tasks.work import Work

SHOWN = 20


@dataclass(frozen=True, slots=True)
class PastImport:
    """One import: when, by whom, which act, how many lines."""

    key: str
    at: datetime
    who: str
    act: str
    added: int
    changed: int
    unchanged: int


def past_imports(work: Work, organisation: str) -> list[PastImport]:
    """The last imports of an office."""
    wanted = (
        select(Event)
        .where(
            col(Event.subject_type) == SUBJECT,
            col(Event.subject).like(f"{organisation}/%"),
            col(Event.act).like("bulk.%"),
        )
        .order_by(col(Event.seq).desc())
        .limit(SHOWN)
    )
    found = list(work.session.execute(wanted).scalars())
    people = actor_names(work, (one.actor for one in found))
    return [
        PastImport(
            one.subject,
            one.at,
            named_actor(one.actor, people),
            one.act,
            *(int(one.facts.get(name, 0)) for name in ("added", "changed", "unchanged")),
        )
        for one in found
    ]
