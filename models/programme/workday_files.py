"""The files behind the working-day table: whole years of days, statutory holidays, words and notices."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

SHIPPED_DAYS = Path(__file__).with_name("workdays.csv")
STATUTORY_DAYS = Path(__file__).with_name("statutory.csv")
CALENDAR = Path(__file__).with_name("calendar.toml")

COLUMNS = ("date", "is_workday", "name")
NOTICE_COLUMN = "notice"
ONE_DAY = timedelta(days=1)


class CalendarMalformed(ValueError):
    """A calendar file does not say what it must: correct the line named, then load the file again."""

    def __init__(self, path: Path, line: int, expected: str) -> None:
        """Name the file, the line counted from 1 (0: the file as a whole) and what should stand there."""
        super().__init__(
            f"{path}, line {line}: expected {expected}" if line else f"{path}: expected {expected}"
        )
        self.path = path
        self.line = line
        self.expected = expected


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the calendar: worked or not, the occasion's name ('' on plain days), the notice deciding it."""

    on: date
    is_workday: bool
    name: str
    notice: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class CalendarWords:
    """The Chinese words of the calendar and the notices' numbers, from `calendar.toml`."""

    start: str
    workday: str
    weekend: str
    makeup: str
    provisional: str
    unnamed_notice: str
    provisional_notice: str
    notices: Mapping[int, str]
    notices_of_days: Mapping[date, str]

    def notice_of(self, day: date) -> str | None:
        """Return the number of the shipped notice that decides a day, or None for a year without one."""
        return self.notices_of_days.get(day) or self.notices.get(day.year)


def read_words(path: Path = CALENDAR) -> CalendarWords:
    """Return the words and notices; the file is part of the product, so what is missing raises KeyError."""
    found = tomllib.loads(path.read_text("utf-8"))
    notices = found["notices"]
    return CalendarWords(
        **found["words"],
        notices=MappingProxyType({int(year): notice["number"] for year, notice in notices.items()}),
        notices_of_days=MappingProxyType(
            {day: notice["number"] for notice in notices.values() for day in notice.get("also", ())}
        ),
    )


def read_years(path: Path, words: CalendarWords, *, shipped: bool = False) -> dict[int, tuple[Day, ...]]:
    """Return the whole years of a table of days, `date,is_workday,name` and optionally `notice`.

    A shipped year is decided by the notices of `calendar.toml`; another file's days by the notice it names, or
    else by the file itself. Raises `CalendarMalformed` for a row that cannot be read, days out of order, and years
    that are not whole: half a year would turn the missing days into weekdays or into nothing.
    """
    days: dict[int, list[Day]] = {}
    last: Day | None = None
    line = 1
    for line, cells in _rows(path, COLUMNS, NOTICE_COLUMN):
        day = _day(path, line, cells, words, shipped=shipped)
        _check_order(path, line, last, day.on)
        days.setdefault(day.on.year, []).append(day)
        last = day
    if last is None:
        raise CalendarMalformed(path, line + 1, "at least one whole year of days")
    if not _ends_a_year(last.on):
        raise CalendarMalformed(path, line + 1, f"{last.on + ONE_DAY}, for a year must be whole")
    for year, of_year in days.items():
        if not any(day.is_workday for day in of_year):
            raise CalendarMalformed(path, 0, f"working days in {year}")
    return {year: tuple(of_year) for year, of_year in days.items()}


def read_statutory(path: Path = STATUTORY_DAYS) -> dict[int, dict[date, str]]:
    """Return the statutory holidays by year, for the years whose notice is not published yet."""
    found: dict[int, dict[date, str]] = {}
    for line, (on, name) in _rows(path, ("date", "name"), None):
        day = _date(path, line, on)
        found.setdefault(day.year, {})[day] = name
    return found


def provisional_year(year: int, statutory: Mapping[date, str], words: CalendarWords) -> tuple[Day, ...]:
    """Return the days of an unpublished year: weekends and statutory holidays off, nothing made up for."""
    first = date(year, 1, 1)
    return tuple(
        _provisional_day(first + timedelta(days=after), statutory, words)
        for after in range((date(year + 1, 1, 1) - first).days)
    )


def is_weekend(day: date) -> bool:
    """Say whether a date is a Saturday or a Sunday, worked or not."""
    return day.weekday() >= 5


def _provisional_day(on: date, statutory: Mapping[date, str], words: CalendarWords) -> Day:
    name = statutory.get(on, words.weekend if is_weekend(on) else "")
    return Day(on, is_workday=not name, name=name, notice=words.provisional_notice, provisional=True)


def _rows(path: Path, columns: tuple[str, ...], optional: str | None) -> Iterator[tuple[int, list[str]]]:
    wanted = ",".join(columns)
    try:
        # utf-8-sig: spreadsheets put a byte order mark in front.
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            header = [cell.strip() for cell in next(reader, [])]
            if header not in ([*columns], [*columns, optional]):
                raise CalendarMalformed(
                    path, 1, f"the columns {wanted}" + (f" (and {optional})" * bool(optional))
                )
            for cells in reader:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise CalendarMalformed(path, reader.line_num, f"{len(header)} cells: {','.join(header)}")
                yield reader.line_num, [cell.strip() for cell in cells]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise CalendarMalformed(path, 0, f"a readable CSV file in UTF-8 ({error})") from error


def _day(path: Path, line: int, cells: list[str], words: CalendarWords, *, shipped: bool) -> Day:
    on = _date(path, line, cells[0])
    if cells[1] not in ("0", "1"):
        raise CalendarMalformed(path, line, f"1 (worked) or 0 (off) instead of {cells[1]!r}")
    is_workday = cells[1] == "1"
    name = cells[2]
    if not name and is_weekend(on):
        name = words.makeup if is_workday else words.weekend
    if not name and not is_workday:
        raise CalendarMalformed(path, line, "the name of the holiday")
    named = cells[3] if len(cells) > len(COLUMNS) else ""
    known = words.notice_of(on) if shipped else None
    return Day(on, is_workday, name, named or known or words.unnamed_notice.format(file=path.name))


def _date(path: Path, line: int, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CalendarMalformed(path, line, f"a date like 2027-01-01 instead of {text!r}") from error
    if day.isoformat() != text:
        raise CalendarMalformed(path, line, f"a date like 2027-01-01 instead of {text!r}")
    return day


def _check_order(path: Path, line: int, last: Day | None, on: date) -> None:
    if last is None or (_ends_a_year(last.on) and last.on.year < on.year):
        wanted = date(on.year, 1, 1)
    else:
        wanted = last.on + ONE_DAY
    if on != wanted:
        raise CalendarMalformed(path, line, f"{wanted} instead of {on}: every day of a year, in order")


def _ends_a_year(day: date) -> bool:
    return (day.month, day.day) == (12, 31)
