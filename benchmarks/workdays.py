"""How fast a due date is counted: the ranked table, a day-by-day walk and a calendar library, in one run."""

from collections.abc import Callable
from datetime import date, timedelta
from timeit import repeat

from chinese_calendar import is_workday

from models.programme.workdays import load_workdays

DAYS = [date(2022, 1, 1) + timedelta(days=after) for after in range(1, 1700)]
WORKDAYS = 15  # K27
ROUNDS = 5

Count = Callable[[date, int], date]


def run() -> list[tuple[str, float, str]]:
    """Return what was measured as name, value, unit: the best of five rounds over every day of 2022 to mid-2026."""
    table = load_workdays()
    off = frozenset(row.date for row in table.calendar_rows() if not row.is_workday)
    ranked = _calls_a_second(table.add_workdays)
    walked = _calls_a_second(_walk(lambda day: day not in off))
    asked = _calls_a_second(_walk(is_workday))
    return [
        ("add_workdays", ranked, "calls/s"),
        ("add_workdays", 1e6 / ranked, "us/call"),
        ("day-by-day walk over a set of holidays", walked, "calls/s"),
        ("day-by-day walk asking chinesecalendar", asked, "calls/s"),
        ("add_workdays against the walk", ranked / walked, "times as fast"),
        ("add_workdays against chinesecalendar", ranked / asked, "times as fast"),
        ("load_workdays", min(repeat(load_workdays, number=1, repeat=ROUNDS)) * 1e3, "ms"),
    ]


def _walk(works: Callable[[date], bool]) -> Count:
    def count(day: date, n: int) -> date:
        while n:
            day += timedelta(days=1)
            n -= works(day)
        return day

    return count


def _calls_a_second(count: Count) -> float:
    def over_all_days() -> None:
        for day in DAYS:
            count(day, WORKDAYS)

    return len(DAYS) / min(repeat(over_all_days, number=1, repeat=ROUNDS))
