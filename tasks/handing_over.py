"""Handing a step over inside the office that owes it: to a named colleague, and back (K36, K38).

The sweep goes on telling whoever holds the duty: the office owes the step, and nobody's handing over makes a reminder
go astray. The colleague has one letter, and finds the step among their own.
"""

from sqlalchemy import select
from sqlmodel import col

from models.absence import Absence
from models.assignment import Assignment
from models.organisation import Person
from models.pairing import Pair
from models.step import Step
from tasks import record, steps
from tasks.absence import OFFICES
from tasks.acts import act
from tasks.deputies import holds_duty
from tasks.dossier import require_reason
from tasks.letters import tell_person
from tasks.parties import current_office, name_of
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tasks.work import Work

_HANDS_OVER = ("officer", "leader")


@act("deadlines.hand_over", by=OFFICES, clauses=("K36", "K38"))
def hand_over(work: Work, step: str, *, person: str, reason: str) -> Assignment:
    """An officer or leader gives an open step of their office to a colleague, or takes it on themself.

    Handed over again it is the next one's; the audit trail keeps all. Owner, due date and whom the sweep tells stay as
    they are. Raises NotEntitled for another office's step, BadInput for somebody without a duty there or away today.
    """
    found = _own_step(work, step)
    require_reason(reason)
    colleague = work.session.get(Person, person)
    if colleague is None or not holds_duty(work, person, work.actor.organisation):
        raise BadInput("handover.not_of_office", field="person", person=person)
    _require_present(work, colleague)
    before = work.session.get(Assignment, step)
    if before is not None and before.person == person:
        raise AlreadyDone("handover.same", step=step, person=colleague.name)

    was = before.person if before is not None else None
    assignment = _keep(
        work, before, Assignment(step_key=step, person=person, by=str(work.actor), at=work.now, reason=reason)
    )
    record.note(
        work,
        "step",
        step,
        act="deadlines.hand_over",
        batch=found.batch,
        person=person,
        was=was,
        reason=reason,
    )

    if person != work.actor.person:
        _tell_colleague(work, found, assignment)
    return assignment


@act("deadlines.take_back", by=OFFICES, clauses=("K36", "K38"))
def take_back(work: Work, step: str, *, reason: str) -> Step:
    """An officer or leader of the office takes an open step back: nobody in particular works on it any more."""
    found = _own_step(work, step)
    require_reason(reason)
    assignment = work.session.get(Assignment, step)
    if assignment is None:
        raise NotFound("handover.none", field="step", step=step)

    work.session.delete(assignment)
    work.session.flush()
    record.note(
        work,
        "step",
        step,
        act="deadlines.take_back",
        batch=found.batch,
        was=assignment.person,
        reason=reason,
    )
    return found


def _own_step(work: Work, key: str) -> Step:
    """An open step of the actor's office, for its officers and leaders."""
    found = steps.step_of_key(work, key)
    own = work.actor.organisation in (found.owner, current_office(work, found.owner))
    if not own or not holds_duty(work, work.actor.person, work.actor.organisation, _HANDS_OVER):
        raise NotEntitled(
            "handover.other_office", actor=str(work.actor), step=key, owner=name_of(work, found.owner)
        )
    if found.state != "open":
        state = work.programme.label("step_state", found.state)
        raise AlreadyDone("handover.over", step=key, state=state)
    return found


def _require_present(work: Work, colleague: Person) -> None:
    until = (
        work.session.connection()
        .execute(
            select(col(Absence.absent_until)).where(
                col(Absence.person) == colleague.code,
                col(Absence.absent_from) <= work.today,
                col(Absence.absent_until) >= work.today,
            )
        )
        .scalar()
    )
    if until is not None:
        raise BadInput("handover.away", field="person", person=colleague.name, until=until)


def _keep(work: Work, before: Assignment | None, new: Assignment) -> Assignment:
    """Writes an assignment in the place of the one before it."""
    if before is None:
        work.session.add(new)
    else:
        before.person, before.by, before.at, before.reason = new.person, new.by, new.at, new.reason
    work.session.flush()
    return before or new


def _subject_name(work: Work, step: Step) -> str:
    """What a step is about in words: the pair's recipient, else the city, else its subject."""
    pair = work.session.get(Pair, step.pair) if step.pair else None
    if pair is not None:
        return name_of(work, pair.recipient)
    return work.divisions.by_code(step.city).name if step.city else step.subject


def _tell_colleague(work: Work, step: Step, assignment: Assignment) -> None:
    giver = work.session.get(Person, work.actor.person)
    tell_person(
        work,
        "step_handed_over",
        person=assignment.person,
        office=work.actor.organisation,
        subject=f"{step.key}:{work.now.isoformat(timespec='seconds')}",
        batch=step.batch,
        facts={
            "step": step.key,
            "matter": work.programme.step(step.kind).title,
            "subject_name": _subject_name(work, step),
            "due_on": steps.due_date(step),
            "handed_by": giver.name if giver is not None else str(work.actor),
            "reason": assignment.reason,
        },
    )
