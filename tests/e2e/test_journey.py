"""One pair's whole way through the programme, each step on its page and by the person whose it is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from models.opening import Batch
from tasks.queries.audit import verify_audit
from tasks.queries.checks import check
from tests.e2e import steps_of_choosing as choosing
from tests.e2e import steps_of_serving as serving
from tests.e2e.play import Play, play
from tests.e2e.steps_of_choosing import (
    BUREAU,
    CITY_OFFICER,
    COUNTY_OFFICER,
    FINANCE,
    OFFICER,
    RECIPIENT,
    SENDER,
    reviewer,
)
from tests.tasks.scenes import row_of

NEXT_BATCH = "S01"
"""What the province owes from the first day on, last in its list: the dates of the second batch, by 2024-02-29."""


@pytest.fixture(scope="module")
def journey(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    home = tmp_path_factory.mktemp("journey")
    with play(browser, f"sqlite:///{home / 'qianshou.sqlite'}", home / "clock", "2022-02-25T08:00") as begun:
        yield begun


def test_province_announces_and_the_clock_opens_every_city(journey: Play) -> None:
    with journey.act("opening"):
        choosing.announce(journey)

        now = journey.press_clock("到下一工作日")

        assert now.startswith("2022-02-28T09:00")
        assert journey.owes(CITY_OFFICER) == ["S04", "S05"]


def test_institution_applies_and_its_county_recommends(journey: Play) -> None:
    with journey.act("application"):
        choosing.register_institution(journey)
        choosing.apply(journey)
        assert journey.owes(COUNTY_OFFICER) == ["S03"]

        choosing.consent(journey)
        choosing.recommend(journey)

        assert (journey.owes(COUNTY_OFFICER), journey.owes(RECIPIENT)) == ([], [])


def test_city_sends_its_list_and_the_province_registers_it(journey: Play) -> None:
    with journey.act("submission"):
        choosing.send_list(journey)
        assert (journey.owes(CITY_OFFICER), journey.owes(OFFICER)) == ([], ["S08", NEXT_BATCH])

        choosing.register_originals(journey)

        assert journey.owes(OFFICER) == [NEXT_BATCH]


def test_panel_scores_and_the_province_decides(journey: Play) -> None:
    with journey.act("review"):
        choosing.form_panel(journey)
        journey.until("2022-03-15")
        choosing.close_other_cities(journey)
        journey.until("2022-03-16")
        assert journey.owes(reviewer(1)) == ["S09"]

        choosing.review(journey)
        choosing.decide(journey)

        assert (journey.owes(OFFICER), journey.owes(BUREAU)) == ([NEXT_BATCH], ["S11"])


def test_two_offices_confirm_one_pair(journey: Play) -> None:
    with journey.act("pairing"):
        choosing.close_roster(journey)
        journey.until("2022-03-17")
        assert journey.owes(OFFICER) == ["S12", NEXT_BATCH]

        choosing.confirm_list(journey)

        parties = (CITY_OFFICER, COUNTY_OFFICER, SENDER, RECIPIENT)
        assert [journey.owes(one) for one in parties] == [["S13"]] * len(parties)


def test_four_parties_sign(journey: Play) -> None:
    with journey.act("agreement"):
        choosing.sign(journey)

        assert (journey.owes(FINANCE), journey.owes(COUNTY_OFFICER)) == (["S14"], ["S16"])


def test_money_goes_three_ways(journey: Play) -> None:
    with journey.act("money"):
        serving.pay_leg_a(journey)
        assert journey.owes(CITY_OFFICER) == ["S15"]

        serving.pay_leg_b(journey)
        serving.pay_leg_c(journey)

        assert (journey.owes(SENDER), journey.owes(RECIPIENT)) == ([], ["S18"])


def test_people_are_named_and_months_are_confirmed(journey: Play) -> None:
    with journey.act("fieldwork"):
        serving.name_trainees(journey)
        journey.until("2022-04-01")
        assert (journey.owes(RECIPIENT), journey.owes(CITY_OFFICER)) == (["S19"], ["S21"])

        serving.enter_month(journey)
        serving.track(journey)
        serving.go_on(journey)
        serving.answer_alerts(journey)

        assert (journey.owes(RECIPIENT), journey.owes(CITY_OFFICER)) == (["S22"], [])


def test_both_sides_account_and_the_county_judges(journey: Play) -> None:
    with journey.act("evaluation"):
        journey.until("2022-12-28")
        serving.evaluate_selves(journey)
        assert journey.owes(COUNTY_OFFICER) == ["S23"]

        serving.evaluate_pair(journey)

        assert journey.owes(COUNTY_OFFICER) == []


def test_city_reports_to_two_offices(journey: Play) -> None:
    with journey.act("report"):
        journey.until("2023-01-03")
        serving.end_the_year(journey)
        assert journey.owes(CITY_OFFICER) == ["S24"]

        serving.report(journey)

        assert journey.owes(CITY_OFFICER) == []


def test_province_publishes_honours_and_closes(journey: Play) -> None:
    with journey.act("close"):
        journey.until("2023-01-04")
        assert journey.owes(OFFICER) == ["S25", NEXT_BATCH]
        serving.publish(journey)
        assert journey.owes(OFFICER) == ["S27", NEXT_BATCH]

        serving.close(journey)

        assert row_of(journey.bench, Batch, 1).state == "closed"


def test_nothing_is_left_and_nothing_is_wrong(journey: Play) -> None:
    with journey.act("end"):
        serving.look_on(journey)

        owed = {person: desk.owes() for person, desk in journey.desks.items() if person != serving.KEEPER}
        with journey.bench.work() as work:
            findings, trail = check(work), verify_audit(work)
        left = {person: kinds for person, kinds in owed.items() if kinds}
        assert left == {OFFICER: [NEXT_BATCH]}
        assert (findings, trail) == ([], None)
