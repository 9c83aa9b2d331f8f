"""What is owed and paid, row by row: gates, holding times, totals per leg."""

from models.rules.access import Viewer
from tasks.queries.money_rows import MoneySheet, money_rows
from tests.factory import Bench
from tests.tasks.queries.viewers import OTHER_CITY_VIEWER, PROVINCE_VIEWER
from tests.tasks.scenes import CITY_PAIR, COUNTY_PAIR, OTHER_PAIR
from tests.tasks.working import enter, pay, receive, reverse, working_bench

A, C = 3_000_000, 1_000_000


def sheet_of(bench: Bench, viewer: Viewer | None = None, pair: str = "") -> MoneySheet:
    with bench.house.look() as work:
        return money_rows(work, viewer or PROVINCE_VIEWER, 1, 2022, pair=pair)


def test_leg_a_is_one_row_a_city_and_the_others_one_a_pair(database_url: str) -> None:
    sheet = sheet_of(working_bench(database_url))

    found = sorted((one.leg, one.state, one.fen, one.pairs) for one in sheet.rows)

    assert found == [
        ("A", "to_enter", A, (OTHER_PAIR,)),
        ("A", "to_enter", 2 * A, (CITY_PAIR, COUNTY_PAIR)),
        *(("B", "waiting", A, (pair,)) for pair in (CITY_PAIR, COUNTY_PAIR, OTHER_PAIR)),
        *(("C", "to_enter", C, (pair,)) for pair in (CITY_PAIR, COUNTY_PAIR, OTHER_PAIR)),
    ]


def test_a_row_follows_its_money_from_entry_to_receipt(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = enter(bench, "A", CITY_PAIR)
    entered = [(one.state, one.maker) for one in sheet_of(bench).rows if one.voucher]
    bench.act("disbursement.approve_payment", voucher.payer, voucher=voucher.key)
    bench.at("2022-06-24T09:00")
    paid = [(one.state, one.held) for one in sheet_of(bench).rows if one.voucher]
    receive(bench, voucher)
    after = sheet_of(bench, pair=CITY_PAIR)

    assert entered == [("entered", "430000-mz.finance")]
    assert paid == [("paid", 4)]
    assert [(one.leg, one.state) for one in after.rows] == [
        ("B", "to_enter"),
        ("C", "to_enter"),
        ("A", "received"),
    ]
    assert after.rows[0].due_on is not None


def test_what_was_reversed_is_to_be_entered_again(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    reverse(bench, pay(bench, "C", COUNTY_PAIR))

    found = [one.state for one in sheet_of(bench, pair=COUNTY_PAIR).rows if one.leg == "C"]

    assert found == ["to_enter", "reversed"]


def test_totals_stand_leg_by_leg(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    pay(bench, "C", COUNTY_PAIR)
    enter(bench, "C", CITY_PAIR)

    totals = {one.leg: (one.open, one.entered, one.paid, one.received) for one in sheet_of(bench).totals}

    assert totals == {"A": (3 * A, 0, 0, 0), "B": (3 * A, 0, 0, 0), "C": (C, C, C, 0)}


def test_a_city_sees_its_own_pairs(sqlite_url: str) -> None:
    rows = sheet_of(working_bench(sqlite_url), OTHER_CITY_VIEWER).rows

    assert {pair for one in rows for pair in one.pairs} == {OTHER_PAIR}
