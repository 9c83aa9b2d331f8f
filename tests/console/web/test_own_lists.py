"""Whose to-do list a page shows: one's own by duty, the office's marked as such, others' with a box to urge them."""

import pytest

from tests.console.web.visiting import Visiting, visiting
from tests.factory import PROVINCE
from tests.tasks.scenes import CITY, COUNTY
from tests.tasks.working import working_bench


@pytest.fixture
def house(sqlite_url: str) -> Visiting:
    """Three effective pairs, nothing paid yet: the province's finance person owes the transfers of leg A."""
    return visiting(working_bench(sqlite_url))


def test_finance_and_officer_of_one_office_see_their_own(house: Visiting) -> None:
    finance, officer = (house.as_(f"{PROVINCE}.{duty}").page("/todo") for duty in ("finance", "officer"))
    office = house.as_(f"{PROVINCE}.officer").page("/todo", office=1)

    counted = [sum("/step/S14" in path for _label, path in page.links) for page in (finance, officer, office)]
    assert counted == [2, 0, 2]
    assert "本单位待办" in {label for label, _path in officer.links}


def test_whose_duty_nothing_is_asked_of_sees_the_offices_list_marked_so(house: Visiting) -> None:
    page = house.as_(f"{CITY}.leader").page("/todo")

    assert page.title.startswith("本单位待办")
    assert "方案没有专门由您的岗位办理的事项" in page.text


def test_finance_of_a_county_sees_the_money_and_the_way_to_the_offices_list(house: Visiting) -> None:
    finance = house.as_(f"{COUNTY}.finance")
    page, office = finance.page("/todo"), finance.page("/todo", office=1)
    tracked = [path for _label, path in page.links if path.startswith("/step/")]

    assert page.title.startswith("我的待办")
    assert "财务岗位办理的资金事项" in page.text
    assert tracked
    assert all(path.startswith("/step/S16") for path in tracked)
    assert page.link("本单位待办") == "/todo?office=1"
    assert office.title.startswith("本单位待办")


def test_an_empty_list_of_money_says_where_the_rest_is(house: Visiting) -> None:
    page = house.as_("430400-mz.finance").page("/todo")

    assert "没有待办的资金事项" in page.text
    assert [path for label, path in page.links if label in ("资金", "本单位待办")][-2:] == [
        "/money",
        "/todo?office=1",
    ]


def test_where_all_is_for_officers_there_is_one_list(house: Visiting) -> None:
    page = house.as_(f"{COUNTY}.officer").page("/todo")

    assert page.title.startswith("我的待办")
    assert "本单位待办" not in page.text


def test_only_those_below_can_be_chosen_to_be_urged(house: Visiting) -> None:
    county = house.as_(f"{COUNTY}.officer").page("/todo/below")
    city = house.as_(f"{CITY}.officer").page("/todo/below")

    # A county sees the city's and the province's steps of its pair, and stands above its institution only.
    assert {key.partition(":")[0] for key in county.form("/bulk").options["key"]} == {"S18"}
    assert {key.partition(":")[0] for key in city.form("/bulk").options["key"]} == {"S16", "S18"}
    assert any("/step/S14" in path for _label, path in city.links)
