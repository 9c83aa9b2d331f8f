"""The page of a step as counties and institutions see it: its matter by name, the act that comes next."""

import pytest

from models.fieldwork import MonthlyReturn
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
from tests.tasks.scenes import COUNTY_PAIR, row_of
from tests.tasks.working import enter, working_bench

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


def test_rural_office_sees_what_waits_for_its_word(visits: Visiting) -> None:
    rural = visits.as_(f"{COUNTY_RURAL}.officer")

    before = rural.page("/todo")
    visits.bench.act(
        "application.consent_plan", COUNTY_RURAL, application=key_of(county_code(1)), opinion="同意（示例）"
    )
    after = rural.page("/todo")

    assert before.link("同意项目计划") == f"/application/{key_of(county_code(1))}"
    assert "等您单位" not in after.text
    assert "等您单位" not in visits.as_(f"{COUNTY}.officer").page("/todo").text


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


def test_sender_sees_the_month_that_waits_for_its_word(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    sender = visiting(bench).as_(f"{row_of(bench, Pair, COUNTY_PAIR).sender}.officer")
    with bench.work() as work:
        entered = MonthlyReturn(
            key=f"{COUNTY_PAIR}:2022-06",
            pair=COUNTY_PAIR,
            year=2022,
            month="2022-06",
            half_days=8,
            entered_at=work.now,
        )
        work.session.add(entered)

    page = sender.page("/todo")

    assert page.link("2022-06").endswith("/month/2022-06")
