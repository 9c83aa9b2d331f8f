"""The clock: China's date from any instant, a file that all processes read, and no way back by accident."""

from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pendulum
import pytest

from models.clock import (
    SHANGHAI,
    Clock,
    ClockMovedBack,
    ClockUnreadable,
    FileClock,
    FixedClock,
    NotAnInstant,
    SystemClock,
    VirtualClock,
    as_instant,
    china_date,
    clock_from,
    end_of_day,
)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ("2022-03-10", "2022-03-10T00:00:00+08:00"),
        ("2022-03-10T09:30", "2022-03-10T09:30:00+08:00"),
        (" 2022-03-10 09:30:15 \n", "2022-03-10T09:30:15+08:00"),
        ("2022-03-10T16:00:00Z", "2022-03-11T00:00:00+08:00"),
        ("2022-03-10T09:30:00-05:00", "2022-03-10T22:30:00+08:00"),
        (date(2022, 3, 10), "2022-03-10T00:00:00+08:00"),
        (datetime(2022, 3, 10, 15, 59, tzinfo=UTC), "2022-03-10T23:59:00+08:00"),
        (datetime(2022, 3, 10, 9, tzinfo=timezone(timedelta(hours=9))), "2022-03-10T08:00:00+08:00"),
    ],
)
def test_as_instant_is_china_time(found: str | date, expected: str) -> None:
    instant = as_instant(found)

    assert instant.isoformat() == expected
    assert instant.tzinfo == SHANGHAI


@pytest.mark.parametrize(
    "found", ["", "soon", "2022-02-30", "10/03/2022", "2022-03-10T25:00", "9999-12-31T23:00Z"]
)
def test_as_instant_refuses_other_texts(found: str) -> None:
    with pytest.raises(NotAnInstant, match="write 2022-03-10"):
        as_instant(found)


def test_as_instant_refuses_a_datetime_without_zone() -> None:
    with pytest.raises(NotAnInstant):
        as_instant(datetime(2022, 3, 10, 9))  # noqa: DTZ001 - the mistake itself


def test_today_is_a_plain_date_in_china() -> None:
    clock = FixedClock("2022-03-10T16:00:00Z")

    today = clock.today()

    assert today == date(2022, 3, 11)
    assert type(today) is date


def test_end_of_day_is_the_last_moment_of_the_date() -> None:
    last = end_of_day(date(2022, 3, 10))

    assert last.isoformat() == "2022-03-10T23:59:59.999999+08:00"
    assert china_date(last) == date(2022, 3, 10)
    assert china_date(last.add(microseconds=1)) == date(2022, 3, 11)


def test_end_of_day_of_an_instant_is_that_of_its_date() -> None:
    assert end_of_day(as_instant("2022-03-10T09:00")) == end_of_day(date(2022, 3, 10))


def test_system_clock_goes_with_the_machine() -> None:
    before = pendulum.now("UTC")  # noqa: TID251 - the one test that needs the machine's own time

    now = SystemClock().now()

    assert before <= now <= pendulum.now("UTC")  # noqa: TID251
    assert now.tzinfo == SHANGHAI
    assert SystemClock().today() in {china_date(now), china_date(now.add(seconds=60))}


def test_virtual_clock_stands_until_set() -> None:
    clock = VirtualClock("2022-03-10T09:00")

    clock.set("2022-03-10T09:00")
    clock.set("2022-03-14")

    assert clock.now() == as_instant("2022-03-14")
    assert clock.today() == date(2022, 3, 14)


def test_virtual_clock_does_not_go_back() -> None:
    clock = VirtualClock("2022-03-10")

    with pytest.raises(ClockMovedBack):
        clock.set("2022-03-09")

    assert clock.today() == date(2022, 3, 10)


def test_file_clock_is_read_at_every_call(tmp_path: Path) -> None:
    path = tmp_path / "clock"
    reader = FileClock(path)

    path.write_text("2022-03-10T09:00\n", "utf-8")
    first = reader.now()
    path.write_text("2022-03-10T16:00:00Z", "utf-8")

    assert first == as_instant("2022-03-10T09:00")
    assert reader.today() == date(2022, 3, 11)


def test_file_clock_set_starts_and_moves_and_leaves_no_other_file(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "var" / "clock")

    clock.set("2022-03-10T09:00")
    clock.set(date(2022, 3, 11))

    assert clock.path.read_text("utf-8") == "2022-03-11T00:00:00+08:00\n"
    assert list(clock.path.parent.iterdir()) == [clock.path]


def test_file_clock_goes_back_only_when_told(tmp_path: Path) -> None:
    clock = FileClock(tmp_path / "clock")
    clock.set("2022-03-10")

    with pytest.raises(ClockMovedBack):
        clock.set("2022-03-09T23:59")
    stood = clock.today()
    clock.turn_back("2022-03-09")

    assert stood == date(2022, 3, 10)
    assert clock.today() == date(2022, 3, 9)


def test_file_clock_keeps_its_instant_when_writing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FileClock(tmp_path / "clock")
    clock.set("2022-03-10")

    def no_space(source: str, target: Path) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", no_space)
        with pytest.raises(OSError, match="no space"):
            clock.set("2022-03-11")

    assert clock.today() == date(2022, 3, 10)
    assert list(tmp_path.iterdir()) == [clock.path]


@pytest.mark.parametrize("content", [None, b"", b"tomorrow", b"\xff\xfe\x00"])
def test_file_clock_unreadable_says_what_to_do(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "clock"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ClockUnreadable, match="the file holds one such instant") as caught:
        FileClock(path).now()

    assert caught.value.setting == f"file:{path}"


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("system", SystemClock()),
        ("", SystemClock()),
        (" system ", SystemClock()),
        ("fixed:2022-03-10T09:00+08:00", FixedClock("2022-03-10T09:00")),
        ("file:/var/lib/qianshou/clock", FileClock("/var/lib/qianshou/clock")),
        ("file:C:/clock", FileClock("C:/clock")),
    ],
)
def test_clock_from_reads_each_setting(setting: str, expected: Clock) -> None:
    assert clock_from(setting) == expected


@pytest.mark.parametrize(
    "setting", ["fixed:", "fixed:never", "file:", "file: ", "sytem", "system:utc", "2022-03-10"]
)
def test_clock_from_refuses_other_settings(setting: str) -> None:
    with pytest.raises(ClockUnreadable, match="use `system`"):
        clock_from(setting)
