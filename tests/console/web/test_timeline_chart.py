"""The drawing of a timeline: in order of time, no mark upon another, days off as bands."""

from datetime import date

from console.web.timeline_chart import GAP, LEFT, RIGHT, chart_of
from models.programme.workdays import Day
from tasks.queries.timeline import Milestone, Timeline


def milestone(on: date | None, state: str = "future") -> Milestone:
    return Milestone("S01", None, "", (), on, False, False, None, 1, 0, None, state, "")


def line(*days: date | None, special: tuple[Day, ...] = ()) -> Timeline:
    return Timeline(1, date(2024, 1, 1), date(2024, 12, 31), tuple(map(milestone, days)), special)


def test_marks_near_one_another_stand_in_lanes_below() -> None:
    chart = chart_of(line(date(2024, 3, 1), date(2024, 3, 2), date(2024, 9, 1), None), date(2024, 3, 8))

    first, second, third = chart.marks
    assert [one.number for one in chart.marks] == [1, 2, 3]
    assert second.x - first.x < GAP
    assert second.y > first.y
    assert third.y == first.y
    assert LEFT < first.x < chart.today < third.x < RIGHT  # type: ignore[operator]


def test_days_off_in_a_row_are_one_band_and_a_make_up_day_its_own() -> None:
    days = (
        Day(date(2024, 4, 4), is_workday=False, name="x", notice=""),
        Day(date(2024, 4, 5), is_workday=False, name="x", notice=""),
        Day(date(2024, 4, 6), is_workday=False, name="x", notice=""),
        Day(date(2024, 4, 7), is_workday=True, name="y", notice=""),
    )

    chart = chart_of(line(date(2024, 5, 1), special=days), date(2024, 3, 8))

    assert [(one.is_workday, one.name) for one in chart.bands] == [(False, "x"), (True, "y")]
    assert chart.bands[0].width > chart.bands[1].width


def test_today_is_drawn_only_within_the_line() -> None:
    assert chart_of(line(date(2024, 3, 1)), date(2025, 3, 8)).today is None
    assert [one.month for one in chart_of(line(date(2024, 3, 1)), date(2025, 3, 8)).ticks] == list(
        range(1, 13)
    )
