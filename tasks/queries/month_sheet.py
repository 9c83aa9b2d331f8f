"""A month of a pair's service days as a grid: every date, who was there how long, and what kind of day it is (A14)."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlmodel import col

from models.fieldwork import Activity, MonthlyReturn, ServiceDay, Trainee, Visit
from tasks.periods import month_bounds, month_year
from tasks.queries.happenings import Happening, happenings
from tasks.queries.pair_names import NamedPair, pair_named
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class DayRow:
    """One date: `name` is what the calendar calls it (a holiday, a make-up day), `halves` half days by trainee."""

    day: date
    is_workday: bool
    name: str
    open: bool
    halves: dict[str, int]
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class MonthSheet:
    """A month: who can be entered, the dates, what was done, who came; `monthly` is its return, if there is one."""

    pair: NamedPair
    month: str
    start: date
    end: date
    monthly: MonthlyReturn | None
    trainees: tuple[Trainee, ...]
    days: tuple[DayRow, ...]
    activities: tuple[Activity, ...]
    visits: tuple[Visit, ...]
    events: tuple[Happening, ...]

    @property
    def may_be_entered(self) -> bool:
        """Whether the recipient's entry is awaited: nothing there yet, or disputed."""
        return self.monthly is None or self.monthly.state == "disputed"


def month_sheet(work: Work, pair: str, month: str) -> MonthSheet:
    """The month of a pair; raises NotFound for the pair, BadInput for a text that is no month."""
    found = pair_named(work, pair)
    year = month_year(month)
    start, end = month_bounds(month)
    monthly = work.session.get(MonthlyReturn, f"{pair}:{month}")
    wanted = select(Trainee).where(col(Trainee.pair) == pair, col(Trainee.year) == year)
    trainees = tuple(
        one
        for one in work.session.execute(wanted.order_by(col(Trainee.key))).scalars()
        if one.joined_on <= end and (one.left_on is None or one.left_on >= start)
    )
    return MonthSheet(
        found,
        month,
        start,
        end,
        monthly,
        trainees,
        _days(work, found, start, end, monthly),
        tuple(
            work.session.execute(
                select(Activity)
                .where(col(Activity.pair) == pair, col(Activity.key).like(f"{pair}:{month}:%"))
                .order_by(col(Activity.key))
            ).scalars()
        ),
        tuple(
            work.session.execute(
                select(Visit)
                .where(col(Visit.pair) == pair, col(Visit.key).like(f"{pair}:{month}:%"))
                .order_by(col(Visit.key))
            ).scalars()
        ),
        happenings(work, "monthly_return", f"{pair}:{month}"),
    )


def _days(
    work: Work, pair: NamedPair, start: date, end: date, monthly: MonthlyReturn | None
) -> tuple[DayRow, ...]:
    batch = work.batch(pair.batch)
    first = max(batch.period_start, pair.effective_on or batch.period_start)
    last = min(work.today, batch.period_end, pair.ended_on or batch.period_end)
    wanted = select(ServiceDay).where(col(ServiceDay.monthly) == (monthly.key if monthly else ""))
    entered: dict[date, list[ServiceDay]] = {}
    for one in work.session.execute(wanted).scalars():
        entered.setdefault(one.day, []).append(one)
    special = {one.on: one.name for one in work.workdays.special_days(start, end)}
    rows = []
    day = start
    while day <= end:
        here = entered.get(day, [])
        rows.append(
            DayRow(
                day,
                work.workdays.is_workday(day),
                special.get(day, ""),
                first <= day <= last,
                {one.trainee: one.half_days for one in here},
                next((one.kind for one in here), "training"),
                next((one.note for one in here if one.note), ""),
            )
        )
        day += timedelta(days=1)
    return tuple(rows)
