"""The pace of every pair of a batch in a work year: people, days of those asked, where the year will end (K30, K31)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.fieldwork import MonthlyReturn, PaceAlert, ServiceDay, Trainee, Visit
from models.opening import Batch
from models.organisation import Organisation
from models.pairing import Pair
from models.programme.pack import Rules
from models.rules.access import Right, Viewer, has_right
from models.rules.pace import Forecast
from tasks.pace import Totals, forecast_of, is_old_enough, totals_of, work_year_of
from tasks.queries.rollup import require_year
from tasks.queries.scope import pairs_seen
from tasks.running import Running
from tasks.work import Work

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class PaceRow:
    """One pair. `trainees` are those active; half days are those of the whole year so far, whoever worked them.

    `days` are the days that count (A12), up to the board's day; `expected` is what the year ends with at this pace,
    `missing` what is still to be done, `each_month` how much of it each month left must bring (None where none is).
    `is_alarming` is as S20 judges, and where nobody is named yet as well.
    `alert` is none, open or answered, the latest of the year; `last_visit` the last day of senior workers there (K12).
    """

    pair: str
    city: str
    sender: str
    recipient: str
    state: str
    trainees: int
    trainees_least: int
    confirmed_half_days: int
    entered_half_days: int
    days: Decimal
    days_least: int
    expected: Decimal | None
    missing: Decimal
    each_month: Decimal | None
    is_alarming: bool
    last_visit: date | None
    alert: str
    alert_label: str
    alert_on: date | None


@dataclass(frozen=True, slots=True)
class PaceBoard:
    """The board of a batch and year; `as_of` is the last day of the last whole month, which alerts go by (S20)."""

    batch: int
    year: int
    as_of: date
    rows: tuple[PaceRow, ...]


def pace_board(work: Work, viewer: Viewer, batch: int, year: int) -> PaceBoard:
    """The pairs that worked in a year and that the viewer sees, the worst pace first; a pure read.

    Raises BadInput for a year outside the programme (K04), NotFound for a batch that there is not.
    """
    require_year(work, year)
    work.batch(batch)
    rules = work.rules(batch)
    last_month = work.today.replace(day=1) - timedelta(days=1)
    as_of = min(max(last_month, date(year, 1, 1)), date(year, 12, 31))
    listed = _pairs(work, viewer, batch, year) if has_right(viewer.role, Right.READ, "fieldwork") else []
    totals = totals_of(work, as_of) if listed else {}
    halves, visits, alerts = (
        _halves(work, batch, year),
        _visits(work, batch, year),
        _alerts(work, batch, year),
    )
    rows = []
    for row in listed:
        confirmed, entered = halves.get(row.key, (0, 0))
        forecast = _forecast(work, row, as_of, totals, rules)
        raised_on, answered_at = alerts.get(row.key, (None, None))
        alert = "none" if raised_on is None else "answered" if answered_at else "open"
        missing = max(Decimal(0), forecast.least_days - forecast.days_so_far)
        rows.append(
            PaceRow(
                row.key,
                row.city,
                row.sender_name,
                row.recipient_name,
                row.state,
                forecast.people,
                forecast.least_people,
                confirmed,
                entered,
                forecast.days_so_far,
                forecast.least_days,
                forecast.expected,
                missing,
                _each_month(missing, as_of, row),
                forecast.is_alarming and is_old_enough(row, as_of, rules),
                visits.get(row.key),
                alert,
                work.programme.label("alert", alert),
                raised_on,
            )
        )
    return PaceBoard(batch, year, as_of, tuple(sorted(rows, key=_badness)))


def _badness(row: PaceRow) -> tuple[bool, Decimal, Decimal, int, str]:
    expected = row.expected if row.expected is not None else Decimal(row.days_least)
    return (not row.is_alarming, expected, row.days, row.trainees, row.pair)


def _forecast(work: Work, row: Any, as_of: date, totals: dict[str, Totals], rules: Rules) -> Forecast:
    running = Running(row.key, 0, row.city, row.effective_on, row.period_start, _end(row, as_of.year))
    return forecast_of(work, running, min(as_of, running.period_end), totals.get(row.key, Totals()), rules)


def _end(row: Any, year: int) -> date:
    """The last day of the pair's work year: the calendar year's, the batch's period's or its own (A13)."""
    return min(one for one in (date(year, 12, 31), row.period_end, row.ended_on) if one is not None)


def _each_month(missing: Decimal, as_of: date, row: Any) -> Decimal | None:
    """What every month left of the work year must bring, rounded up to a tenth of a day."""
    if not missing:
        return Decimal(0)
    first, end = max(as_of + timedelta(days=1), work_year_of(row, as_of)[0]), _end(row, as_of.year)
    if first > end:
        return None
    return (missing / (end.month - first.month + 1)).quantize(_TENTH, ROUND_UP)


# Aliases are costly to make: the names of both sides are joined once.
_SENDER, _RECIPIENT = aliased(Organisation), aliased(Organisation)
_PAIRS: Select[Any] = (
    select(
        col(Pair.key),
        col(Pair.city),
        col(Pair.state),
        col(Pair.effective_on),
        col(Pair.ended_on),
        col(Batch.period_start),
        col(Batch.period_end),
        col(_SENDER.name).label("sender_name"),
        col(_RECIPIENT.name).label("recipient_name"),
    )
    .join(Batch, col(Batch.number) == col(Pair.batch))
    .join(_SENDER, col(_SENDER.code) == col(Pair.sender))
    .join(_RECIPIENT, col(_RECIPIENT.code) == col(Pair.recipient))
    .order_by(col(Pair.key))
)


def _pairs(work: Work, viewer: Viewer, batch: int, year: int) -> list[Any]:
    wanted = _PAIRS.where(
        col(Pair.batch) == batch,
        col(Pair.effective_on) <= date(year, 12, 31),
        func.coalesce(col(Pair.ended_on), col(Batch.period_end)) >= date(year, 1, 1),
        col(Batch.period_start) <= date(year, 12, 31),
        col(Batch.period_end) >= date(year, 1, 1),
        pairs_seen(work, viewer),
    )
    return list(work.session.connection().execute(wanted))


def _halves(work: Work, batch: int, year: int) -> dict[str, tuple[int, int]]:
    """Pair → half days that the sender has confirmed, and those it has not."""
    halves = col(ServiceDay.half_days)
    confirmed = col(MonthlyReturn.state) == "confirmed"
    wanted = (
        select(
            col(Trainee.pair),
            func.sum(halves).filter(confirmed),
            func.sum(halves).filter(~confirmed),
        )
        .join(ServiceDay, col(ServiceDay.trainee) == col(Trainee.key))
        .join(MonthlyReturn, col(MonthlyReturn.key) == col(ServiceDay.monthly))
        .join(Pair, col(Pair.key) == col(Trainee.pair))
        .where(col(Trainee.year) == year, col(Pair.batch) == batch)
        .group_by(col(Trainee.pair))
    )
    found = work.session.connection().execute(wanted)
    return {pair: (int(sure or 0), int(open_ or 0)) for pair, sure, open_ in found}


def _visits(work: Work, batch: int, year: int) -> dict[str, date]:
    wanted = (
        select(col(Visit.pair), func.max(col(Visit.ended_on)))
        .join(Pair, col(Pair.key) == col(Visit.pair))
        .where(col(Pair.batch) == batch, col(Visit.year) == year)
        .group_by(col(Visit.pair))
    )
    return dict(work.session.connection().execute(wanted).tuples().all())


def _alerts(work: Work, batch: int, year: int) -> dict[str, tuple[date, Any]]:
    wanted = (
        select(col(PaceAlert.pair), col(PaceAlert.raised_on), col(PaceAlert.answered_at))
        .join(Pair, col(Pair.key) == col(PaceAlert.pair))
        .where(col(Pair.batch) == batch, col(PaceAlert.year) == year)
        .order_by(col(PaceAlert.raised_on))
    )
    found = work.session.connection().execute(wanted)
    return {pair: (raised_on, answered_at) for pair, raised_on, answered_at in found}
