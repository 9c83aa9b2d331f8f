"""Sums in capitals: the cases that are written wrong most often, and every sum read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.capitals import MOST_FEN, capitals

CASES = {
    0: "人民币零元整",
    5: "人民币伍分",
    50: "人民币伍角整",
    55: "人民币伍角伍分",
    100: "人民币壹元整",
    105: "人民币壹元零伍分",
    150: "人民币壹元伍角整",
    1_000: "人民币壹拾元整",
    10_100: "人民币壹佰零壹元整",
    100_100: "人民币壹仟零壹元整",
    1_000_000: "人民币壹万元整",
    3_000_000: "人民币叁万元整",
    1_000_100: "人民币壹万零壹元整",
    10_010_000: "人民币壹拾万零壹佰元整",
    12_345_678: "人民币壹拾贰万叁仟肆佰伍拾陆元柒角捌分",
    120_000_000: "人民币壹佰贰拾万元整",
    10_000_000_000: "人民币壹亿元整",
    10_000_100_000: "人民币壹亿零壹仟元整",
    10_010_000_000: "人民币壹亿零壹拾万元整",
    100_010_000_100: "人民币壹拾亿零壹拾万零壹元整",
}


@pytest.mark.parametrize(("fen", "words"), CASES.items())
def test_capitals(fen: int, words: str) -> None:
    assert capitals(fen) == words


@pytest.mark.parametrize("fen", [-1, MOST_FEN + 1])
def test_what_cannot_be_said_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match=str(fen)):
        capitals(fen)


DIGITS, PLACES = "零壹贰叁肆伍陆柒捌玖", {"拾": 10, "佰": 100, "仟": 1000}


def read_back(words: str) -> int:
    """The sum that capitals say, in fen."""
    total = section = digit = fen = 0
    for sign in words.removeprefix("人民币").removesuffix("整"):
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in PLACES:
            section, digit = section + digit * PLACES[sign], 0
        elif sign == "亿":
            total, section, digit = (total + section + digit) * 10**8, 0, 0
        elif sign == "万":
            total, section, digit = total + (section + digit) * 10**4, 0, 0
        elif sign == "元":
            fen, total, section, digit = (total + section + digit) * 100, 0, 0, 0
        else:
            fen, digit = fen + digit * {"角": 10, "分": 1}[sign], 0
    return fen


@given(st.integers(0, MOST_FEN))
def test_every_sum_can_be_read_back(fen: int) -> None:
    words = capitals(fen)

    assert read_back(words) == fen
    assert "零零" not in words
