"""The cities' reports and the province's rollup in the browser: figures from the records, two receipts, a workbook."""

from io import BytesIO

import pytest
from openpyxl import load_workbook

from models.evaluation import AnnualReport, Rollup
from tests.console.web.visiting import Visiting, read_page, visiting
from tests.factory import PROVINCE, PROVINCE_RURAL
from tests.tasks.scenes import COUNTY, row_of, rows
from tests.tasks.yearend import CITIES, receive, reporting_bench, submit

PAGE = "/report/2022:430100"


@pytest.fixture
def house(sqlite_url: str) -> Visiting:
    """The year 2022 evaluated and over: both cities owe their reports."""
    return visiting(reporting_bench(sqlite_url))


def test_a_report_is_filed_cosigned_and_received_twice(house: Visiting) -> None:
    city = house.as_("430100-mz.officer")
    assert city.fill(PAGE, action="/act/evaluation.submit_report").status_code == 303
    assert (
        house.as_("430100-xz.officer").fill(PAGE, action="/act/evaluation.cosign_report").status_code == 303
    )
    for office in (PROVINCE, PROVINCE_RURAL):
        answer = house.as_(f"{office}.officer").fill(PAGE, action="/act/evaluation.receive_report")
        assert answer.status_code == 303, read_page(answer).text

    report = row_of(house.bench, AnnualReport, "2022:430100")
    assert report.state == "received"
    assert report.text.startswith("2022年，长沙市有 2 对机构")
    page = city.page(PAGE)
    assert page.text.count("已签收") >= 3
    assert ["结对", "2", "对"] in page.rows


def test_no_figure_of_a_report_can_be_typed(house: Visiting) -> None:
    form = house.as_("430100-mz.officer").page(PAGE).form("/act/evaluation.submit_report")

    assert sorted(set(form.names) - {"csrf", "once", "back", "fixed"}) == ["city", "text", "year"]


def test_a_report_is_received_only_after_the_cosignature(house: Visiting) -> None:
    house.bench.act("evaluation.submit_report", "430100-mz", city="430100", year=2022, text="报告")

    actions = [form.action for form in house.as_(f"{PROVINCE}.officer").page(PAGE).forms]

    assert "/act/evaluation.receive_report" not in actions


@pytest.mark.parametrize("person", ["430300-mz.officer", f"{COUNTY}.officer"])
def test_a_report_of_another_city_does_not_exist(house: Visiting, person: str) -> None:
    guest = house.as_(person)

    assert guest.get(PAGE).status_code == 404
    assert "长沙市" not in [row[0] for row in guest.page("/reports", year=2022).rows if row]


def test_a_report_that_nobody_owes_does_not_exist(house: Visiting) -> None:
    province = house.as_(f"{PROVINCE}.officer")

    for key in ("2022:430200", "2025:430100", "2022:999999", "nothing"):
        assert province.get(f"/report/{key}").status_code in (400, 404)


def test_the_province_receives_several_at_once(house: Visiting) -> None:
    for city in CITIES:
        submit(house.bench, city)
    province = house.as_(f"{PROVINCE}.officer")
    listing = province.page("/reports", year=2022).form("/bulk")

    chosen = province.send(listing, key=list(CITIES), act="evaluation.receive_report:city")
    province.send(read_page(chosen).form("/bulk"))

    received = {row[0]: row[5] for row in province.page("/reports", year=2022).rows[1:] if row}
    assert received == {"长沙市": "✓ 已签收", "湘潭市": "✓ 已签收"}


def test_the_rollup_is_published_and_downloaded(house: Visiting) -> None:
    for city in CITIES:
        submit(house.bench, city)
        receive(house.bench, city)
    province = house.as_(f"{PROVINCE}.officer")
    assert province.fill("/rollup/2022", action="/act/evaluation.publish_rollup").status_code == 303

    book = load_workbook(BytesIO(province.get("/rollup/2022", format="xlsx").content))

    assert [row[0].value for row in book.active.iter_rows(min_row=2)] == ["长沙市", "湘潭市", "全省合计"]
    assert [one.year for one in rows(house.bench, Rollup)] == [2022]
    assert "已发布" in province.page("/rollup/2022").text


def test_a_city_sees_its_own_figures_before_and_the_provinces_after(house: Visiting) -> None:
    city, county = house.as_("430300-mz.officer"), house.as_(f"{COUNTY}.officer")

    before = [row[0] for row in city.page("/rollup/2022").rows if row]
    assert "湘潭市" in before
    assert not {"长沙市", "全省"} & set(before)
    assert county.get("/rollup/2022").status_code == 404
    for one in CITIES:
        submit(house.bench, one)
        receive(house.bench, one)
    house.bench.act("evaluation.publish_rollup", PROVINCE, year=2022)

    after = [row[0] for row in city.page("/rollup/2022").rows if row]
    assert {"湘潭市", "全省"} <= set(after)
    assert "长沙市" not in after
    assert "长沙市" not in [row[0] for row in county.page("/rollup/2022").rows if row]
