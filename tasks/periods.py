"""What months, quarters and weeks make due: returns, tracking, rosters of later years, pace alerts (S18–S21)."""

import calendar
import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlmodel import col

from models.fieldwork import PaceAlert, ServiceDay, Trainee
from models.opening import Batch
from models.pairing import Pair
from models.rules.fieldwork import work_years
from models.rules.pace import Forecast, pace
from models.step import Step
from tasks import record, steps
from tasks.chores import Chore, Outcome, Perform
from tasks.parties import Scope, name_of, scope_of_pair
from tasks.refusal import BadInput
from tasks.work import Work

STAGE = "fieldwork"
_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"20[0-9]{2}Q[1-4]")


def month_year(month: str) -> int:
    """The year of a month written 2022-05; raises BadInput for another text."""
    if not _MONTH.fullmatch(month):
        raise BadInput("fieldwork.month", field="month", found=month)
    return int(month[:4])


def month_bounds(month: str) -> tuple[date, date]:
    """First and last day of a month written 2022-05."""
    year, number = month_year(month), int(month[5:])
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def quarter_bounds(quarter: str) -> tuple[date, date]:
    """First and last day of a quarter written 2022Q2; raises BadInput for another text."""
    if not _QUARTER.fullmatch(quarter):
        raise BadInput("fieldwork.quarter", field="quarter", found=quarter)
    year, number = int(quarter[:4]), int(quarter[5:])
    return date(year, 3 * number - 2, 1), month_bounds(f"{year}-{3 * number:02d}")[1]


def chores(work: Work) -> list[Chore]:
    """Everything that a calendar makes due and nobody has opened yet, city by city."""
    pairs = list(
        work.session.execute(
            select(Pair).where(col(Pair.state) == "effective").order_by(col(Pair.city), col(Pair.key))
        ).scalars()
    )
    if not pairs:
        return []
    batches = {number: work.batch(number) for number in sorted({pair.batch for pair in pairs})}
    wanted: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for pair in pairs:
        for name, kind, subject in _due_subjects(work, batches[pair.batch], pair):
            wanted[name, pair.city].append((kind, subject))
    known = _known(work, {f"{kind}:{subject}" for listed in wanted.values() for kind, subject in listed})
    found = [
        Chore(STAGE, name, city, None, city, _PERFORM[name](city))
        for (name, city), listed in sorted(wanted.items())
        if any(f"{kind}:{subject}" not in known for kind, subject in listed)
    ]
    return found + _pace_chores(work, batches, pairs)


def _due_subjects(work: Work, batch: Batch, pair: Pair) -> list[tuple[str, str, str]]:
    """The steps of one pair that should have been opened by now: (chore, kind, subject)."""
    assert pair.effective_on is not None
    last = min(work.today, batch.period_end)
    found = [
        ("open_rosters", "S18", f"{pair.key}:{year.year}")
        for year in work_years(batch.period_start, batch.period_end)
        if pair.effective_on < year.start <= work.today
    ]
    day = pair.effective_on.replace(day=1)
    while day <= last:
        month = f"{day.year}-{day.month:02d}"
        end = month_bounds(month)[1]
        if end < work.today and end >= pair.effective_on:
            found.append(("open_months", "S19", f"{pair.key}:{month}"))
            if day.month % 3 == 0:
                found.append(("open_quarters", "S21", f"{pair.city}:{day.year}Q{day.month // 3}"))
        day = end + timedelta(days=1)
    return found


def _known(work: Work, keys: set[str]) -> set[str]:
    found: set[str] = set()
    listed = sorted(keys)
    for start in range(0, len(listed), 500):
        rows = work.session.connection().execute(
            select(col(Step.key)).where(col(Step.key).in_(listed[start : start + 500]))
        )
        found |= set(rows.scalars())
    return found


def _open_pairs(work: Work, city: str, name: str) -> list[tuple[Pair, str, str]]:
    wanted = (
        select(Pair).where(col(Pair.state) == "effective", col(Pair.city) == city).order_by(col(Pair.key))
    )
    return [
        (pair, kind, subject)
        for pair in work.session.execute(wanted).scalars().all()
        for chore, kind, subject in _due_subjects(work, work.batch(pair.batch), pair)
        if chore == name
    ]


def _open_rosters(city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        rows = []
        for pair, kind, subject in _open_pairs(work, city, "open_rosters"):
            anchors = {"year_start": date(int(subject[-4:]), 1, 1)}
            if steps.open_step(work, kind, subject, scope=scope_of_pair(work, pair), anchors=anchors):
                rows.append((pair.key, name_of(work, pair.recipient), subject[-4:]))
        return Outcome(len(rows), tuple(rows))

    return perform


def _open_months(city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        rows = []
        for pair, kind, subject in _open_pairs(work, city, "open_months"):
            anchors = {"month_end": month_bounds(subject[-7:])[1]}
            if steps.open_step(work, kind, subject, scope=scope_of_pair(work, pair), anchors=anchors):
                rows.append((pair.key, name_of(work, pair.recipient), subject[-7:]))
        return Outcome(len(rows), tuple(rows))

    return perform


def _open_quarters(city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        rows = []
        for pair, kind, subject in _open_pairs(work, city, "open_quarters"):
            anchors = {"quarter_end": quarter_bounds(subject[-6:])[1]}
            scope = Scope(batch=pair.batch, city=city)
            if steps.open_step(work, kind, subject, scope=scope, anchors=anchors):
                rows.append((work.divisions.by_code(city).name, subject[-6:], ""))
        return Outcome(len(rows), tuple(rows))

    return perform


_PERFORM = {"open_rosters": _open_rosters, "open_months": _open_months, "open_quarters": _open_quarters}


def _pace_chores(work: Work, batches: dict[int, Batch], pairs: list[Pair]) -> list[Chore]:
    """Pairs that will fall short (S20): looked at once a month's returns are due, one alert a month at most."""
    if not _pace_is_looked_at(work):
        return []
    year = work.today.year
    raised = set(
        work.session.connection()
        .execute(select(col(PaceAlert.pair)).where(col(PaceAlert.raised_on) >= work.today.replace(day=1)))
        .scalars()
    )
    totals = _totals(work, year)
    cities = sorted(
        {
            pair.city
            for pair in pairs
            if pair.key not in raised
            and _falls_short(work, batches[pair.batch], pair, totals.get(pair.key, {}))
        }
    )
    return [Chore(STAGE, "raise_pace_alerts", city, None, city, _raise_alerts(city)) for city in cities]


def _pace_is_looked_at(work: Work) -> bool:
    """On the tenth working day of a month and after, while its returns of the month before are in."""
    first = work.today.replace(day=1)
    return work.today.month > 1 and work.workdays.workdays_between(first, work.today) >= 10


def _falls_short(work: Work, batch: Batch, pair: Pair, totals: dict[str, Decimal]) -> Forecast | None:
    assert pair.effective_on is not None
    year = next(
        (one for one in work_years(batch.period_start, batch.period_end) if one.year == work.today.year), None
    )
    if year is None or not totals:
        return None
    start = max(year.start, pair.effective_on)
    as_of = work.today.replace(day=1) - timedelta(days=1)
    # Before a quarter of the time has passed a forecast says nothing.
    if as_of < start + timedelta(days=75) or as_of >= year.end:
        return None
    forecast = pace(
        totals,
        as_of,
        workdays_passed=work.workdays.workdays_between(start, as_of),
        workdays_left=work.workdays.workdays_between(as_of + timedelta(days=1), year.end),
        rules=work.rules(pair.batch),
    )
    return forecast if forecast.is_alarming else None


def _totals(work: Work, year: int) -> dict[str, dict[str, Decimal]]:
    """Pair → active trainee → days so far this year, zero included."""
    rows = work.session.connection().execute(
        select(col(Trainee.pair), col(Trainee.key), func.coalesce(func.sum(col(ServiceDay.half_days)), 0))
        .outerjoin(ServiceDay, col(ServiceDay.trainee) == col(Trainee.key))
        .where(col(Trainee.year) == year, col(Trainee.left_on).is_(None))
        .group_by(col(Trainee.pair), col(Trainee.key))
    )
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for pair, trainee, halves in rows:
        found[pair][trainee] = Decimal(int(halves)) / 2
    return found


def _raise_alerts(city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        wanted = (
            select(Pair).where(col(Pair.state) == "effective", col(Pair.city) == city).order_by(col(Pair.key))
        )
        totals = _totals(work, work.today.year)
        rows = []
        for pair in work.session.execute(wanted).scalars().all():
            forecast = _falls_short(work, work.batch(pair.batch), pair, totals.get(pair.key, {}))
            if forecast is None or _raised_this_month(work, pair.key):
                continue
            key = f"{pair.key}:{work.today.year}:{work.today.isoformat()}"
            alert = PaceAlert(
                key=key,
                pair=pair.key,
                year=work.today.year,
                raised_on=work.today,
                forecast_half_days=int(2 * (forecast.expected or Decimal(0))),
                trainees=forecast.people,
            )
            record.create(
                work, alert, act="fieldwork.raise_pace_alert", batch=pair.batch, expected=forecast.expected
            )
            steps.open_step(work, "S20", key, scope=scope_of_pair(work, pair), anchors={"opened": work.today})
            rows.append((pair.key, name_of(work, pair.recipient), str(forecast.expected)))
        return Outcome(len(rows), tuple(rows))

    return perform


def _raised_this_month(work: Work, pair: str) -> bool:
    wanted = select(col(PaceAlert.key)).where(
        col(PaceAlert.pair) == pair, col(PaceAlert.raised_on) >= work.today.replace(day=1)
    )
    return work.session.connection().execute(wanted.limit(1)).first() is not None
