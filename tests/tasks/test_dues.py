"""What is owed of each leg by when: opened, taken back and owed again, year after year (S14–S16; A15, A25)."""

from datetime import date

import pytest

from models.disbursement import Payment, Voucher
from models.pairing import Pair
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput
from tests.factory import PROVINCE
from tests.tasks.scenes import (
    CITY,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_PAIR,
    letters,
    row_of,
    rows,
    run_chores,
    step_keys,
    steps_of,
)
from tests.tasks.working import OTHER_CITY, codes, enter, pay, receive, refused_entry, reverse, working_bench

A_PAIRS = [CITY_PAIR, COUNTY_PAIR]


# ---- taken back --------------------------------------------------------------------------------------------


def test_cancelled_entry_makes_room_for_another(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    wrong = enter(bench, "C", COUNTY_PAIR)

    bench.act("disbursement.cancel_payment", COUNTY, "finance", voucher=wrong.key, reason="户名写错")
    pay(bench, "C", COUNTY_PAIR, number="C-2")

    assert [(one.key, one.state) for one in rows(bench, Payment)] == [
        (f"1:2022:{COUNTY_PAIR}:C", "cancelled"),
        (f"1:2022:{COUNTY_PAIR}:C:r1", "paid"),
    ]
    with pytest.raises(AlreadyDone):
        bench.act("disbursement.approve_payment", COUNTY, voucher=wrong.key)


def test_reversed_payment_is_owed_again_by_its_first_date(database_url: str) -> None:
    bench = working_bench(database_url)
    voucher = pay(bench, "C", COUNTY_PAIR)
    bench.at("2022-08-01T10:00")

    reverse(bench, voucher)

    assert steps_of(bench, f"S16:{COUNTY_PAIR}%") == [(f"S16:{COUNTY_PAIR}:2022+2", COUNTY, date(2022, 7, 4))]
    assert step_keys(bench, "S17%") == []
    assert [organisation for organisation, _ in letters(bench, "payment_reversed")] == [COUNTY, COUNTY_CASE]
    again = pay(bench, "C", COUNTY_PAIR, number="C-2")
    assert row_of(bench, Payment, f"1:2022:{COUNTY_PAIR}:C:r1").voucher == again.key
    assert step_keys(bench, f"S16:{COUNTY_PAIR}%") == []


def test_reversed_leg_a_takes_leg_b_from_the_list(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = pay(bench, "A", CITY_PAIR, pairs=A_PAIRS)
    receive(bench, voucher)

    reverse(bench, voucher)

    assert step_keys(bench, "S15%") == []
    assert steps_of(bench, "S14:1:2022:430100%") == [("S14:1:2022:430100+2", PROVINCE, date(2022, 7, 4))]
    assert refused_entry(bench, "B", COUNTY_PAIR) == [("before_a", "K41")]


def test_leg_a_that_b_has_passed_on_is_not_reversed(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    first = pay(bench, "A", CITY_PAIR, pairs=A_PAIRS)
    receive(bench, first)
    second = pay(bench, "B", COUNTY_PAIR)

    with pytest.raises(RuleBroken) as refused:
        reverse(bench, first)
    reverse(bench, second)
    owed = step_keys(bench, "S15%")
    reverse(bench, first)

    assert codes(refused) == [("passed_on", "K41")]
    assert owed == [f"S15:{CITY_PAIR}:2022", f"S15:{COUNTY_PAIR}:2022+2"]
    assert row_of(bench, Voucher, first.key).state == "reversed"


def test_maker_does_not_reverse(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = pay(bench, "C", COUNTY_PAIR)

    with pytest.raises(RuleBroken) as refused:
        reverse(bench, voucher, "finance")

    assert codes(refused) == [("same_person", "K34")]


def test_reversal_needs_reason_and_document(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = pay(bench, "C", COUNTY_PAIR)

    for form in ({"reason": " ", "document": "x"}, {"reason": "x", "document": ""}):
        with pytest.raises(BadInput):
            bench.act("disbursement.reverse_payment", COUNTY, voucher=voucher.key, **form)


# ---- pairs that end ----------------------------------------------------------------------------------------


def test_replaced_pair_is_not_paid_for_the_year_of_its_end(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    entered = enter(bench, "C", COUNTY_PAIR)
    with bench.work() as work:
        pair = work.session.get_one(Pair, COUNTY_PAIR)
        pair.state, pair.ended_on = "replaced", date(2022, 6, 20)

    assert refused_entry(bench, "A", COUNTY_PAIR, pairs=A_PAIRS) == [("replaced", "K40")]
    with pytest.raises(RuleBroken) as refused:
        bench.act("disbursement.approve_payment", COUNTY, voucher=entered.key)
    assert codes(refused) == [("replaced", "K42")]


def test_pair_that_ended_is_owed_its_last_year_only(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2023-01-10T10:00")
    with bench.work() as work:
        pair = work.session.get_one(Pair, COUNTY_PAIR)
        pair.state, pair.ended_on = "ended", date(2022, 9, 1)

    pay(bench, "C", COUNTY_PAIR)

    assert refused_entry(bench, "C", COUNTY_PAIR, year=2023, number="C-2") == [("after_end", "A15")]


# ---- later years -------------------------------------------------------------------------------------------


def test_later_year_opens_on_its_first_day_and_once(database_url: str) -> None:
    bench = working_bench(database_url, "2022-12-30T09:00")
    early = run_chores(bench, "disbursement")
    bench.at("2023-01-03T09:00")

    done = run_chores(bench, "disbursement")

    assert (early, [one.done for one in done]) == ([], [2, 1])
    assert run_chores(bench, "disbursement") == []
    assert steps_of(bench, "S14:1:2023%") == [
        ("S14:1:2023:430100", PROVINCE, date(2023, 4, 30)),
        ("S14:1:2023:430300", PROVINCE, date(2023, 4, 30)),
    ]
    assert steps_of(bench, "S16:%:2023") == [
        (f"S16:{CITY_PAIR}:2023", CITY, date(2023, 6, 30)),
        (f"S16:{COUNTY_PAIR}:2023", COUNTY, date(2023, 6, 30)),
        (f"S16:{OTHER_PAIR}:2023", "430321-mz", date(2023, 6, 30)),
    ]


def test_year_paid_in_advance_is_not_asked_for(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2022-12-30T09:00")
    pay(bench, "A", OTHER_PAIR, year=2023)
    bench.at("2023-02-10T09:00")

    run_chores(bench, "disbursement")

    assert step_keys(bench, "S14:1:2023%") == ["S14:1:2023:430100"]
    assert run_chores(bench, "disbursement") == []
    assert step_keys(bench, f"S16:{OTHER_PAIR}:2023") == [f"S16:{OTHER_PAIR}:2023"]
    assert OTHER_CITY not in [owner for _, owner, _ in steps_of(bench, "S14:1:2023%")]


def test_no_year_is_opened_after_the_batchs_last(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2024-03-01T09:00")

    run_chores(bench, "disbursement")

    assert step_keys(bench, "S14:%") == [
        f"S14:1:{year}:{city}" for year in (2022, 2023) for city in ("430100", "430300")
    ]
