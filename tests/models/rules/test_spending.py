"""K43, K44, K45: what money was spent on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.breach import split
from models.rules.spending import Fund, Spending, own_funds_breaches, spending_breaches
from tests.models.rules.standin import HUNAN, codes, reading


@pytest.mark.parametrize(
    ("fund", "line", "expected", "hard"),
    [
        pytest.param(Fund.ASSISTANCE, Spending("activity", 1), [], 0, id="K43-activity"),
        pytest.param(Fund.ASSISTANCE, Spending("other", 1), ["explain"], 1, id="K43-other"),
        pytest.param(Fund.ASSISTANCE, Spending("other", 1, "stamps"), [], 0, id="K43-other-explained"),
        pytest.param(Fund.ASSISTANCE, Spending("equipment", 1), ["flagged"], 0, id="K43-equipment"),
        pytest.param(Fund.ASSISTANCE, Spending("management_fee", 1), ["flagged"], 0, id="K43-management"),
        pytest.param(Fund.ASSISTANCE, Spending("board_lodging", 1), ["category"], 1, id="K43-board"),
        pytest.param(Fund.ASSISTANCE, Spending("meals", 0), ["positive"], 1, id="K43-zero"),
        pytest.param(Fund.LIVING, Spending("board_lodging", 1), [], 0, id="K44-board"),
        pytest.param(Fund.LIVING, Spending("basic_living", 1), [], 0, id="K44-living"),
        pytest.param(Fund.LIVING, Spending("wages", 1), ["category"], 1, id="K44-wages"),
        pytest.param(Fund.LIVING, Spending("other", 1, "x"), ["category"], 1, id="K44-other"),
    ],
)
def test_line(fund: Fund, line: Spending, expected: list[str], hard: int) -> None:
    found = spending_breaches([line], fund, 100, HUNAN)

    assert (codes(found), len(split(found)[0])) == (expected, hard)


@pytest.mark.parametrize(
    ("paid_for", "people", "expected"),
    [
        pytest.param(("visiting", "trained"), (), [], id="A26-default-unsaid"),
        pytest.param(("visiting", "trained"), ("visiting", "trained"), [], id="A26-default-both"),
        pytest.param(("visiting", "trained"), ("guests",), ["board_for"], id="A26-nobody-of-the-programme"),
        pytest.param(("trained",), ("trained",), [], id="A26-trained"),
        pytest.param(("trained",), ("visiting",), ["board_for"], id="A26-visiting-not-paid"),
        pytest.param(("trained",), (), ["board_unsaid"], id="A26-unsaid"),
    ],
)
def test_whose_board_and_lodging(
    paid_for: tuple[str, ...], people: tuple[str, ...], expected: list[str]
) -> None:
    lines = [Spending("board_lodging", 1, people=frozenset(people)), Spending("basic_living", 1)]

    found = spending_breaches(lines, Fund.LIVING, 100, reading(money__board_for=paid_for))

    assert codes(found) == expected


@given(st.lists(st.integers(1, 10**7), max_size=20), st.integers(0, 10**8))
def test_more_than_received_is_refused(sums: list[int], received: int) -> None:
    found = spending_breaches([Spending("wages", fen) for fen in sums], Fund.ASSISTANCE, received, HUNAN)

    assert codes(found) == ["more"] * (sum(sums) > received)


def test_own_funds() -> None:
    assert own_funds_breaches("donation", 1, HUNAN) == ()
    assert own_funds_breaches("donation", 1, HUNAN, is_public_raising=True, qualification="no. 7") == ()
    assert codes(own_funds_breaches("donation", 1, HUNAN, is_public_raising=True)) == ["qualification"]
    assert codes(own_funds_breaches("loan", 0, HUNAN)) == ["source", "income"]
