"""The pace of a pair's days: looked at once a month, told while there is time to catch up (S20; K30, K31)."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import bindparam, func, or_, select
from sqlmodel import col

from models.fieldwork import PaceAlert, ServiceDay, Trainee
from models.pairing import Pair
from models.prepared import Prepared
from models.programme.pack import Rules
from models.rules.pace import Forecast, pace, pace_breaches
from tasks import record, steps
from tasks.chores import Chore, Outcome, Perform
from tasks.parties import name_of, scope_of_pair
from tasks.running import Running, running_pairs
from tasks.work import Work

STAGE = "fieldwork"


class Totals:
    """A pair's days in a work year: of each active person, zero included, and of those who have left."""

    def __init__(self) -> None:
        self.active: dict[str, Decimal] = {}
        self.gone = Decimal(0)


def pace_chores(work: Work, pairs: list[Running]) -> list[Chore]:
    """The cities in which a pair will fall short and has not been told this month, nor owes an answer (S20)."""
    cities = sorted({one.city for one, _forecast in _shortfalls(work, pairs)})
    return [Chore(STAGE, "raise_pace_alerts", city, None, city, _raise_alerts(city)) for city in cities]


def _shortfalls(work: Work, pairs: list[Running]) -> list[tuple[Running, Forecast]]:
    if not _is_looked_at(work):
        return []
    as_of = work.today.replace(day=1) - timedelta(days=1)
    rules = {number: work.rules(number) for number in {one.batch for one in pairs}}
    old_enough = [one for one in pairs if _says_something(one, as_of, rules[one.batch])]
    told = _told(work) if old_enough else set()
    asked = [one for one in old_enough if one.pair not in told]
    totals = totals_of(work, as_of) if asked else {}
    found = [
        (one, forecast_of(work, one, as_of, totals[one.pair], rules[one.batch]))
        for one in asked
        if one.pair in totals
    ]
    return [(one, forecast) for one, forecast in found if forecast.is_alarming]


def _is_looked_at(work: Work) -> bool:
    """From the pack's working day of a month on: then the returns of the month before are in."""
    wait = work.programme.rules(work.today).number("fieldwork.pace_workdays")
    first = work.today.replace(day=1)
    return work.today.month > 1 and work.workdays.workdays_between(first, work.today) >= wait


def _says_something(one: Running, as_of: date, rules: Rules) -> bool:
    """Whether enough of the work year has passed for a forecast, and some of it is left."""
    return is_old_enough(one, as_of, rules) and as_of < work_year_of(one, as_of)[1]


def is_old_enough(one: Running, as_of: date, rules: Rules) -> bool:
    """S20: whether enough of the work year has passed for a forecast."""
    start, _end = work_year_of(one, as_of)
    return start + timedelta(days=rules.number("fieldwork.pace_from_days")) <= as_of


def work_year_of(one: Running, as_of: date) -> tuple[date, date]:
    """A13: the calendar year inside the batch's period, from the day the pair began."""
    start = max(date(as_of.year, 1, 1), one.period_start, one.effective_on)
    return start, min(date(as_of.year, 12, 31), one.period_end)


_TOLD = Prepared(
    select(col(PaceAlert.pair)).where(
        or_(
            col(PaceAlert.raised_on) >= bindparam("first"),
            (col(PaceAlert.year) == bindparam("year")) & col(PaceAlert.answered_at).is_(None),
        )
    )
)


def _told(work: Work) -> set[str]:
    """The pairs that were told this month, or have not answered yet."""
    given = {"first": work.today.replace(day=1), "year": work.today.year}
    return set(_TOLD.scalars(work.session, given))


def forecast_of(work: Work, one: Running, as_of: date, totals: Totals, rules: Rules) -> Forecast:
    start, end = work_year_of(one, as_of)
    return pace(
        totals.active,
        as_of,
        workdays_passed=work.workdays.workdays_between(start, as_of),
        workdays_left=work.workdays.workdays_between(as_of + timedelta(days=1), end),
        rules=rules,
        gone=totals.gone,
    )


_SUM = (
    select(func.sum(col(ServiceDay.half_days)))
    .where(col(ServiceDay.trainee) == col(Trainee.key), col(ServiceDay.day) <= bindparam("as_of"))
    .scalar_subquery()
)
_DAYS = Prepared(
    select(col(Trainee.pair), col(Trainee.key), col(Trainee.left_on), func.coalesce(_SUM, 0)).where(
        col(Trainee.year) == bindparam("year")
    )
)


def totals_of(work: Work, as_of: date) -> dict[str, Totals]:
    """Pair → the days of its people in the year, up to and including a day."""
    found: defaultdict[str, Totals] = defaultdict(Totals)
    for pair, trainee, left_on, halves in _DAYS.rows(work.session, {"as_of": as_of, "year": as_of.year}):
        days = Decimal(int(halves)) / 2
        if left_on is None:
            found[pair].active[trainee] = days
        else:
            found[pair].gone += days
    return found


def _raise_alerts(city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        rows = []
        for one, forecast in _shortfalls(work, running_pairs(work, city)):
            pair = work.session.get_one(Pair, one.pair)
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
        advice=[one.text for one in pace_breaches(forecast)],
    )
    steps.open_step(work, "S20", key, scope=scope_of_pair(work, pair), anchors={"opened": work.today})
