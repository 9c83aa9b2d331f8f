"""Working days against two public calendars, the notice's own dates, and a counter that walks day by day."""

from dataclasses import FrozenInstanceError
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.programme.workday_files import read_statutory
from models.programme.workdays import CalendarMissing, CalendarRow, Due, WorkdayTable, load_workdays

FIRST = date(2022, 1, 1)
LAST = date(2035, 12, 31)
LAST_PUBLISHED = date(2026, 12, 31)
ONE_DAY = timedelta(days=1)

days = st.dates(date(2022, 3, 1), date(2035, 10, 1))
counts = st.integers(-30, 30)


@lru_cache(maxsize=1)
def table() -> WorkdayTable:
    return load_workdays()


def walk(day: date, n: int) -> date:
    """Count day by day, as a person with a wall calendar does."""
    step = ONE_DAY if n > 0 else -ONE_DAY
    left = abs(n)
    while left:
        day += step
        left -= table().is_workday(day)
    return day


def published_days() -> list[date]:
    return [FIRST + timedelta(days=after) for after in range((LAST_PUBLISHED - FIRST).days + 1)]


def test_published_days_agree_with_two_public_calendars() -> None:
    china = holidays.country_holidays("CN", years=range(2022, 2027))

    ours = [table().is_workday(day) for day in published_days()]

    assert len(ours) == 1826
    assert ours == [chinese_calendar.is_workday(day) for day in published_days()]
    assert ours == [china.is_working_day(day) for day in published_days()]


@pytest.mark.parametrize(
    ("confirmed", "due"),
    [
        ("2022-03-14", "2022-04-02"),  # a Saturday worked in exchange
        ("2022-03-28", "2022-04-19"),
        ("2022-04-01", "2022-04-24"),  # a Sunday worked in exchange
        ("2022-04-20", "2022-05-12"),
        ("2022-04-23", "2022-05-16"),  # confirmed on a Saturday
        ("2022-05-11", "2022-06-01"),
        ("2022-09-20", "2022-10-14"),
        ("2024-01-25", "2024-02-20"),
        ("2024-02-01", "2024-02-27"),
        ("2024-04-15", "2024-05-08"),
        ("2024-04-25", "2024-05-17"),
        ("2024-09-10", "2024-10-08"),
        ("2025-01-15", "2025-02-11"),
        ("2025-09-22", "2025-10-17"),
    ],
)
def test_add_workdays_fifteen_after_the_list_k27(confirmed: str, due: str) -> None:
    assert table().due(date.fromisoformat(confirmed), 15) == Due(date.fromisoformat(due), provisional=False)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        ("2022-03-10", -5, "2022-03-03"),
        ("2022-03-14", -5, "2022-03-07"),
        ("2022-10-10", -1, "2022-10-09"),
        ("2022-10-05", -1, "2022-09-30"),
    ],
)
def test_add_workdays_back_from_a_due_date(day: str, n: int, expected: str) -> None:
    assert table().add_workdays(date.fromisoformat(day), n) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("year_end", "due"),
    [
        ("2022-12-31", "2023-01-16"),
        ("2023-12-31", "2024-01-15"),
        ("2024-12-31", "2025-01-15"),
        ("2025-12-31", "2026-01-15"),
    ],
)
def test_add_workdays_ten_after_the_year_a18(year_end: str, due: str) -> None:
    assert table().add_workdays(date.fromisoformat(year_end), 10) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2022-02-25", "2022-03-10", 10),  # K02
        ("2022-03-01", "2022-12-31", 212),
        ("2022-05-11", "2022-12-31", 163),  # A13
        ("2023-01-01", "2023-12-31", 249),
        ("2024-02-01", "2024-12-31", 229),
        ("2025-01-01", "2025-12-31", 248),
        ("2022-10-01", "2022-10-07", 0),
        ("2022-10-08", "2022-10-08", 1),
        ("2022-10-10", "2022-10-09", 0),
        ("2023-01-01", "2022-01-01", 0),
    ],
)
def test_workdays_between_counts_both_ends(start: str, end: str, expected: int) -> None:
    assert table().workdays_between(date.fromisoformat(start), date.fromisoformat(end)) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2022-10-01", "2022-10-08"), ("2022-10-08", "2022-10-08"), ("2022-10-10", "2022-10-10")],
)
def test_add_no_workdays_is_the_day_or_the_next_worked(day: str, expected: str) -> None:
    assert table().add_workdays(date.fromisoformat(day), 0) == date.fromisoformat(expected)


def test_next_and_previous_workday_leave_the_day() -> None:
    assert table().next_workday(date(2022, 9, 30)) == date(2022, 10, 8)
    assert table().previous_workday(date(2022, 10, 8)) == date(2022, 9, 30)


@given(day=days, n=counts.filter(bool))
def test_add_workdays_agrees_with_walking(day: date, n: int) -> None:
    assert table().add_workdays(day, n) == walk(day, n)


@given(day=days, n=st.integers(1, 30))
def test_add_workdays_and_back_again(day: date, n: int) -> None:
    worked = table().add_workdays(day, 0)

    assert table().add_workdays(table().add_workdays(worked, n), -n) == worked
    assert table().add_workdays(table().add_workdays(worked, -n), n) == worked


@given(day=days, n=counts)
def test_add_workdays_never_decreases(day: date, n: int) -> None:
    assert table().add_workdays(day, n) <= table().add_workdays(day + ONE_DAY, n)
    assert table().add_workdays(day, n) <= table().add_workdays(day, n + 1)


@given(start=days, length=st.integers(0, 90))
def test_workdays_between_agrees_with_counting_and_ranks(start: date, length: int) -> None:
    end = start + timedelta(days=length)

    counted = sum(table().is_workday(start + timedelta(days=after)) for after in range(length + 1))

    assert table().workdays_between(start, end) == counted
    assert table().rank(end) - table().rank(start - ONE_DAY) == counted


@given(day=days, n=counts)
def test_explain_ends_on_the_date_and_counts_each_day_once(day: date, n: int) -> None:
    walked = table().explain(day, n)

    step = -1 if n < 0 else 1
    assert walked[-1].on == table().add_workdays(day, n)
    assert [found.on for found in walked] == [day + timedelta(days=step * i) for i in range(len(walked))]
    assert [found.number for found in walked if found.counted] == list(range(1, abs(n) + 1))
    assert all(found.reason and found.notice for found in walked)


def test_explain_names_the_reason_and_the_notice() -> None:
    walked = table().explain(date(2022, 4, 1), 3)

    words = table().words
    qingming = walked[2].name
    assert [(found.on.day, found.number, found.reason) for found in walked] == [
        (1, None, words.start),
        (2, 1, words.makeup),
        (3, None, qingming),
        (4, None, qingming),
        (5, None, qingming),
        (6, 2, words.workday),
        (7, 3, words.workday),
    ]
    assert {found.notice for found in walked} == {words.notices[2022]}


def test_explain_cites_the_notice_that_decided_the_day() -> None:
    walked = table().explain(date(2022, 12, 30), 1)

    by_day = {found.on: found.notice for found in walked}
    assert by_day[date(2022, 12, 30)] == table().words.notices[2022]
    assert by_day[date(2022, 12, 31)] == table().words.notices[2023]
    assert by_day[date(2023, 1, 3)] == table().words.notices[2023]


def test_every_published_year_has_its_notice() -> None:
    assert table().published_years == (2022, 2023, 2024, 2025, 2026)
    assert tuple(table().words.notices) == table().published_years
    assert len(set(table().words.notices.values())) == 5


def test_days_past_the_last_notice_are_provisional() -> None:
    assert not table().is_provisional(LAST_PUBLISHED)
    assert table().is_provisional(date(2027, 1, 1))
    assert table().due(date(2026, 12, 1), 15) == Due(date(2026, 12, 22), provisional=False)
    assert table().due(date(2026, 12, 28), 15) == Due(date(2027, 1, 19), provisional=True)
    assert table().due(date(2027, 1, 4), -5).provisional
    assert table().explain(date(2026, 12, 31), 1)[-1].notice == table().words.provisional_notice


def test_provisional_holidays_are_the_statutory_ones() -> None:
    china = holidays.country_holidays("CN", years=range(2027, 2036), observed=False)

    statutory = {day for year in read_statutory().values() for day in year}

    assert statutory == set(china)
    assert statutory.isdisjoint(day for day in statutory if table().is_workday(day))
    assert not table().is_workday(date(2027, 2, 5))  # new year's eve, a Friday
    assert table().is_workday(date(2027, 2, 9))


def test_provisional_weekends_are_off_and_weekdays_are_not_only_weekdays() -> None:
    rows = [row for row in table().calendar_rows() if row.provisional]

    assert rows[0].date == date(2027, 1, 1)
    assert not any(row.is_workday for row in rows if row.date.weekday() >= 5)
    off_by_year = {row.date.year: 0 for row in rows}
    for row in rows:
        off_by_year[row.date.year] += not row.is_workday and row.date.weekday() < 5
    assert min(off_by_year.values()) >= 6


def test_calendar_rows_hold_every_day_with_its_rank() -> None:
    rows = list(table().calendar_rows())

    assert [row.date for row in rows] == [FIRST + timedelta(days=i) for i in range((LAST - FIRST).days + 1)]
    assert [row.rank for row in rows] == [table().rank(row.date) for row in rows]
    assert rows[3] == CalendarRow(date(2022, 1, 4), is_workday=True, rank=1, name="", provisional=False)
    assert all(row.name for row in rows if not row.is_workday)
    assert all(row.name for row in rows if row.is_workday and row.date.weekday() >= 5)


@pytest.mark.parametrize("outside", [date(2021, 12, 31), date(2036, 1, 1), date(1, 1, 1), date(9999, 12, 31)])
@pytest.mark.parametrize(
    "asked", ["is_workday", "is_provisional", "rank", "next_workday", "previous_workday"]
)
def test_a_day_outside_the_table_is_an_error(outside: date, asked: str) -> None:
    with pytest.raises(CalendarMissing, match="load the table of the year"):
        getattr(table(), asked)(outside)


@pytest.mark.parametrize(
    ("day", "n"),
    [
        (FIRST, -1),
        (date(2022, 1, 4), -1),
        (date(2022, 1, 4), -4000),
        (LAST, 1),
        (date(2022, 1, 4), 4000),
        (date(2021, 12, 31), 0),
        (date(2021, 12, 31), 1),
    ],
)
def test_counting_out_of_the_table_is_an_error(day: date, n: int) -> None:
    with pytest.raises(CalendarMissing):
        table().add_workdays(day, n)
    with pytest.raises(CalendarMissing):
        table().due(day, n)
    with pytest.raises(CalendarMissing):
        table().explain(day, n)


def test_the_edges_of_the_table_are_inside() -> None:
    assert table().add_workdays(FIRST, 1) == date(2022, 1, 4)
    assert table().add_workdays(date(2022, 1, 5), -1) == date(2022, 1, 4)
    assert table().workdays_between(FIRST, LAST) == table().rank(LAST)


def test_the_table_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        table().last = FIRST  # type: ignore[misc]


def test_special_days_are_holidays_and_make_up_days_with_their_notice() -> None:
    found = table().special_days(date(2022, 10, 6), date(2022, 10, 16))

    assert [(one.on.day, one.is_workday, one.notice == table().words.notices[2022]) for one in found] == [
        (6, False, True),
        (7, False, True),
        (8, True, True),
        (9, True, True),
    ]
    assert table().special_days(date(2022, 10, 10), date(2022, 10, 9)) == ()


def test_special_days_at_the_ends_of_the_table() -> None:
    first, last = table().first, table().last

    assert table().special_days(first, first)[0].on == first
    with pytest.raises(CalendarMissing):
        table().special_days(last, last + ONE_DAY)
