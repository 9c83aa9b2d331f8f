"""The board of paces: half days as the ledger says, the forecast as S20 makes it, the worst first."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from models.rules.access import Viewer
from tasks.pace import pace_chores
from tasks.queries.pace_board import PaceBoard, PaceRow, pace_board
from tasks.refusal import BadInput
from tasks.running import running_pairs
from tests.factory import Bench
from tests.tasks.queries.viewers import (
    COUNTY_VIEWER,
    OPERATOR_VIEWER,
    OTHER_CITY_VIEWER,
    PROVINCE_VIEWER,
    SENDER_VIEWER,
)
from tests.tasks.scenes import CITY_PAIR, COUNTY_PAIR, OTHER_PAIR, run_chores
from tests.tasks.working import day, enter_month, name_trainees, working_bench


def board(bench: Bench, year: int = 2022) -> PaceBoard:
    """The province's board."""
    with bench.house.look() as work:
        return pace_board(work, PROVINCE_VIEWER, 1, year)


def row_of_pair(found: PaceBoard, pair: str) -> PaceRow:
    """One pair's row."""
    return next(one for one in found.rows if one.pair == pair)


def test_the_storys_days_are_the_ledgers(told: Bench) -> None:
    found = board(told)
    with told.house.look() as work:
        halves = work.session.connection().execute(
            text("SELECT SUM(half_days) FROM service_day WHERE trainee LIKE :of"),
            {"of": f"{COUNTY_PAIR}:2022:%"},
        )
        expected = int(halves.scalar_one())

    row = row_of_pair(found, COUNTY_PAIR)
    assert found.as_of == date(2022, 12, 31)
    assert (row.confirmed_half_days, row.entered_half_days, row.days) == (expected, 0, Decimal("1.5"))
    assert (row.trainees, row.trainees_least, row.days_least) == (3, 3, 120)
    assert (row.expected, row.missing, row.each_month) == (Decimal("1.5"), Decimal("118.5"), None)
    assert (row.is_alarming, row.last_visit, row.alert, row.alert_label) == (
        True,
        date(2022, 6, 23),
        "none",
        "无",
    )
    assert [one.pair for one in found.rows] == [CITY_PAIR, OTHER_PAIR, COUNTY_PAIR]


def test_a_year_that_has_just_begun_says_nothing_yet(told: Bench) -> None:
    row = row_of_pair(board(told, 2023), COUNTY_PAIR)

    assert (row.days, row.expected, row.is_alarming) == (Decimal(0), None, False)
    # 120 days over twelve months.
    assert row.each_month == Decimal("10.0")


@pytest.mark.parametrize(
    ("viewer", "pairs"),
    [
        (OTHER_CITY_VIEWER, [OTHER_PAIR]),
        (COUNTY_VIEWER, [COUNTY_PAIR]),
        (SENDER_VIEWER, [COUNTY_PAIR]),
        (OPERATOR_VIEWER, []),
    ],
    ids=lambda one: one.role if isinstance(one, Viewer) else "",
)
def test_everybody_sees_their_own_pairs(told: Bench, viewer: Viewer, pairs: list[str]) -> None:
    with told.house.look() as work:
        assert [one.pair for one in pace_board(work, viewer, 1, 2022).rows] == pairs


def test_the_board_alarms_where_the_house_alarms(database_url: str) -> None:
    bench = working_bench(database_url)
    name_trainees(bench)
    bench.at("2022-07-04T09:00")
    run_chores(bench, "fieldwork")
    enter_month(bench, day(1, "2022-06-21"), day(2, "2022-06-22", 1))
    early = board(bench)
    bench.at("2022-09-16T09:00")
    with bench.house.look() as work:
        cities = [one.city for one in pace_chores(work, running_pairs(work))]
    found = board(bench)
    run_chores(bench, "fieldwork")

    told = row_of_pair(board(bench), COUNTY_PAIR)
    assert not any(one.is_alarming for one in early.rows)
    assert early.as_of == date(2022, 6, 30)
    row = row_of_pair(found, COUNTY_PAIR)
    assert (row.confirmed_half_days, row.entered_half_days) == (0, 3)
    # Who has named nobody is reminded of that (S18), and told of no forecast.
    assert (
        sorted({one.city for one in found.rows if one.is_alarming and one.trainees}) == cities == ["430100"]
    )
    # 118.5 days over the four months from September.
    assert (row.missing, row.each_month) == (Decimal("118.5"), Decimal("29.7"))
    assert (told.alert, told.alert_label, told.alert_on) == ("open", "待说明", date(2022, 9, 16))


def test_an_answered_alert_is_said_to_be(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    name_trainees(bench)
    bench.at("2022-09-16T09:00")
    run_chores(bench, "fieldwork")
    with bench.work() as work:
        statement = "UPDATE pace_alert SET answered_at = '2022-09-17T02:00:00.000000Z' WHERE pair = :pair"
        work.session.connection().execute(text(statement), {"pair": COUNTY_PAIR})

    assert row_of_pair(board(bench), COUNTY_PAIR).alert == "answered"


def test_a_year_outside_the_programme_is_refused(told: Bench) -> None:
    with pytest.raises(BadInput):
        board(told, 2021)
