"""K25, A23: the committee, its scores and the ranking."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.review import (
    Applicant,
    Reviewer,
    Score,
    assignment_breaches,
    meeting_breaches,
    panel_breaches,
    ranking,
    score_breaches,
    tie_breaches,
)
from tests.models.rules.standin import HUNAN, codes, reading

PANEL = [Reviewer(person, has_declared=True) for person in "vwxyz"]
APPLICANT = Applicant("a", "430100", "430121-mz")


@pytest.mark.parametrize(
    ("panel", "expected"),
    [
        pytest.param(PANEL, [], id="A23-five"),
        pytest.param(PANEL[:4], ["panel_small", "panel_even"], id="A23-four"),
        pytest.param([*PANEL, Reviewer("u")], ["panel_even"], id="A23-six"),
        pytest.param([*PANEL, PANEL[0]], ["member_twice"], id="A23-twice"),
        pytest.param([], ["panel_small", "panel_even"], id="A23-none"),
    ],
)
def test_panel(panel: list[Reviewer], expected: list[str]) -> None:
    assert codes(panel_breaches(panel, HUNAN)) == expected


@pytest.mark.parametrize(
    ("reviewer", "expected"),
    [
        pytest.param(PANEL[0], [], id="K25-free"),
        pytest.param(Reviewer("v"), ["undeclared"], id="K25-undeclared"),
        pytest.param(replace(PANEL[0], city="430100"), ["same_city"], id="K25-same-city"),
        pytest.param(replace(PANEL[0], city="430200"), [], id="K25-other-city"),
        pytest.param(replace(PANEL[0], organisation="430121-mz"), ["nominator"], id="K25-recommender"),
        pytest.param(replace(PANEL[0], conflicts=frozenset("a")), ["conflict"], id="K25-conflict"),
        pytest.param(replace(PANEL[0], conflicts=frozenset("b")), [], id="K25-conflict-elsewhere"),
    ],
)
def test_assignment(reviewer: Reviewer, expected: list[str]) -> None:
    assert codes(assignment_breaches(reviewer, APPLICANT, HUNAN)) == expected


def test_same_city_can_be_allowed() -> None:
    open_rules = reading(review__same_city_barred=False)

    assert assignment_breaches(replace(PANEL[0], city="430100"), APPLICANT, open_rules) == ()


@pytest.mark.parametrize(
    ("points", "standing", "expected"),
    [
        pytest.param(100, [], [], id="A23-full"),
        pytest.param(101, [], ["points"], id="A23-too-much"),
        pytest.param(-1, [Score("a", "v", 1)], ["points", "scored_twice"], id="A23-both"),
        pytest.param(50, [Score("a", "w", 1), Score("b", "v", 1)], [], id="A23-others"),
    ],
)
def test_score(points: int, standing: list[Score], expected: list[str]) -> None:
    assert codes(score_breaches(Score("a", "v", points), standing, HUNAN)) == expected


@pytest.mark.parametrize(
    ("present", "judges", "expected"),
    [
        pytest.param("vwxy", "vwx", [], id="A23-quorum"),
        pytest.param("vwx", "vwx", ["quorum"], id="A23-three-of-five"),
        pytest.param("vwxy", "vw", ["scores_few"], id="A23-two-scores"),
        pytest.param("vwxyu", "vwxu", ["not_member"], id="K25-stranger"),
        pytest.param("", "", ["quorum", "scores_few"], id="A23-nobody"),
    ],
)
def test_meeting(present: str, judges: str, expected: list[str]) -> None:
    scores = [Score("a", judge, 80) for judge in judges]

    assert codes(meeting_breaches(PANEL, present, scores, [APPLICANT], HUNAN)) == expected


def test_meeting_finds_a_barred_judge() -> None:
    panel = [replace(PANEL[0], city="430100"), *PANEL[1:]]
    scores = [Score("a", judge, 80) for judge in "vwx"]

    assert codes(meeting_breaches(panel, "vwxyz", scores, [APPLICANT], HUNAN)) == ["same_city"]


def test_chair_decides_ties() -> None:
    scores = [Score("a", "v", 80), Score("b", "v", 80), Score("c", "v", 90)]

    undecided, decided = ranking(scores), ranking(scores, ["b", "a"])

    assert [one.application for one in undecided] == ["c", "a", "b"]
    assert [one.application for one in decided] == ["c", "b", "a"]
    assert codes(tie_breaches(undecided, [], HUNAN)) == ["tie_chair"]
    assert tie_breaches(decided, ["b", "a"], HUNAN) == ()
    assert codes(tie_breaches(decided, ["b", "a"], reading(review__ties="rescore"))) == ["tie_rescore"]
    with pytest.raises(ValueError, match="A23"):
        tie_breaches(decided, [], reading(review__ties="?"))


scores = st.lists(st.builds(Score, st.sampled_from("abcdef"), st.sampled_from("vwxyz"), st.integers(0, 100)))


@given(scores, st.randoms())
def test_ranking_is_complete_ordered_and_independent_of_order(
    given_scores: list[Score], random: object
) -> None:
    standings = ranking(given_scores)
    shuffled = list(given_scores)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert ranking(shuffled) == standings
    assert [one.rank for one in standings] == list(range(1, len(standings) + 1))
    assert {one.application for one in standings} == {one.application for one in given_scores}
    means = [one.mean for one in standings]
    assert means == sorted(means, reverse=True)
    assert all(bool(one.tied_with) == (means.count(one.mean) > 1) for one in standings)
    assert tie_breaches(standings, "abcdef", HUNAN) == ()
