"""A batch on one line: every dated milestone with its clause, done, late or to come, and the special days between."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.opening import Batch
from models.programme.pack import StepKind
from models.programme.workdays import Day
from models.review import Decision
from models.rules.deadlines import due_on
from models.rules.fieldwork import work_years
from models.step import Step
from tasks.queries.counting import china_day
from tasks.work import Work

_ONCE = ("batch", "county", "city", "party_pair")
_YEARLY = ("city_year", "pair_year", "year")
"""What steps that are milestones are owed per; the monthly and quarterly rhythm is none."""


@dataclass(frozen=True, slots=True)
class Milestone:
    """One date of a batch.

    `code` is a kind of step, or opened, period_start, period_end; `year` its work year where it comes every year. `on`
    is the last day on which it falls due (None: not known yet), `done_on` when the last of it was done, `late` by how
    many working days it is or was too late. `open`, `settled` count its steps. `projected` says that no step of it is
    open yet: its date is counted from what is known today. `state` is done, late, future or undated.
    """

    code: str
    year: int | None
    label: str
    clauses: tuple[str, ...]
    on: date | None
    provisional: bool
    projected: bool
    done_on: date | None
    open: int
    settled: int
    late: int | None
    state: str
    state_label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The milestones by date, those without one last, and the special days between `first` and `last`."""

    batch: int
    first: date
    last: date
    milestones: tuple[Milestone, ...]
    special_days: tuple[Day, ...]


@dataclass(slots=True)
class _Found:
    """The steps of one kind and year."""

    open: int = 0
    settled: int = 0
    due: list[date] = field(default_factory=list)
    still_due: list[date] = field(default_factory=list)
    settled_on: list[date] = field(default_factory=list)
    provisional: bool = False
    late: int | None = None


def batch_timeline(
    work: Work, batch: int, *, first: date | None = None, last: date | None = None
) -> Timeline:
    """A batch's milestones, and the special days from `first` to `last` (its first and last milestone's year).

    A pure read, of the whole batch: dates are no secret. Raises NotFound for a batch that there is not, CalendarMissing
    for a range outside the working-day table.
    """
    found = work.batch(batch)
    listed = [*_of_batch(work, found), *_of_steps(work, found)]
    listed.sort(key=lambda one: (one.on is None, one.on or date.max, one.code))
    dated = [one.on for one in listed if one.on is not None]
    first = first or date(min(dated).year, 1, 1)
    last = last or date(max(dated).year, 12, 31)
    return Timeline(batch, first, last, tuple(listed), work.workdays.special_days(first, last))


def _of_batch(work: Work, batch: Batch) -> Iterator[Milestone]:
    clauses = work.programme.batch(batch.number).clauses
    for code, day in (
        ("opened", batch.opened_on),
        ("period_start", batch.period_start),
        ("period_end", batch.period_end),
    ):
        done_on = day if day is not None and day <= work.today else None
        yield _milestone(
            work, code, None, work.programme.label("milestone", code), clauses, day, done_on=done_on
        )


def _of_steps(work: Work, batch: Batch) -> Iterator[Milestone]:
    found = _steps(work, batch)
    decided = work.session.get(Decision, batch.number)
    known: dict[str, date | None] = {
        "batch.announce_by": batch.announce_by,
        "batch.submit_by": batch.submit_by,
        "batch.post_by": batch.post_by,
        "decided": decided.decided_on if decided else None,
        "list_confirmed": batch.list_confirmed_on,
        "last_agreement": batch.last_agreement_on,
        "agreement_effective": batch.last_agreement_on,
    }
    for plan in _plans(work, _ONCE):
        yield _of_kind(work, batch, plan, None, found.get((plan.id, None)), known)
    years = [one.year for one in work_years(batch.period_start, batch.period_end, work.rules(batch.number))]
    # The year of the agreements is the first whose money and people are owed.
    begins = batch.last_agreement_on.year if batch.last_agreement_on else years[0]
    for year in (one for one in years if one >= begins):
        of_year = {**known, "year_start": date(year, 1, 1), "year_end": date(year, 12, 31)}
        if year > begins:
            del of_year["last_agreement"], of_year["agreement_effective"]
        for plan in _plans(work, _YEARLY):
            yield _of_kind(work, batch, plan, year, found.get((plan.id, year)), of_year)


def _plans(work: Work, per: tuple[str, ...]) -> list[StepKind]:
    return [plan for plan in work.programme.steps if plan.per in per]


def _of_kind(
    work: Work,
    batch: Batch,
    plan: StepKind,
    year: int | None,
    found: _Found | None,
    anchors: Mapping[str, date | None],
) -> Milestone:
    if found is None:
        day, provisional = _counted(work, batch, plan, anchors)
        return _milestone(
            work, plan.id, year, plan.title, plan.clauses, day, provisional=provisional, projected=True
        )
    return _milestone(
        work,
        plan.id,
        year,
        plan.title,
        plan.clauses,
        max(found.due, default=None),
        provisional=found.provisional,
        done_on=None if found.open else max(found.settled_on, default=None),
        found=found,
    )


def _counted(
    work: Work, batch: Batch, plan: StepKind, anchors: Mapping[str, date | None]
) -> tuple[date | None, bool]:
    """The date that the kind's first due rule of this year gives; None where its anchor is not known yet.

    In the agreements' year that is the rule that counts from them, later on the one from the year's start.
    """
    rule = next((one for one in plan.due if one.anchor in anchors), None)
    day = anchors[rule.anchor] if rule else None
    if rule is None or day is None:
        return None, False
    due = due_on([rule], {rule.anchor: day}, work.rules(batch.number), work.workdays)
    return (None, False) if due is None else (due.on, due.provisional)


def _milestone(
    work: Work,
    code: str,
    year: int | None,
    label: str,
    clauses: tuple[str, ...],
    on: date | None,
    *,
    provisional: bool = False,
    projected: bool = False,
    done_on: date | None = None,
    found: _Found | None = None,
) -> Milestone:
    is_late = found is not None and any(day < work.today for day in found.still_due)
    state = "done" if done_on else "late" if is_late else "undated" if on is None else "future"
    return Milestone(
        code,
        year,
        label,
        clauses,
        on,
        provisional,
        projected,
        done_on,
        found.open if found else 0,
        found.settled if found else 0,
        found.late if found else None,
        state,
        work.programme.label("milestone_state", state),
    )


def _steps(work: Work, batch: Batch) -> dict[tuple[str, int | None], _Found]:
    """The batch's steps by kind and year; what was cancelled is not counted."""
    settled_on = china_day(work.session, col(Step.settled_at))
    wanted = select(
        col(Step.kind),
        col(Step.subject),
        col(Step.state),
        col(Step.due_on),
        col(Step.provisional),
        settled_on,
    ).where(
        col(Step.batch) == bindparam("batch"),
        col(Step.kind).in_([plan.id for plan in _plans(work, _ONCE + _YEARLY)]),
        col(Step.state) != "cancelled",
    )
    found: dict[tuple[str, int | None], _Found] = defaultdict(_Found)
    for row in work.session.connection().execute(wanted, {"batch": batch.number}):
        _add(work, found[row[0], _year_of(work, row[0], row[1])], *row[2:])
    return found


def _add(
    work: Work, found: _Found, state: str, due: date | None, provisional: Any, settled_on: date | None
) -> None:
    if due is not None:
        found.due.append(due)
    if state == "open":
        found.open += 1
        found.provisional |= bool(provisional)
        if due is not None:
            found.still_due.append(due)
    else:
        found.settled += 1
        if settled_on is not None:
            found.settled_on.append(settled_on)
    end = settled_on if settled_on is not None else work.today
    if due is not None and end > due:
        late = work.workdays.workdays_between(due, end) - work.workdays.is_workday(due)
        found.late = max(found.late or 0, late)


def _year_of(work: Work, kind: str, subject: str) -> int | None:
    """The work year in a yearly step's subject: `batch:year:city`, `pair:year`, `year:city` or `year`."""
    if work.programme.step(kind).per in _ONCE:
        return None
    return int(next(part for part in subject.split(":") if part.isdecimal() and len(part) == 4))
