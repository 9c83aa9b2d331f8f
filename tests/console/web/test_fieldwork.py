"""The pages of people and days: the board, a pair's year, a month's grid with its confirmation, a city's quarter."""

from datetime import date
from typing import Any

import pytest

from models.fieldwork import (
    Activity,
    Incident,
    MonthlyReturn,
    PaceAlert,
    ServiceDay,
    Tracking,
    Trainee,
    Visit,
)
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.tasks.scenes import (
    CITY,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_CASE,
    OTHER_PAIR,
    SENDERS,
    events,
    row_of,
    rows,
)
from tests.tasks.working import OTHER_CITY, day, enter_month, name_trainees, resident_number, working_bench

YEAR = f"/fieldwork/{COUNTY_PAIR}:2022"
MONTH = f"{YEAR}/month/2022-06"
FIRST, SECOND, THIRD = (f"{COUNTY_PAIR}:2022:{number:02d}" for number in (1, 2, 3))
WORKDAYS_OF_JUNE = 21
"""From the first to the thirtieth, without the Dragon Boat holiday on the third."""


@pytest.fixture
def house(sqlite_url: str) -> Visiting:
    """The county's pair with its three trainees, on the first of July."""
    bench = working_bench(sqlite_url)
    name_trainees(bench)
    return visiting(bench.at("2022-07-01T09:00"))


def typed(**fields: Any) -> dict[str, Any]:
    """What somebody types, by the names of the inputs."""
    return fields


def recipient(house: Visiting) -> Guest:
    """The recipient's officer."""
    return house.as_(f"{COUNTY_CASE}.officer")


def sender(house: Visiting) -> Guest:
    """The sender's officer."""
    return house.as_(f"{SENDERS[0]}.officer")


def test_the_board_counts_people_and_days(house: Visiting) -> None:
    enter_month(house.bench, day(1, "2022-06-21"), day(2, "2022-06-21", 1))
    page = house.as_("430000-mz.officer").page("/fieldwork")

    row = next(row for row in page.rows if row and row[0] == COUNTY_PAIR)

    assert (row[4], row[5], row[6], row[9]) == ("3", "0", "1.5", "6◆")


def test_the_board_shows_no_foreign_pairs(house: Visiting) -> None:
    assert COUNTY_PAIR not in house.as_(f"{OTHER_CITY}.officer").page("/fieldwork").text
    assert OTHER_PAIR not in sender(house).page("/fieldwork").text


def test_a_year_names_people_and_never_their_numbers(house: Visiting) -> None:
    trainee = rows(house.bench, Trainee)[0]

    page = recipient(house).page(YEAR)

    assert trainee.name in page.text
    assert trainee.id_masked not in page.text
    assert trainee.id_masked[:6] not in page.text


def test_the_year_of_others_does_not_exist(house: Visiting) -> None:
    for person in (f"{OTHER_CITY}.officer", f"{SENDERS[1]}.officer"):
        assert house.as_(person).get(YEAR).status_code == 404
        assert house.as_(person).get(MONTH).status_code == 404
    assert recipient(house).get(f"/fieldwork/{COUNTY_PAIR}:2031").status_code == 400


def test_a_month_is_entered_as_a_grid_and_confirmed(house: Visiting) -> None:
    fields: dict[str, Any] = {
        f"day.2022-06-21.{FIRST}": "2",
        f"day.2022-06-21.{SECOND}": "1",
        "kind.2022-06-21": "supervision",
        "activities.0.indicator": "trainings",
        "activities.0.day": "2022-06-21",
        "activities.0.amount": "2",
        "visits.0.began_on": "2022-06-20",
        "visits.0.ended_on": "2022-06-22",
        "visits.0.people": "2",
        "visits.0.kind": "training",
    }
    answer = recipient(house).fill(MONTH, action=MONTH, **fields)
    assert answer.status_code == 303, read_page(answer).text

    entered = {(one.trainee, one.half_days, one.kind) for one in rows(house.bench, ServiceDay)}
    assert entered == {(FIRST, 2, "supervision"), (SECOND, 1, "supervision")}
    assert [one.amount for one in rows(house.bench, Activity)] == [2]
    assert [one.people for one in rows(house.bench, Visit)] == [2]
    assert sender(house).fill(MONTH, action="/act/fieldwork.confirm_month").status_code == 303
    assert row_of(house.bench, MonthlyReturn, f"{COUNTY_PAIR}:2022-06").state == "confirmed"
    assert "已确认 合计 1.5 日" in sender(house).page(MONTH).text.replace("　", " ")


def test_working_days_can_be_filled_in_one_go(house: Visiting) -> None:
    form = recipient(house).page(MONTH, fill="workdays").form(MONTH)

    filled = [name for name, value in form.values if name.startswith("day.") and value == "2"]

    assert len(filled) == 3 * WORKDAYS_OF_JUNE
    assert not [name for name in filled if name.startswith("day.2022-06-03.")]


def test_a_refused_month_comes_back_as_it_was_typed(house: Visiting) -> None:
    answer = recipient(house).fill(
        MONTH,
        action=MONTH,
        **typed(
            **{f"day.2022-06-25.{FIRST}": "2", f"day.2022-06-21.{SECOND}": "1", "activities.0.note": "三场"}
        ),
    )
    page = read_page(answer)
    again = dict(page.form(MONTH).values)

    assert answer.status_code == 400
    assert (again[f"day.2022-06-25.{FIRST}"], again[f"day.2022-06-21.{SECOND}"]) == ("2", "1")
    assert again["activities.0.note"] == "三场"
    assert rows(house.bench, MonthlyReturn) == []


def test_a_weekend_needs_a_note(house: Visiting) -> None:
    weekend: dict[str, Any] = {f"day.2022-06-25.{FIRST}": "2"}
    refused = recipient(house).fill(MONTH, action=MONTH, **weekend)
    assert refused.status_code == 409
    assert "2022-06-25" in read_page(refused).text

    noted = recipient(house).fill(
        MONTH, action=MONTH, **weekend, **typed(**{"note.2022-06-25": "周末集中培训"})
    )

    assert noted.status_code == 303
    assert [one.note for one in rows(house.bench, ServiceDay)] == ["周末集中培训"]


def test_a_disputed_month_is_entered_again_from_what_stood_there(house: Visiting) -> None:
    enter_month(house.bench, day(1, "2022-06-21"))
    assert (
        sender(house).fill(MONTH, action="/act/fieldwork.dispute_month", reason="多记半日").status_code == 303
    )

    page = recipient(house).page(MONTH)
    assert "多记半日" in page.text
    assert dict(page.form(MONTH).values)[f"day.2022-06-21.{FIRST}"] == "2"
    recipient(house).fill(MONTH, action=MONTH, **typed(**{f"day.2022-06-21.{FIRST}": "1"}))

    assert row_of(house.bench, MonthlyReturn, f"{COUNTY_PAIR}:2022-06").half_days == 1


def test_posting_a_month_twice_enters_it_once(house: Visiting) -> None:
    form = recipient(house).page(MONTH).form(MONTH)
    for _ in range(2):
        answer = recipient(house).send(form, **typed(**{f"day.2022-06-21.{FIRST}": "2"}))
        assert answer.status_code == 303

    assert len(rows(house.bench, MonthlyReturn)) == 1


def test_only_the_recipient_gets_the_grid_and_only_the_sender_the_confirmation(house: Visiting) -> None:
    enter_month(house.bench, day(1, "2022-06-21"))
    officer = house.as_(f"{COUNTY}.officer")

    actions = {form.action for form in officer.page(MONTH).forms} | {
        form.action for form in recipient(house).page(MONTH).forms
    }

    assert not actions & {MONTH, "/act/fieldwork.confirm_month", "/act/fieldwork.dispute_month"}
    assert officer.post(MONTH).status_code in (403, 404)


def test_trainees_are_named_in_the_browser(house: Visiting) -> None:
    guest = house.as_(f"{SENDERS[1]}.officer")
    assert "确定受训人才" not in [label for label, _ in guest.page(f"/fieldwork/{OTHER_PAIR}:2022").links]
    other = house.as_(f"{OTHER_CASE}.officer")

    link = other.page(f"/fieldwork/{OTHER_PAIR}:2022").link("确定受训人才与年度计划")
    people: dict[str, Any] = {
        f"people.{number}.{name}": value
        for number in range(3)
        for name, value in (("name", f"受训{number}"), ("id_number", resident_number(900 + number)))
    }
    answer = other.fill(link, plan="每月两次督导", **people)

    assert answer.status_code == 303, read_page(answer).text
    assert "每月两次督导" in other.page(f"/fieldwork/{OTHER_PAIR}:2022").text


def test_somebody_else_takes_a_trainees_place(house: Visiting) -> None:
    answer = recipient(house).fill(
        recipient(house).page(YEAR).link("更换"), reason="离职", name="接替人", id_number=resident_number(950)
    )

    assert answer.status_code == 303, read_page(answer).text
    assert "离职" in recipient(house).page(YEAR).text
    assert "接替人" in recipient(house).page(YEAR).text


def test_a_quarter_without_a_visit_is_warned_of(house: Visiting) -> None:
    assert "2022Q2 没有资深社会工作者来访的记录" in recipient(house).page(YEAR).text


def test_an_alert_is_answered_and_an_incident_reported(house: Visiting) -> None:
    with house.bench.work() as work:
        work.session.add(
            PaceAlert(
                key=f"{COUNTY_PAIR}:2022:2022-06-20",
                pair=COUNTY_PAIR,
                year=2022,
                raised_on=date(2022, 6, 20),
                forecast_half_days=100,
                trainees=3,
            )
        )
    guest = sender(house)
    assert "按目前进度全年约 0.0 个，不足 120 个" in guest.page(YEAR).text
    guest.fill(guest.page(YEAR).link("说明进度预警"), measures="七月起每周两次")
    guest.fill(guest.page(YEAR).link("报告停工等情况"), reason="疫情封控", days_lost="3")

    assert "七月起每周两次" in guest.page(YEAR).text
    assert "按目前进度全年约" not in guest.page(YEAR).text
    assert [one.days_lost for one in rows(house.bench, Incident)] == [3]


def test_a_city_writes_its_tracking_beside_the_figures(house: Visiting) -> None:
    enter_month(house.bench, day(1, "2022-06-21"))
    officer = house.as_(f"{CITY}.officer")
    path = "/tracking/430100:2022Q2"

    assert any(row[:1] == [COUNTY_PAIR] and row[3] == "1" for row in officer.page(path).rows)
    officer.fill(path, action="/act/fieldwork.record_tracking", findings="走访两家")

    assert [one.findings for one in rows(house.bench, Tracking)] == ["走访两家"]
    kept = events(house.bench, "fieldwork.record_tracking")[0][2]["advice"]
    assert [text[: len(f"结对 {CITY_PAIR}")] for text in kept] == [f"结对 {CITY_PAIR}", f"结对 {COUNTY_PAIR}"]
    assert all(text in officer.page(path).text for text in kept)
    assert "走访两家" in house.as_("430000-mz.officer").page(path).text


@pytest.mark.parametrize("person", [f"{OTHER_CITY}.officer", f"{COUNTY}.officer", f"{SENDERS[0]}.officer"])
def test_tracking_of_another_city_does_not_exist(house: Visiting, person: str) -> None:
    assert house.as_(person).get("/tracking/430100:2022Q2").status_code == 404
