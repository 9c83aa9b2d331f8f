"""The pairs at work: read as plain rows, because every stage asks for them every day."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import col

from models.opening import Batch
from models.pairing import Pair
from tasks.work import Work


class Running(NamedTuple):
    """A pair at work: where, for which batch, and between which days."""

    pair: str
    batch: int
    city: str
    effective_on: date
    period_start: date
    period_end: date


def running_pairs(work: Work, city: str | None = None) -> list[Running]:
    """Every effective pair, or those of a city, in the order of their keys."""
    wanted = (
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
    )
    if city is not None:
        wanted = wanted.where(col(Pair.city) == city)
    return [Running(*row) for row in work.session.connection().execute(wanted.order_by(col(Pair.key)))]
