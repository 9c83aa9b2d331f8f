"""K05, K06, K26, A24: pairs, confirmations, the waiting list and the proposal."""

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from models.rules.assignment import cheapest
from models.rules.pairing import (
    Match,
    Recipient,
    Sender,
    SenderStatus,
    confirmation_breaches,
    confirmed_on,
    match_breaches,
)
from models.rules.pairing_prices import propose_priced
from tests.models.rules.standin import HUNAN, codes

ROSTER = {
    "s1": Sender("s1"),
    "s2": Sender("s2", SenderStatus.PAIRED),
    "s3": Sender("s3", SenderStatus.WITHDRAWN),
}


@pytest.mark.parametrize(
    ("listed", "standing", "expected"),
    [
        pytest.param([Match("s1", "a"), Match("s2", "b")], [], [], id="K06-good"),
        pytest.param([Match("s9", "a")], [], ["not_on_roster"], id="K05-not-on-roster"),
        pytest.param([Match("s3", "a")], [], ["withdrawn"], id="K05-withdrawn"),
        pytest.param([Match("s1", "z")], [], ["not_approved"], id="K25-not-approved"),
        pytest.param([Match("s1", "a"), Match("s1", "b")], [], ["sender_twice"], id="K06-two-recipients"),
        pytest.param([Match("s1", "a"), Match("s2", "a")], [], ["recipient_twice"], id="K06-two-senders"),
        pytest.param([Match("s2", "b")], [Match("s2", "a")], ["sender_twice"], id="K06-already-paired"),
    ],
)
def test_list(listed: list[Match], standing: list[Match], expected: list[str]) -> None:
    assert codes(match_breaches(listed, ROSTER, {"a", "b"}, standing)) == expected


@pytest.mark.parametrize(
    ("party", "on", "standing", "expected"),
    [
        pytest.param("province_civil", date(2022, 5, 11), {}, [], id="K26-first"),
        pytest.param("city_civil", date(2022, 5, 11), {}, ["may_not_confirm"], id="K26-other"),
        pytest.param(
            "sender_bureau",
            date(2022, 5, 9),
            {"sender_bureau": date(2022, 5, 11)},
            ["confirmed_twice", "confirmed_early"],
            id="K26-twice",
        ),
        pytest.param("province_civil", date(2022, 5, 13), {}, ["confirmed_future"], id="K26-future"),
    ],
)
def test_confirmation(party: str, on: date, standing: dict[str, date], expected: list[str]) -> None:
    found = confirmation_breaches(
        party, on, standing, proposed_on=date(2022, 5, 10), today=date(2022, 5, 12), rules=HUNAN
    )

    assert codes(found) == expected


def test_list_is_final_on_the_later_confirmation() -> None:
    one = {"province_civil": date(2022, 5, 11)}

    assert confirmed_on(one, HUNAN) is None
    assert confirmed_on(one | {"sender_bureau": date(2022, 5, 9)}, HUNAN) == date(2022, 5, 11)


def test_proposal_meets_needs_and_lets_the_last_wait() -> None:
    senders = [Sender("s1", strengths=frozenset({"old"})), Sender("s2", strengths=frozenset({"child"}))]
    recipients = [
        Recipient("third", 3, frozenset({"old"})),
        Recipient("first", 1, frozenset({"child"})),
        Recipient("second", 2, frozenset({"old"})),
    ]

    proposal = propose_priced(senders, recipients)

    assert [(one.sender, one.application) for one in proposal.pairs] == [("s2", "first"), ("s1", "second")]
    assert proposal.waiting == ("third",)


TOPICS = ["old", "child", "relief", "station"]
strengths = st.frozensets(st.sampled_from(TOPICS))
rosters = st.lists(
    st.builds(Sender, st.integers(1, 30).map(str), st.sampled_from(SenderStatus), strengths),
    max_size=12,
    unique_by=lambda one: one.uscc,
)
approved = st.lists(
    st.builds(Recipient, st.integers(1, 30).map(str), st.integers(1, 42), strengths),
    max_size=12,
    unique_by=lambda one: one.application,
)


@given(rosters, approved, st.integers())
def test_proposal_is_one_to_one_full_best_and_independent_of_order(
    senders: list[Sender], recipients: list[Recipient], seed: int
) -> None:
    proposal = propose_priced(senders, recipients)
    roster = {one.uscc: one for one in senders}

    Random(seed).shuffle(senders)
    Random(seed).shuffle(recipients)

    assert propose_priced(senders, recipients) == proposal
    matches = [Match(one.sender, one.application) for one in proposal.pairs]
    assert match_breaches(matches, roster, {one.application for one in recipients}) == ()
    free = sum(one.status is SenderStatus.AVAILABLE for one in senders)
    assert len(proposal.pairs) == min(free, len(recipients))
    ranks = {one.application: (one.rank, one.application) for one in recipients}
    order = [*(one.application for one in proposal.pairs), *proposal.waiting]
    assert order == sorted(ranks, key=lambda one: ranks[one])


matrices = st.integers(1, 9).flatmap(
    lambda rows: st.integers(rows, 11).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(-20, 20), min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
    )
)


@given(matrices)
def test_assignment_costs_what_the_oracle_costs(costs: list[list[int]]) -> None:
    columns = cheapest(costs)
    rows, best = linear_sum_assignment(costs)

    assert len(set(columns)) == len(costs)
    assert sum(costs[row][column] for row, column in enumerate(columns)) == sum(
        costs[row][column] for row, column in zip(rows, best, strict=True)
    )


def test_assignment_refuses_what_it_cannot_place() -> None:
    assert cheapest([]) == ()
    with pytest.raises(ValueError, match="equal rows"):
        cheapest([[1], [2]])
    with pytest.raises(ValueError, match="equal rows"):
        cheapest([[1, 2], [3]])
