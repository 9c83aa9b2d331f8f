"""Which batch and work year a page is about: what the address says, else the one that runs now."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from console.web.visit import Visit
from models.opening import Batch
from models.pairing import Pair
from tasks.refusal import BadInput
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Term:
    """A batch with one of its work years; `label` is the batch's."""

    batch: int
    label: str
    year: int


def term_of(visit: Visit) -> tuple[Term, tuple[Term, ...]]:
    """The term that the address asks for, and all that can be chosen; raises BadInput for one that there is not."""
    offered = terms(visit.work)
    batch, year = (visit.query.get(name, "") for name in ("batch", "year"))
    if not batch and not year:
        return _now(visit.work, offered), offered
    found = [one for one in offered if str(one.year) == year and batch in ("", str(one.batch))]
    if not found:
        raise BadInput("web.no_term", field="year", batch=batch, year=year)
    return found[0], offered


def years_of(visit: Visit) -> tuple[int, tuple[int, ...]]:
    """The work year that the address asks for, else the one whose account is due now, and all of them.

    A year is looked back at from its December until the next one's. Raises BadInput for a year of no batch.
    """
    years = tuple(sorted({one.year for one in terms(visit.work)}))
    today, asked = visit.work.today, visit.query.get("year", "")
    if not asked:
        looked_at = today.year if today.month == _DECEMBER else today.year - 1
        return min(max(looked_at, years[0]), years[-1]), years
    if asked not in {str(year) for year in years}:
        raise BadInput("web.no_term", field="year", batch="", year=asked)
    return int(asked), years


_DECEMBER = 12


def terms(work: Work) -> tuple[Term, ...]:
    """Every work year of every batch that has pairs, or of all batches where none has."""
    batches = list(work.session.execute(select(Batch).order_by(col(Batch.number))).scalars())
    paired = set(work.session.connection().execute(select(col(Pair.batch)).distinct()).scalars())
    chosen = [one for one in batches if one.number in paired] or batches
    return tuple(
        Term(one.number, one.label, year)
        for one in chosen
        for year in range(one.period_start.year, one.period_end.year + 1)
    )


def _now(work: Work, offered: tuple[Term, ...]) -> Term:
    begun = [one for one in offered if one.year <= work.today.year]
    return begun[-1] if begun else offered[0]
