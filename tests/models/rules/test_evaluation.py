"""K33, K35, K46, A17: the yearly report, its receipts and the grade."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.evaluation import (
    Duty,
    PairYears,
    Receipt,
    Report,
    duties,
    grade_breaches,
    is_delivered,
    missing_receipts,
    receipt_breaches,
    report_breaches,
)
from tests.models.rules.standin import HUNAN, codes, reading

LAST_YEARS = {1: 2023, 2: 2025}
PAIRS = [
    PairYears("P1-430100-01", "430100", 1, (2022, 2023)),
    PairYears("P1-430100-02", "430100", 1, (2022,)),
    PairYears("P1-430200-01", "430200", 1, (2022, 2023)),
    PairYears("P2-430200-01", "430200", 2, (2024, 2025)),
]
DUTY = Duty("430100", 2023, ("P1-430100-01",), ("province_civil", "province_rural"), (1,))
REPORT = Report("430100", 2023, {"people": 5, "days": 130}, cosigned=True, summaries=(1,))
LEDGER = {"people": 5, "days": 130}
SUBMITTED, TODAY = date(2024, 1, 10), date(2024, 1, 15)


def test_duties_per_city_and_work_year() -> None:
    found = duties(PAIRS, LAST_YEARS, HUNAN)

    assert [(one.year, one.city, len(one.pairs), one.final_of) for one in found] == [
        (2022, "430100", 2, ()),
        (2022, "430200", 1, ()),
        (2023, "430100", 1, (1,)),
        (2023, "430200", 1, (1,)),
        (2024, "430200", 1, ()),
        (2025, "430200", 1, (2,)),
    ]
    assert {one.receivers for one in found} == {("province_civil", "province_rural")}


def test_separate_lines_when_a17_is_read_so() -> None:
    found = duties(PAIRS[:1], LAST_YEARS, reading(evaluation__report_form="separate_lines"))

    assert [(one.year, one.receivers, one.needs_cosign) for one in found] == [
        (2022, ("province_civil",), False),
        (2022, ("province_rural",), False),
        (2023, ("province_civil",), False),
        (2023, ("province_rural",), False),
    ]
    with pytest.raises(ValueError, match="A17"):
        duties(PAIRS, LAST_YEARS, reading(evaluation__report_form="?"))


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        pytest.param(REPORT, [], id="K33-good"),
        pytest.param(replace(REPORT, year=2022), ["other_duty"], id="K33-other-year"),
        pytest.param(replace(REPORT, cosigned=False), ["cosign"], id="K35-cosign"),
        pytest.param(
            replace(REPORT, numbers={"people": 6, "days": 130}), ["number"], id="K33-not-the-ledger"
        ),
        pytest.param(replace(REPORT, numbers={"people": 5}), ["number_missing"], id="K33-left-out"),
        pytest.param(replace(REPORT, numbers=LEDGER | {"stories": 3}), [], id="K33-more-than-the-ledger"),
        pytest.param(replace(REPORT, summaries=()), ["summary"], id="K33-final-summary"),
    ],
)
def test_report(report: Report, expected: list[str]) -> None:
    assert codes(report_breaches(report, DUTY, LEDGER)) == expected


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        pytest.param(Receipt("province_rural", date(2024, 1, 12)), [], id="K33-second-office"),
        pytest.param(Receipt("province_civil", date(2024, 1, 12)), ["receipt_twice"], id="K33-twice"),
        pytest.param(Receipt("city_civil", date(2024, 1, 12)), ["not_receiver"], id="K33-other-office"),
        pytest.param(Receipt("province_rural", date(2024, 1, 9)), ["receipt_early"], id="K33-early"),
        pytest.param(Receipt("province_rural", date(2024, 1, 16)), ["receipt_future"], id="K33-future"),
    ],
)
def test_receipt(new: Receipt, expected: list[str]) -> None:
    standing = [Receipt("province_civil", date(2024, 1, 11))]

    assert codes(receipt_breaches(new, standing, DUTY, submitted_on=SUBMITTED, today=TODAY)) == expected


@given(
    st.lists(
        st.builds(Receipt, st.sampled_from(["province_civil", "province_rural", "city_civil"]), st.dates())
    )
)
def test_sent_to_one_office_is_not_sent(wanted: list[Receipt]) -> None:
    receipts: list[Receipt] = []
    for one in wanted:
        if not receipt_breaches(one, receipts, DUTY, submitted_on=date.min, today=date.max):
            receipts.append(one)

    offices = {one.office for one in receipts}
    assert (
        is_delivered(receipts, DUTY)
        == (offices == set(DUTY.receivers))
        == (not missing_receipts(receipts, DUTY))
    )
    assert len(receipts) == len(offices) <= 2


@given(
    st.lists(
        st.builds(
            PairYears,
            st.integers(1, 9).map(str),
            st.sampled_from(["430100", "430200"]),
            st.sampled_from([1, 2]),
            st.lists(st.integers(2022, 2025)).map(tuple),
        )
    )
)
def test_each_active_pair_and_year_is_in_exactly_one_duty(pairs: list[PairYears]) -> None:
    found = duties(pairs, LAST_YEARS, HUNAN)

    assert len({(one.city, one.year) for one in found}) == len(found)
    expected = {(one.city, year, one.pair) for one in pairs for year in one.years}
    assert {(one.city, one.year, pair) for one in found for pair in one.pairs} == expected


def test_grade() -> None:
    assert grade_breaches("excellent", HUNAN) == ()
    assert codes(grade_breaches("superb", HUNAN)) == ["grade"]
