"""K06, A24: the best pairing with pairs fixed, and the price of every swap against trying all pairings out."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from models.rules.assignment import cheapest
from models.rules.pairing import Match, Recipient, Sender, SenderStatus
from models.rules.pairing_prices import Swap, mentioned, propose_priced, swap_prices, topics

SENDERS = [
    Sender("s1", strengths=frozenset({"old", "child"})),
    Sender("s2", strengths=frozenset({"child"})),
    Sender("s3"),
    Sender("s4", SenderStatus.PAIRED, frozenset({"old", "child"})),
]
RECIPIENTS = [
    Recipient("b", 2, frozenset({"old"})),
    Recipient("a", 1, frozenset({"child"})),
]

MATRICES = st.integers(0, 5).flatmap(
    lambda rows: st.integers(rows, 6).flatmap(
        lambda width: st.lists(
            st.lists(st.integers(0, 6), min_size=width, max_size=width), min_size=rows, max_size=rows
        )
    )
)


def least(costs: list[list[int]], row: int | None = None, column: int | None = None) -> int:
    """The least total over all assignments, of those that give the row the column."""
    width = len(costs[0]) if costs else 0
    return min(
        sum(costs[one][place] for one, place in enumerate(places))
        for places in permutations(range(width), len(costs))
        if row is None or places[row] == column
    )


def test_needs_are_met_and_every_swap_has_its_price() -> None:
    found = propose_priced(SENDERS, RECIPIENTS)

    assert [(one.application, one.sender, one.met, one.unmet) for one in found.pairs] == [
        ("a", "s2", ("child",), ()),
        ("b", "s1", ("old",), ()),
    ]
    assert (found.total, found.waiting) == (0, ())
    assert [one.swaps for one in found.pairs] == [
        (Swap("s1", 1), Swap("s3", 1)),
        (Swap("s2", 1), Swap("s3", 1)),
    ]


def test_a_locked_pair_stays_whatever_it_costs() -> None:
    found = propose_priced(SENDERS, RECIPIENTS, [Match("s3", "a")])

    assert [(one.application, one.sender, one.is_locked, one.cost, one.swaps) for one in found.pairs] == [
        ("a", "s3", True, 1, ()),
        ("b", "s1", False, 0, (Swap("s2", 1),)),
    ]
    assert found.total == 1


def test_where_senders_are_fewer_the_lowest_ranks_wait_but_no_locked_one() -> None:
    found = propose_priced(SENDERS[:1], RECIPIENTS, [Match("s1", "b")])

    assert ([one.application for one in found.pairs], found.waiting) == (["b"], ("a",))


@pytest.mark.parametrize(
    "locked",
    [
        [Match("s4", "a")],
        [Match("s9", "a")],
        [Match("s1", "z")],
        [Match("s1", "a"), Match("s1", "b")],
        [Match("s1", "a"), Match("s1", "a")],
    ],
)
def test_an_impossible_lock_is_refused(locked: list[Match]) -> None:
    with pytest.raises(ValueError, match="locked"):
        propose_priced(SENDERS, RECIPIENTS, locked)


@given(MATRICES)
def test_prices_are_those_of_trying_everything_out(costs: list[list[int]]) -> None:
    prices = swap_prices(costs, cheapest(costs))

    best = least(costs)
    assert prices == tuple(
        tuple(least(costs, row, column) - best for column in range(len(costs[0])))
        for row in range(len(costs))
    )


def test_prices_of_a_whole_batch_agree_with_another_solver() -> None:
    dice = Random(22)
    costs = [[dice.randrange(8) for _ in range(70)] for _ in range(60)]
    prices = swap_prices(costs, cheapest(costs))

    def total(given: list[list[int]]) -> int:
        rows, columns = linear_sum_assignment(given)
        return int(sum(given[row][column] for row, column in zip(rows, columns, strict=True)))

    for _ in range(20):
        row, column = dice.randrange(60), dice.randrange(70)
        fixed = [
            [cost if (one == row) == (place == column) else 10_000 for place, cost in enumerate(line)]
            for one, line in enumerate(costs)
        ]
        assert prices[row][column] == total(fixed) - total(costs)


TOPICS = st.frozensets(st.sampled_from(["old", "child", "rural", "youth"]))


@given(
    st.lists(st.builds(Sender, st.integers(1, 20).map(str), st.sampled_from(SenderStatus), TOPICS)),
    st.lists(
        st.builds(Recipient, st.integers(1, 20).map(str), st.integers(1, 20), TOPICS),
        unique_by=lambda one: one.application,
    ),
    st.randoms(use_true_random=False),
)
def test_the_total_is_that_of_its_pairs_in_any_order(
    senders: list[Sender], recipients: list[Recipient], dice: Random
) -> None:
    senders = list({one.uscc: one for one in senders}.values())
    found = propose_priced(senders, recipients)

    needs = {one.application: one.needs for one in recipients}
    strengths = {one.uscc: one.strengths for one in senders}
    assert found.total == sum(len(needs[one.application] - strengths[one.sender]) for one in found.pairs)
    dice.shuffle(senders)
    dice.shuffle(recipients)
    assert propose_priced(senders, recipients) == found


def test_topics_are_read_as_they_are_typed_and_found_in_texts() -> None:
    typed = topics("\u513f\u7ae5\u3001\u517b\u8001; rural\uff08\u6837\u4f8b\uff09 (note)")

    assert typed == {"\u513f\u7ae5", "\u517b\u8001", "rural"}
    assert mentioned(["\u670d\u52a1\u513f\u7ae5", "Rural"], typed) == {"\u513f\u7ae5"}
