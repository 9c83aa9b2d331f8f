"""K12, K30, K31, A12-A14: people, days, work years, visits."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.programme.workdays import load_workdays
from models.rules.fieldwork import (
    ServiceDay,
    Trainee,
    Visit,
    amount_breaches,
    confirmation_breaches,
    day_breaches,
    days_breaches,
    months_of,
    quarter_breaches,
    roster_breaches,
    trainee_breaches,
    visit_breaches,
    work_years,
)
from tests.models.rules.standin import HUNAN, codes, reading

WORKDAYS = load_workdays()
PERIOD = (date(2022, 3, 1), date(2023, 12, 31))
PAIR = "P1-430100-01"
DAY = ServiceDay("ann", PAIR, date(2022, 6, 1), Decimal("1"))
ROSTER = [Trainee(person, PAIR, 2022) for person in ("ann", "bea", "cid")]


@pytest.mark.parametrize(
    ("roster", "expected"),
    [
        pytest.param(ROSTER, [], id="K30-three"),
        pytest.param(ROSTER[:2], ["people"], id="K30-two"),
        pytest.param([*ROSTER[:2], replace(ROSTER[2], is_active=False)], ["people"], id="K30-one-left"),
        pytest.param([*ROSTER[:2], ROSTER[0]], ["people", "duplicate"], id="K30-duplicate"),
        pytest.param([], ["people"], id="K30-none"),
    ],
)
def test_roster(roster: list[Trainee], expected: list[str]) -> None:
    assert codes(roster_breaches(roster, HUNAN)) == expected


def test_certified_people_only_when_a22_is_read_so() -> None:
    certified = reading(fieldwork__professional="certified")

    assert codes(roster_breaches(ROSTER, certified)) == ["people"]
    assert roster_breaches([replace(one, is_certified=True) for one in ROSTER], certified) == ()


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        pytest.param(Trainee("dan", PAIR, 2022), [], id="K30-new"),
        pytest.param(Trainee("ann", PAIR, 2022), ["listed"], id="K30-again"),
        pytest.param(Trainee("ann", "P1-430100-02", 2022), ["two_pairs"], id="K30-two-pairs"),
        pytest.param(Trainee("ann", "P1-430100-02", 2023), [], id="K30-next-year"),
    ],
)
def test_trainee(new: Trainee, expected: list[str]) -> None:
    assert codes(trainee_breaches(new, ROSTER)) == expected


@pytest.mark.parametrize(
    ("new", "standing", "expected"),
    [
        pytest.param(DAY, [], [], id="K31-good"),
        pytest.param(
            replace(DAY, days=Decimal("0.5")), [replace(DAY, days=Decimal("0.5"))], [], id="K31-halves"
        ),
        pytest.param(DAY, [replace(DAY, days=Decimal("0.5"))], ["day_full"], id="K31-one-and-a-half"),
        pytest.param(DAY, [replace(DAY, pair="P1-430100-02")], ["day_full"], id="K31-in-another-pair"),
        pytest.param(DAY, [replace(DAY, person="bea")], [], id="K31-another-person"),
        pytest.param(replace(DAY, days=Decimal("0.3")), [], ["step"], id="K31-step"),
        pytest.param(replace(DAY, days=Decimal("0")), [], ["step"], id="K31-zero"),
        pytest.param(replace(DAY, days=Decimal("-1")), [], ["step"], id="K31-negative"),
        pytest.param(replace(DAY, days=Decimal("NaN")), [], ["step"], id="K31-not-a-number"),
        pytest.param(replace(DAY, days=Decimal("1.5")), [], ["day_full"], id="K31-more-than-a-day"),
        pytest.param(replace(DAY, person="eve"), [], ["not_listed"], id="K30-not-on-roster"),
        pytest.param(replace(DAY, on=date(2022, 6, 16)), [], ["future"], id="K31-future"),
        pytest.param(replace(DAY, on=date(2022, 2, 28)), [], ["outside"], id="K31-before-period"),
        pytest.param(replace(DAY, on=date(2022, 5, 13)), [], ["before_agreement"], id="K31-before-agreement"),
        pytest.param(replace(DAY, on=date(2022, 6, 4)), [], ["rest_day"], id="A14-saturday"),
        pytest.param(replace(DAY, on=date(2022, 6, 3)), [], ["rest_day"], id="A14-holiday"),
        pytest.param(replace(DAY, on=date(2022, 6, 4), note="camp"), [], [], id="A14-with-note"),
    ],
)
def test_day(new: ServiceDay, standing: list[ServiceDay], expected: list[str]) -> None:
    found = day_breaches(
        new,
        standing,
        {"ann", "bea", "cid"},
        period=PERIOD,
        effective_on=date(2022, 5, 14),
        today=date(2022, 6, 15),
        workdays=WORKDAYS,
        rules=HUNAN,
    )

    assert codes(found) == expected


@pytest.mark.parametrize(("setting", "expected"), [("refuse", ["rest_day_refused"]), ("count_with_note", [])])
def test_non_working_days_by_setting(setting: str, expected: list[str]) -> None:
    found = day_breaches(
        replace(DAY, on=date(2022, 6, 4), note="camp"),
        [],
        {"ann"},
        period=PERIOD,
        effective_on=PERIOD[0],
        today=date(2022, 6, 15),
        workdays=WORKDAYS,
        rules=reading(fieldwork__nonworking_days=setting),
    )

    assert codes(found) == expected


def test_unsigned_agreement_and_unknown_reading() -> None:
    def entered(on: date, **settings: str) -> list[str]:
        return codes(
            day_breaches(
                replace(DAY, on=on),
                [],
                {"ann"},
                period=PERIOD,
                effective_on=None,
                today=date(2022, 6, 15),
                workdays=WORKDAYS,
                rules=reading(**settings),
            )
        )

    assert entered(DAY.on) == ["no_agreement"]
    with pytest.raises(ValueError, match="A14"):
        entered(date(2022, 6, 4), fieldwork__nonworking_days="?")


@given(
    st.lists(
        st.builds(
            lambda person, day, halves: ServiceDay(
                person, PAIR, date(2022, 6, 1) + timedelta(day), Decimal(halves) / 2
            ),
            st.sampled_from(["ann", "bea"]),
            st.integers(0, 3),
            st.integers(-1, 3),
        ),
        max_size=40,
    )
)
def test_whatever_the_order_nobody_serves_more_than_a_day(wanted: list[ServiceDay]) -> None:
    ledger: list[ServiceDay] = []
    for one in wanted:
        if not amount_breaches(one, ledger, HUNAN):
            ledger.append(one)

    for person in {one.person for one in ledger}:
        own = [one for one in ledger if one.person == person]
        days = sum(one.days for one in own)
        assert 0 < days <= len({one.on for one in own})
        assert days * 2 == int(days * 2)


@pytest.mark.parametrize(
    ("totals", "pooled", "each"),
    [
        pytest.param({"ann": 40, "bea": 40, "cid": 40}, [], ["days_each"], id="A12-forty-each"),
        pytest.param({"ann": 120, "bea": 120, "cid": 120}, [], [], id="A12-full-each"),
        pytest.param({"ann": 120, "bea": 120, "cid": "119.5"}, [], ["days_each"], id="A12-half-a-day-short"),
        pytest.param({"ann": "119.5"}, ["days"], ["days_each"], id="A12-short"),
        pytest.param({"ann": 120}, [], ["days_each"], id="A12-one-person"),
        pytest.param({}, ["days"], ["days_each"], id="A12-none"),
    ],
)
def test_days_of_a_year(totals: dict[str, object], pooled: list[str], each: list[str]) -> None:
    days = {person: Decimal(str(number)) for person, number in totals.items()}

    assert codes(days_breaches(days, HUNAN)) == pooled
    assert codes(days_breaches(days, reading(fieldwork__days_counting="per_person"))) == each


@given(st.dictionaries(st.text(), st.integers(0, 400).map(lambda halves: Decimal(halves) / 2), max_size=8))
def test_who_passes_per_person_passes_pooled(totals: dict[str, Decimal]) -> None:
    if not days_breaches(totals, reading(fieldwork__days_counting="per_person")):
        assert days_breaches(totals, HUNAN) == ()
    with pytest.raises(ValueError, match="A12"):
        days_breaches(totals, reading(fieldwork__days_counting="?"))


def test_work_years_are_clipped_calendar_years() -> None:
    first, second = work_years(*PERIOD, HUNAN)

    assert (first.year, first.start, first.end, months_of(first)) == (2022, PERIOD[0], date(2022, 12, 31), 10)
    assert (second.year, second.start, second.end, months_of(second)) == (
        2023,
        date(2023, 1, 1),
        PERIOD[1],
        12,
    )
    with pytest.raises(ValueError, match="2022-03-01"):
        work_years(PERIOD[1], PERIOD[0], HUNAN)
    with pytest.raises(ValueError, match="A13"):
        work_years(*PERIOD, reading(fieldwork__work_year="twelve_months"))


@given(st.dates(date(2022, 1, 1), date(2025, 12, 31)), st.integers(0, 1500))
def test_work_years_cover_the_period_without_gap(start: date, length: int) -> None:
    end = start + timedelta(length)
    years = work_years(start, end, HUNAN)

    assert (years[0].start, years[-1].end) == (start, end)
    assert all(one.end + timedelta(1) == other.start for one, other in pairwise(years))
    assert sum((one.end - one.start).days + 1 for one in years) == length + 1


def test_sender_confirms_what_the_recipient_entered() -> None:
    assert confirmation_breaches("recipient", "sender", "sender") == ()
    assert codes(confirmation_breaches("recipient", "other", "sender")) == ["not_sender"]
    assert codes(confirmation_breaches("recipient", "recipient", "sender")) == [
        "self_confirmed",
        "not_sender",
    ]


@pytest.mark.parametrize(
    ("visit", "expected"),
    [
        pytest.param(Visit(PAIR, date(2022, 6, 1), date(2022, 6, 3), "training"), [], id="K12-good"),
        pytest.param(
            Visit(PAIR, date(2022, 6, 1), date(2022, 6, 3), "tourism"), ["visit_kind"], id="K12-kind"
        ),
        pytest.param(
            Visit(PAIR, date(2022, 6, 3), date(2022, 6, 1), "training"), ["visit_order"], id="K12-order"
        ),
        pytest.param(
            Visit(PAIR, date(2022, 6, 14), date(2022, 6, 16), "training"), ["visit_future"], id="K12-future"
        ),
        pytest.param(
            Visit(PAIR, date(2022, 2, 1), date(2022, 6, 1), "training", 0),
            ["visit_outside", "visit_people"],
            id="K12-outside",
        ),
    ],
)
def test_visit(visit: Visit, expected: list[str]) -> None:
    assert codes(visit_breaches(visit, PERIOD, date(2022, 6, 15), HUNAN)) == expected


@pytest.mark.parametrize(
    ("quarter", "quarters", "expected"),
    [
        pytest.param(2, 1, [], id="K12-visited"),
        pytest.param(3, 1, [], id="K12-visit-over-the-turn"),
        pytest.param(4, 1, ["visits"], id="K12-none"),
        pytest.param(4, 2, [], id="K12-two-quarters"),
    ],
)
def test_quiet_quarters(quarter: int, quarters: int, expected: list[str]) -> None:
    visits = [Visit(PAIR, date(2022, 6, 28), date(2022, 7, 2), "training")]
    rules = reading(visits__warn_empty_quarters=quarters)

    assert codes(quarter_breaches(visits, PAIR, 2022, quarter, rules)) == expected
    assert codes(quarter_breaches(visits, "P1-430100-02", 2022, quarter, rules)) == ["visits"]
