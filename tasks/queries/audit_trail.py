"""The audit trail as people read it: page by page in their scope, or all events of one object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import col

from models.clock import SHANGHAI
from models.event import Event
from models.organisation import Person
from models.rules.access import Viewer
from tasks.queries.actor_names import organisations_named, people_named
from tasks.queries.audit_scope import events_seen
from tasks.queries.scope import Condition
from tasks.refusal import NotFound
from tasks.work import Work

PAGE = 50
TRAIL = 500
"""So many events of one object are shown at most."""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What the trail is narrowed to; `subject` is how a key begins, `actor` a code or part of a name."""

    subject: str | None = None
    table: str | None = None
    actor: str | None = None
    act: str | None = None
    batch: int | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event. `actor_name` names the person and the office, `instead_of` whom they stood in for."""

    seq: int
    at: datetime
    actor: str
    actor_name: str
    instead_of: str
    act: str
    table: str
    subject: str
    subject_name: str
    batch: int | None
    facts: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Some events, the latest first; `next` and `previous` are the numbers to go on after or back before."""

    rows: tuple[AuditRow, ...]
    next: int | None
    previous: int | None


def audit_page(
    work: Work,
    viewer: Viewer,
    *,
    filters: AuditFilter | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> AuditPage:
    """The events before number `after`, or those next after number `before`; counts nothing."""
    backward = before is not None
    which = [events_seen(work, viewer), *_narrowed(filters or AuditFilter())]
    if after is not None:
        which.append(col(Event.seq) < after)
    if before is not None:
        which.append(col(Event.seq) > before)
    order = col(Event.seq).asc() if backward else col(Event.seq).desc()
    found = list(work.session.execute(select(Event).where(*which).order_by(order).limit(limit + 1)).scalars())
    has_more, found = len(found) > limit, found[:limit]
    rows = _rows(work, sorted(found, key=lambda one: one.seq, reverse=True))
    first, last = (rows[0].seq, rows[-1].seq) if rows else (None, None)
    return AuditPage(
        rows,
        next=last if has_more or backward else None,
        previous=first if (has_more if backward else after is not None) else None,
    )


def audit_trail(work: Work, viewer: Viewer, key: str) -> tuple[AuditRow, ...]:
    """Everything that happened to one object, the latest first; `key` is its table and its own key with a colon.

    Raises NotFound where the viewer sees none of it.
    """
    table, _, subject = key.partition(":")
    wanted = (
        select(Event)
        .where(col(Event.subject_type) == table, col(Event.subject) == subject, events_seen(work, viewer))
        .order_by(col(Event.seq).desc())
        .limit(TRAIL)
    )
    rows = _rows(work, list(work.session.execute(wanted).scalars()))
    if not rows:
        raise NotFound("web.not_yours", subject=key)
    return rows


def last_event(work: Work) -> Event | None:
    """The last event of the chain."""
    found: Event | None = (
        work.session.execute(select(Event).order_by(col(Event.seq).desc()).limit(1)).scalars().first()
    )
    return found


def acts_seen(work: Work) -> list[str]:
    """The names of acts that stand in the trail, in order."""
    return sorted(work.session.execute(select(col(Event.act)).distinct()).scalars())


def _narrowed(filters: AuditFilter) -> list[Condition]:
    found: list[Condition] = [
        col(column) == value
        for column, value in (
            (Event.subject_type, filters.table),
            (Event.act, filters.act),
            (Event.batch, filters.batch),
        )
        if value is not None
    ]
    if filters.subject:
        found.append(col(Event.subject).startswith(filters.subject, autoescape=True))
    if filters.actor:
        found.append(_by(filters.actor))
    if filters.since is not None:
        found.append(col(Event.at) >= datetime.combine(filters.since, time(), SHANGHAI))
    if filters.until is not None:
        found.append(col(Event.at) < datetime.combine(filters.until + timedelta(days=1), time(), SHANGHAI))
    return found


def _by(text: str) -> Condition:
    """By whoever has this code, or a name with these words; a deputy's code has whom they stood in for behind it."""
    named = select(col(Person.code)).where(col(Person.name).contains(text, autoescape=True))
    actor = col(Event.actor)
    return or_(actor == text, actor.startswith(f"{text}>", autoescape=True), actor.in_(named))


def _rows(work: Work, events: Sequence[Event]) -> tuple[AuditRow, ...]:
    people = people_named(work, {part for one in events for part in one.actor.split(">") if part})
    subjects = organisations_named(work, {_office_of(one) for one in events} - {""})
    return tuple(_row(one, people, subjects) for one in events)


def _row(event: Event, people: Mapping[str, str], subjects: Mapping[str, str]) -> AuditRow:
    actor, _, absent = event.actor.partition(">")
    return AuditRow(
        seq=event.seq,
        at=event.at,
        actor=event.actor,
        actor_name=people.get(actor, actor),
        instead_of=people.get(absent, absent),
        act=event.act,
        table=event.subject_type,
        subject=event.subject,
        subject_name=subjects.get(_office_of(event), ""),
        batch=event.batch,
        facts=event.facts,
        hash=event.hash,
    )


def _office_of(event: Event) -> str:
    """The organisation that a subject names: itself, or the institution of an application."""
    if event.subject_type == "organisation":
        return event.subject
    if event.subject_type in ("application", "roster_entry"):
        parts = event.subject.replace(":", "-").split("-")
        return parts[1] if len(parts) > 1 else ""
    if event.subject_type in ("person", "account"):
        return event.subject.partition(".")[0]
    return ""
