"""One act for many rows: a line each, blanks as the line above says, each its own transaction, once however often."""

import re
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from models.application import Submission
from models.disbursement import Voucher
from models.fieldwork import MonthlyReturn
from models.pairing import Pair
from tests.console.web.visiting import Guest, read_page, visiting
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import opened_bench
from tests.tasks.scenes import (
    CITY_PAIR,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_PAIR,
    SENDERS,
    events,
    row_of,
    rows,
)
from tests.tasks.working import day, enter_month, name_of_code, name_trainees, working_bench

CITIES = ("430100", "430200", "430300")
ARRIVAL = "application.record_arrival"
COUNTED = "application.register_originals"
ENTER = "disbursement.enter_payment"


@pytest.fixture
def posted(sqlite_url: str) -> Bench:
    """Three cities have posted their originals."""
    bench = opened_bench(sqlite_url)
    with bench.work() as work:
        work.session.connection().execute(
            text("UPDATE submission SET state = 'posted', posted_on = '2022-02-28'")
        )
    return bench


@pytest.fixture
def officer(posted: Bench) -> Guest:
    """The province's officer."""
    return visiting(posted).as_(f"{PROVINCE}.officer")


def opened(guest: Guest, act: str, *keys: str, parameters: str = "batch,city", **given: Any) -> Any:
    return guest.page("/bulk", act=f"{act}:{parameters}", key=list(keys), back="/submissions", **given).form(
        "/bulk"
    )


def arrivals(bench: Bench) -> dict[str, date | None]:
    return {one.city: one.arrived_on for one in rows(bench, Submission) if one.city in CITIES}


def test_parcels_of_many_cities_are_registered_on_one_form(posted: Bench, officer: Guest) -> None:
    table = officer.page("/submissions", batch=1).form("/bulk")
    keys = [f"1,{city}" for city in CITIES]

    chosen = read_page(officer.send(table, act=f"{ARRIVAL}:batch,city", key=keys))
    answer = officer.send(chosen.form("/bulk"), row__1__arrived_on="2022-03-01", arrived_on="2022-02-28")

    assert set(keys) <= set(table.options["key"])
    assert "长沙市" in chosen.text
    assert read_page(answer).text.count("✓ 已办理") == len(CITIES)
    assert arrivals(posted) == {
        "430100": date(2022, 2, 28),
        "430200": date(2022, 3, 1),
        "430300": date(2022, 2, 28),
    }


def test_a_refused_row_says_why_stands_below_as_typed_and_keeps_nobody_else_back(
    posted: Bench, officer: Guest
) -> None:
    form = opened(officer, ARRIVAL, "1,430100", "1,430200")

    page = read_page(officer.send(form, arrived_on="2022-03-01", row__0__arrived_on="2022-02-01"))
    again = page.form("/bulk")
    mended = officer.send(again, arrived_on="2022-03-01")

    assert page.text.count("✓ 已办理") == 1
    assert "▲ 未予办理" in page.text
    assert dict(again.values)["arrived_on"] == "2022-02-01"
    assert again.filled()["key"] == "1,430100"
    assert "✓ 已办理" in read_page(mended).text
    assert {city: arrivals(posted)[city] for city in CITIES[:2]} == dict.fromkeys(
        CITIES[:2], date(2022, 3, 1)
    )


def test_a_form_posted_twice_acts_once_per_row(posted: Bench, officer: Guest) -> None:
    form = opened(officer, ARRIVAL, "1,430100", "1,430200")

    first, second = (officer.send(form, arrived_on="2022-03-01") for _ in range(2))

    assert [read_page(one).text.count("✓ 已办理") for one in (first, second)] == [2, 2]
    assert len(events(posted, ARRIVAL)) == 2


def test_what_cannot_be_read_comes_back_at_its_cell_and_nothing_is_done(
    posted: Bench, officer: Guest
) -> None:
    form = opened(officer, ARRIVAL, "1,430100", "1,430200")

    answer = officer.send(form, arrived_on="2022-03-01", row__1__arrived_on="三月一日")

    page = read_page(answer)
    assert answer.status_code == 400
    assert dict(page.form("/bulk").values)["row.1.arrived_on"] == "三月一日"
    assert 'id="row.1.arrived_on-error"' in answer.text
    assert 'id="row.0.arrived_on-error"' not in answer.text
    assert events(posted, ARRIVAL) == []


def test_a_field_that_is_missing_everywhere_is_asked_for_above(officer: Guest) -> None:
    form = opened(officer, COUNTED, "1,430100", "1,430200")

    answer = officer.send(form, copies="")

    assert answer.status_code == 400
    assert re.findall(r'id="([\w.]+)-error"', answer.text) == ["copies"]


def test_what_is_the_same_in_all_rows_stands_above_and_what_differs_in_its_row(sqlite_url: str) -> None:
    guest = visiting(working_bench(sqlite_url)).as_("430000-mz.finance")
    keys = [f"A,2022,{CITY_PAIR}", f"A,2022,{OTHER_PAIR}"]

    values = dict(opened(guest, ENTER, *keys, parameters="leg,year,pairs").values)

    assert (values["paid_on"], values["row.0.paid_on"]) == ("2022-06-20", "")
    assert (values["account_name"], values["row.0.account_name"], values["row.1.account_name"]) == (
        "",
        "长沙市民政局",
        "湘潭市民政局",
    )


def test_transfers_of_many_pairs_are_entered_by_the_maker_at_once(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    guest = visiting(bench).as_("430000-mz.finance")
    keys = [f"A,2022,{CITY_PAIR}", f"A,2022,{COUNTY_PAIR}"]
    form = opened(guest, ENTER, *keys, parameters="leg,year,pairs")

    answer = guest.send(form, row__0__number="A-1", row__1__number="A-2", source="lottery")

    assert dict(form.values)["paid_on"] == "2022-06-20"
    assert dict(form.values)["account_name"] == "长沙市民政局"
    assert read_page(answer).text.count("✓ 已办理") == 2
    assert [one.number for one in rows(bench, Voucher)] == ["A-1", "A-2"]


def test_months_that_wait_are_confirmed_together(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, at="2022-08-01T10:00")
    name_trainees(bench)
    for month in ("2022-06", "2022-07"):
        enter_month(bench, day(1, f"{month}-21"), month=month)
    guest = visiting(bench).as_(f"{row_of(bench, Pair, COUNTY_PAIR).sender}.officer")

    page = guest.page(guest.page("/todo").link("一并确认各月"))
    guest.send(page.form("/bulk"))

    assert {one.state for one in rows(bench, MonthlyReturn)} == {"confirmed"}


def test_those_who_are_late_are_urged_together(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    guest = visiting(bench).as_("430100-mz.officer")
    table = guest.page("/todo/below").form("/bulk")

    chosen = read_page(guest.send(table, act="deadlines.remind_now:step", key=table.options["key"][:2]))
    guest.send(chosen.form("/bulk"), note="请尽快（示例）", row__1__note="只差贵单位（示例）")

    assert [facts["note"] for _, _, facts in events(bench, "deadlines.remind_now")] == [
        "请尽快（示例）",
        "只差贵单位（示例）",
    ]


def test_rows_of_another_shape_are_left_out_and_said_so(officer: Guest) -> None:
    page = officer.page("/bulk", act=f"{ARRIVAL}:batch,city", key=["1,430100", "whatever"])

    assert "另有 1 项现在不能这样办理" in page.text
    assert officer.get("/bulk", act=f"{ARRIVAL}:batch,city", key=["whatever"]).status_code == 400


def test_foreign_objects_are_neither_named_nor_acted_on(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    guest = visiting(bench).as_(f"{COUNTY_CASE}.officer")

    page = guest.page("/bulk", act="fieldwork.confirm_month:pair,month", key=[f"{CITY_PAIR},2022-06"])
    answer = read_page(guest.send(page.form("/bulk")))

    assert CITY_PAIR in page.text
    assert not any(name_of_code(bench, one) in page.text + answer.text for one in SENDERS)
    assert "未予办理" in answer.text
