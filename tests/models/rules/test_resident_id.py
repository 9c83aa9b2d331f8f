"""F14, F18: resident identity numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from models.rules.resident_id import birth_date, mask, resident_id_breaches
from tests.models.rules.standin import codes

TODAY = date(2024, 3, 8)


def number_of(place: str, born: date, serial: int) -> str:
    body = f"{place}{born:%Y%m%d}{serial:03d}"
    return body + mod_11_2.calc_check_digit(body)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        pytest.param("11010519491231002X", [], id="F14-standard-example"),
        pytest.param("11010519491231002x", [], id="F14-small-x"),
        pytest.param("440524188001010014", [], id="F14-1880"),
        pytest.param("110105194912310021", ["check_digit"], id="F14-wrong-digit"),
        pytest.param(number_of("430121", date(2030, 1, 1), 1), ["birth"], id="F14-unborn"),
        pytest.param("430121199002301238", ["birth", "check_digit"], id="F14-no-such-day"),
        pytest.param("430121900101123", ["shape"], id="F14-15-digits"),
        pytest.param("", ["shape"], id="F14-empty"),
    ],
)
def test_number(number: str, expected: list[str]) -> None:
    assert codes(resident_id_breaches(number, TODAY, "F14")) == expected


def test_mask_shows_three_and_four() -> None:
    assert mask("430121199001011234") == "430***********1234"


@given(st.text())
def test_no_text_raises_and_no_number_is_repeated(text: str) -> None:
    for breach in resident_id_breaches(text, TODAY, "F14"):
        assert len(text.strip()) < 12 or text.strip() not in breach.text


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(1, 999), st.integers(100000, 999999))
def test_people_of_any_place_are_accepted(born: date, serial: int, place: int) -> None:
    number = number_of(str(place), born, serial)

    assert resident_id_breaches(number, TODAY) == ()
    assert birth_date(number) == born


@given(st.dates(date(1900, 1, 1), TODAY), st.integers(1, 999), st.integers(0, 9))
def test_breaches_carry_the_masked_form_only(born: date, serial: int, digit: int) -> None:
    number = number_of("430121", born, serial)[:-1] + str(digit)

    for breach in resident_id_breaches(number, TODAY, "F14"):
        assert number not in breach.text
        assert number[6:14] not in str(dict(breach.facts))
