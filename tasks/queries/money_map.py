"""The map of a batch's money in one work year: leg by leg, city by city, pair by pair (K39–K44)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.programme.pack import Leg
from models.rules.access import Viewer
from tasks.queries.pair_money import PairMoney, legs_read, pair_money
from tasks.queries.rollup import require_year
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class LegSum:
    """One leg over several pairs, in fen: every payment in the state it stands in now.

    `pairs` are those it is due to, `pairs_paid` those for which all of it is at least approved, `pairs_received` those
    that have all of it. Leg B passes on the money of leg A (`same_money_as`): the two are never added.
    """

    leg: str
    label: str
    same_money_as: str | None
    due: int
    entered: int
    paid: int
    received: int
    reversed: int
    spent: int
    pairs: int
    pairs_paid: int
    pairs_received: int


@dataclass(frozen=True, slots=True)
class CityMoney:
    """One city's legs, and how many of its pairs hold up money past its due date."""

    city: str
    name: str
    legs: tuple[LegSum, ...]
    late: int


@dataclass(frozen=True, slots=True)
class MoneyMap:
    """The whole of it; `pairs` are the most late first, then by key."""

    batch: int
    year: int
    legs: tuple[LegSum, ...]
    cities: tuple[CityMoney, ...]
    pairs: tuple[PairMoney, ...]


def money_map(work: Work, viewer: Viewer, batch: int, year: int) -> MoneyMap:
    """A batch's money in a work year, as far as the viewer sees pairs and his role reads legs; a pure read.

    Raises BadInput for a year outside the programme (K04), NotFound for a batch that there is not.
    """
    require_year(work, year)
    legs = legs_read(work, viewer)
    listed = pair_money(work, viewer, batch, year)
    cities = sorted({one.city for one in listed})
    return MoneyMap(
        batch,
        year,
        leg_sums(legs, listed),
        tuple(_city(work, legs, code, [one for one in listed if one.city == code]) for code in cities),
        tuple(sorted(listed, key=lambda one: (-_lateness(one), one.pair))),
    )


def _city(work: Work, legs: Sequence[Leg], code: str, listed: Sequence[PairMoney]) -> CityMoney:
    late = sum(_lateness(one) > 0 for one in listed)
    return CityMoney(code, work.divisions.by_code(code).name, leg_sums(legs, listed), late)


def _lateness(money: PairMoney) -> int:
    return max((hand.late or 0 for hand in money.hands), default=0)


def leg_sums(legs: Sequence[Leg], listed: Iterable[PairMoney]) -> tuple[LegSum, ...]:
    """The legs over some pairs, in the order of the pack."""
    every = list(listed)
    found = []
    for leg in legs:
        of_leg = [one.legs[leg.code] for one in every]
        found.append(
            LegSum(
                leg.code,
                leg.label,
                leg.same_money_as,
                sum(one.due for one in of_leg),
                sum(one.entered for one in of_leg),
                sum(one.paid for one in of_leg),
                sum(one.received for one in of_leg),
                sum(one.reversed for one in of_leg),
                sum(one.spent for one in of_leg),
                sum(one.due > 0 for one in of_leg),
                sum(one.paid + one.received >= one.due > 0 for one in of_leg),
                sum(one.is_complete for one in of_leg),
            )
        )
    return tuple(found)
