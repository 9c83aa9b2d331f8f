"""F04: unified social credit codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as oracle

from models.rules.uscc import division_of, normal, uscc_breaches
from tests.models.rules.standin import codes

GOOD = "91110000600037341L"
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def with_check_digit(body: str) -> str:
    return body + oracle.calc_check_digit(body)


bodies = st.from_regex(rf"[{ALPHABET}]{{2}}[0-9]{{6}}[{ALPHABET}]{{9}}", fullmatch=True)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(GOOD, [], id="F04-good"),
        pytest.param(" 9111 0000-600037341l ", [], id="F04-spaces-and-small-letters"),
        pytest.param("\uff19\uff11110000600037341L", [], id="F04-full-width"),
        pytest.param(GOOD[:-1], ["length"], id="F04-17"),
        pytest.param("", ["length"], id="F04-empty"),
        pytest.param("9111000060003734IL", ["alphabet"], id="F04-letter-I"),
        pytest.param("91A10000600037341L", ["division"], id="F04-letter-in-division"),
        pytest.param(GOOD[:-1] + "M", ["check_digit"], id="F04-wrong-digit"),
    ],
)
def test_code(code: str, expected: list[str]) -> None:
    assert codes(uscc_breaches(code)) == expected


@given(bodies)
def test_every_body_has_one_valid_code(body: str) -> None:
    assert [last for last in ALPHABET if not uscc_breaches(body + last)] == [oracle.calc_check_digit(body)]


@given(bodies, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(body: str, place: int, other: str) -> None:
    code = with_check_digit(body)
    wrong = code[:place] + other + code[place + 1 :]

    assert (uscc_breaches(wrong) == ()) == (wrong == code)


@given(st.text())
def test_no_text_raises(text: str) -> None:
    codes(uscc_breaches(text))
    division_of(text)


@given(bodies)
def test_division_is_places_three_to_eight(body: str) -> None:
    code = with_check_digit(body)

    assert division_of(code) == code[2:8]
    assert normal(normal(code)) == normal(code)
