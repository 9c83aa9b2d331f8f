"""Who holds the money of how many pairs, and since when: the hands of a money map counted together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tasks.queries.pair_money import Hand, PairMoney


@dataclass(frozen=True, slots=True)
class HandCount:
    """The pairs whose money of one source is in the same hand (or on its way to it) and waits for the same leg.

    `next_leg` is None where it has arrived. `days` and `workdays` are the longest anybody has held it, `late` counts
    the pairs past the leg's due date, `worst` by how many working days; `closed_gates` are what any of them waits for.
    """

    source: str
    party: str
    moving: bool
    next_leg: str | None
    pairs: int
    days: int | None
    workdays: int | None
    late: int
    worst: int | None
    closed_gates: tuple[str, ...]


def hands_of(pairs: Sequence[PairMoney]) -> tuple[HandCount, ...]:
    """The hands of some pairs, source by source from the first to the last."""
    found: dict[tuple[str, str, bool, str | None], list[Hand]] = defaultdict(list)
    for pair in pairs:
        for hand in pair.hands:
            found[hand.source, hand.party, hand.moving, hand.next_leg].append(hand)
    # What has arrived has no leg before it and stands last.
    order = sorted(found, key=lambda one: (one[0], one[3] or "~", one[2]))
    return tuple(_counted(found[key]) for key in order)


def _counted(hands: Sequence[Hand]) -> HandCount:
    any_of = hands[0]
    gates = dict.fromkeys(gate for one in hands for gate in one.closed_gates)
    return HandCount(
        any_of.source,
        any_of.party,
        any_of.moving,
        any_of.next_leg,
        len(hands),
        max((one.days for one in hands if one.days is not None), default=None),
        max((one.workdays for one in hands if one.workdays is not None), default=None),
        sum(one.late is not None and one.late > 0 for one in hands),
        max((one.late for one in hands if one.late is not None), default=None),
        tuple(gates),
    )
