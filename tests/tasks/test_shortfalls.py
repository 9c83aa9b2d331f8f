"""What a quarter or a work year falls short of is told to whoever judges it and kept with the judgement (K12, K31)."""

from typing import Any

import pytest

from models.pairing import Pair
from tasks.queries.fieldwork_sheet import fieldwork_sheet
from tasks.shortfalls import missing_days, unvisited
from tests.factory import Bench
from tests.tasks.scenes import CITY, CITY_PAIR, COUNTY_PAIR, events, row_of, run_chores
from tests.tasks.working import day, enter_month, name_trainees, working_bench
from tests.tasks.yearend import evaluate, pay_year
from tests.tasks.yearend import working_bench as yearend_bench

YEAR = ("2022Q1", "2022Q2", "2022Q3", "2022Q4")
VISIT = {"began_on": "2022-06-21", "ended_on": "2022-06-22", "people": 2, "kind": "training"}


def without_visit(bench: Bench, quarter: str) -> list[str]:
    with bench.house.look() as work:
        return [one.text.split()[1] for one in unvisited(work, "430100", quarter)]


@pytest.fixture
def visited(sqlite_url: str) -> Bench:
    """Two pairs of one city, of which one was visited in the second quarter, in the fourth."""
    bench = working_bench(sqlite_url, "2022-07-01T10:00")
    name_trainees(bench)
    enter_month(bench, day(1, "2022-06-21"), visits=[VISIT])
    return bench.at("2022-12-01T10:00")


@pytest.mark.parametrize(
    ("quarters", "quarter", "told"),
    [
        (1, "2022Q1", []),
        (1, "2022Q2", [CITY_PAIR]),
        (1, "2022Q3", [CITY_PAIR, COUNTY_PAIR]),
        (2, "2022Q2", []),
        (2, "2022Q3", [CITY_PAIR]),
        (2, "2022Q4", [CITY_PAIR, COUNTY_PAIR]),
    ],
)
def test_pairs_without_a_visit_are_named_after_so_many_quarters(
    visited: Bench, quarters: int, quarter: str, told: list[str]
) -> None:
    bench = visited.reading("visits.warn_empty_quarters", quarters)

    assert without_visit(bench, quarter) == told


@pytest.mark.parametrize(
    ("quarters", "told"),
    [(1, ["2022Q2", "2022Q3", "2022Q4"]), (2, ["2022Q3", "2022Q4"]), (3, ["2022Q4"]), (4, [])],
)
def test_a_pairs_page_names_the_quarters_that_its_city_is_told_of(
    visited: Bench, quarters: int, told: list[str]
) -> None:
    bench = visited.reading("visits.warn_empty_quarters", quarters).at("2023-01-01T10:00")

    with bench.house.look() as work:
        sheet = fieldwork_sheet(work, CITY_PAIR, 2022)

    assert list(sheet.unvisited) == told
    assert [one for one in YEAR if CITY_PAIR in without_visit(bench, one)] == told


def test_a_quarter_is_not_told_of_before_it_has_ended(visited: Bench) -> None:
    with visited.house.look() as work:
        assert fieldwork_sheet(work, COUNTY_PAIR, 2022).unvisited == ("2022Q3",)


def test_nobody_is_told_to_visit_after_the_batchs_period(visited: Bench) -> None:
    """A batch is closed, and its pairs end, only when its last reports are in."""
    bench = visited.at("2024-04-01T10:00")

    assert [without_visit(bench, one) for one in ("2023Q4", "2024Q1")] == [[CITY_PAIR, COUNTY_PAIR], []]


def test_a_citys_tracking_keeps_which_pairs_want_visiting(visited: Bench) -> None:
    form = {"city": "430100", "quarter": "2022Q3", "findings": "走访两家（示例）"}

    visited.act("fieldwork.record_tracking", CITY, **form)

    advice = events(visited, "fieldwork.record_tracking")[0][2]["advice"]
    assert [text.split()[1] for text in advice] == [CITY_PAIR, COUNTY_PAIR]
    assert "K12" in advice[0]


@pytest.mark.parametrize(
    ("reading", "least", "said"),
    [
        ("pooled", 2, []),
        ("pooled", 3, ["累计 2 个工作日，不少于 3 个，尚缺 1 个"]),
        ("per_person", 1, ["有 2 人各满 1 个工作日，至少应有 3 人"]),
    ],
)
def test_a_year_that_lacks_days_is_told_by_the_reading_that_holds(
    sqlite_url: str, reading: str, least: int, said: list[str]
) -> None:
    bench = working_bench(sqlite_url, "2022-07-01T10:00")
    name_trainees(bench)
    enter_month(bench, day(1, "2022-06-21"), day(2, "2022-06-21"))
    bench = bench.reading("fieldwork.days_counting", reading).reading("fieldwork.days_min", least)

    with bench.house.look() as work:
        found = missing_days(work, row_of(bench, Pair, COUNTY_PAIR), 2022)

    assert [any(part in one.text for one in found) for part in said] == [True] * len(found)
    assert len(found) == len(said)


def test_an_evaluation_keeps_the_days_that_its_year_lacked(sqlite_url: str) -> None:
    bench = yearend_bench(sqlite_url)
    pay_year(bench)
    run_chores(bench, "evaluation")

    evaluate(bench, COUNTY_PAIR)

    facts: dict[str, Any] = events(bench, "evaluation.evaluate_pair")[0][2]
    assert ["尚缺 120 个" in one for one in facts["advice"]] == [True]
