"""A further table adds or replaces whole years; one that is not whole is refused by line."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from models.programme.workday_files import SHIPPED_DAYS, CalendarMalformed
from models.programme.workdays import Due, load_workdays


def year_rows(year: int, *, off: tuple[str, ...] = ()) -> list[str]:
    """Return the rows of a year that works Monday to Friday, but for some days."""
    first = date(year, 1, 1)
    found = []
    for after in range((date(year + 1, 1, 1) - first).days):
        day = first + timedelta(days=after)
        worked = day.weekday() < 5 and day.isoformat() not in off
        found.append(f"{day},{worked:d},{'' if worked or day.weekday() >= 5 else 'festival'}")
    return found


def write(path: Path, rows: list[str], header: str = "date,is_workday,name", ending: str = "\n") -> Path:
    path.write_bytes(ending.join([header, *rows, ""]).encode())
    return path


def test_an_added_year_is_published_and_moves_its_dates(tmp_path: Path) -> None:
    extra = write(tmp_path / "2027.csv", year_rows(2027, off=("2027-01-01", "2027-01-18", "2027-01-19")))

    before = load_workdays().due(date(2026, 12, 28), 15)
    table = load_workdays(extra)

    assert before == Due(date(2027, 1, 19), provisional=True)
    assert table.due(date(2026, 12, 28), 15) == Due(date(2027, 1, 21), provisional=False)
    assert table.published_years == (2022, 2023, 2024, 2025, 2026, 2027)
    assert table.is_provisional(date(2028, 1, 1))
    assert "2027.csv" in table.explain(date(2027, 1, 4), 1)[-1].notice


def test_a_replaced_year_counts_by_its_new_days(tmp_path: Path) -> None:
    extra = write(tmp_path / "new.csv", year_rows(2026))

    table = load_workdays(extra)

    assert table.is_workday(date(2026, 10, 1))
    assert not table.is_workday(date(2025, 10, 1))
    assert table.explain(date(2026, 10, 1), 1)[-1].notice != table.words.notices[2026]


def test_the_last_of_several_tables_wins(tmp_path: Path) -> None:
    first = write(tmp_path / "a.csv", year_rows(2027))
    second = write(tmp_path / "b.csv", year_rows(2027, off=("2027-03-01",)))

    assert load_workdays(first, second).is_workday(date(2027, 3, 1)) is False
    assert load_workdays(second, first).is_workday(date(2027, 3, 1)) is True


def test_a_table_may_name_its_notice(tmp_path: Path) -> None:
    rows = [f"{row},No. 8 of 2026" for row in year_rows(2027)]
    extra = write(tmp_path / "2027.csv", rows, header="date,is_workday,name,notice")

    assert load_workdays(extra).explain(date(2027, 3, 1), 1)[-1].notice == "No. 8 of 2026"


def test_a_table_from_a_spreadsheet_is_read(tmp_path: Path) -> None:
    extra = write(tmp_path / "2027.csv", year_rows(2027), header="\ufeffdate,is_workday,name", ending="\r\n")

    assert load_workdays(extra).published_until == date(2027, 12, 31)


def test_years_before_the_first_can_be_added(tmp_path: Path) -> None:
    extra = write(tmp_path / "2021.csv", year_rows(2021))

    table = load_workdays(extra)

    assert table.first == date(2021, 1, 1)
    assert table.previous_workday(date(2022, 1, 4)) == date(2021, 12, 31)


def test_two_replaced_years_need_not_touch(tmp_path: Path) -> None:
    extra = write(tmp_path / "two.csv", [*year_rows(2022), *year_rows(2025)])

    table = load_workdays(extra)

    assert table.is_workday(date(2022, 10, 3))
    assert not table.is_workday(date(2023, 10, 3))
    assert table.is_workday(date(2025, 10, 3))


def test_the_shipped_table_loads_again_as_an_extra_one() -> None:
    assert list(load_workdays(SHIPPED_DAYS).calendar_rows()) == list(load_workdays().calendar_rows())


def replaced(line: int, row: str) -> Callable[[list[str]], list[str]]:
    return lambda rows: [*rows[: line - 2], row, *rows[line - 1 :]]


@pytest.mark.parametrize(
    ("spoil", "line", "expected"),
    [
        (replaced(3, "2027/01/02,0,"), 3, "a date like 2027-01-01"),
        (replaced(3, "20270102,0,"), 3, "a date like 2027-01-01"),
        (replaced(3, "2027-02-30,0,"), 3, "a date like 2027-01-01"),
        (replaced(3, "2027-01-02,yes,"), 3, "1 (worked) or 0 (off)"),
        (replaced(3, "2027-01-02,,"), 3, "1 (worked) or 0 (off)"),
        (replaced(3, "2027-01-02,0"), 3, "3 cells"),
        (replaced(3, "2027-01-02,0,,,"), 3, "3 cells"),
        (replaced(5, "2027-01-04,0,"), 5, "the name of the holiday"),
        (replaced(3, "2027-01-01,0,festival"), 3, "2027-01-02 instead of 2027-01-01"),
        (replaced(3, "2028-01-01,0,"), 3, "2027-01-02 instead of 2028-01-01"),
        (lambda rows: rows[1:], 2, "2027-01-01 instead of 2027-01-02"),
        (lambda rows: rows[:-1], 366, "2027-12-31, for a year must be whole"),
        (lambda rows: [*rows, *year_rows(2027)], 367, "2028-01-01 instead of 2027-01-01"),
        (lambda rows: [], 2, "at least one whole year"),
        (lambda rows: [f"{row[:10]},0,off" for row in rows], 0, "working days in 2027"),
    ],
)
def test_a_malformed_table_is_refused_by_line(
    tmp_path: Path, spoil: Callable[[list[str]], list[str]], line: int, expected: str
) -> None:
    extra = write(tmp_path / "2027.csv", spoil(year_rows(2027)))

    with pytest.raises(CalendarMalformed) as caught:
        load_workdays(extra)

    assert (caught.value.path, caught.value.line) == (extra, line)
    assert expected in caught.value.expected
    assert str(extra) in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"day,worked\n", b"2027-01-01,0,x\n"],
)
def test_a_table_without_its_columns_is_refused(tmp_path: Path, content: bytes) -> None:
    extra = tmp_path / "2027.csv"
    extra.write_bytes(content)

    with pytest.raises(CalendarMalformed, match=r"line 1: expected the columns date,is_workday,name"):
        load_workdays(extra)


@pytest.mark.parametrize(
    "content", [None, b"date,is_workday,name\n2027-01-01,0,\xd4\xaa\xb5\xa9\n", b'date,"is']
)
def test_a_table_that_is_no_text_is_refused(tmp_path: Path, content: bytes | None) -> None:
    extra = tmp_path / "2027.csv"
    if content is not None:
        extra.write_bytes(content)

    with pytest.raises(CalendarMalformed, match="a readable CSV file in UTF-8"):
        load_workdays(extra)


def test_a_year_that_leaves_a_gap_is_refused(tmp_path: Path) -> None:
    extra = write(tmp_path / "2028.csv", year_rows(2028))

    with pytest.raises(CalendarMalformed, match="the year 2027 as well"):
        load_workdays(extra)
