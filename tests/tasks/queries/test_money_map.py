"""The map of money: sums as payments and ledger say, hands followed from the province to the sender, gates, scope."""

from datetime import date

import pytest
from sqlalchemy import text

from models.pairing import Pair
from tasks.queries.money_map import MoneyMap, money_map
from tasks.queries.pair_money import Hand
from tasks.refusal import BadInput
from tasks.work import Work
from tests.factory import PROVINCE, Bench, add_roster_entry
from tests.tasks.queries.story import told_bench
from tests.tasks.queries.viewers import (
    COUNTY_VIEWER,
    OPERATOR_VIEWER,
    OTHER_CITY_VIEWER,
    PROVINCE_VIEWER,
    SENDER_VIEWER,
)
from tests.tasks.scenes import CITY_PAIR, COUNTY_PAIR, OTHER_PAIR, SENDERS, SPARE_SENDERS, row_of
from tests.tasks.working import add_pair, enter, working_bench


def looked(bench: Bench, year: int = 2022) -> MoneyMap:
    """The province's map."""
    with bench.house.look() as work:
        return money_map(work, PROVINCE_VIEWER, 1, year)


def hand(found: MoneyMap, pair: str, source: str) -> Hand:
    """Where a pair's money of one source is."""
    money = next(one for one in found.pairs if one.pair == pair)
    return next(one for one in money.hands if one.source == source)


def paid(work: Work, leg: str, states: str, where: str = "TRUE") -> int:
    """Payments of 2022, summed one by one."""
    statement = (
        f"SELECT fen FROM payment WHERE year = 2022 AND leg = :leg AND state IN ({states}) AND {where}"
    )
    return sum(work.session.connection().execute(text(statement), {"leg": leg}).scalars())


def test_sums_by_leg_are_the_payments_and_the_ledger(told: Bench) -> None:
    with told.house.look() as work:
        found = money_map(work, PROVINCE_VIEWER, 1, 2022)
        expected = [(leg, paid(work, leg, "'received'")) for leg in "ABC"]
        booked = work.session.connection().execute(
            text("SELECT leg, SUM(fen) FROM ledger_line WHERE fen > 0 GROUP BY leg ORDER BY leg")
        )
        ledger = [(leg, int(fen)) for leg, fen in booked]

    assert [(one.leg, one.received) for one in found.legs] == expected == ledger
    assert [(one.leg, one.due, one.entered, one.paid, one.reversed) for one in found.legs] == [
        ("A", 9_000_000, 0, 0, 0),
        ("B", 9_000_000, 0, 0, 0),
        ("C", 3_000_000, 0, 0, 0),
    ]
    assert [(one.pairs, one.pairs_paid, one.pairs_received) for one in found.legs] == [(3, 3, 3)] * 3
    assert [one.same_money_as for one in found.legs] == [None, "A", None]
    assert [(one.city, one.name, one.legs[0].received) for one in found.cities] == [
        ("430100", "长沙市", 6_000_000),
        ("430300", "湘潭市", 3_000_000),
    ]


def test_the_next_years_money_is_due_and_with_the_province(told: Bench) -> None:
    found = looked(told, 2023)

    assert [(one.due, one.received) for one in found.legs] == [(9_000_000, 0), (9_000_000, 0), (3_000_000, 0)]
    # From 1 January, a holiday: the working days since are the 3rd to the 6th and the 9th to the 11th.
    assert hand(found, COUNTY_PAIR, "provincial") == Hand(
        "provincial", "province_civil", False, date(2023, 1, 1), 10, 7, "A", (), None, None
    )


def test_everybody_reads_his_own_pairs_and_legs(told: Bench) -> None:
    with told.house.look() as work:
        seen = {
            viewer.role: money_map(work, viewer, 1, 2022)
            for viewer in (OTHER_CITY_VIEWER, COUNTY_VIEWER, SENDER_VIEWER, OPERATOR_VIEWER)
        }

    assert {
        role: ([one.pair for one in found.pairs], [leg.leg for leg in found.legs])
        for role, found in seen.items()
    } == {
        "city_rural": ([OTHER_PAIR], ["A", "B", "C"]),
        "county_civil": ([COUNTY_PAIR], ["C"]),
        "sender": ([COUNTY_PAIR], ["B"]),
        "operator": ([], []),
    }
    assert [one.party for one in seen["sender"].pairs[0].hands] == ["sender"]


def test_a_year_outside_the_programme_is_refused(told: Bench) -> None:
    with pytest.raises(BadInput):
        looked(told, 2027)


def test_money_is_followed_from_hand_to_hand(database_url: str) -> None:
    bench = working_bench(database_url)
    first = hand(looked(bench), COUNTY_PAIR, "provincial")
    bench.act("disbursement.approve_payment", PROVINCE, voucher=(a := enter(bench, "A", COUNTY_PAIR).key))
    under_way = hand(looked(bench), COUNTY_PAIR, "provincial")
    bench.at("2022-06-24T10:00")
    bench.act("disbursement.confirm_receipt", "430100-mz", voucher=a, received_on=date(2022, 6, 22))
    bench.at("2022-07-20T10:00")
    held = hand(found := looked(bench), COUNTY_PAIR, "provincial")
    b = enter(bench, "B", COUNTY_PAIR)
    entered = looked(bench)
    bench.act("disbursement.approve_payment", "430100-mz", voucher=b.key)
    bench.act("disbursement.confirm_receipt", SENDERS[0], voucher=b.key, received_on=date(2022, 7, 20))
    arrived = hand(looked(bench), COUNTY_PAIR, "provincial")

    assert (first.party, first.moving, first.next_leg, first.gate_open) == (
        "province_civil",
        False,
        "A",
        True,
    )
    assert (under_way.party, under_way.moving, under_way.next_leg) == ("city_civil", True, "A")
    # Leg B is due 15 working days after the 22nd: 13 July; five working days later it is late by five.
    assert held == Hand(
        "provincial", "city_civil", False, date(2022, 6, 22), 28, 20, "B", (), date(2022, 7, 13), 5
    )
    assert [(one.entered, one.paid, one.received) for one in entered.legs] == [
        (0, 0, 3_000_000),
        (3_000_000, 0, 0),
        (0, 0, 0),
    ]
    assert (arrived.party, arrived.next_leg, arrived.due_on, arrived.days) == ("sender", None, None, 0)
    local = hand(found, COUNTY_PAIR, "local")
    # Leg C of all three was due on 4 July.
    assert (local.party, local.next_leg, local.gate_open, local.late) == ("nominator", "C", True, 12)
    assert [one.late for one in found.cities] == [2, 1]
    assert [one.pair for one in found.pairs] == [CITY_PAIR, COUNTY_PAIR, OTHER_PAIR]


def test_leg_b_waits_for_leg_a_and_a_reversal_is_counted_apart(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = enter(bench, "C", CITY_PAIR)
    payer = row_of(bench, type(voucher), voucher.key).payer
    bench.act("disbursement.approve_payment", payer, voucher=voucher.key)
    bench.act("disbursement.reverse_payment", payer, voucher=voucher.key, reason="账号有误", document="凭证")
    with bench.work() as work:
        statement = 'UPDATE agreement SET payee_account = \'{"name": "other"}\' WHERE pair = :pair'
        work.session.connection().execute(text(statement), {"pair": OTHER_PAIR})

    with bench.house.look() as work:
        sender = money_map(work, SENDER_VIEWER, 1, 2022)
    found = looked(bench)

    assert [(one.reversed, one.received) for one in found.legs] == [(0, 0), (0, 0), (1_000_000, 0)]
    hands = sender.pairs[0].hands
    assert [(one.party, one.since, one.next_leg, one.closed_gates) for one in hands] == [
        ("city_civil", None, "B", ("leg_a_received",))
    ]


def test_spending_stands_beside_what_was_received(sqlite_url: str) -> None:
    bench = told_bench(sqlite_url, pairs=())
    bench.act(
        "disbursement.record_spending", SENDERS[0], pair=COUNTY_PAIR, year=2022, lines={"meals": 150_000}
    )

    found = looked(bench)

    assert [(one.received, one.spent) for one in found.legs] == [
        (9_000_000, 0),
        (9_000_000, 150_000),
        (3_000_000, 0),
    ]


def test_a_replaced_pair_stands_inside_its_heir(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = enter(bench, "C", COUNTY_PAIR)
    payer = row_of(bench, type(voucher), voucher.key).payer
    bench.act("disbursement.approve_payment", payer, voucher=voucher.key)
    with bench.work() as work:
        old = work.session.get_one(Pair, COUNTY_PAIR)
        statement = "UPDATE pair SET state = 'replaced', ended_on = '2022-06-20' WHERE key = :key"
        work.session.connection().execute(text(statement), {"key": old.key})
        heir = add_roster_entry(work, SPARE_SENDERS[0], state="paired")
        add_pair(work, "P1-430100-03", heir, old.recipient, old.nominator, predecessor=old.key)

    with bench.house.look() as work:
        found = money_map(work, PROVINCE_VIEWER, 1, 2022)
        former = money_map(work, SENDER_VIEWER, 1, 2022)

    assert [one.pair for one in found.pairs] == [CITY_PAIR, "P1-430100-03", OTHER_PAIR]
    assert [(one.due, one.paid, one.pairs, one.pairs_paid) for one in found.legs] == [
        (9_000_000, 0, 3, 0),
        (9_000_000, 0, 3, 0),
        (3_000_000, 1_000_000, 3, 1),
    ]
    assert [one.pair for one in former.pairs] == [COUNTY_PAIR]
