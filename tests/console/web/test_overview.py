"""A batch at a glance: what each role sees, figures that lead to exactly their steps, files, and the engine's runs."""

import re

import pytest

from tests.console.web.visiting import Guest, Page, Visiting, visiting
from tests.factory import Bench

PROVINCE_OFFICER, CITY_OFFICER, COUNTY_OFFICER = "430000-mz.officer", "430100-mz.officer", "430121-mz.officer"
VIEWS = ("", "/funnel", "/timeline", "/money", "/pace", "/next")
ENGINE = "http://127.0.0.1:4200"


@pytest.fixture(scope="module")
def visits(played: Bench) -> Visiting:
    """The played house, with the address of an engine's dashboard."""
    return visiting(played, prefect=ENGINE)


@pytest.fixture(scope="module")
def province(visits: Visiting) -> Guest:
    """The province's officer."""
    return visits.as_(PROVINCE_OFFICER)


def engine_links(page: Page) -> list[str]:
    """Where a page leads to outside the console."""
    return [path for _label, path in page.links if path.startswith(ENGINE)]


def steps_listed(guest: Guest, path: str) -> int:
    """How many steps the list of an address has."""
    return sum(path.startswith("/step/") for _label, path in guest.page(path).links)


def test_every_figure_of_the_matrix_leads_to_exactly_its_steps(province: Guest) -> None:
    page = province.page("/overview")

    cells = [(label, path) for label, path in page.links if path.startswith("/todo/below?batch=2&stage=")]
    figures = [int(re.findall(r"\d+", label)[0]) for label, _path in cells]

    assert len(cells) > 14
    assert [steps_listed(province, path) for _label, path in cells[:6]] == figures[:6]


def test_the_provinces_column_leads_to_the_steps_of_no_city(province: Guest) -> None:
    page = province.page("/overview", batch="2")

    label, path = next((label, path) for label, path in page.links if "city=province" in path)
    listed = province.page(path)
    assert (
        sum(path.startswith("/step/") for _label, path in listed.links)
        == int(re.findall(r"\d+", label)[0])
        > 0
    )
    assert "全省" in listed.text


def test_the_matrix_says_late_and_soon_by_word_and_shape(province: Guest) -> None:
    page = province.page("/overview", batch="2")

    assert page.rows[0][1:4] == ["长沙", "株洲", "湘潭"]
    assert page.rows[0][-2:] == ["全省", "合计"]
    assert any("▲逾" in cell and "◆近" in cell for row in page.rows for cell in row)
    assert "▲ 逾期" in page.text


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("batch", ["1", "2"])
def test_every_view_of_every_batch_opens_for_offices(visits: Visiting, view: str, batch: str) -> None:
    for person in (PROVINCE_OFFICER, "430000-xz.officer", "440300-mz.officer", CITY_OFFICER, COUNTY_OFFICER):
        page = visits.as_(person).page(f"/overview{view}", batch=batch)
        assert page.title


def test_a_city_sees_only_its_own_figures(visits: Visiting) -> None:
    city = visits.as_(CITY_OFFICER)

    assert city.page("/overview").rows[0] == ["阶段", "长沙", "合计"]
    for view in ("/funnel", "/money", "/pace"):
        text = city.page(f"/overview{view}", batch="1").text
        assert "长沙" in text
        assert "株洲" not in text
        assert "湘潭" not in text


def test_figures_lead_on_only_where_the_lists_reach_as_far(visits: Visiting) -> None:
    page = visits.as_("440300-mz.officer").page("/overview")

    assert not [path for _label, path in page.links if path.startswith("/todo/below")]
    assert [path for _label, path in page.links if path.startswith("/city/")]


def test_a_reviewer_has_no_business_here(visits: Visiting) -> None:
    guest = visits.as_("reviewer-01.reviewer")

    assert {guest.get(f"/overview{view}").status_code for view in VIEWS} == {403}


def test_drop_outs_are_named_with_their_reason_and_can_be_taken_away(province: Guest) -> None:
    page = province.page("/overview/funnel", batch="1")
    file = province.get("/overview/funnel", batch="1", format="csv")

    assert "立项（含候补）" in page.text
    assert "得分未进入立项范围" in page.text
    assert file.headers["content-type"].startswith("text/csv")
    assert "得分未进入立项范围" in file.content.decode("utf-8-sig")


def test_the_drawn_timeline_has_a_mark_for_each_dated_line_of_the_table(province: Guest) -> None:
    answer = province.get("/overview/timeline", batch="2")
    page = province.page("/overview/timeline", batch="2")

    dated = [row for row in page.rows if len(row) == 7 and re.match(r"\d{4}-", row[1])]
    assert len(re.findall(r'<g class="(done|late|future)">', answer.text)) == len(dated) > 10
    assert 'class="now"' in answer.text


def test_money_is_shown_in_hands_and_the_slowest_pair_stands_first(province: Guest) -> None:
    money = province.page("/overview/money", batch="1", year="2022")
    pace = province.page("/overview/pace", batch="1", year="2023")

    assert "已到终点" in money.text
    shares = [int(cell.rstrip("%")) for row in pace.rows for cell in row if re.fullmatch(r"\d+%", cell)]
    assert shares == sorted(shares)


def test_the_engines_runs_are_linked_for_those_who_watch_it(visits: Visiting, province: Guest) -> None:
    mine, other = (
        engine_links(province.page("/overview")),
        engine_links(visits.as_(CITY_OFFICER).page("/overview")),
    )

    assert mine[0].startswith(f"{ENGINE}/runs?tag=")
    assert f"{ENGINE}/artifacts/key/application-late" in mine
    assert other == []


def test_a_batch_that_there_is_not_is_not_found(province: Guest) -> None:
    assert province.get("/overview", batch="7").status_code == 404
    assert province.get("/overview/next", batch="x").status_code == 404


def test_days_ahead_lead_to_the_steps_of_that_day(province: Guest) -> None:
    page = province.page("/overview/next")

    label, path = next((label, path) for label, path in page.links if "from=" in path)
    row = next(row for row in page.rows if label in row[-1])
    assert steps_listed(province, path) == int(row[2])


def test_a_filter_that_is_no_day_is_refused(province: Guest) -> None:
    assert province.get("/todo/below", until="tomorrow").status_code == 400
