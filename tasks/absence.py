"""Absences with deputies: registered and ended by the person or their office."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import col

from models.absence import Absence
from models.organisation import Person
from tasks import record
from tasks.acts import act
from tasks.deputies import holds_duty
from tasks.parties import TREE
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tasks.work import Work

OFFICES = (*TREE, "sender", "recipient")
"""Who has people that may be stood in for; an expert scores in person (K25)."""

_NEXT_DAY = timedelta(days=1)
_ARRANGES = ("officer", "leader")


@act("deadlines.register_absence", by=OFFICES, clauses=("K36", "K38"))
def register_absence(
    work: Work, person: str, *, deputy: str, absent_from: date, absent_until: date, reason: str
) -> Absence:
    """A person of the actor's office will be away; from the first day to the last the deputy gets the letters and acts.

    By the person, or by an officer or leader of the office. Both must belong to the office all that time. Raises
    BadInput for dates that cannot be, AlreadyDone where another absence of the person touches these days.
    """
    _require_arranger(work, person)
    if not reason.strip():
        raise BadInput("act.reason_missing", field="reason")
    if absent_until < absent_from or absent_until < work.today:
        raise BadInput(
            "absence.dates", field="absent_until", absent_from=absent_from, absent_until=absent_until
        )
    if person == deputy:
        raise BadInput("absence.same_person", field="deputy", person=person)
    for who, field in ((person, "person"), (deputy, "deputy")):
        if not all(_belongs(work, who, day) for day in {max(absent_from, work.today), absent_until}):
            raise BadInput("absence.not_of_office", field=field, person=who)
    touching = select(Absence).where(
        col(Absence.person) == person,
        col(Absence.absent_from) <= absent_until,
        col(Absence.absent_until) >= absent_from,
    )
    found = work.session.execute(touching.order_by(col(Absence.absent_from))).scalars().first()
    if found is not None:
        raise AlreadyDone(
            "absence.overlaps", person=person, since=found.absent_from, until=found.absent_until
        )

    earlier = work.session.get(Absence, (person, absent_from))
    if earlier is not None:  # ended before it began: it held on no day
        work.session.delete(earlier)
        work.session.flush()
    absence = Absence(
        person=person,
        absent_from=absent_from,
        absent_until=absent_until,
        deputy=deputy,
        reason=reason,
        registered_by=str(work.actor),
        registered_at=work.now,
    )
    return record.create(
        work,
        absence,
        act="deadlines.register_absence",
        deputy=deputy,
        until=absent_until,
        reason=reason,
        organisation=work.actor.organisation,
    )


@act("deadlines.end_absence", by=OFFICES, clauses=("K36", "K38"))
def end_absence(work: Work, person: str, *, back_on: date) -> Absence:
    """The person is back on a day, today or later: from then on they act and get their letters themselves.

    Ends the absence that holds on that day or begins next. Raises NotFound where there is none.
    """
    _require_arranger(work, person)
    if back_on < work.today:
        raise BadInput("absence.back_past", field="back_on", back_on=back_on, today=work.today)
    wanted = select(Absence).where(
        col(Absence.person) == person,
        col(Absence.absent_until) >= back_on,
        col(Absence.absent_until) >= col(Absence.absent_from),
    )
    found: Absence | None = work.session.execute(wanted.order_by(col(Absence.absent_from))).scalars().first()
    if found is None:
        raise NotFound("absence.none", field="person", person=person, day=back_on)

    was = found.absent_until
    found.absent_until = max(back_on, found.absent_from) - _NEXT_DAY
    record.note(
        work,
        "absence",
        f"{person}/{found.absent_from.isoformat()}",
        act="deadlines.end_absence",
        old=was,
        new=found.absent_until,
    )
    work.session.flush()
    return found


def _require_arranger(work: Work, person: str) -> None:
    """The person themself, or an officer or leader of the office; nobody for somebody of another office."""
    if work.session.get(Person, person) is None:
        raise NotFound("absence.no_person", field="person", person=person)
    if not _belongs(work, person, work.today):
        raise NotEntitled("absence.other_office", person=person, organisation=work.actor.organisation)
    if work.actor.person != person and not holds_duty(
        work, work.actor.person, work.actor.organisation, _ARRANGES
    ):
        raise NotEntitled("absence.not_arranger", actor=str(work.actor), person=person)


def _belongs(work: Work, person: str, day: date) -> bool:
    return holds_duty(work, person, work.actor.organisation, day=day)
