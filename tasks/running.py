"""The pairs at work: read as plain rows, because every stage asks for them every day."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.opening import Batch
from models.pairing import Pair
from models.prepared import Prepared
from tasks.work import Work


class Running(NamedTuple):
    """A pair at work: where, for which batch, and between which days."""

    pair: str
    batch: int
    city: str
    effective_on: date
    period_start: date
    period_end: date


_PAIRS = (
    select(
        col(Pair.key),
        col(Pair.batch),
        col(Pair.city),
        col(Pair.effective_on),
        col(Batch.period_start),
        col(Batch.period_end),
    )
    .join(Batch, col(Batch.number) == col(Pair.batch))
    .where(col(Pair.state) == "effective")
    .order_by(col(Pair.key))
)
_RUNNING = Prepared(_PAIRS)
_RUNNING_IN = Prepared(_PAIRS.where(col(Pair.city) == bindparam("city")))


def running_pairs(work: Work, city: str | None = None) -> list[Running]:
    """Every effective pair, or those of a city, in the order of their keys."""
    rows = _RUNNING.rows(work.session) if city is None else _RUNNING_IN.rows(work.session, {"city": city})
    return [Running(*row) for row in rows]
