"""Who was reminded and who was told of it above, today and city by city, as the database has it."""

from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlalchemy.types import Date

from flows.words import word
from tasks.work import House

_TOLD = text(
    """
SELECT s.city, SUM(CASE WHEN o.nature = 'reminder' THEN 1 ELSE 0 END),
       SUM(CASE WHEN o.nature = 'escalation' THEN 1 ELSE 0 END)
  FROM occasion AS o JOIN step AS s ON s.id = o.step_id
 WHERE o.made_on = :today GROUP BY s.city ORDER BY s.city
"""
).bindparams(bindparam("today", type_=Date))
_DIGESTS = text("SELECT COUNT(*) FROM letter WHERE kind = 'digest' AND subject_key = :day")
_LETTERS = text("SELECT kind, state, COUNT(*) FROM letter GROUP BY kind, state ORDER BY kind, state")
_WAITING = text(
    """
SELECT kind, recipient_name, state, reply, key FROM letter
 WHERE state IN ('in_doubt', 'refused', 'held') ORDER BY id LIMIT :limit
"""
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the sweeps of a day wrote about one city (or about the province)."""

    place: str
    reminded: int
    escalated: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits for a person: in doubt, refused or held."""

    kind: str
    recipient: str
    state: str
    reply: str
    key: str


def told_today(house: House) -> list[Told]:
    """Reminders and escalations of today by city; the same however often the sweep has run today."""
    with house.look() as work:
        rows = work.session.connection().execute(_TOLD, {"today": work.today}).all()
        return [
            Told(
                work.divisions.by_code(city).name if city else word("artifact", "province"),
                int(reminded),
                int(escalated),
            )
            for city, reminded, escalated in rows
        ]


def digests_today(house: House) -> int:
    """How many people have a digest of today."""
    with house.look() as work:
        return int(work.session.connection().execute(_DIGESTS, {"day": work.today.isoformat()}).scalar_one())


def letters_by_state(house: House) -> list[tuple[str, str, int]]:
    """All letters counted by kind and state."""
    with house.look() as work:
        rows = work.session.connection().execute(_LETTERS).all()
        return [(str(kind), str(state), int(count)) for kind, state, count in rows]


def letters_waiting(house: House, limit: int) -> list[Waiting]:
    """The letters that wait for a person, the oldest first."""
    with house.look() as work:
        rows = work.session.connection().execute(_WAITING, {"limit": limit}).all()
        return [
            Waiting(kind, recipient, state, reply or "", key) for kind, recipient, state, reply, key in rows
        ]
