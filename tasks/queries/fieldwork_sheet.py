"""A pair's people and days in one work year: roster, months, visits, indicators, forecast, alerts (K12, K30, K31)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.fieldwork import (
    Activity,
    Incident,
    MonthlyReturn,
    PaceAlert,
    Roster,
    ServiceDay,
    Trainee,
    Visit,
)
from models.rules.pace import Forecast, pace_breaches
from tasks.pace import Totals, forecast_of, totals_of
from tasks.periods import month_bounds
from tasks.queries.achievements import Achievement, achievements
from tasks.queries.pair_names import NamedPair, pair_named
from tasks.refusal import BadInput
from tasks.running import Running
from tasks.shortfalls import unvisited_quarters
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class TraineeDays:
    """Somebody on the roster, with half days by month; nothing of the resident number."""

    key: str
    name: str
    certificate: str
    joined_on: date
    left_on: date | None
    left_reason: str
    months: dict[str, int]

    @property
    def half_days(self) -> int:
        """All of the year so far."""
        return sum(self.months.values())


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month of the work year: `state` is its return's, or `none` where it is still to be entered, or `future`."""

    month: str
    state: str
    half_days: int
    confirmed_on: date | None
    visits: int


@dataclass(frozen=True, slots=True)
class FieldworkSheet:
    """All of a pair's work year; `unvisited` are the quarters that ended without a visit for too long (K12).

    `pace_advice` is what an alert that waits for its answer is about, as things stand today (S20; K30, K31).
    """

    pair: NamedPair
    year: int
    start: date
    end: date
    roster: Roster | None
    trainees: tuple[TraineeDays, ...]
    months: tuple[MonthRow, ...]
    forecast: Forecast
    confirmed_half_days: int
    entered_half_days: int
    visits: tuple[Visit, ...]
    unvisited: tuple[str, ...]
    activities: tuple[Activity, ...]
    achievements: tuple[Achievement, ...]
    incidents: tuple[Incident, ...]
    alerts: tuple[PaceAlert, ...]
    pace_advice: tuple[str, ...]

    @property
    def days(self) -> float:
        """Days entered, confirmed or not."""
        return (self.confirmed_half_days + self.entered_half_days) / 2


def split_pair_year(key: str) -> tuple[str, int]:
    """The pair and the year of `P1-430100-01:2022`; raises BadInput for another text."""
    pair, _, year = key.partition(":")
    if not (len(year) == len("2022") and year.isdecimal()):
        raise BadInput("fieldwork.year", field="year", year=year, batch=pair)
    return pair, int(year)


def fieldwork_sheet(work: Work, pair: str, year: int) -> FieldworkSheet:
    """What the records hold of a pair's work year; raises NotFound, and BadInput for a year outside the batch."""
    found = pair_named(work, pair)
    batch = work.batch(found.batch)
    if not batch.period_start.year <= year <= batch.period_end.year:
        raise BadInput("fieldwork.year", field="year", year=year, batch=batch.label)
    start = max(date(year, 1, 1), batch.period_start, found.effective_on or batch.period_start)
    end = min(date(year, 12, 31), batch.period_end, found.ended_on or batch.period_end)
    visits = _all(work, Visit, pair, year, col(Visit.began_on))
    months = _months(work, pair, start, end, visits)
    alerts = _all(work, PaceAlert, pair, year, col(PaceAlert.raised_on))
    confirmed = sum(one.half_days for one in months if one.state == "confirmed")
    forecast = _forecast(work, found, start, end)
    return FieldworkSheet(
        found,
        year,
        start,
        end,
        work.session.get(Roster, (pair, year)),
        _trainees(work, pair, year),
        months,
        forecast,
        confirmed,
        sum(one.half_days for one in months) - confirmed,
        visits,
        tuple(f"{one.facts['year']}Q{one.facts['quarter']}" for one in unvisited_quarters(work, pair, year)),
        _all(work, Activity, pair, year, col(Activity.day)),
        achievements(work, pair, year),
        tuple(
            work.session.execute(
                select(Incident).where(
                    col(Incident.pair) == pair,
                    col(Incident.began_on).between(date(year, 1, 1), date(year, 12, 31)),
                )
            ).scalars()
        ),
        alerts,
        _pace_advice(forecast, alerts),
    )


def _all(work: Work, table: Any, pair: str, year: int, order: Any) -> tuple[Any, ...]:
    wanted = select(table).where(table.pair == pair, table.year == year).order_by(order)
    return tuple(work.session.execute(wanted).scalars())


def _trainees(work: Work, pair: str, year: int) -> tuple[TraineeDays, ...]:
    wanted = (
        select(col(ServiceDay.trainee), col(MonthlyReturn.month), func.sum(col(ServiceDay.half_days)))
        .join(MonthlyReturn, col(MonthlyReturn.key) == col(ServiceDay.monthly))
        .where(col(MonthlyReturn.pair) == pair, col(MonthlyReturn.year) == year)
        .group_by(col(ServiceDay.trainee), col(MonthlyReturn.month))
    )
    days: dict[str, dict[str, int]] = defaultdict(dict)
    for trainee, month, halves in work.session.connection().execute(wanted):
        days[trainee][month] = int(halves)
    return tuple(
        TraineeDays(
            one.key,
            one.name,
            one.certificate,
            one.joined_on,
            one.left_on,
            one.left_reason,
            days.get(one.key, {}),
        )
        for one in _all(work, Trainee, pair, year, col(Trainee.key))
    )


def _months(work: Work, pair: str, start: date, end: date, visits: tuple[Visit, ...]) -> tuple[MonthRow, ...]:
    returns = {
        one.month: one
        for one in work.session.execute(
            select(MonthlyReturn).where(
                col(MonthlyReturn.pair) == pair, col(MonthlyReturn.year) == start.year
            )
        ).scalars()
    }
    found = []
    for number in range(start.month, end.month + 1 if end >= start else start.month):
        month = f"{start.year}-{number:02d}"
        one, bounds = returns.get(month), month_bounds(month)
        state = one.state if one else "none" if bounds[0] <= work.today else "future"
        found.append(
            MonthRow(
                month,
                state,
                one.half_days if one else 0,
                one.confirmed_at.date() if one and one.confirmed_at else None,
                sum(visit.began_on <= bounds[1] and visit.ended_on >= bounds[0] for visit in visits),
            )
        )
    return tuple(found)


def _forecast(work: Work, pair: NamedPair, start: date, end: date) -> Forecast:
    as_of = min(max(work.today, start), end)
    running = Running(pair.key, pair.batch, pair.city, start, start, end)
    totals = totals_of(work, as_of).get(pair.key, Totals())
    return forecast_of(work, running, as_of, totals, work.rules(pair.batch))


def _pace_advice(forecast: Forecast, alerts: tuple[PaceAlert, ...]) -> tuple[str, ...]:
    """What is lacking today, for whoever has still to answer an alert; nothing once the year can change no more."""
    is_asked = any(one.answered_at is None for one in alerts) and forecast.workdays_left > 0
    return tuple(one.text for one in pace_breaches(forecast)) if is_asked else ()
