"""The page of a step as counties and institutions see it: its matter by name, the act that comes next."""

import pytest

from models.pairing import Pair
from tests.console.web.visiting import Page, Visiting, visiting
from tests.tasks.applying import (
    CITY,
    COUNTY,
    COUNTY_RURAL,
    county_code,
    key_of,
    opened_bench,
    submitted,
)
from tests.tasks.scenes import COUNTY_PAIR, row_of, run_chores
from tests.tasks.working import day, enter, enter_month, name_trainees, working_bench

STEP = "/step/S03:1:430121"


@pytest.fixture
def visits(sqlite_url: str) -> Visiting:
    """A county to which an institution has applied."""
    bench = opened_bench(sqlite_url)
    submitted(bench, county_code(1))
    return visiting(bench)


def page_of(visits: Visiting, office: str = COUNTY) -> Page:
    return visits.as_(f"{office}.officer").page(STEP)


def test_county_is_led_to_its_applications_not_to_empty_forms(visits: Visiting) -> None:
    page = page_of(visits)

    assert page.link("逐件办理") == "/applications?batch=1"
    assert not [path for _, path in page.links if path.startswith("/act/application.")]


def test_step_names_its_object_and_who_acted(visits: Visiting) -> None:
    page = page_of(visits)

    assert ("长沙县", "/applications?batch=1") in page.links
    assert f"{county_code(1)}.officer" not in page.text
    assert "+08:00" not in page.text


def test_what_was_not_handed_over_cannot_be_taken_back(visits: Visiting) -> None:
    offered = [words for words, _ in page_of(visits).links]

    assert ("转办" in offered, "收回转办" in offered) == (True, False)


def test_city_above_sees_the_step_and_no_list_to_decide(visits: Visiting) -> None:
    page = page_of(visits, CITY)

    assert [words for words, _ in page.links if "逐件办理" in words] == []


def test_rural_office_owes_its_word_and_finds_where_to_give_it(visits: Visiting) -> None:
    rural, key = visits.as_(f"{COUNTY_RURAL}.officer"), key_of(county_code(1))

    before = rural.page("/todo")
    step = rural.page(before.link("对项目计划表示同意"))
    visits.bench.act("application.consent_plan", COUNTY_RURAL, application=key, opinion="同意（示例）")
    after = rural.page("/todo")

    assert before.link("对项目计划表示同意") == f"/step/S03C%3A{key}"
    assert key in step.link("同意项目计划")
    assert "对项目计划表示同意" not in after.text
    assert "对项目计划表示同意" not in visits.as_(f"{COUNTY}.officer").page("/todo").text


def test_county_sees_whose_word_its_application_waits_for(visits: Visiting) -> None:
    page = visits.as_(f"{COUNTY}.officer").page(f"/application/{key_of(county_code(1))}")

    assert "对项目计划表示同意" in page.text


def test_payment_step_offers_what_comes_next(sqlite_url: str) -> None:
    visits = visiting(working_bench(sqlite_url))
    officer = visits.as_(f"{COUNTY}.officer")
    step = f"/step/S16:{COUNTY_PAIR}:2022"

    def offered() -> list[str]:
        return [words for words, _ in officer.page(step).links if words in ("录入拨付凭证", "复核并拨付")]

    before = offered()
    voucher = enter(visits.bench, "C", COUNTY_PAIR)
    after = offered()

    assert (before, after) == (["录入拨付凭证"], ["复核并拨付"])
    assert officer.page(step).link("复核并拨付") == f"/voucher/{voucher.key}"


def test_sender_owes_its_word_on_an_entered_month(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    name_trainees(bench)
    bench.at("2022-07-01T09:00")
    run_chores(bench, "fieldwork")
    enter_month(bench, day(1, "2022-06-21"))
    visits, pair = visiting(bench), row_of(bench, Pair, COUNTY_PAIR)

    sender = visits.as_(f"{pair.sender}.officer")
    step = sender.page(sender.page("/todo").link("确认当月服务日"))
    recipient = visits.as_(f"{pair.recipient}.officer").page(f"/step/S19C:{COUNTY_PAIR}:2022-06")

    assert step.link("确认当月服务日").endswith("/month/2022-06")
    assert [words for words, _ in recipient.links if words == "确认当月服务日"] == []
