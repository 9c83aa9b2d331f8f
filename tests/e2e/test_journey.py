"""One pair's first money and first month in the browser: each of its people does their part, the clock goes on."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from models.clock import FileClock
from models.disbursement import Voucher
from models.fieldwork import MonthlyReturn
from models.messages import say
from tasks.clockwork import days_until, goal_named
from tasks.work import House
from tests.console.web.visiting import sample
from tests.e2e.browser import listening, seat
from tests.factory import Bench
from tests.tasks.scenes import COUNTY, COUNTY_CASE, COUNTY_PAIR, SENDERS, row_of, rows
from tests.tasks.working import name_of_code, people, working_bench

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
SENDER = SENDERS[0]


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Bench:
    """Three pairs in June of their first year, as a demonstration whose clock stands in a file."""
    made = sample(working_bench(sqlite_url))
    file = tmp_path / "clock"
    file.write_text(made.clock.now().isoformat())
    return Bench(replace(made.house, clock=FileClock(file)), made.clock)


@pytest.fixture
def base(browser: Browser, bench: Bench) -> Iterator[str]:
    def advance(goal: str) -> Mapping[str, object]:
        return {say("web.advanced.days"): len(list(days_until(bench.house, goal_named(bench.house, goal))))}

    with listening(bench, advance=advance) as address:
        yield address


class Journey:
    """The people of one pair before their browsers."""

    def __init__(self, browser: Browser, base: str, bench: Bench) -> None:
        self.browser, self.base, self.bench = browser, base, bench
        self.pictures = 0

    def do(self, person: str, act: str, given: Mapping[str, str], **fields: str) -> None:
        """Somebody opens an act's form from an object, fills it in, and is told that it was done."""
        with seat(self.browser, self.base, self.bench, person) as sitting:
            query = urlencode({**given, "fixed": ",".join(given), "back": "/todo"})
            sitting.open(f"/act/{act}?{query}")
            for name, value in fields.items():
                control = sitting.page.locator(f'[name="{name.replace("__", ".")}"]').first
                kind = control.evaluate("(one) => one.type === 'checkbox' ? 'tick' : one.localName")
                match kind:
                    case "select":
                        control.select_option(value)
                    case "tick":
                        sitting.page.locator(f'[name="{name}"][value="{value}"]').check()
                    case _:
                        control.fill(value)
            with sitting.page.expect_navigation():
                sitting.page.locator("main form[method=post] button.first").first.click()
            said = sitting.page.locator("main").inner_text()
            assert "已办理" in said, f"{act}: {said[:600]}"
            assert sitting.complaints == []
            self.picture(sitting.page, act)

    def picture(self, page: object, name: str) -> None:
        """Keeps what is seen, for the README, when it is asked for."""
        if os.environ.get("E2E_PICTURES") == "1":
            self.pictures += 1
            PICTURES.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=PICTURES / f"{self.pictures:02}-{name}.png")  # type: ignore[attr-defined]


def test_pair_is_paid_and_serves_its_first_month(browser: Browser, base: str, bench: Bench) -> None:
    journey = Journey(browser, base, bench)

    # The county's finance enters what it has paid, its officer approves: never the same person.
    journey.do(
        f"{COUNTY}.finance",
        "disbursement.enter_payment",
        {"leg": "C", "year": "2022"},
        pairs=COUNTY_PAIR,
        number="C-2022-001",
        paid_on="2022-06-20",
        account_name=name_of_code(bench, COUNTY_CASE),
        source="fiscal",
    )
    voucher = rows(bench, Voucher)[0].key
    journey.do(f"{COUNTY}.officer", "disbursement.approve_payment", {"voucher": voucher})
    journey.do(
        f"{COUNTY_CASE}.officer",
        "disbursement.confirm_receipt",
        {"voucher": voucher},
        received_on="2022-06-20",
    )
    assert row_of(bench, Voucher, voucher).state == "received"

    # The recipient names whom it sends to be trained, and enters a month; the sender confirms it.
    given = {"pair": COUNTY_PAIR, "year": "2022"}
    named = {
        f"people__{number}__{part}": str(value)
        for number, person in enumerate(people(1, 2, 3))
        for part, value in person.items()
        if isinstance(value, str) and value
    }
    journey.do(f"{COUNTY_CASE}.officer", "fieldwork.name_trainees", given, **named, plan="年度培养计划。")
    month = {"pair": COUNTY_PAIR, "month": "2022-06"}
    day = {f"day.2022-06-20.{COUNTY_PAIR}:2022:01": "2"}
    journey.do(f"{COUNTY_CASE}.officer", "fieldwork.enter_month", month, **day)
    journey.do(f"{SENDER}.officer", "fieldwork.confirm_month", month)
    assert [one.state for one in rows(bench, MonthlyReturn)] == ["confirmed"]


def test_clock_goes_on_by_a_button(browser: Browser, base: str, bench: Bench) -> None:
    before = clock_of(bench.house)

    with seat(browser, base, bench, f"{COUNTY}.officer") as sitting:
        sitting.open("/todo")
        sitting.press("到下一工作日")

        assert say("web.advanced.days") in sitting.page.locator("main").inner_text()
    assert clock_of(bench.house) > before


def clock_of(house: House) -> str:
    return house.clock.now().isoformat()
