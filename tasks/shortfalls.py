"""What a quarter or a work year falls short of, told to whoever judges it and kept with the judgement (K12, K31)."""

from datetime import date

from sqlalchemy import or_, select
from sqlmodel import col

from models.fieldwork import Visit
from models.pairing import Pair
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
    end = quarter_bounds(quarter)[1]
    working = (
        col(Pair.city) == city,
        col(Pair.effective_on) <= end,
        or_(col(Pair.ended_on).is_(None), col(Pair.ended_on) > end),
    )
    pairs = work.session.execute(select(Pair).where(*working).order_by(col(Pair.key))).scalars().all()
    stays = work.session.execute(select(Visit).join(Pair, col(Pair.key) == col(Visit.pair)).where(*working))
    visits = [
        RuleVisit(one.pair, one.began_on, one.ended_on, one.kind, one.people) for one in stays.scalars()
    ]
    year, number = int(quarter[:4]), int(quarter[5:])
    return tuple(
        breach
        for one in pairs
        for breach in quarter_breaches(
            visits, one.key, year, number, work.rules(one.batch), effective_on=one.effective_on
        )
    )


def missing_days(work: Work, pair: Pair, year: int) -> tuple[Breach, ...]:
    """What a pair's work year lacks of its days, by the reading of A12 that holds (K31); nothing where it has them."""
    totals = totals_of(work, date(year, 12, 31)).get(pair.key, Totals())
    return days_breaches(totals.active, work.rules(pair.batch), gone=totals.gone)
