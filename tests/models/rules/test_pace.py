"""S20: the forecast of days and people."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.pace import pace, pace_breaches
from tests.models.rules.standin import HUNAN, codes, reading

AS_OF = date(2022, 9, 1)
PER_PERSON = reading(fieldwork__days_counting="per_person")


def totals(*days: float) -> dict[str, Decimal]:
    return {str(number): Decimal(str(one)) for number, one in enumerate(days)}


@pytest.mark.parametrize(
    ("days", "passed", "left", "expected", "told"),
    [
        pytest.param((20, 20, 20), 80, 80, Decimal(120), [], id="K31-exactly"),
        pytest.param((20, 20, 19.5), 80, 80, Decimal(119), ["pace_days"], id="K31-short"),
        pytest.param((60, 60), 80, 80, Decimal(240), ["pace_people"], id="K30-two-people"),
        pytest.param((0, 0, 0), 80, 80, Decimal(0), ["pace_days"], id="K31-nothing-yet"),
        pytest.param((0, 0, 0), 0, 163, None, [], id="K31-no-day-has-passed"),
        pytest.param((), 80, 0, Decimal(0), ["pace_days", "pace_people"], id="K30-nobody"),
    ],
)
def test_pooled(
    days: tuple[float, ...], passed: int, left: int, expected: Decimal | None, told: list[str]
) -> None:
    forecast = pace(totals(*days), AS_OF, workdays_passed=passed, workdays_left=left, rules=HUNAN)

    assert (forecast.expected, codes(pace_breaches(forecast))) == (expected, told)
    assert forecast.is_alarming == bool(told)


def test_per_person_the_third_decides() -> None:
    forecast = pace(totals(100, 90, 60, 10), AS_OF, workdays_passed=80, workdays_left=80, rules=PER_PERSON)

    assert (forecast.days_so_far, forecast.expected, forecast.is_alarming) == (
        Decimal(60),
        Decimal(120),
        False,
    )
    assert forecast.needed_each_day == Decimal(60) / 80


def test_impossible_input_is_an_error() -> None:
    with pytest.raises(ValueError, match="negative"):
        pace({}, AS_OF, workdays_passed=-1, workdays_left=0, rules=HUNAN)
    with pytest.raises(ValueError, match="A12"):
        pace({}, AS_OF, workdays_passed=1, workdays_left=0, rules=reading(fieldwork__days_counting="?"))


@given(st.lists(st.integers(0, 250), max_size=6), st.integers(1, 250), st.integers(0, 250))
def test_forecast_never_falls_below_what_is_there(halves: list[int], passed: int, left: int) -> None:
    days = totals(*(one / 2 for one in halves))

    for rules in (HUNAN, PER_PERSON):
        forecast = pace(days, AS_OF, workdays_passed=passed, workdays_left=left, rules=rules)
        assert forecast.expected is not None
        assert forecast.expected >= forecast.days_so_far
        assert (forecast.needed_each_day is None) == (left == 0 and forecast.days_so_far < 120)
    pooled = pace(days, AS_OF, workdays_passed=passed, workdays_left=left, rules=HUNAN)
    assert pooled.days_so_far == sum(days.values())
