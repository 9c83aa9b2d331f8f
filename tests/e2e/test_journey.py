"""One pair's whole way through the programme, each step on the page and by the person whose it is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e import steps_of_choosing as choosing
from tests.e2e.play import Play, play


@pytest.fixture(scope="module")
def journey(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    home = tmp_path_factory.mktemp("journey")
    with play(browser, f"sqlite:///{home / 'qianshou.sqlite'}", home / "clock", "2022-02-25T08:00") as begun:
        yield begun


def test_province_announces_and_the_clock_opens_every_city(journey: Play) -> None:
    with journey.act("opening"):
        choosing.announce(journey)
        journey.press_clock("到下一工作日")


def test_institution_applies_and_its_county_recommends(journey: Play) -> None:
    with journey.act("application"):
        choosing.register_institution(journey)
        choosing.apply(journey)
        choosing.consent(journey)
        choosing.recommend(journey)


def test_city_sends_its_list_and_the_province_registers_it(journey: Play) -> None:
    with journey.act("submission"):
        choosing.send_list(journey)
        choosing.register_originals(journey)


def test_panel_scores_and_the_province_decides(journey: Play) -> None:
    with journey.act("review"):
        choosing.form_panel(journey)
        journey.until("2022-03-15")
        choosing.close_other_cities(journey)
        journey.until("2022-03-16")
        choosing.review(journey)
        choosing.decide(journey)


def test_two_offices_confirm_one_pair(journey: Play) -> None:
    with journey.act("pairing"):
        choosing.close_roster(journey)
        journey.until("2022-03-17")
        choosing.confirm_list(journey)


def test_four_parties_sign(journey: Play) -> None:
    with journey.act("agreement"):
        choosing.sign(journey)
