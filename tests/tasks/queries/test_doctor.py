"""What the doctor says about a sweep that did not happen."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from documents.writing.templates import FOLDER
from models.mail import Letter
from tasks.queries.doctor import diagnoses, documents_unfit
from tests.tasks.applying import opened_bench


@pytest.mark.parametrize(
    ("by", "instant", "alarmed"),
    [
        pytest.param("10:00", "2022-03-03T09:59", False, id="before-the-hour"),
        pytest.param("10:00", "2022-03-03T10:00", True, id="at-the-hour"),
        pytest.param("11:30", "2022-03-03T10:00", False, id="another-hour"),
        pytest.param("10:00", "2022-03-05T12:00", True, id="a-saturday-after-a-missed-day"),
    ],
)
def test_morning_without_a_sweep_is_an_alarm(sqlite_url: str, by: str, instant: str, alarmed: bool) -> None:
    bench = opened_bench(sqlite_url).reading("deadlines.heartbeat_by", by).at(instant)

    with bench.house.look() as work:
        found = {one.code for one in diagnoses(work, catcher_port=1)}

    assert ("sweep_missed" in found) is alarmed


def test_letters_that_wait_too_long_are_named_since_when_in_china_time(database_url: str) -> None:
    bench = opened_bench(database_url)
    with bench.house.look() as work:
        first = min(one.not_before for one in work.session.scalars(select(Letter)))
    bench.at("2022-03-03T12:00")

    with bench.house.look() as work:
        said = [one.text for one in diagnoses(work, catcher_port=1) if one.code == "letters_waiting"]

    assert first.utcoffset() == timedelta(hours=8)
    assert [f"自 {first:%Y-%m-%d %H:%M} 起" in one for one in said] == [True]


def test_a_machine_without_chinese_fonts_and_faulty_templates_are_named(tmp_path: Path) -> None:
    fonts, home = tmp_path / "fonts", tmp_path / "home"
    (home / FOLDER).mkdir(parents=True)
    (home / FOLDER / "decision.docx").write_bytes(b"PK")

    found = documents_unfit(home, fonts)

    assert [(one.code, one.grave) for one in found] == [("no_font", True), ("templates_faulty", True)]
    assert ["fonts-noto-cjk" in found[0].text, "decision.docx" in found[1].text] == [True, True]
    assert documents_unfit(tmp_path) == []
