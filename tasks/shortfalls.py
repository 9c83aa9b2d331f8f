"""What a quarter or a work year falls short of, told to whoever judges it and kept with the judgement (K12, K31)."""

from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from models.fieldwork import Visit
from models.pairing import Pair
from models.prepared import Prepared
from models.rules.breach import Breach
from models.rules.fieldwork import Visit as RuleVisit
from models.rules.fieldwork import days_breaches, quarter_breaches
from tasks.pace import Totals, totals_of
from tasks.periods import quarter_bounds
from tasks.work import Work


def unvisited(work: Work, city: str, quarter: str) -> tuple[Breach, ...]:
    """The pairs of a city that nobody has visited for so many quarters on end as the pack bears (K12), all of which
    they have worked in; raises BadInput for a text that is no quarter.
    """
    given = {"city": city, "end": quarter_bounds(quarter)[1]}
    visits = [RuleVisit(*row) for row in _VISITS.rows(work.session, given)]
    year, number = int(quarter[:4]), int(quarter[5:])
    return tuple(
        breach
        for pair, batch, effective_on in _WORKING.rows(work.session, given)
        for breach in quarter_breaches(
            visits, pair, year, number, work.rules(batch), effective_on=effective_on
        )
    )


_IS_WORKING = (
    col(Pair.city) == bindparam("city"),
    col(Pair.effective_on) <= bindparam("end"),
    or_(col(Pair.ended_on).is_(None), col(Pair.ended_on) > bindparam("end")),
)
_WORKING = Prepared(
    select(col(Pair.key), col(Pair.batch), col(Pair.effective_on)).where(*_IS_WORKING).order_by(col(Pair.key))
)
_VISITS = Prepared(
    select(*(col(getattr(Visit, name)) for name in ("pair", "began_on", "ended_on", "kind", "people")))
    .join(Pair, col(Pair.key) == col(Visit.pair))
    .where(*_IS_WORKING)
)


def missing_days(work: Work, pair: Pair, year: int) -> tuple[Breach, ...]:
    """What a pair's work year lacks of its days, by the reading of A12 that holds (K31); nothing where it has them."""
    totals = totals_of(work, date(year, 12, 31)).get(pair.key, Totals())
    return days_breaches(totals.active, work.rules(pair.batch), gone=totals.gone)
