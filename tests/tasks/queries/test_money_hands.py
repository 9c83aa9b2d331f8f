"""Hands counted together: who holds how many pairs' money, the longest and the latest."""

from dataclasses import replace

from tasks.queries.money_hands import hands_of
from tasks.queries.money_map import money_map
from tasks.queries.pair_money import Hand, PairMoney
from tests.factory import Bench
from tests.tasks.queries.viewers import PROVINCE_VIEWER

HELD = Hand("provincial", "city_civil", False, None, 9, 6, "B", ("account_is_payee",), None, None)
MORE = replace(HELD, days=20, workdays=14, closed_gates=(), late=3)


def pair(*hands: Hand) -> PairMoney:
    return PairMoney("P1-430100-01", "430100", "", "", "", "effective", {}, hands)


def test_the_same_hand_is_counted_once_with_the_longest_and_the_latest() -> None:
    (found,) = hands_of([pair(HELD), pair(MORE)])

    assert (found.party, found.next_leg, found.pairs) == ("city_civil", "B", 2)
    assert (found.days, found.workdays, found.late, found.worst) == (20, 14, 1, 3)
    assert found.closed_gates == ("account_is_payee",)


def test_what_is_on_its_way_or_waits_for_another_leg_stands_apart_and_what_has_arrived_last() -> None:
    arrived, moving = replace(HELD, party="sender", next_leg=None), replace(HELD, moving=True)

    found = hands_of([pair(arrived), pair(moving), pair(HELD)])

    assert [(one.party, one.moving) for one in found] == [
        ("city_civil", False),
        ("city_civil", True),
        ("sender", False),
    ]


def test_every_hand_of_a_map_is_in_one_count(told: Bench) -> None:
    with told.house.look() as work:
        found = money_map(work, PROVINCE_VIEWER, 1, 2022)

    assert sum(one.pairs for one in hands_of(found.pairs)) == sum(len(one.hands) for one in found.pairs) == 6
