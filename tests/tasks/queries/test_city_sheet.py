"""One city on one page: its applications, pairs, quotas, steps, money, days and reports, and nobody else's."""

from datetime import date

import pytest
from sqlalchemy import text

from models.programme.divisions import DivisionUnknown
from models.rules.access import Viewer
from tasks.queries.city_sheet import CitySheet, Load, Quota, city_sheet
from tests.factory import Bench
from tests.tasks.queries.viewers import (
    BUREAU_VIEWER,
    CITY_VIEWER,
    COUNTY_VIEWER,
    OTHER_CITY_VIEWER,
    PROVINCE_VIEWER,
    RECIPIENT_VIEWER,
    SENDER_VIEWER,
)
from tests.tasks.scenes import CITY_CASE, CITY_PAIR, COUNTY_CASE, COUNTY_PAIR


def sheet(bench: Bench, viewer: Viewer, city: str = "430100") -> CitySheet:
    """The page as somebody sees it."""
    with bench.house.look() as work:
        return city_sheet(work, viewer, city)


def test_the_citys_own_page(told: Bench) -> None:
    found = sheet(told, CITY_VIEWER)
    with told.house.look() as work:
        rows = work.session.connection().execute(
            text(
                "SELECT COUNT(*), COUNT(CASE WHEN due_on < '2023-01-11' THEN 1 END) FROM step"
                " WHERE city = '430100' AND state = 'open'"
            )
        )
        opened, late = rows.one()

    first, second = found.batches
    assert (found.name, found.steps.open, found.steps.late, first.steps) == (
        "长沙市",
        opened,
        late,
        found.steps,
    )
    assert [(one.key, one.state_label, one.rank, one.channel_label) for one in first.applications] == [
        (f"1-{CITY_CASE}-1", "已配对", 1, "市级民政部门"),
        (f"1-{COUNTY_CASE}-1", "已配对", 2, "县级民政部门"),
    ]
    assert [(one.key, one.state_label, one.effective_on) for one in first.pairs] == [
        (CITY_PAIR, "实施中", date(2022, 5, 20)),
        (COUNTY_PAIR, "实施中", date(2022, 5, 20)),
    ]
    assert first.quotas == (
        Quota("quota.city_total", "市州推选总数上限", "K22", "长沙市", 2, 3),
        Quota("quota.city_direct", "市级民政部门直接推选数上限", "K21", "长沙市", 1, 1),
        Quota("quota.county", "县级民政部门推选数上限", "K20", "长沙县民政局", 1, 2),
    )
    assert (second.applications, second.pairs, second.steps, second.years) == ((), (), Load(0, 0, None), ())


def test_money_days_and_reports_of_each_year(told: Bench) -> None:
    found = sheet(told, PROVINCE_VIEWER)
    with told.house.look() as work:
        rows = work.session.connection().execute(
            text(
                "SELECT p.leg, SUM(p.fen) FROM payment AS p JOIN pair AS q ON q.key = p.pair"
                " WHERE q.city = '430100' AND p.year = 2022 AND p.state = 'received' GROUP BY p.leg ORDER BY p.leg"
            )
        )
        received = [(leg, int(fen)) for leg, fen in rows]

    year, following = found.batches[0].years
    assert (year.year, following.year) == (2022, 2023)
    assert [(one.leg, one.received) for one in year.legs] == received
    assert (year.confirmed_half_days, year.entered_half_days) == (3, 0)
    assert (year.report, year.report_label, year.receipts) == ("received", "两处已签收", 2)
    assert year.reported_at is not None
    assert year.reported_at.date() == date(2023, 1, 4)
    assert (following.report, following.receipts, following.legs[0].due) == ("", 0, 6_000_000)


def test_a_city_without_report_has_none(told: Bench) -> None:
    year = sheet(told, OTHER_CITY_VIEWER, "430300").batches[0].years[0]

    assert (year.report, year.reported_at, year.receipts, year.confirmed_half_days) == ("", None, 0, 0)


@pytest.mark.parametrize("viewer", [COUNTY_VIEWER, RECIPIENT_VIEWER, SENDER_VIEWER], ids=lambda one: one.role)
def test_a_county_and_the_institutions_see_their_own_lines(told: Bench, viewer: Viewer) -> None:
    first = sheet(told, viewer).batches[0]

    assert [one.key for one in first.pairs] == [COUNTY_PAIR]
    assert [one.key for one in first.applications] == [f"1-{COUNTY_CASE}-1"]
    assert (first.quotas, first.years[0].report, first.years[0].confirmed_half_days) == ((), "", 3)
    assert len(first.years[0].legs) == 1


def test_somebody_of_elsewhere_sees_nothing(told: Bench) -> None:
    found = sheet(told, OTHER_CITY_VIEWER)

    assert (found.steps, found.tracked) == (Load(0, 0, None), ())
    assert [(one.applications, one.pairs, one.quotas) for one in found.batches] == [((), (), ())] * 2
    assert sum(leg.due for leg in found.batches[0].years[0].legs) == 0


def test_shenzhen_reads_the_applications_that_were_approved(told: Bench) -> None:
    assert len(sheet(told, BUREAU_VIEWER).batches[0].applications) == 2


def test_a_code_that_is_none_is_refused(told: Bench) -> None:
    with pytest.raises(DivisionUnknown):
        sheet(told, PROVINCE_VIEWER, "999999")
