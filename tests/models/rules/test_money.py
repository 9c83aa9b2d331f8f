"""K04, K07, K39-K42, A15, A16: the three legs."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.programme.pack import Leg as PackLeg
from models.rules.money import (
    Leg,
    Payment,
    Split,
    WorkFunding,
    approval_breaches,
    due_fen,
    gate_breaches,
    parties_of,
    paying_city,
    payment_breaches,
    payment_key,
    source_breaches,
    terms_of,
    voucher_breaches,
    yuan,
)
from tests.models.rules.standin import HUNAN, codes, reading


def pack_leg(code: str, payer: str, payee: str, *gates: str) -> PackLeg:
    amount = f"money.leg_{code.lower()}_yuan"
    return PackLeg(code, code, payer, payee, amount, gates, "S14", ("K39",), "provincial")


LEGS = (
    pack_leg("A", "province_civil", "city_civil", "agreement_effective"),
    pack_leg("B", "city_civil", "sender", "leg_a_received", "agreement_effective", "account_is_payee"),
    pack_leg("C", "nominator", "recipient", "agreement_effective", "account_is_payee"),
)
FUNDING = WorkFunding(
    "P1-430100-01",
    1,
    "430100",
    nominated_by_city=False,
    years=(2022, 2023),
    months={2022: 10, 2023: 12},
    sender_account="sender sample",
    recipient_account="recipient sample",
    legs=LEGS,
    effective_on=date(2022, 5, 20),
)


def test_recipients_city_passes_leg_b_on() -> None:
    assert paying_city(FUNDING, HUNAN) == "430100"
    with pytest.raises(ValueError, match="A11"):
        paying_city(FUNDING, reading(money__leg_b_city="sender"))


TODAY = date(2022, 7, 1)
A = Payment(
    FUNDING.pair,
    Leg.A,
    2022,
    3_000_000,
    "province_civil",
    "city_civil",
    "any",
    date(2022, 6, 1),
    "fiscal",
    "anna",
)
B = replace(
    A, leg=Leg.B, payer="city_civil", payee="sender", account_name="sender  sample", paid_on=date(2022, 6, 10)
)
C = replace(
    B, leg=Leg.C, fen=1_000_000, payer="county_civil", payee="recipient", account_name="recipient sample"
)


def test_the_three_legs_pass() -> None:
    assert payment_breaches(A, FUNDING, [], today=TODAY, rules=HUNAN) == ()
    assert payment_breaches(B, FUNDING, [A], today=TODAY, rules=HUNAN) == ()
    assert payment_breaches(C, FUNDING, [], today=TODAY, rules=HUNAN) == ()


@pytest.mark.parametrize(
    ("new", "standing", "expected"),
    [
        pytest.param(replace(A, year=2026), [], ["outside_programme", "amount"], id="K04-2026"),
        pytest.param(replace(A, year=2024), [], ["outside_batch", "amount"], id="K04-other-batch"),
        pytest.param(replace(A, paid_on=date(2022, 7, 2)), [], ["future"], id="K28-future"),
        pytest.param(replace(A, source="gift"), [], ["source"], id="K07"),
        pytest.param(replace(A, fen=2_999_999), [], ["amount"], id="K39-too-little"),
        pytest.param(replace(A, fen=0), [], ["positive"], id="K39-nothing"),
        pytest.param(A, [A], ["twice"], id="K39-second-payment"),
        pytest.param(A, [replace(A, is_reversed=True)], [], id="K39-reversed"),
        pytest.param(replace(A, year=2023), [A], [], id="K39-next-year"),
        pytest.param(
            replace(A, paid_on=date(2022, 5, 19)), [], ["before_agreement"], id="K39-before-agreement"
        ),
        pytest.param(B, [], ["before_a"], id="K41-before-A"),
        pytest.param(B, [replace(A, is_reversed=True)], ["before_a"], id="K41-A-reversed"),
        pytest.param(B, [replace(A, pair="P1-430100-02")], ["before_a"], id="K41-other-pairs-A"),
        pytest.param(B, [replace(A, year=2023)], ["before_a"], id="K41-other-years-A"),
        pytest.param(B, [replace(A, paid_on=date(2022, 6, 11))], ["before_a"], id="K41-A-later"),
        pytest.param(B, [replace(A, fen=2_000_000)], ["more_than_a"], id="K41-less-arrived"),
        pytest.param(replace(B, payer="county_civil"), [A], ["payer"], id="K41-via-county"),
        pytest.param(replace(B, payee="recipient"), [A], ["payee"], id="K41-via-recipient"),
        pytest.param(replace(B, account_name="somebody"), [A], ["account"], id="K41-account"),
        pytest.param(B, [A, B], ["twice"], id="K41-second-payment"),
        pytest.param(replace(C, payer="city_civil"), [], ["payer"], id="K42-payer"),
        pytest.param(replace(C, fen=3_000_000), [], ["amount"], id="K42-amount"),
    ],
)
def test_payment(new: Payment, standing: list[Payment], expected: list[str]) -> None:
    assert codes(payment_breaches(new, FUNDING, standing, today=TODAY, rules=HUNAN)) == expected


def test_unsigned_agreement_stops_leg_b() -> None:
    unsigned = replace(FUNDING, effective_on=None)

    assert codes(payment_breaches(B, unsigned, [], today=TODAY, rules=HUNAN)) == ["before_a", "no_agreement"]


def test_city_pays_leg_c_for_a_pair_it_recommended() -> None:
    by_city = replace(FUNDING, nominated_by_city=True)

    assert parties_of(Leg.C, by_city) == ("city_civil", "recipient")
    assert codes(payment_breaches(C, by_city, [], today=TODAY, rules=HUNAN)) == ["payer"]


def test_after_termination_later_years_stop_and_the_year_is_full() -> None:
    ended = replace(FUNDING, ended_on=date(2022, 8, 1))

    assert due_fen(Leg.A, 2022, ended, HUNAN) == 3_000_000
    assert due_fen(Leg.A, 2023, ended, HUNAN) == 0
    found = payment_breaches(replace(A, year=2023), ended, [], today=TODAY, rules=HUNAN)
    assert codes(found) == ["after_end", "amount"]


def test_short_year_by_month() -> None:
    assert due_fen(Leg.A, 2022, FUNDING, reading(money__short_year="pro_rata")) == 2_500_000
    with pytest.raises(ValueError, match="A15"):
        due_fen(Leg.A, 2022, FUNDING, reading(money__short_year="?"))


def test_a_batch_costs_eighty_thousand_a_pair() -> None:
    total = sum(due_fen(leg, year, FUNDING, HUNAN) for leg in (Leg.A, Leg.C) for year in FUNDING.years)

    assert yuan(total) == "80000.00"


def test_unknown_gate_and_leg_are_errors() -> None:
    odd = replace(FUNDING, legs=(pack_leg("A", "province_civil", "city_civil", "full_moon"),))

    with pytest.raises(ValueError, match="full_moon"):
        gate_breaches(A, odd, [], HUNAN)
    with pytest.raises(LookupError):
        terms_of(Leg.B, odd)


def test_maker_is_not_checker() -> None:
    assert codes(approval_breaches("anna", "anna")) == ["same_person"]
    assert approval_breaches("anna", "berta") == ()


def test_key_is_the_ledgers() -> None:
    assert payment_key(1, 2022, FUNDING.pair, Leg.A) == "1:2022:P1-430100-01:A"


@pytest.mark.parametrize("source", ["fiscal", "lottery", "social"])
def test_each_source(source: str) -> None:
    assert source_breaches(source, HUNAN) == ()


@pytest.mark.parametrize(
    ("total", "lines", "expected"),
    [
        pytest.param(300, [Split("p", "c", 100), Split("q", "c", 200)], [], id="K40-sum"),
        pytest.param(299, [Split("p", "c", 100), Split("q", "c", 200)], ["line_sum"], id="K40-wrong-sum"),
        pytest.param(200, [Split("p", "c", 100), Split("p", "c", 100)], ["line_twice"], id="K40-twice"),
        pytest.param(100, [Split("p", "d", 100)], ["line_city"], id="K40-other-city"),
        pytest.param(0, [Split("p", "c", 100), Split("q", "c", -100)], ["line_positive"], id="K40-negative"),
        pytest.param(0, [], ["no_lines"], id="K40-none"),
    ],
)
def test_voucher(total: int, lines: list[Split], expected: list[str]) -> None:
    assert codes(voucher_breaches(total, lines, "c")) == expected


payments = st.builds(
    lambda leg, year, fen, number, day: replace(
        {Leg.A: A, Leg.B: B, Leg.C: C}[leg],
        year=year,
        fen=fen,
        instalment=number,
        paid_on=date(2022, 6, 1) + timedelta(day),
    ),
    st.sampled_from(Leg),
    st.sampled_from([2022, 2023, 2026]),
    st.sampled_from([500_000, 1_000_000, 1_500_000, 3_000_000]),
    st.integers(1, 4),
    st.integers(0, 20),
)


@given(st.lists(payments, max_size=30), st.integers(1, 4))
def test_whatever_the_order_no_leg_is_overpaid(wanted: list[Payment], most: int) -> None:
    rules = reading(agreement__instalments_max=most)
    accepted: list[Payment] = []
    for one in wanted:
        if not payment_breaches(one, FUNDING, accepted, today=TODAY, rules=rules):
            accepted.append(one)

    for year in (2022, 2023, 2026):
        paid = {leg: sum(one.fen for one in accepted if (one.leg, one.year) == (leg, year)) for leg in Leg}
        assert all(paid[leg] <= due_fen(leg, year, FUNDING, rules) for leg in Leg)
        assert paid[Leg.B] <= paid[Leg.A]
        for leg in Leg:
            count = sum((one.leg, one.year) == (leg, year) for one in accepted)
            assert count <= most
            assert count < most or paid[leg] == due_fen(leg, year, FUNDING, rules)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=20), st.integers(-5, 5))
def test_voucher_is_the_sum_of_its_lines(sums: list[int], off: int) -> None:
    lines = [Split(str(number), "c", fen) for number, fen in enumerate(sums)]

    assert (voucher_breaches(sum(sums) + off, lines, "c") == ()) == (off == 0)


@given(st.integers(-(10**12), 10**12))
def test_yuan_is_exact(fen: int) -> None:
    written = yuan(fen)

    assert round(float(written) * 100) == fen
    assert written[-3] == "."
