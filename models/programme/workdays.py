"""Working days in China by the State Council's yearly notices: counting, and why a date is what it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from models.programme.workday_files import (
    ONE_DAY,
    SHIPPED_DAYS,
    CalendarMalformed,
    CalendarWords,
    Day,
    is_weekend,
    provisional_year,
    read_statutory,
    read_words,
    read_years,
)

__all__ = [
    "CalendarMalformed",
    "CalendarMissing",
    "CalendarRow",
    "CountedDay",
    "Day",
    "Due",
    "WorkdayTable",
    "load_workdays",
]


class CalendarMissing(LookupError):
    """No calendar is known for the day asked for: load the table of its year, or correct the date."""

    def __init__(self, asked: str, first: date, last: date) -> None:
        super().__init__(
            f"{asked} is outside the working-day table, which runs from {first} to {last};"
            " load the table of the year (QIANSHOU_WORKDAYS), or correct the date"
        )
        self.asked = asked
        self.first = first
        self.last = last


class CalendarRow(NamedTuple):
    """One day for a database table; `rank` is the number of working days from the table's first day to this one."""

    date: date
    is_workday: bool
    rank: int
    name: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class Due:
    """A date counted in working days, and whether it rests on a year whose notice is not published yet."""

    on: date
    provisional: bool


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One day on the way to a due date.

    `number` counts from 1 on the days counted and is None on the others; `reason` is one word (working day, make-up
    day, weekend, the holiday's name, the day of the event itself), `name` what the table calls the day ('' on plain
    days), `notice` what makes it so.
    """

    on: date
    number: int | None
    reason: str
    name: str
    notice: str
    provisional: bool

    @property
    def counted(self) -> bool:
        """Say whether the day was counted."""
        return self.number is not None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class WorkdayTable:
    """Every day from `first` to `last`, ranked once so that counting is an index, not a loop.

    Days after `published_until` are provisional. Whatever would lead out of the table raises `CalendarMissing`.
    Arguments are dates in China; of a datetime only its own date is read, so ask the clock for `today()`.
    """

    first: date
    last: date
    published_until: date
    published_years: tuple[int, ...]
    words: CalendarWords
    _base: int
    _days: tuple[Day, ...]
    _workdays: tuple[date, ...]
    _upto: tuple[int, ...]  # by ordinal - base: working days from the first day to this one
    _before: tuple[int, ...]  # the same without this one

    @classmethod
    def of(cls, days: tuple[Day, ...], words: CalendarWords) -> "WorkdayTable":
        """Return the table of consecutive days, published ones first."""
        upto: list[int] = []
        before: list[int] = []
        rank = 0
        for day in days:
            before.append(rank)
            rank += day.is_workday
            upto.append(rank)
        published = [day.on for day in days if not day.provisional]
        return cls(
            first=days[0].on,
            last=days[-1].on,
            published_until=published[-1],
            published_years=tuple(sorted({day.year for day in published})),
            words=words,
            _base=days[0].on.toordinal(),
            _days=days,
            _workdays=tuple(day.on for day in days if day.is_workday),
            _upto=tuple(upto),
            _before=tuple(before),
        )

    def add_workdays(self, day: date, n: int) -> date:
        """Return the n-th working day after a day, the day itself not counted (K27, A10).

        Negative n counts back in the same way (T-5 is -5). With n = 0 the day itself if it is worked, else the
        next working day. Raises `CalendarMissing` when day or result lies outside the table.
        """
        index = day.toordinal() - self._base
        if index >= 0:
            try:
                place = self._upto[index] + n - 1 if n > 0 else self._before[index] + n
                if place >= 0:  # below zero Python would count from the end
                    return self._workdays[place]
            except IndexError:
                pass
        raise CalendarMissing(f"{n:+d} working days from {day}", self.first, self.last)

    def due(self, day: date, n: int) -> Due:
        """Return what `add_workdays` returns, with whether it is provisional; raises `CalendarMissing`."""
        on = self.add_workdays(day, n)
        return Due(on, provisional=max(day, on) > self.published_until)

    def is_workday(self, day: date) -> bool:
        """Say whether a day is worked; raises `CalendarMissing` outside the table."""
        return self._day(day).is_workday

    def is_provisional(self, day: date) -> bool:
        """Say whether a day's year has no published notice yet; raises `CalendarMissing` outside the table."""
        return self._day(day).provisional

    def next_workday(self, day: date) -> date:
        """Return the first working day after a day; raises `CalendarMissing`."""
        return self.add_workdays(day, 1)

    def previous_workday(self, day: date) -> date:
        """Return the last working day before a day; raises `CalendarMissing`."""
        return self.add_workdays(day, -1)

    def rank(self, day: date) -> int:
        """Return the number of working days from the table's first day to a day, it included."""
        return self._upto[self._index(day)]

    def workdays_between(self, start: date, end: date) -> int:
        """Return the number of working days from start to end, both included; 0 when end is before start."""
        return max(0, self._upto[self._index(end)] - self._before[self._index(start)])

    def explain(self, day: date, n: int) -> tuple[CountedDay, ...]:
        """Return every day that `add_workdays(day, n)` passed, in the order it was walked, the result last.

        The day itself comes first and is not counted. With n = 0 nothing is counted: the days passed over, then
        the result. Raises `CalendarMissing`.
        """
        result = self.add_workdays(day, n)
        step = -ONE_DAY if n < 0 else ONE_DAY
        walked = []
        on, number = day, 0
        while True:
            found = self._day(on)
            counts = found.is_workday and on != day
            number += counts
            starts = on == day and n != 0
            walked.append(
                CountedDay(
                    on=found.on,
                    number=number if counts and n else None,
                    reason=self.words.start if starts else self._reason(found),
                    name=found.name,
                    notice=found.notice,
                    provisional=found.provisional,
                )
            )
            if on == result and not starts:
                return tuple(walked)
            on += step

    def special_days(self, start: date, end: date) -> tuple[Day, ...]:
        """Return the holidays and make-up days from start to end, both included; a plain weekend is none.

        Raises `CalendarMissing` for days outside the table.
        """
        plain = ("", self.words.weekend)
        return tuple(
            day
            for day in self._days[self._index(start) : self._index(end) + 1]
            if day.name not in plain or day.is_workday == is_weekend(day.on)
        )

    def calendar_rows(self) -> Iterator[CalendarRow]:
        """Yield every day of the table in order, to fill a database table with."""
        for day, rank in zip(self._days, self._upto, strict=True):
            yield CalendarRow(day.on, day.is_workday, rank, day.name, day.provisional)

    def _reason(self, day: Day) -> str:
        if not day.is_workday:
            return day.name
        return self.words.makeup if is_weekend(day.on) else self.words.workday

    def _day(self, day: date) -> Day:
        return self._days[self._index(day)]

    def _index(self, day: date) -> int:
        index = day.toordinal() - self._base
        if not 0 <= index < len(self._days):
            raise CalendarMissing(f"{day}", self.first, self.last)
        return index


def load_workdays(*extra_paths: str | Path) -> WorkdayTable:
    """Return the shipped table with the years of further files added or put in their place.

    Later files win. Years after the last published one are provisional as far as the statutory holidays are known.
    Takes some 10 ms: load it once. Raises `CalendarMalformed` for a file that cannot be read, for years that are
    not whole, and for a year that would leave a gap after the published ones.
    """
    words = read_words()
    years = read_years(SHIPPED_DAYS, words, shipped=True)
    for extra in map(Path, extra_paths):
        brought = read_years(extra, words)
        years |= brought
        _check_gap(extra, sorted(years))
    year = max(years)
    statutory = read_statutory()
    while (year := year + 1) in statutory:
        years[year] = provisional_year(year, statutory[year], words)
    return WorkdayTable.of(tuple(day for year in sorted(years) for day in years[year]), words)


def _check_gap(path: Path, years: list[int]) -> None:
    for year, following in pairwise(years):
        if following != year + 1:
            raise CalendarMalformed(path, 0, f"the year {year + 1} as well, for {following} leaves it out")
