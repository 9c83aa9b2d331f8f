"""The best pairing with some pairs fixed, what it costs, and what any other choice costs more (K06, K26, A24)."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from models.rules.assignment import cheapest
from models.rules.pairing import Match, Recipient, Sender, SenderStatus

Costs = Sequence[Sequence[int]]
_IN_BRACKETS = re.compile(r"\([^()]*\)|\uff08[^\uff08\uff09]*\uff09")


@dataclass(frozen=True, slots=True)
class Swap:
    """Another sender for a pair: by how much the least total rises if this one is fixed instead."""

    sender: str
    difference: int


@dataclass(frozen=True, slots=True)
class PricedPair:
    """One pair of the proposal; the cost is the number of needs that the sender is not strong in."""

    sender: str
    application: str
    is_locked: bool
    met: tuple[str, ...]
    unmet: tuple[str, ...]
    swaps: tuple[Swap, ...] = ()

    @property
    def cost(self) -> int:
        """How many needs are not met."""
        return len(self.unmet)


@dataclass(frozen=True, slots=True)
class PricedProposal:
    """Pairs in the order of the recipients' ranks, who waits in the same order, the least total cost there is."""

    pairs: tuple[PricedPair, ...]
    waiting: tuple[str, ...]

    @property
    def total(self) -> int:
        """The cost of all pairs together."""
        return sum(one.cost for one in self.pairs)


def topics(text: str) -> frozenset[str]:
    """The words of a list as it is typed, whatever stands between them; what stands in brackets is a note on it."""
    return frozenset(one for one in re.split(r"\W+", _IN_BRACKETS.sub(" ", text)) if one)


def mentioned(texts: Iterable[str], wanted: Collection[str]) -> frozenset[str]:
    """Those of the topics that one of the texts names."""
    whole = "\n".join(texts)
    return frozenset(one for one in wanted if one in whole)


def propose_priced(
    senders: Iterable[Sender], recipients: Iterable[Recipient], locked: Sequence[Match] = ()
) -> PricedProposal:
    """As many pairs as there are free senders, better ranks first, at the least cost in all; locked pairs stay.

    Equal input in any order gives the same answer. Raises ``ValueError`` for a locked pair whose sender is not free,
    whose recipient is not there, or one of which stands in two.
    """
    free = {one.uscc: one for one in senders if one.status is SenderStatus.AVAILABLE}
    ranked = sorted(recipients, key=lambda one: (one.rank, one.application))
    fixed = {one.application: one.sender for one in locked}
    known = {one.application for one in ranked}
    taken = set(fixed.values())
    if len(taken) < len(locked) or not taken <= free.keys() or not fixed.keys() <= known:
        raise ValueError("a locked pair is not possible")

    open_senders = [free[code] for code in sorted(free.keys() - taken)]
    open_recipients = [one for one in ranked if one.application not in fixed]
    chosen, waiting = open_recipients[: len(open_senders)], open_recipients[len(open_senders) :]
    costs = [[len(one.needs - sender.strengths) for sender in open_senders] for one in chosen]
    columns = cheapest(costs)
    pairs = {
        one.application: _pair(free[fixed[one.application]], one, is_locked=True)
        for one in ranked
        if one.application in fixed
    }
    for one, column, prices in zip(chosen, columns, swap_prices(costs, columns), strict=True):
        swaps = tuple(
            Swap(sender.uscc, price)
            for place, (sender, price) in enumerate(zip(open_senders, prices, strict=True))
            if place != column
        )
        pairs[one.application] = _pair(open_senders[column], one, swaps, is_locked=False)
    return PricedProposal(
        tuple(pairs[one.application] for one in ranked if one.application in pairs),
        tuple(one.application for one in waiting),
    )


def _pair(
    sender: Sender, recipient: Recipient, swaps: tuple[Swap, ...] = (), *, is_locked: bool
) -> PricedPair:
    met = tuple(sorted(recipient.needs & sender.strengths))
    unmet = tuple(sorted(recipient.needs - sender.strengths))
    order = sorted(swaps, key=lambda one: (one.difference, one.sender))
    return PricedPair(sender.uscc, recipient.application, is_locked, met, unmet, tuple(order))


def swap_prices(costs: Costs, columns: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """By how much the least total rises when a row is given a column for good; 0 for the column it has.

    `columns` must be a cheapest assignment. Whoever is driven off a column moves along the cheapest chain of moves,
    which ends in the column that was left or in one that nobody has; then the column that was left is for whoever
    gains by it. All chains are found at once, O(rows^3).
    """
    count = len(costs)
    chains = _chains(costs, columns)
    free = sorted(set(range(len(costs[0]))) - set(columns)) if costs else []
    away = [_away(costs[row], columns[row], free) for row in range(count)]
    escapes = [_least(chains[row][end] + away[end] for end in range(count)) for row in range(count)]
    gains = [min(0, _least(chains[other][row] for other in range(count))) for row in range(count)]
    owner = {column: row for row, column in enumerate(columns)}
    prices = []
    for row in range(count):
        line = []
        for column, cost in enumerate(costs[row]):
            driven = owner.get(column)
            if driven is None:
                moved = gains[row]
            elif driven == row:
                moved = 0
            else:
                moved = min(chains[driven][row], escapes[driven] + gains[row])
            line.append(cost - costs[row][columns[row]] + moved)
        prices.append(tuple(line))
    return tuple(prices)


_NEVER = 1 << 60


def _away(costs: Sequence[int], column: int, free: Sequence[int]) -> int:
    return _least(costs[one] - costs[column] for one in free)


def _least(given: Iterable[int]) -> int:
    return min(given, default=_NEVER)


def _chains(costs: Costs, columns: Sequence[int]) -> list[list[int]]:
    """The cheapest chain of moves that ends with another row's column, that one leaving it (Floyd, Warshall)."""
    count = len(costs)
    found = [
        [costs[row][columns[end]] - costs[row][columns[row]] for end in range(count)] for row in range(count)
    ]
    for middle in range(count):
        through = found[middle]
        for row in range(count):
            first = found[row][middle]
            found[row] = [
                min(known, first + onward) for known, onward in zip(found[row], through, strict=True)
            ]
    return found
