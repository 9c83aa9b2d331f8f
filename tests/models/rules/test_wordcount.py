"""A21: words as Word and WPS count them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.wordcount import character_count, counted, word_count

ZHONG, COMMA, STOP, WIDE_A = "\u4e2d", "\uff0c", "\u3002", "\uff21"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", 0, id="A21-empty"),
        pytest.param(" \n\t\u3000", 0, id="A21-space"),
        pytest.param(ZHONG * 5, 5, id="A21-characters"),
        pytest.param(ZHONG + COMMA + ZHONG + STOP, 4, id="A21-punctuation"),
        pytest.param("2022", 1, id="A21-number"),
        pytest.param("3.5%", 1, id="A21-number-with-marks"),
        pytest.param("social work", 2, id="A21-two-runs"),
        pytest.param(f"{ZHONG}2022{ZHONG}KPI{ZHONG}", 5, id="A21-mixed"),
        pytest.param(f"\u201c{ZHONG}\u201d\u2014\u2014\u2026\u2026", 7, id="A21-marks-shared-with-latin"),
        pytest.param(WIDE_A * 3, 3, id="A21-full-width-letters"),
        pytest.param("\U00020000", 1, id="A21-rare-character"),
        pytest.param("so\u200bcial", 1, id="A21-invisible"),
    ],
)
def test_words(text: str, expected: int) -> None:
    assert word_count(text) == expected


@given(st.text(), st.text())
def test_count_adds_up_over_a_space(one: str, other: str) -> None:
    assert word_count(f"{one} {other}") == word_count(one) + word_count(other)


@given(st.text(), st.text())
def test_count_adds_up_over_a_character(one: str, other: str) -> None:
    assert word_count(one + ZHONG + other) == word_count(one) + word_count(other) + 1


@given(st.text(), st.text())
def test_joining_merges_at_most_one_run(one: str, other: str) -> None:
    apart = word_count(one) + word_count(other)

    assert apart - 1 <= word_count(one + other) <= apart


@given(st.text())
def test_words_are_never_more_than_characters(text: str) -> None:
    assert word_count(text) <= character_count(text) == counted(text, "characters")


def test_unknown_reading_is_an_error() -> None:
    with pytest.raises(ValueError, match="A21"):
        counted("", "bytes")
