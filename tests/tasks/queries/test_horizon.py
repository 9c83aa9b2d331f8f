"""The days ahead: what falls due on each, on whom, and which are days off."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from models.programme.workdays import CalendarMissing
from tasks.queries.horizon import DayAhead, KindDue, OwnerGroup, next_days
from tests.factory import Bench, make_bench, set_batch
from tests.tasks.queries.viewers import CITY_VIEWER, OTHER_CITY_VIEWER, PROVINCE_VIEWER


def by_day(found: list[DayAhead]) -> dict[date, DayAhead]:
    """Each day."""
    return {one.on: one for one in found}


def test_thirty_days_with_the_spring_festival_in_them(told: Bench) -> None:
    with told.house.look() as work:
        found = next_days(work, PROVINCE_VIEWER)
        rows = work.session.connection().execute(
            text("SELECT day, is_workday FROM calendar_day WHERE day BETWEEN '2023-01-11' AND '2023-02-09'")
        )
        worked = {str(day): bool(is_workday) for day, is_workday in rows}

    assert [one.on for one in found] == [date(2023, 1, 11) + timedelta(days=after) for after in range(30)]
    assert {str(one.on): one.is_workday for one in found} == worked
    special = {one.on: (one.special.name, one.special.is_workday) for one in found if one.special}
    assert special[date(2023, 1, 24)] == ("春节", False)
    assert special[date(2023, 1, 28)] == ("春节调休上班", True)
    assert date(2023, 1, 14) not in special
    assert not any(one.provisional for one in found)


def test_what_is_due_is_counted_by_kind_and_owner(told: Bench) -> None:
    with told.house.look() as work:
        found = by_day(next_days(work, PROVINCE_VIEWER))
        own = by_day(next_days(work, OTHER_CITY_VIEWER))
        other = next_days(work, CITY_VIEWER)
        plan = work.programme.step("S24")

    due = KindDue(
        "S24", plan.title, "evaluation", plan.clauses, 1, (OwnerGroup("city_civil", "市级民政部门", 1),)
    )
    assert found[date(2023, 1, 16)].kinds == (due,)
    assert [one.on for one in found.values() if one.steps] == [date(2023, 1, 16)]
    assert own[date(2023, 1, 16)].kinds == (due,)
    assert sum(one.steps for one in other) == 0


def test_every_open_step_of_the_days_is_in_it(database_url: str) -> None:
    bench = make_bench(database_url, "2022-03-14T09:00")
    with bench.work() as work:
        set_batch(work)

    with bench.house.look() as work:
        found = next_days(work, PROVINCE_VIEWER, days=20)
        statement = (
            "SELECT COUNT(*) FROM step WHERE state = 'open' AND due_on BETWEEN '2022-03-14' AND '2022-04-02'"
        )
        expected = work.session.connection().execute(text(statement)).scalar_one()

    assert sum(one.steps for one in found) == expected == 1
    last = found[-1]
    assert (last.on, last.is_workday, last.kinds[0].owners[0].party) == (
        date(2022, 4, 2),
        True,
        "sender_bureau",
    )


def test_past_the_tables_end_nothing_is_known(sqlite_url: str) -> None:
    with make_bench(sqlite_url, "2035-12-20T09:00").house.look() as work, pytest.raises(CalendarMissing):
        next_days(work, PROVINCE_VIEWER)
