"""All pairs of a scope and one pair's page: who sees which, what stands there, what leaks to nobody."""

import pytest

from tests.console.web.visiting import Visiting, read_page, visiting
from tests.factory import PROVINCE, SHENZHEN
from tests.tasks.scenes import (
    CITY,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_COUNTY,
    OTHER_PAIR,
    SENDERS,
)
from tests.tasks.working import day, enter_month, name_trainees, pay, working_bench


@pytest.fixture
def visited(sqlite_url: str) -> Visiting:
    bench = working_bench(sqlite_url)
    pay(bench, "C", COUNTY_PAIR)
    name_trainees(bench)
    enter_month(bench, day(1, "2022-06-01"), day(2, "2022-06-01", 1))
    return visiting(bench)


def test_everybody_sees_the_pairs_of_their_scope(visited: Visiting) -> None:
    scopes = {
        PROVINCE: {CITY_PAIR, COUNTY_PAIR, OTHER_PAIR},
        SHENZHEN: {CITY_PAIR, COUNTY_PAIR, OTHER_PAIR},
        CITY: {CITY_PAIR, COUNTY_PAIR},
        COUNTY: {COUNTY_PAIR},
        OTHER_COUNTY: {OTHER_PAIR},
        COUNTY_CASE: {COUNTY_PAIR},
        SENDERS[2]: {CITY_PAIR},
    }

    for office, scope in scopes.items():
        guest = visited.as_(f"{office}.officer")
        answers = {key: guest.get(f"/pair/{key}").status_code for key in scopes[PROVINCE]}
        assert {row[0] for row in guest.page("/pairs").rows[1:]} == scope
        assert {key for key, status in answers.items() if status == 200} == scope


def test_days_money_and_late_steps_stand_in_the_year_they_belong_to(visited: Visiting) -> None:
    guest = visited.as_(f"{PROVINCE}.officer")

    rows = {row[0]: row[8:] for row in guest.page("/pairs", year="2022").rows}

    assert rows[COUNTY_PAIR] == ["1.5", "0", "0", "10,000", ""]
    assert rows[CITY_PAIR] == ["0", "0", "0", "0", "1"]


def test_a_sender_sees_no_money_of_the_recipients(visited: Visiting) -> None:
    sender = visited.as_(f"{SENDERS[0]}.officer")

    page = sender.page(f"/pair/{COUNTY_PAIR}")

    assert "10,000" not in page.text
    assert not any("推选单位补助受援机构" in cell for row in page.rows for cell in row)


def test_the_pair_says_who_is_responsible_and_why(visited: Visiting) -> None:
    guest = visited.as_(f"{PROVINCE}.officer")

    by_city, by_county = guest.page(f"/pair/{CITY_PAIR}").text, guest.page(f"/pair/{COUNTY_PAIR}").text

    assert "县级的职责都由市级民政部门承担" in by_city
    assert "本地实施、生活保障与受援补助由它负责" in by_county


def test_a_foreign_pair_and_an_absent_one_look_the_same(visited: Visiting) -> None:
    guest = visited.as_(f"{OTHER_COUNTY}.officer")

    foreign, absent = guest.get(f"/pair/{COUNTY_PAIR}"), guest.get("/pair/P1-430100-77")

    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert read_page(foreign).text.replace(COUNTY_PAIR, "") == read_page(absent).text.replace(
        "P1-430100-77", ""
    )


def test_the_table_is_exported_with_its_filter(visited: Visiting) -> None:
    guest = visited.as_(f"{PROVINCE}.officer")

    answer = guest.get("/pairs", format="csv", **{"f.city": "湘潭市"})

    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert (len(lines), OTHER_PAIR in lines[1]) == (2, True)


def test_only_the_province_is_offered_to_end_or_replace_a_pair(visited: Visiting) -> None:
    province = visited.as_(f"{PROVINCE}.officer").page(f"/pair/{COUNTY_PAIR}").text
    county = visited.as_(f"{COUNTY}.officer").page(f"/pair/{COUNTY_PAIR}").text

    assert ("终止结对" in province, "更换结对机构" in province) == (True, True)
    assert ("终止结对" in county, "更换结对机构" in county) == (False, False)


def test_a_batch_shows_what_the_viewer_may_count(visited: Visiting) -> None:
    province = visited.as_(f"{PROVINCE}.officer").page("/batch/1")
    county = visited.as_(f"{COUNTY}.officer").page("/batch/1")

    assert ["实施中", "3"] in province.rows
    assert ["实施中", "1"] in county.rows
    assert ("批次办结归档" in province.text, "批次办结归档" in county.text) == (True, False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"batch": "2"}, set[str]()),
        ({"batch": "1"}, {CITY_PAIR, COUNTY_PAIR, OTHER_PAIR}),
        ({"city": "430300"}, {OTHER_PAIR}),
        ({"city": "430100", "state": "effective"}, {CITY_PAIR, COUNTY_PAIR}),
    ],
)
def test_a_plain_link_narrows_the_list_and_its_export(
    visited: Visiting, query: dict[str, str], expected: set[str]
) -> None:
    guest = visited.as_(f"{PROVINCE}.officer")

    shown = {row[0] for row in guest.page("/pairs", **query).rows if row and row[0].startswith("P1-")}
    exported = guest.get("/pairs", **query, format="csv").text.splitlines()[1:]

    assert shown == expected
    assert {line.partition(",")[0] for line in exported} == expected
