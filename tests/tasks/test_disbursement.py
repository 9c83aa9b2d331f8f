"""Money by leg: entered by one, approved by another, received, reversed; every way in which it is refused (K39–K42)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from models.disbursement import Payment, Voucher
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE
from tests.tasks.scenes import (
    CITY,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_PAIR,
    SENDERS,
    events,
    letters,
    row_of,
    step_keys,
    steps_of,
)
from tests.tasks.working import codes, enter, name_of_code, pay, receive, refused_entry, working_bench

A_PAIRS = [CITY_PAIR, COUNTY_PAIR]


# ---- the way of the money ----------------------------------------------------------------------------------


def test_first_year_opens_leg_a_per_city_and_leg_c_per_pair(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    assert steps_of(bench, "S14%") == [
        ("S14:1:2022:430100", PROVINCE, date(2022, 7, 4)),
        ("S14:1:2022:430300", PROVINCE, date(2022, 7, 4)),
    ]
    assert steps_of(bench, f"S16:{COUNTY_PAIR}%") == [(f"S16:{COUNTY_PAIR}:2022", COUNTY, date(2022, 7, 4))]
    assert steps_of(bench, f"S16:{CITY_PAIR}%") == [(f"S16:{CITY_PAIR}:2022", CITY, date(2022, 7, 4))]
    assert step_keys(bench, "S15%") == []


def test_money_goes_from_province_to_city_to_sender(database_url: str) -> None:
    bench = working_bench(database_url)

    first = pay(bench, "A", CITY_PAIR, pairs=A_PAIRS, number="A-1")
    paid = (step_keys(bench, "S14%"), steps_of(bench, "S17%"), step_keys(bench, "S15%"))
    bench.at("2022-06-22T10:00")
    receive(bench, first)
    owed = steps_of(bench, "S15%")
    second = pay(bench, "B", COUNTY_PAIR)
    receive(bench, second)

    assert first.fen == 6_000_000
    assert paid == (
        ["S14:1:2022:430300"],
        [("S17:A:2022:430000-mz:A-1", CITY, date(2022, 6, 27))],
        [],
    )
    assert owed == [
        (f"S15:{CITY_PAIR}:2022", CITY, date(2022, 7, 13)),
        (f"S15:{COUNTY_PAIR}:2022", CITY, date(2022, 7, 13)),
    ]
    assert step_keys(bench, "S15%") == [f"S15:{CITY_PAIR}:2022"]
    assert step_keys(bench, "S17%") == []
    assert row_of(bench, Payment, f"1:2022:{COUNTY_PAIR}:B").received_on == date(2022, 6, 22)


def test_payment_is_told_to_the_payee_and_the_receipt_to_the_payer(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    voucher = pay(bench, "A", CITY_PAIR, pairs=A_PAIRS, number="A-1")
    receive(bench, voucher)

    ((told, facts),) = letters(bench, "payment_made")
    assert (told, facts["leg"], facts["amount"], facts["voucher"]) == (CITY, "A", 6_000_000, "A-1")
    assert [(line["pair"], line["amount"]) for line in facts["lines"]] == [
        (CITY_PAIR, 3_000_000),
        (COUNTY_PAIR, 3_000_000),
    ]
    assert facts["confirm_by"] == "2022-06-27"
    ((payer, receipt),) = letters(bench, "receipt_confirmed")
    assert (payer, receipt["received_on"], receipt["confirmed_by"]) == (
        PROVINCE,
        "2022-06-20",
        name_of_code(bench, CITY),
    )


@pytest.mark.parametrize(
    ("pair", "payer"),
    [pytest.param(COUNTY_PAIR, COUNTY, id="K42-county"), pytest.param(CITY_PAIR, CITY, id="A9-city")],
)
def test_leg_c_is_paid_by_whoever_recommended(sqlite_url: str, pair: str, payer: str) -> None:
    bench = working_bench(sqlite_url)

    voucher = pay(bench, "C", pair)

    assert (voucher.payer, voucher.fen) == (payer, 1_000_000)
    assert step_keys(bench, f"S16:{pair}%") == []


def test_city_year_is_settled_with_its_last_pair(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    pay(bench, "A", CITY_PAIR)
    half = step_keys(bench, "S14:1:2022:430100")
    pay(bench, "A", COUNTY_PAIR)

    assert half == ["S14:1:2022:430100"]
    assert step_keys(bench, "S14%") == ["S14:1:2022:430300"]


def test_events_say_who_what_and_under_which_clause(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    voucher = pay(bench, "C", COUNTY_PAIR)

    ((maker, subject, facts),) = events(bench, "disbursement.enter_payment")
    assert (maker, subject) == (f"{COUNTY}.finance", voucher.key)
    assert facts == {
        "pairs": [COUNTY_PAIR],
        "fen": 1_000_000,
        "account": name_of_code(bench, COUNTY_CASE),
        "paid_on": "2022-06-20",
        "clause": "K42",
    }
    assert [(actor, about) for actor, about, _ in events(bench, "disbursement.approve_payment")] == [
        (f"{COUNTY}.officer", voucher.key),
        (f"{COUNTY}.officer", f"1:2022:{COUNTY_PAIR}:C"),
    ]


# ---- what is refused ---------------------------------------------------------------------------------------


def test_leg_b_before_leg_a_is_refused(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    unpaid = refused_entry(bench, "B", COUNTY_PAIR)
    pay(bench, "A", CITY_PAIR, pairs=A_PAIRS)
    on_its_way = refused_entry(bench, "B", COUNTY_PAIR)

    assert unpaid == on_its_way == [("before_a", "K41")]


@pytest.mark.parametrize("state", ["entered", "paid", "received"])
def test_second_payment_of_a_leg_is_refused(sqlite_url: str, state: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = enter(bench, "C", COUNTY_PAIR)
    if state != "entered":
        bench.act("disbursement.approve_payment", COUNTY, voucher=voucher.key)
    if state == "received":
        receive(bench, voucher)

    assert refused_entry(bench, "C", COUNTY_PAIR, number="C-2") == [("twice", "K42")]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        pytest.param({"year": 2026}, [("outside_programme", "K04")], id="K04-programme"),
        pytest.param({"year": 2024}, [("outside_batch", "K04")], id="K04-batch"),
        pytest.param({"paid_on": date(2022, 6, 21)}, [("future", "K28")], id="K28-future"),
        pytest.param({"paid_on": date(2022, 5, 19)}, [("before_agreement", "K42")], id="K42-agreement"),
        pytest.param({"account_name": "别家机构"}, [("account", "K42")], id="K42-account"),
        pytest.param({"source": "loan"}, [("source", "K07")], id="K07-source"),
        pytest.param({"fen": 999_999}, [("line_sum", "K40")], id="K40-sum"),
        pytest.param(
            {"pairs": [COUNTY_PAIR, CITY_PAIR]}, [("one_pair", "K42"), ("account", "K42")], id="K42-one-pair"
        ),
    ],
)
def test_leg_c_is_refused(sqlite_url: str, form: dict[str, Any], told: list[tuple[str, str]]) -> None:
    bench = working_bench(sqlite_url)

    assert refused_entry(bench, "C", COUNTY_PAIR, **form) == told


def test_leg_b_goes_to_the_senders_own_account(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    receive(bench, pay(bench, "A", CITY_PAIR, pairs=A_PAIRS))

    assert refused_entry(bench, "B", COUNTY_PAIR, account_name=name_of_code(bench, COUNTY)) == [
        ("account", "K41")
    ]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        pytest.param({"fen": 5_000_000}, [("line_sum", "K40")], id="K40-lines-do-not-sum"),
        pytest.param({"pairs": [CITY_PAIR, OTHER_PAIR]}, [("line_city", "K40")], id="K40-two-cities"),
        pytest.param({"pairs": [CITY_PAIR, CITY_PAIR]}, [("line_twice", "K40")], id="K40-pair-twice"),
    ],
)
def test_voucher_of_leg_a_is_refused(
    sqlite_url: str, form: dict[str, Any], told: list[tuple[str, str]]
) -> None:
    bench = working_bench(sqlite_url)

    assert refused_entry(bench, "A", CITY_PAIR, **{"pairs": A_PAIRS, **form}) == told


def test_breaches_are_told_together_in_chinese(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        enter(bench, "B", COUNTY_PAIR, source="loan", account_name="别家")

    assert codes(refused) == [("before_a", "K41"), ("account", "K41"), ("source", "K07")]
    assert str(refused.value).count("K41") == 2


@pytest.mark.parametrize(
    ("form", "field"),
    [
        pytest.param({"pairs": []}, "pairs", id="no-pair"),
        pytest.param({"number": " "}, "number", id="no-number"),
        pytest.param({"leg": "D"}, "leg", id="no-such-leg"),
    ],
)
def test_entry_that_cannot_be_read_is_bad_input(sqlite_url: str, form: dict[str, Any], field: str) -> None:
    bench = working_bench(sqlite_url)
    plain: dict[str, Any] = {"leg": "C", "pairs": [COUNTY_PAIR], "number": "C-1", "year": 2022}
    plain |= {"paid_on": date(2022, 6, 20), "account_name": "x", "source": "fiscal"}

    with pytest.raises(BadInput) as refused:
        bench.act("disbursement.enter_payment", COUNTY, "finance", **{**plain, **form})

    assert (refused.value.field, bool(refused.value.text)) == (field, True)


def test_voucher_number_is_used_once(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    enter(bench, "A", CITY_PAIR, number="A-1")

    with pytest.raises(BadInput) as refused:
        enter(bench, "A", COUNTY_PAIR, number="A-1")

    assert refused.value.code == "disbursement.number_taken"


def test_only_the_legs_payer_enters_it(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    with pytest.raises(NotEntitled):
        enter(bench, "C", COUNTY_PAIR, payer=CITY)
    with pytest.raises(NotFound):
        bench.act("disbursement.approve_payment", COUNTY, voucher="C:2022:x:y")


def test_maker_does_not_approve(database_url: str) -> None:
    bench = working_bench(database_url)
    voucher = enter(bench, "C", COUNTY_PAIR)

    with pytest.raises(RuleBroken) as refused:
        bench.act("disbursement.approve_payment", COUNTY, "finance", voucher=voucher.key)

    assert codes(refused) == [("same_person", "K34")]
    assert row_of(bench, Voucher, voucher.key).state == "entered"
    with pytest.raises(Exception, match=r"maker_is_not_checker"), bench.work() as work:
        work.session.connection().execute(text("UPDATE voucher SET checker = maker"))


def test_payment_is_approved_and_received_once(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = pay(bench, "C", COUNTY_PAIR)

    with pytest.raises(AlreadyDone):
        bench.act("disbursement.approve_payment", COUNTY, voucher=voucher.key)
    receive(bench, voucher)
    with pytest.raises(AlreadyDone):
        receive(bench, voucher)


@pytest.mark.parametrize("day", ["2022-06-19", "2022-06-21"])
def test_receipt_lies_between_payment_and_today(sqlite_url: str, day: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = pay(bench, "C", COUNTY_PAIR)

    with pytest.raises(BadInput):
        bench.act("disbursement.confirm_receipt", COUNTY_CASE, voucher=voucher.key, received_on=day)
    with pytest.raises(NotEntitled):
        bench.act("disbursement.confirm_receipt", SENDERS[0], voucher=voucher.key, received_on="2022-06-20")
