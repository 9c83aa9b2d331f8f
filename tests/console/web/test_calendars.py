"""One's deadlines as a calendar: signed in or by an address that is signed, and gone when it is given up."""

import re
from datetime import date

import pytest
from icalendar import Calendar
from sqlalchemy import text

from tests.console.web.visiting import Browser, browse
from tests.factory import Bench
from tests.tasks.scenes import CITY, COUNTY, COUNTY_PAIR, step_keys
from tests.tasks.working import pay, working_bench


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return working_bench(sqlite_url)


def feed_of(browser: Browser) -> str:
    """Asks for an address and reads it off the page."""
    browser.post_form("/calendar")
    found = re.search(r'value="(http://[^"]+\.ics)"', browser.get("/calendar").text)
    assert found is not None
    return found[1]


def events_of(body: bytes) -> dict[str, tuple[date, str]]:
    return {
        str(one["uid"]): (one.decoded("dtstart"), str(one["status"]))
        for one in Calendar.from_ical(body).walk("VEVENT")
    }


def test_deadlines_are_all_day_events_with_lasting_names(bench: Bench) -> None:
    answer = browse(bench, COUNTY).get("/todo.ics")

    assert answer.headers["content-type"].startswith("text/calendar")
    assert events_of(answer.content)[f"S16:{COUNTY_PAIR}:2022@qianshou"] == (date(2022, 7, 4), "CONFIRMED")


def test_what_is_settled_leaves_the_calendar(bench: Bench) -> None:
    browser = browse(bench, COUNTY)

    before = events_of(browser.get("/todo.ics").content)
    pay(bench, "C", COUNTY_PAIR)
    after = events_of(browser.get("/todo.ics").content)

    assert before.keys() - after.keys() == {f"S16:{COUNTY_PAIR}:2022@qianshou"}


def test_an_address_needs_no_sign_in_and_shows_its_own_office_only(bench: Bench) -> None:
    address = feed_of(browse(bench, COUNTY))

    anybody = browse(bench, "").get(address)

    assert anybody.status_code == 200
    assert set(events_of(anybody.content)) == {
        f"{key}@qianshou" for key in step_keys(bench, "%") if key in (f"S16:{COUNTY_PAIR}:2022",)
    }


def test_a_new_address_ends_the_old_one(bench: Bench) -> None:
    browser = browse(bench, COUNTY)
    old = feed_of(browser)

    new = feed_of(browser)

    assert old != new
    assert [browse(bench, "").get(one).status_code for one in (old, new)] == [404, 200]


def test_an_address_that_was_not_signed_here_opens_nothing(bench: Bench) -> None:
    address = feed_of(browse(bench, CITY))

    forged = address.replace("/calendar/", "/calendar/x")

    assert browse(bench, "").get(forged).status_code == 404


def test_whoever_leaves_the_office_has_no_calendar_of_it(bench: Bench) -> None:
    address = feed_of(browse(bench, COUNTY))
    bench.act(
        "organisation.end_duty",
        COUNTY,
        person=f"{COUNTY}.officer",
        duty="officer",
        last_day=date(2022, 6, 20),
    )

    bench.at("2022-06-21T09:00")

    assert browse(bench, "").get(address).status_code == 404


def test_a_provisional_date_is_tentative(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    with bench.work() as work:
        work.session.connection().execute(text("UPDATE step SET provisional = true"))

    statuses = {status for _, status in events_of(browse(bench, COUNTY).get("/todo.ics").content).values()}

    assert statuses == {"TENTATIVE"}
