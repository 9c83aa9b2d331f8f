"""What a quarter or a work year falls short of, told to whoever judges it and kept with the judgement (K12, K31)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.fieldwork import Visit
from models.pairing import Pair
from models.prepared import Prepared
from models.rules.breach import Breach
from models.rules.fieldwork import Visit as RuleVisit
from models.rules.fieldwork import days_breaches, quarter_breaches
from models.session import PreparedObjects
from tasks.pace import Totals, totals_of
from tasks.periods import quarter_bounds
from tasks.work import Work

_PAIRS_OF_CITY = PreparedObjects(Pair, col(Pair.city) == bindparam("city"), order_by=(col(Pair.key),))
_STAYS = select(*(col(getattr(Visit, name)) for name in ("pair", "began_on", "ended_on", "kind", "people")))
_STAYS_IN_CITY = Prepared(
    _STAYS.join(Pair, col(Pair.key) == col(Visit.pair)).where(col(Pair.city) == bindparam("city"))
)
_STAYS_AT_PAIR = Prepared(_STAYS.where(col(Visit.pair) == bindparam("pair")))


def unvisited(work: Work, city: str, quarter: str) -> tuple[Breach, ...]:
    """The pairs of a city that nobody has visited for so many quarters on end as the pack bears (K12), all of which
    they have worked in; raises BadInput for a text that is no quarter.
    """
    pairs = _PAIRS_OF_CITY.all(work.session, {"city": city})
    return _without_visit(work, [quarter], pairs, _STAYS_IN_CITY.rows(work.session, {"city": city}))


def unvisited_quarters(work: Work, pair: str, year: int) -> tuple[Breach, ...]:
    """The quarters of a year that have ended and of which the city is told that nobody has visited a pair (K12)."""
    quarters = [f"{year}Q{number}" for number in range(1, 5)]
    ended = [one for one in quarters if quarter_bounds(one)[1] < work.today]
    found = work.session.get(Pair, pair)
    stays = _STAYS_AT_PAIR.rows(work.session, {"pair": pair})
    return _without_visit(work, ended, [found] if found else [], stays)


def _without_visit(
    work: Work, quarters: Sequence[str], pairs: Sequence[Pair], stays: Iterable[tuple[Any, ...]]
) -> tuple[Breach, ...]:
    """Quarter by quarter the pairs that stood at its end, in their order, and had no visit for too long."""
    visits = [RuleVisit(*row) for row in stays]
    return tuple(
        breach
        for quarter in quarters
        for one in pairs
        if _is_at_work(work, one, quarter_bounds(quarter)[1])
        for breach in quarter_breaches(
            visits,
            one.key,
            int(quarter[:4]),
            int(quarter[5:]),
            work.rules(one.batch),
            effective_on=one.effective_on,
        )
    )


def _is_at_work(work: Work, pair: Pair, day: date) -> bool:
    """Whether a pair works on a day: between its agreement and its end, inside its batch's period (A13).

    A batch is closed after its period, and only then do its pairs end.
    """
    has_begun = pair.effective_on is not None and pair.effective_on <= day
    has_ended = pair.ended_on is not None and pair.ended_on <= day
    return has_begun and not has_ended and day <= work.batch(pair.batch).period_end


def missing_days(work: Work, pair: Pair, year: int) -> tuple[Breach, ...]:
    """What a pair's work year lacks of its days, by the reading of A12 that holds (K31); nothing where it has them."""
    totals = totals_of(work, date(year, 12, 31)).get(pair.key, Totals())
    return days_breaches(totals.active, work.rules(pair.batch), gone=totals.gone)
