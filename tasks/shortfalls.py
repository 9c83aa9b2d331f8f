"""What a quarter or a work year falls short of, told to whoever judges it and kept with the judgement (K12, K31)."""

from datetime import date
from decimal import Decimal

from sqlalchemy import or_, select
from sqlmodel import col

from models.fieldwork import Visit
from models.pairing import Pair
from models.rules.breach import Breach
from models.rules.fieldwork import Visit as RuleVisit
from models.rules.fieldwork import days_breaches, quarter_breaches
from tasks.pace import totals_of
from tasks.periods import quarter_bounds
from tasks.work import Work

_QUARTER_MONTHS = 3


def unvisited(work: Work, city: str, quarter: str) -> tuple[Breach, ...]:
    """The pairs of a city that nobody has visited for so many quarters on end as the pack bears (K12), all of which
    they have worked in; raises BadInput for a text that is no quarter.
    """
    _start, end = quarter_bounds(quarter)
    number = end.month // _QUARTER_MONTHS
    found: list[Breach] = []
    for pair in _working(work, city, quarter):
        rules = work.rules(pair.batch)
        borne = int(rules.number("visits.warn_empty_quarters"))
        if pair.effective_on is None or pair.effective_on > _end_of_first(end, borne):
            continue
        wanted = select(Visit).where(col(Visit.pair) == pair.key).order_by(col(Visit.key))
        visits = [
            RuleVisit(one.pair, one.began_on, one.ended_on, one.kind, one.people)
            for one in work.session.execute(wanted).scalars()
        ]
        found += quarter_breaches(visits, pair.key, end.year, number, rules)
    return tuple(found)


def missing_days(work: Work, pair: Pair, year: int) -> tuple[Breach, ...]:
    """What a pair's work year lacks of its days, by the reading of A12 that holds (K31); nothing where it has them."""
    totals = totals_of(work, date(year, 12, 31)).get(pair.key)
    rules = work.rules(pair.batch)
    days = dict(totals.active) if totals is not None else {}
    if totals is not None and totals.gone and rules.value("fieldwork.days_counting") == "pooled":
        days[""] = totals.gone
    return days_breaches(days or {"": Decimal(0)}, rules)


def _working(work: Work, city: str, quarter: str) -> list[Pair]:
    """The pairs of a city that worked in a quarter and have not ended before its end."""
    _start, end = quarter_bounds(quarter)
    wanted = select(Pair).where(
        col(Pair.city) == city,
        col(Pair.effective_on) <= end,
        or_(col(Pair.ended_on).is_(None), col(Pair.ended_on) > end),
    )
    return list(work.session.execute(wanted.order_by(col(Pair.key))).scalars())


def _end_of_first(end: date, quarters: int) -> date:
    """The last day of the first of so many quarters of which the last ends on a day."""
    months = 12 * end.year + end.month - 1 - _QUARTER_MONTHS * (quarters - 1)
    year, month = divmod(months, 12)
    return quarter_bounds(f"{year}Q{month // _QUARTER_MONTHS + 1}")[1]
