"""How the service itself stands: steps by stage, letters by state, calendar, sign of life; nobody's business in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import case, func, select
from sqlmodel import col

from models.event import Event
from models.mail import Letter, LetterState
from models.step_count import StepCount
from tasks.heartbeat import read_heartbeat
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class StageLoad:
    """The open steps of a stage of the programme, and how many of them are past their date."""

    stage: str
    open: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What `/metrics` tells: `heartbeat` is the instant of the last sound watch, None where there was none."""

    stages: tuple[StageLoad, ...]
    letters: Mapping[str, int]
    events: int
    heartbeat: datetime | None


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year of the calendar: how many days are worked, and whether its holidays are not yet published."""

    year: int
    workdays: int
    provisional: bool


@dataclass(frozen=True, slots=True)
class CalendarState:
    """The calendar as this process has read it; whether the database has the same, readiness says."""

    years: tuple[CalendarYear, ...]
    published_until: date


def figures(work: Work, home: Path | None) -> Figures:
    """How much is open, sent, written; `home` is the folder in which the heartbeat is left."""
    events = work.session.connection().execute(select(func.max(col(Event.seq)))).scalar()
    return Figures(_stages(work), _letters(work), int(events or 0), read_heartbeat(home))


def calendar_state(work: Work) -> CalendarState:
    """The years of the calendar, the provisional ones marked."""
    table = work.workdays
    years = []
    for year in range(table.first.year, table.last.year + 1):
        first = max(date(year, 1, 1), table.first)
        last = min(date(year, 12, 31), table.last)
        worked = table.rank(last) - table.rank(first) + table.is_workday(first)
        years.append(CalendarYear(year, worked, year not in table.published_years))
    return CalendarState(tuple(years), table.published_until)


def _stages(work: Work) -> tuple[StageLoad, ...]:
    late = case((col(StepCount.due_on) < work.today, col(StepCount.n)), else_=0)
    wanted = select(col(StepCount.kind), func.sum(col(StepCount.n)), func.sum(late)).group_by(
        col(StepCount.kind)
    )
    loads = {one.code: [0, 0] for one in work.programme.stages}
    for kind, many, overdue in work.session.connection().execute(wanted):
        load = loads.setdefault(work.programme.step(kind).stage, [0, 0])
        load[0] += int(many)
        load[1] += int(overdue)
    return tuple(StageLoad(stage, many, overdue) for stage, (many, overdue) in loads.items())


def _letters(work: Work) -> dict[str, int]:
    wanted = select(col(Letter.state), func.count()).group_by(col(Letter.state))
    counts: dict[str, int] = dict(work.session.connection().execute(wanted).tuples().all())
    return {state.value: counts.get(state, 0) for state in LetterState}
