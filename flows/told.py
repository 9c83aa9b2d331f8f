"""Who was reminded and who was told of it above, today and city by city, as the database has it."""

from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlalchemy.types import Date

from flows.words import word
from tasks.work import House

_TOLD = text(
    """
SELECT s.city, COALESCE(SUM(o.reminded), 0), COALESCE(SUM(o.escalated), 0),
       SUM(CASE WHEN o.step_id IS NULL THEN 1 ELSE 0 END)
  FROM step AS s
  LEFT JOIN (SELECT step_id, SUM(CASE WHEN nature = 'reminder' THEN 1 ELSE 0 END) AS reminded,
                    SUM(CASE WHEN nature = 'escalation' THEN 1 ELSE 0 END) AS escalated
               FROM occasion WHERE made_on = :today GROUP BY step_id) AS o ON o.step_id = s.id
 WHERE s.state = 'open' OR o.step_id IS NOT NULL GROUP BY s.city
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
    """What the sweeps of a day wrote about one city (or the province), and how many open steps had nothing due."""

    place: str
    reminded: int
    escalated: int
    silent: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A letter that waits for a person: in doubt, refused or held."""

    kind: str
    recipient: str
    state: str
    reply: str
    key: str


def told_today(house: House) -> list[Told]:
    """Today's reminders and escalations and the silent steps by city, the province first; the same however often."""
    with house.look() as work:
        rows = work.session.connection().execute(_TOLD, {"today": work.today}).all()
        return [
            Told(
                work.divisions.by_code(city).name if city else word("artifact", "province"),
                int(reminded),
                int(escalated),
                int(silent),
            )
            for city, reminded, escalated, silent in sorted(rows, key=lambda row: row[0] or "")
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
