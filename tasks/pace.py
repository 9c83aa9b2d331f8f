"""The pace of a pair's days: looked at once a month, told while there is time to catch up (S20; K30, K31)."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlmodel import col

from models.fieldwork import PaceAlert, ServiceDay, Trainee
from models.opening import Batch
from models.pairing import Pair
from models.rules.fieldwork import work_years
from models.rules.pace import Forecast, pace
from tasks import record, steps
from tasks.chores import Chore, Outcome, Perform
from tasks.parties import name_of, scope_of_pair
from tasks.work import Work

STAGE = "fieldwork"


class Totals:
    """A pair's days in a work year: of each active person, zero included, and of those who have left."""

    def __init__(self) -> None:
        self.active: dict[str, Decimal] = {}
        self.gone = Decimal(0)


def pace_chores(work: Work) -> list[Chore]:
    """The cities in which a pair will fall short and has not been told this month, nor owes an answer (S20)."""
    if not _is_looked_at(work):
        return []
    wanted = select(Pair).where(col(Pair.state) == "effective", col(Pair.key).not_in(_told(work)))
    pairs = work.session.execute(wanted).scalars().all()
    totals = _totals(work, work.today.year) if pairs else {}
    cities = {pair.city for pair in pairs if _shortfall(work, pair, totals)}
    return [
        Chore(STAGE, "raise_pace_alerts", city, None, city, _raise_alerts(city)) for city in sorted(cities)
    ]


def _is_looked_at(work: Work) -> bool:
    """From the pack's working day of a month on: then the returns of the month before are in."""
    wait = work.programme.rules(work.today).number("fieldwork.pace_workdays")
    first = work.today.replace(day=1)
    return work.today.month > 1 and work.workdays.workdays_between(first, work.today) >= wait


def _told(work: Work) -> list[str]:
    """The pairs that were told this month, or have not answered yet."""
    first = work.today.replace(day=1)
    wanted = select(col(PaceAlert.pair)).where(
        or_(
            col(PaceAlert.raised_on) >= first,
            (col(PaceAlert.year) == work.today.year) & col(PaceAlert.answered_at).is_(None),
        )
    )
    return sorted(set(work.session.connection().execute(wanted).scalars()))


def _shortfall(work: Work, pair: Pair, totals: dict[str, Totals]) -> Forecast | None:
    """The forecast as of the end of last month, where it is alarming; None before it says anything."""
    batch = work.session.get_one(Batch, pair.batch)
    years = work_years(batch.period_start, batch.period_end)
    year = next((one for one in years if one.year == work.today.year), None)
    if year is None or pair.effective_on is None or pair.key not in totals:
        return None
    rules = work.rules(pair.batch)
    start = max(year.start, pair.effective_on)
    as_of = work.today.replace(day=1) - timedelta(days=1)
    if as_of < start + timedelta(days=rules.number("fieldwork.pace_from_days")) or as_of >= year.end:
        return None
    found = totals[pair.key]
    forecast = pace(
        found.active,
        as_of,
        workdays_passed=work.workdays.workdays_between(start, as_of),
        workdays_left=work.workdays.workdays_between(as_of + timedelta(days=1), year.end),
        rules=rules,
        gone=found.gone,
    )
    return forecast if forecast.is_alarming else None


def _totals(work: Work, year: int) -> dict[str, Totals]:
    """Pair → the days of its people up to the end of last month."""
    last = work.today.replace(day=1)
    rows = work.session.connection().execute(
        select(
            col(Trainee.pair),
            col(Trainee.key),
            col(Trainee.left_on),
            func.coalesce(func.sum(col(ServiceDay.half_days)), 0),
        )
        .outerjoin(ServiceDay, (col(ServiceDay.trainee) == col(Trainee.key)) & (col(ServiceDay.day) < last))
        .where(col(Trainee.year) == year)
        .group_by(col(Trainee.pair), col(Trainee.key), col(Trainee.left_on))
    )
    found: defaultdict[str, Totals] = defaultdict(Totals)
    for pair, trainee, left_on, halves in rows:
        days = Decimal(int(halves)) / 2
        if left_on is None:
            found[pair].active[trainee] = days
        else:
            found[pair].gone += days
    return found


def _raise_alerts(city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        wanted = select(Pair).where(
            col(Pair.state) == "effective", col(Pair.city) == city, col(Pair.key).not_in(_told(work))
        )
        totals = _totals(work, work.today.year)
        rows = []
        for pair in work.session.execute(wanted.order_by(col(Pair.key))).scalars().all():
            forecast = _shortfall(work, pair, totals)
            if forecast is not None:
                _raise_alert(work, pair, forecast)
                rows.append((pair.key, name_of(work, pair.recipient), str(forecast.expected)))
        return Outcome(len(rows), tuple(rows))

    return perform


def _raise_alert(work: Work, pair: Pair, forecast: Forecast) -> None:
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
        work,
        alert,
        act="fieldwork.raise_pace_alert",
        batch=pair.batch,
        as_of=forecast.as_of,
        so_far=forecast.days_so_far,
        expected=forecast.expected,
        people=forecast.people,
        clause="K30" if forecast.is_short_of_people else "K31",
    )
    steps.open_step(work, "S20", key, scope=scope_of_pair(work, pair), anchors={"opened": work.today})
