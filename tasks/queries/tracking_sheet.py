"""What a city writes about a quarter, beside what the records say of its pairs in that time (S21, K32)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import col

from models.fieldwork import MonthlyReturn, Tracking, Visit
from models.pairing import Pair
from tasks.periods import quarter_bounds
from tasks.queries.pair_names import NamedPair, pairs_named
from tasks.shortfalls import unvisited
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class TrackedPair:
    """A pair in a quarter: half days entered, months confirmed by the sender, visits (K12)."""

    pair: NamedPair
    half_days: int
    confirmed_months: int
    visits: int


@dataclass(frozen=True, slots=True)
class TrackingSheet:
    """A city's quarter; `tracking` is what was written, None while nothing was; `advice` which pairs want visiting."""

    city: str
    city_name: str
    quarter: str
    start: date
    end: date
    tracking: Tracking | None
    pairs: tuple[TrackedPair, ...]
    advice: tuple[str, ...]


def tracking_sheet(work: Work, city: str, quarter: str) -> TrackingSheet:
    """The quarter of a city; raises BadInput for a text that is no quarter, LookupError for no city."""
    start, end = quarter_bounds(quarter)
    keys = _pairs(work, city, start, end)
    named = pairs_named(work, keys)
    days, visits = _days(work, keys, start, end), _visits(work, keys, start, end)
    return TrackingSheet(
        city,
        work.divisions.by_code(city).name,
        quarter,
        start,
        end,
        work.session.get(Tracking, (city, quarter)),
        tuple(
            TrackedPair(named[key], *days.get(key, (0, 0)), visits.get(key, 0))
            for key in keys
            if key in named
        ),
        tuple(one.text for one in unvisited(work, city, quarter)),
    )


def _pairs(work: Work, city: str, start: date, end: date) -> list[str]:
    wanted = select(col(Pair.key)).where(
        col(Pair.city) == city,
        col(Pair.effective_on) <= end,
        or_(col(Pair.ended_on).is_(None), col(Pair.ended_on) >= start),
    )
    return list(work.session.connection().execute(wanted.order_by(col(Pair.key))).scalars())


def _days(work: Work, pairs: list[str], start: date, end: date) -> dict[str, tuple[int, int]]:
    wanted: Select[Any] = (
        select(
            col(MonthlyReturn.pair),
            func.sum(col(MonthlyReturn.half_days)),
            func.count().filter(col(MonthlyReturn.state) == "confirmed"),
        )
        .where(
            col(MonthlyReturn.pair).in_(pairs),
            col(MonthlyReturn.month).between(f"{start:%Y-%m}", f"{end:%Y-%m}"),
        )
        .group_by(col(MonthlyReturn.pair))
    )
    return {pair: (int(days), int(sure)) for pair, days, sure in work.session.connection().execute(wanted)}


def _visits(work: Work, pairs: list[str], start: date, end: date) -> dict[str, int]:
    wanted: Select[Any] = (
        select(col(Visit.pair), func.count())
        .where(col(Visit.pair).in_(pairs), col(Visit.began_on) <= end, col(Visit.ended_on) >= start)
        .group_by(col(Visit.pair))
    )
    return {pair: int(count) for pair, count in work.session.connection().execute(wanted)}
