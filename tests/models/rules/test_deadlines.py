"""Due dates by the pack's rules, and lateness in China time (A1, A10)."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.programme.pack import DueRule
from models.programme.workdays import load_workdays
from models.rules.deadlines import Due, UnknownAnchor, due_on, is_late
from tests.models.rules.standin import Readings

WORKDAYS = load_workdays()
RULES = Readings(
    {
        "deadlines.first_day_counted": False,
        "agreement.signing_workdays": 15,
        "remind": 5,
        "evaluation.report_workdays": 10,
        "year_end": "12-31",
        "later": "04-30",
    }
)
SIGNING = DueRule("list_confirmed", workdays="agreement.signing_workdays")
CHINA = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("confirmed", "due"),
    [
        pytest.param(date(2022, 3, 14), date(2022, 4, 2), id="K27-ends-on-a-working-saturday"),
        pytest.param(date(2022, 4, 1), date(2022, 4, 24), id="K27-ends-on-a-working-sunday"),
        pytest.param(date(2022, 5, 11), date(2022, 6, 1), id="K27-launch"),
        pytest.param(date(2022, 9, 20), date(2022, 10, 14), id="K27-national-day"),
        pytest.param(date(2024, 2, 1), date(2024, 2, 27), id="K27-spring-festival"),
        pytest.param(date(2024, 4, 15), date(2024, 5, 8), id="K27-labour-day"),
    ],
)
def test_signing_is_due_fifteen_working_days_after_the_list(confirmed: date, due: date) -> None:
    found = due_on([SIGNING], {"list_confirmed": confirmed}, RULES, WORKDAYS)

    assert found == Due(due, False, "list_confirmed", confirmed, 15)


@pytest.mark.parametrize(
    ("rule", "anchor", "due"),
    [
        pytest.param(DueRule("submit_by"), date(2022, 3, 10), date(2022, 3, 10), id="K23-fixed"),
        pytest.param(
            DueRule("submit_by", "remind", -1), date(2022, 3, 10), date(2022, 3, 3), id="K23-five-before"
        ),
        pytest.param(
            DueRule("post_by", "remind", -1), date(2022, 3, 14), date(2022, 3, 7), id="K24-five-before"
        ),
        pytest.param(
            DueRule("year", month_day="later"), date(2023, 1, 1), date(2023, 4, 30), id="K40-later-years"
        ),
        pytest.param(
            DueRule("year", month_day="later", next_year=True),
            date(2022, 12, 1),
            date(2023, 4, 30),
            id="next-year",
        ),
        pytest.param(
            DueRule("year", "evaluation.report_workdays", month_day="year_end"),
            date(2022, 1, 1),
            date(2023, 1, 16),
            id="A18-2022",
        ),
        pytest.param(
            DueRule("year", "evaluation.report_workdays", month_day="year_end"),
            date(2025, 1, 1),
            date(2026, 1, 15),
            id="A18-2025",
        ),
    ],
)
def test_rule(rule: DueRule, anchor: date, due: date) -> None:
    found = due_on([rule], {rule.anchor: anchor}, RULES, WORKDAYS)

    assert found is not None
    assert (found.on, found.provisional) == (due, False)


@pytest.mark.parametrize(
    ("counted", "anchor", "due"),
    [
        pytest.param(False, date(2022, 5, 11), date(2022, 6, 1), id="A10-day-after"),
        pytest.param(True, date(2022, 5, 11), date(2022, 5, 31), id="A10-the-day-itself"),
        pytest.param(False, date(2022, 5, 14), date(2022, 6, 6), id="A10-after-a-saturday"),
        pytest.param(True, date(2022, 5, 14), date(2022, 6, 6), id="A10-a-saturday-itself-counts-nothing"),
    ],
)
def test_first_day_of_a_period(counted: bool, anchor: date, due: date) -> None:
    rules = Readings(RULES.values | {"deadlines.first_day_counted": counted})

    found = due_on([SIGNING], {"list_confirmed": anchor}, rules, WORKDAYS)
    lead = due_on([DueRule("submit_by", "remind", -1)], {"submit_by": date(2022, 3, 10)}, rules, WORKDAYS)

    assert found is not None
    assert lead is not None
    assert (found.on, lead.on) == (due, date(2022, 3, 3))


def test_first_alternative_with_a_date_applies() -> None:
    alternatives = [DueRule("fixed"), SIGNING]

    late = due_on(alternatives, {"list_confirmed": date(2022, 5, 11)}, RULES, WORKDAYS)
    both = due_on(
        alternatives, {"list_confirmed": date(2022, 5, 11), "fixed": date(2022, 5, 20)}, RULES, WORKDAYS
    )

    assert late is not None
    assert both is not None
    assert (late.anchor, both.anchor) == ("list_confirmed", "fixed")


def test_step_without_rules_has_no_due_date_but_a_forgotten_anchor_is_an_error() -> None:
    assert due_on([], {}, RULES, WORKDAYS) is None
    with pytest.raises(UnknownAnchor, match="list_confirmed"):
        due_on([SIGNING], {}, RULES, WORKDAYS)


def test_date_in_a_year_without_table_is_provisional() -> None:
    found = due_on([SIGNING], {"list_confirmed": date(2026, 12, 20)}, RULES, WORKDAYS)

    assert found is not None
    assert found.provisional


@pytest.mark.parametrize(
    ("instant", "inclusive", "exclusive"),
    [
        pytest.param(datetime(2022, 3, 9, 23, 59, 59, tzinfo=CHINA), False, False, id="A1-day-before"),
        pytest.param(datetime(2022, 3, 10, 0, 0, tzinfo=CHINA), False, True, id="A1-first-moment"),
        pytest.param(
            datetime(2022, 3, 10, 23, 59, 59, 999999, tzinfo=CHINA), False, True, id="A1-last-moment"
        ),
        pytest.param(datetime(2022, 3, 10, 16, 0, tzinfo=UTC), True, True, id="A1-midnight-in-china"),
    ],
)
def test_lateness(instant: datetime, inclusive: bool, exclusive: bool) -> None:
    assert is_late(instant, date(2022, 3, 10), inclusive=True) is inclusive
    assert is_late(instant, date(2022, 3, 10), inclusive=False) is exclusive


def test_instant_without_zone_is_an_error() -> None:
    with pytest.raises(ValueError, match="time zone"):
        is_late(datetime(2022, 3, 10), date(2022, 3, 10), inclusive=True)  # noqa: DTZ001


@given(st.dates(date(2022, 1, 1), date(2026, 6, 1)), st.integers(1, 60))
def test_due_date_is_a_working_day_after_its_anchor(anchor: date, count: int) -> None:
    rules = Readings({"n": count, "deadlines.first_day_counted": False})
    found = due_on([DueRule("x", "n")], {"x": anchor}, rules, WORKDAYS)

    assert found is not None
    assert found.on > anchor
    assert WORKDAYS.is_workday(found.on)
    counted = sum(
        WORKDAYS.is_workday(anchor + timedelta(one)) for one in range(1, (found.on - anchor).days + 1)
    )
    assert counted == count


@given(st.datetimes(timezones=st.just(CHINA), min_value=datetime(2022, 1, 1), max_value=datetime(2026, 1, 1)))  # noqa: DTZ001
def test_whoever_is_late_inclusively_is_late_exclusively(instant: datetime) -> None:
    due = instant.date()

    assert not is_late(instant, due, inclusive=True)
    assert is_late(instant, due, inclusive=False)
    assert is_late(instant, due - timedelta(1), inclusive=True)
