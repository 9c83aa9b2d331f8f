"""Telling people: an act's letters go into the outbox inside the act's own transaction."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from models.organisation import Duty, Organisation, Person
from models.prepared import Prepared
from models.step import Step
from notifications.outbox import write_letter
from notifications.outbox_storm import hold_storm
from tasks.steps import due_date
from tasks.work import Work

_HOLDERS = Prepared(
    select(col(Person.code), col(Person.name), col(Person.email))
    .join(Duty, col(Duty.person) == col(Person.code))
    .where(
        col(Duty.organisation) == bindparam("organisation"),
        col(Duty.duty) == bindparam("duty"),
        col(Duty.valid_from) <= bindparam("today"),
        or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= bindparam("today")),
    )
    .order_by(col(Person.code))
)

RECEIPTS = frozenset({"receipt_confirmed", "report_received"})
"""Letters that may leave on a day off: receipts say at once that something has arrived."""


def tell(
    work: Work,
    kind: str,
    *,
    to: Iterable[str | None],
    subject: str,
    batch: int | None,
    facts: Mapping[str, Any],
    duty: str = "officer",
) -> int:
    """Writes one letter of this kind to every holder of `duty` in the organisations `to`; returns how many are new.

    The key is kind, subject and person: the same act told twice is one letter. On a day off everything but receipts
    waits for nine o'clock of the next working day. An organisation without a person gets it at its own address. More
    letters of a kind within an hour than the pack allows are held for an officer.
    """
    not_before = work.now if kind in RECEIPTS else work.next_working_moment()
    written = 0
    for organisation in sorted({code for code in to if code is not None}):
        for person, name, address in _holders(work, organisation, duty):
            letter = write_letter(
                work.session,
                kind=kind,
                key=f"{kind}:{subject}:{person or organisation}",
                person_code=person,
                organisation_code=organisation,
                recipient_name=name,
                address=address,
                subject_key=subject,
                batch=batch,
                facts=dict(facts),
                now=work.now,
                not_before=not_before,
            )
            written += letter is not None
    if written:
        hold_storm(work.session, kind, most=storm_limit(work), now=work.now)
    return written


def due_fact(step: Step | None) -> Any:
    """A step's due date as letters show it: unknown, a day, or a provisional day."""
    return None if step is None else due_date(step)


def day_fact(work: Work, day: date) -> Any:
    """A date as letters show it, marked provisional past the last published calendar."""
    return {"on": day, "provisional": True} if work.workdays.is_provisional(day) else day


def storm_limit(work: Work) -> int:
    """How many letters of one kind may be written within an hour before they wait for an officer."""
    return work.programme.rules(work.today).number("post.storm_letters")


def _holders(work: Work, organisation: str, duty: str) -> list[tuple[str | None, str, str]]:
    given = {"organisation": organisation, "duty": duty, "today": work.today}
    rows = _HOLDERS.rows(work.session, given)
    if rows:
        return [(code, name, email) for code, name, email in rows]
    office = work.session.get(Organisation, organisation)
    return [(None, office.name, office.email)] if office is not None else []
