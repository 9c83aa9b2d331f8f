"""What should have been told of a step by a day, counted from its policy and the calendar alone."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from models.programme.workdays import CalendarMissing, WorkdayTable
from models.rules.marks import Mark


@dataclass(frozen=True, slots=True)
class Telling:
    """One reminder or rung on its nominal day. `level` gathers those of which an outage leaves only the latest."""

    nature: str
    offset: int
    nominal: date
    level: tuple[str, int]
    owed: bool


def level_of(mark: Mark) -> tuple[str, int]:
    """All reminders are one level; every rung is one, with its repetitions."""
    return (mark.nature, 0 if mark.nature == "reminder" else mark.after)


def mark_of(marks: Sequence[Mark], nature: str, offset: int) -> Mark | None:
    """The mark whose occasion this is, by itself or as one of its repetitions; None where the policy has none."""
    for mark in marks:
        if mark.nature == nature and (
            mark.after == offset
            or (mark.repeat and offset > mark.after and (offset - mark.after) % mark.repeat == 0)
        ):
            return mark
    return None


def tellings(
    workdays: WorkdayTable,
    marks: Sequence[Mark],
    base: date,
    *,
    start: date,
    through: date,
    ran: Sequence[date],
) -> tuple[Telling, ...]:
    """Everything that fell due after `start` (when the step got its present date) up to `through`.

    Of a level the latest is owed for certain. An earlier one is owed if a sweep ran while it was the latest: `ran` are
    the days on which sweeps are known to have run, in order. Otherwise the machine stood still, and one is enough.
    """
    found: list[Telling] = []
    levels: dict[tuple[str, int], list[tuple[int, date]]] = {}
    for mark in marks:
        for offset, day in _days(workdays, mark, base, through):
            if day > start:
                levels.setdefault(level_of(mark), []).append((offset, day))
    for level, reached in levels.items():
        reached.sort()
        for (offset, day), (_next, until) in pairwise([*reached, (0, date.max)]):
            place = bisect_left(ran, day)
            owed = until == date.max or (place < len(ran) and ran[place] < until)
            found.append(Telling(level[0], offset, day, level, owed))
    return tuple(found)


def coming(workdays: WorkdayTable, marks: Sequence[Mark], base: date, *, after: date) -> date | None:
    """The next day on which something is to be told after a day; None where the ladder or the calendar has ended."""
    days = []
    for mark in marks:
        offset = mark.after
        try:
            while (day := _day(workdays, base, offset)) <= after and mark.repeat:
                offset += mark.repeat
        except CalendarMissing:
            continue
        if day > after:
            days.append(day)
    return min(days, default=None)


def _days(workdays: WorkdayTable, mark: Mark, base: date, through: date) -> Iterator[tuple[int, date]]:
    offset = mark.after
    while (day := _day(workdays, base, offset)) <= through:
        yield offset, day
        if not mark.repeat:
            return
        offset += mark.repeat


def _day(workdays: WorkdayTable, base: date, offset: int) -> date:
    """So many working days from the due date; a due date on a day off counts from the working day before it."""
    last = base if workdays.is_workday(base) else workdays.previous_workday(base)
    return workdays.add_workdays(last, offset) if offset else last
