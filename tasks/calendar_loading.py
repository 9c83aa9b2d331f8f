"""Loading a year's published calendar: what it would move is seen first; then dates, reminders and letters follow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlmodel import col

from models.agreement import Agreement
from models.messages import say
from models.step import CalendarDay, Extension, Step
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.extension import tell_new_date
from tasks.refusal import AlreadyDone
from tasks.work import Work
from tasks.workday_table import write_calendar

_WAS_EXTENDED = select(col(Extension.number)).where(col(Extension.step_key) == col(Step.key)).exists()


@dataclass(frozen=True, slots=True)
class MovedStep:
    """An open step that the loaded calendar counts to another day, or to the same day for certain."""

    step: str
    owner: str
    old: date
    new: date
    was_provisional: bool
    provisional: bool


@dataclass(frozen=True, slots=True)
class CalendarDifference:
    """How the calendar this process has read differs from the one in the database."""

    days: tuple[date, ...]
    moved: tuple[MovedStep, ...]


def calendar_difference(work: Work) -> CalendarDifference:
    """The days that are otherwise than in the database, and the open steps that move with them; a pure read.

    A date that an officer has set (an extension) stays as it was set.
    """
    days = changed_days(work)
    return CalendarDifference(tuple(days), tuple(_moved(work)) if days else ())


def changed_days(work: Work) -> list[date]:
    """The days that are otherwise in the database than in the calendar read here; none while it has none."""
    kept = {
        day: (is_workday, provisional)
        for day, is_workday, provisional in work.session.connection().execute(
            select(col(CalendarDay.day), col(CalendarDay.is_workday), col(CalendarDay.provisional))
        )
    }
    read = {row.date: (row.is_workday, row.provisional) for row in work.workdays.calendar_rows()}
    return sorted(day for day in kept.keys() | read.keys() if kept and kept.get(day) != read.get(day))


@act("deadlines.load_calendar", by=("province_civil",), clauses=("K27",))
def load_calendar(work: Work, *, document: str, reason: str) -> CalendarDifference:
    """Puts the calendar this process has read (QIANSHOU_WORKDAYS) into the database; open steps are counted anew.

    `document` is the notice that publishes it. Each step that moves keeps what it was before, and its owner is told.
    Raises AlreadyDone when the database has the same calendar.
    """
    require_reason(document)
    require_reason(reason)
    found = calendar_difference(work)
    if not found.days:
        raise AlreadyDone("calendar.same")

    record.note(
        work,
        "calendar",
        document,
        act="deadlines.load_calendar",
        first=found.days[0],
        last=found.days[-1],
        days=len(found.days),
        moved=[one.step for one in found.moved],
        reason=reason,
    )
    write_calendar(work.session.connection(), work.workdays)
    for one in found.moved:
        _move(work, one, say("calendar.reason", reason=reason, document=document))
    for step in _open(work):
        steps.count_marks_anew(work, step)
    return found


def _move(work: Work, moved: MovedStep, reason: str) -> None:
    step = steps.step_of_key(work, moved.step)
    step.provisional = moved.provisional
    if moved.new == moved.old:
        return
    was_on = steps.due_date(step)
    extension = steps.redate_step(work, step, until=moved.new, reason=reason)
    agreement = work.session.get(Agreement, step.pair) if step.kind == "S13" and step.pair else None
    if agreement is not None:
        agreement.due_on = moved.new
    tell_new_date(work, step, extension, was_on=was_on)


def _moved(work: Work) -> Iterator[MovedStep]:
    for step in _open(work, col(Step.due_on).is_not(None), ~_WAS_EXTENDED):
        due = steps.counted_due(work, step)
        if due is not None and (due.on, due.provisional) != (step.due_on, step.provisional):
            yield MovedStep(
                step.key, step.owner, step.due_on or due.on, due.on, step.provisional, due.provisional
            )


def _open(work: Work, *which: ColumnElement[bool]) -> Iterator[Step]:
    wanted = select(Step).where(col(Step.state) == "open", *which)
    yield from work.session.execute(wanted.order_by(col(Step.key))).scalars()
