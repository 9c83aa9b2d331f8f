"""The reviewers' board: others' scores only after one's own, no numbers and telephones, the ranking with ties."""

from fractions import Fraction

import pytest

from models.application import Application
from tasks.queries.review_board import BoardRow, Criterion, review_board, review_ranking
from tasks.refusal import NotEntitled
from tests.factory import Bench
from tests.tasks.applying import RESIDENT_NUMBER, form_of
from tests.tasks.scenes import (
    CITY_CASE,
    COUNTY_CASE,
    CRITERIA,
    OTHER_CASE,
    act_as,
    key_of,
    reviewing_bench,
)


def rows_of(bench: Bench, reviewer: str) -> dict[str, BoardRow]:
    with bench.work() as work:
        return {one.application: one for one in review_board(work, 1, reviewer=reviewer).rows}


def score(bench: Bench, person: str, code: str, value: int) -> None:
    act_as(bench, "review.declare_interest", person, application=key_of(code), conflict=False)
    scores = dict.fromkeys(CRITERIA, value)
    act_as(bench, "review.score", person, application=key_of(code), scores=scores)


def test_others_are_seen_after_ones_own_scores(database_url: str) -> None:
    bench, people = reviewing_bench(database_url)
    key = key_of(COUNTY_CASE)
    score(bench, people[0], COUNTY_CASE, 80)

    before = rows_of(bench, people[1])[key]
    act_as(bench, "review.declare_interest", people[1], application=key, conflict=False)
    declared = rows_of(bench, people[1])[key]
    act_as(bench, "review.score", people[1], application=key, scores=dict.fromkeys(CRITERIA, 90))
    after = rows_of(bench, people[1])

    assert (before.others, before.own.conflict, declared.others, declared.own.conflict) == (
        None,
        None,
        None,
        False,
    )
    assert after[key].own.mean == 90
    others = after[key].others or ()
    assert [(one.reviewer, one.mean) for one in others] == [
        (people[0], 80),
        *((person, None) for person in people[2:]),
    ]
    assert [after[key_of(code)].others for code in (OTHER_CASE, CITY_CASE)] == [None, None]


def test_whoever_has_a_conflict_sees_the_others(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    key = key_of(COUNTY_CASE)
    act_as(bench, "review.declare_interest", people[1], application=key, conflict=True, reason="亲属（示例）")

    row = rows_of(bench, people[1])[key]

    assert (row.own.conflict, len(row.others or ())) == (True, 4)


def test_a_reviewer_of_the_city_does_not_have_its_applications(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url, ("430100", None, None, None, None))

    assert sorted(rows_of(bench, people[0])) == [key_of(OTHER_CASE)]


def test_the_board_shows_the_plan_and_nobody_to_reach(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    with bench.work() as work:
        work.session.get_one(Application, key_of(COUNTY_CASE)).form = {
            **form_of(COUNTY_CASE),
            "bank_account": {"number": "620000000009"},
        }

    with bench.work() as work:
        board = review_board(work, 1, reviewer=people[0])
    row = next(one for one in board.rows if one.application == key_of(COUNTY_CASE))

    shown = {one.id: one.text for one in row.fields}
    assert (shown["F19"], shown["F29"], shown["F31"]) == ("800", "样例背景", "食宿 1.5\n服务 0.5")
    assert not {f"F{number}" for number in range(11, 19)} & shown.keys()
    for secret in (RESIDENT_NUMBER, "13800138000", "contact@people.example", "620000000009", "样例负责人"):
        assert secret not in str(board)


def test_criteria_are_the_programmes(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)

    with bench.work() as work:
        board = review_board(work, 1, reviewer=people[0])

    assert board.criteria == (
        Criterion("need", "需求", 100),
        Criterion("capacity", "能力", 100),
        Criterion("plan", "方案", 100),
        Criterion("support", "支持条件", 100),
    )


def test_somebody_off_the_panel_has_no_board(sqlite_url: str) -> None:
    bench, _people = reviewing_bench(sqlite_url)

    with pytest.raises(NotEntitled):
        rows_of(bench, "reviewer-99.reviewer")


def test_the_province_sees_means_ties_and_what_nobody_has_scored(database_url: str) -> None:
    bench, people = reviewing_bench(database_url)
    for person, value in zip(people, (80, 90, 90), strict=False):
        score(bench, person, COUNTY_CASE, value)
    score(bench, people[0], OTHER_CASE, 95)

    with bench.work() as work:
        first, second, third = review_ranking(work, 1)

    assert (first.application, first.rank, first.mean, first.scored) == (
        key_of(OTHER_CASE),
        1,
        Fraction(95),
        1,
    )
    assert (second.application, second.rank, second.mean) == (key_of(COUNTY_CASE), 2, Fraction(260, 3))
    assert (third.application, third.rank, third.mean, third.tied_with) == (
        key_of(CITY_CASE),
        None,
        None,
        (),
    )


def test_equal_means_are_told_and_not_settled(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    for code in (OTHER_CASE, CITY_CASE):
        score(bench, people[0], code, 95)

    with bench.work() as work:
        first, second, _third = review_ranking(work, 1)

    tied = sorted([key_of(OTHER_CASE), key_of(CITY_CASE)])
    assert [first.application, second.application] == tied
    assert (first.tied_with, second.tied_with) == ((tied[1],), (tied[0],))
