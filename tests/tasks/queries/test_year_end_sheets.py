"""What the pages of fieldwork, money and the year's end read, on the story of 2022."""

from datetime import date

import pytest
from sqlalchemy import text

from models.rules.access import Viewer
from tasks.queries.achievements import achievements
from tasks.queries.closing_sheet import closing_sheet
from tasks.queries.evaluation_board import city_reports, pair_evaluations, rollup_published
from tasks.queries.fieldwork_sheet import fieldwork_sheet, split_pair_year
from tasks.queries.honour_rows import candidates, honour_row, honour_rows
from tasks.queries.month_sheet import month_sheet
from tasks.queries.months_state import months_state, quarters_state
from tasks.queries.pair_names import pair_named
from tasks.queries.report_sheet import report_sheet
from tasks.queries.spending_rows import spending_rows
from tasks.queries.tracking_sheet import tracking_sheet
from tasks.queries.voucher_sheet import voucher_sheet
from tasks.refusal import BadInput, NotFound
from tests.factory import Bench
from tests.tasks.queries.viewers import (
    CITY_VIEWER,
    COUNTY_VIEWER,
    OTHER_CITY_VIEWER,
    PROVINCE_VIEWER,
    RECIPIENT_VIEWER,
    REVIEWER_VIEWER,
    SENDER_VIEWER,
)
from tests.tasks.scenes import CITY_PAIR, COUNTY_PAIR, OTHER_PAIR

A, C = 3_000_000, 1_000_000


def test_a_pairs_year_counts_people_days_and_visits(told: Bench) -> None:
    with told.house.look() as work:
        sheet = fieldwork_sheet(work, COUNTY_PAIR, 2022)

    assert [one.half_days for one in sheet.trainees] == [2, 1, 0]
    assert (sheet.confirmed_half_days, sheet.entered_half_days, sheet.days) == (3, 0, 1.5)
    assert (sheet.start, sheet.end) == (date(2022, 5, 20), date(2022, 12, 31))
    assert [(one.month, one.state) for one in sheet.months][:3] == [
        ("2022-05", "none"),
        ("2022-06", "confirmed"),
        ("2022-07", "none"),
    ]
    assert sheet.unvisited == ("2022Q3", "2022Q4")
    assert sheet.forecast.is_short_of_days


def test_achievements_are_those_of_the_rollup(told: Bench) -> None:
    with told.house.look() as work:
        own = {
            (one.code, pair.partition("-")[2][:6]): (one.promised, one.achieved)
            for pair in (OTHER_PAIR,)
            for one in achievements(work, pair, 2022)
        }
        rows = work.session.connection().execute(
            text("SELECT indicator, city, promised, achieved FROM v_rollup WHERE year = 2022")
        )
        rolled = {(code, city): (promised, done) for code, city, promised, done in rows if city == "430300"}

    assert own == {key: value for key, value in rolled.items() if any(value)}


def test_achievements_of_a_city_sum_to_its_rollup(told: Bench) -> None:
    sums: dict[str, list[int]] = {}
    with told.house.look() as work:
        for pair in (CITY_PAIR, COUNTY_PAIR):
            for one in achievements(work, pair, 2022):
                known = sums.setdefault(one.code, [0, 0])
                known[0] += one.promised
                known[1] += one.achieved
        rows = work.session.connection().execute(
            text("SELECT indicator, promised, achieved FROM v_rollup WHERE year = 2022 AND city = '430100'")
        )
        rolled = {code: [promised, done] for code, promised, done in rows if promised or done}

    assert sums == rolled


def test_a_month_knows_weekends_holidays_and_what_stands_in_it(told: Bench) -> None:
    with told.house.look() as work:
        sheet = month_sheet(work, COUNTY_PAIR, "2022-06")

    by_day = {one.day: one for one in sheet.days}
    assert len(by_day) == 30
    assert by_day[date(2022, 6, 3)].name == "端午节"
    assert not by_day[date(2022, 6, 4)].is_workday
    assert by_day[date(2022, 6, 21)].halves == {f"{COUNTY_PAIR}:2022:01": 2}
    assert [one.act for one in sheet.events] == ["fieldwork.enter_month", "fieldwork.confirm_month"]
    assert not sheet.may_be_entered


def test_months_and_quarters_say_where_they_stand(told: Bench) -> None:
    with told.house.look() as work:
        months = months_state(work, 1, 2022)
        quarters = quarters_state(work, PROVINCE_VIEWER, 2022)
        county = quarters_state(work, COUNTY_VIEWER, 2022)

    assert months == {COUNTY_PAIR: {"2022-06": "confirmed"}}
    assert [(one.city, one.quarter, one.at) for one in quarters] == [
        ("430100", "2022Q2", None),
        ("430300", "2022Q2", None),
    ]
    assert county == []


def test_tracking_shows_a_quarters_days_and_visits(told: Bench) -> None:
    with told.house.look() as work:
        sheet = tracking_sheet(work, "430100", "2022Q2")

    assert [(one.pair.key, one.half_days, one.confirmed_months, one.visits) for one in sheet.pairs] == [
        (CITY_PAIR, 0, 0, 0),
        (COUNTY_PAIR, 3, 1, 1),
    ]


def test_spending_stands_side_by_side_with_what_was_received(told: Bench) -> None:
    with told.house.look() as work:
        rows = spending_rows(work, RECIPIENT_VIEWER, 1, 2022).rows

    assert [(one.pair, one.side, one.received, one.spent) for one in rows] == [
        (COUNTY_PAIR, "sender", A, 0),
        (COUNTY_PAIR, "recipient", C, 0),
    ]


def test_a_voucher_shows_a_viewer_the_lines_within_reach(told: Bench) -> None:
    with told.house.look() as work:
        key = (
            work.session.connection()
            .execute(text("SELECT key FROM voucher WHERE leg = 'A' AND payee = '430100-mz'"))
            .scalar_one()
        )
        whole = voucher_sheet(work, PROVINCE_VIEWER, key)
        part = voucher_sheet(work, COUNTY_VIEWER, key)

    assert (whole.total, whole.hidden_lines) == (2 * A, 0)
    assert sum(one.fen for one in whole.entries) == 0
    assert ([one.pair for one in part.lines], part.hidden_lines) == ([COUNTY_PAIR], 1)
    assert [one.act.rpartition(".")[2] for one in whole.events] == [
        "enter_payment",
        "approve_payment",
        "confirm_receipt",
    ]


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [
        (PROVINCE_VIEWER, [CITY_PAIR, COUNTY_PAIR, OTHER_PAIR]),
        (CITY_VIEWER, [CITY_PAIR, COUNTY_PAIR]),
        (COUNTY_VIEWER, [COUNTY_PAIR]),
        (SENDER_VIEWER, [COUNTY_PAIR]),
        (REVIEWER_VIEWER, []),
    ],
    ids=lambda one: one.role if isinstance(one, Viewer) else "",
)
def test_the_board_of_evaluations_reaches_as_far_as_the_viewer(
    told: Bench, viewer: Viewer, seen: list[str]
) -> None:
    with told.house.look() as work:
        rows = pair_evaluations(work, viewer, 2022)

    assert [one.pair.key for one in rows] == seen
    assert {(one.state, one.grade, one.waits_for) for one in rows} <= {("cosigned", "good", "")}


def test_reports_say_who_has_them(told: Bench) -> None:
    with told.house.look() as work:
        rows = city_reports(work, PROVINCE_VIEWER, 2022)
        own = city_reports(work, OTHER_CITY_VIEWER, 2022)
        county = city_reports(work, COUNTY_VIEWER, 2022)
        published = rollup_published(work, 2022)

    assert [(one.city, one.pairs, one.cosigned, one.is_done) for one in rows] == [
        ("430100", 2, True, True),
        ("430300", 1, False, False),
    ]
    assert [one.city for one in own] == ["430300"]
    assert county == []
    assert published is None


def test_a_reports_sheet_names_both_offices_and_who_received(told: Bench) -> None:
    with told.house.look() as work:
        sheet = report_sheet(work, PROVINCE_VIEWER, "430100", 2022)
        owed = report_sheet(work, PROVINCE_VIEWER, "430300", 2022)

    assert [one.office for one in sheet.receipts] == ["province_civil", "province_rural"]
    assert all(one.received_at and one.who for one in sheet.receipts)
    assert (owed.may_be_filed, owed.figures["pairs"], owed.report) == (True, 1, None)


def test_no_report_is_owed_where_no_pair_was(told: Bench) -> None:
    with told.house.look() as work, pytest.raises(NotFound):
        report_sheet(work, PROVINCE_VIEWER, "430200", 2022)


def test_those_who_could_be_commended_are_within_reach(told: Bench) -> None:
    with told.house.look() as work:
        county = candidates(work, COUNTY_VIEWER, 2022)
        rows = honour_rows(work, PROVINCE_VIEWER, 2022)

    assert [(one.pair.key, one.grade) for one in county] == [(COUNTY_PAIR, "good")]
    assert rows == []


def test_an_honour_that_there_is_not_is_not_found(told: Bench) -> None:
    with told.house.look() as work, pytest.raises(NotFound):
        honour_row(work, PROVINCE_VIEWER, "2022:deed:nobody")


def test_the_close_counts_what_is_open_and_what_is_left(told: Bench) -> None:
    with told.house.look() as work:
        whole = closing_sheet(work, PROVINCE_VIEWER, 1)
        part = closing_sheet(work, OTHER_CITY_VIEWER, 1)

    assert not whole.may_be_closed
    assert dict(whole.open_kinds)["S24"] == 1
    assert [(one.pair.key, one.received, one.left) for one in part.remainders] == [(OTHER_PAIR, A + C, A + C)]


def test_keys_that_name_nothing_are_refused(told: Bench) -> None:
    with told.house.look() as work:
        with pytest.raises(NotFound):
            pair_named(work, "P9-000000-01")
        with pytest.raises(BadInput):
            fieldwork_sheet(work, COUNTY_PAIR, 2031)
    with pytest.raises(BadInput):
        split_pair_year("P1-430100-01:May")
