"""Loading a year's calendar: seen first, then dates and reminders follow, the owner is told, extensions stay."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from models.mail import Letter
from models.programme.workdays import WorkdayTable, load_workdays
from models.step import Step
from tasks import steps
from tasks.calendar_loading import MovedStep, calendar_difference
from tasks.parties import Scope
from tasks.queries.doctor import readiness
from tasks.refusal import AlreadyDone, BadInput
from tasks.workday_table import keep_calendar
from tests.factory import PROVINCE, Bench, make_bench

CITY = "430100-mz"
KEY, OTHER = "S21:430100:2026Q4", "S21:430200:2026Q4"
NOTICE = {"document": "国办发明电〔2026〕样例号", "reason": "载入2027年放假安排（示例）"}
FIVE_OFF = [date(2027, 1, day) for day in (4, 5, 6, 7, 8)]


def published(folder: Path, off: list[date]) -> WorkdayTable:
    """A table in which 2027 is published: Mondays to Fridays but for some days."""
    days = [date(2027, 1, 1) + timedelta(days=after) for after in range(365)]
    lines = [f"{day},{int(day.weekday() < 5 and day not in off)},样例" for day in days]
    file = folder / "2027.csv"
    file.write_text("\n".join(["date,is_workday,name", *lines]) + "\n", encoding="utf-8")
    return load_workdays(file)


def waiting_bench(url: str) -> Bench:
    """Two cities owe their tracking of the last quarter of 2026, one of them extended by an officer."""
    bench = make_bench(url, "2026-12-31T10:00")
    with bench.work() as work:
        keep_calendar(work.session.connection(), work.workdays)
        for city in ("430100", "430200"):
            anchors = {"quarter_end": date(2026, 12, 31)}
            scope = Scope(batch=2, city=city)
            assert steps.open_step(work, "S21", f"{city}:2026Q4", scope=scope, anchors=anchors)
    bench.act("deadlines.extend_step", PROVINCE, step=OTHER, until=date(2027, 2, 1), reason="示例")
    return bench


def read_anew(bench: Bench, table: WorkdayTable) -> Bench:
    return Bench(replace(bench.house, workdays=table), bench.clock)


def step(bench: Bench, key: str) -> Step:
    with bench.work() as work:
        return steps.step_of_key(work, key)


def test_difference_says_what_would_move_and_writes_nothing(database_url: str, tmp_path: Path) -> None:
    bench = waiting_bench(database_url)
    before = step(bench, KEY)
    bench = read_anew(bench, published(tmp_path, FIVE_OFF))

    with bench.work() as work:
        found = calendar_difference(work)

    new = bench.house.workdays.add_workdays(date(2026, 12, 31), 10)
    assert before.due_on is not None
    assert found.moved == (MovedStep(KEY, CITY, before.due_on, new, True, False),)
    assert (found.days[0].year, found.days[-1].year) == (2027, 2027)
    assert step(bench, KEY).due_on == before.due_on


def test_loading_moves_dates_and_reminders_and_tells_the_owner(database_url: str, tmp_path: Path) -> None:
    bench = waiting_bench(database_url)
    extended = step(bench, OTHER)
    table = published(tmp_path, FIVE_OFF)
    bench = read_anew(bench, table)

    bench.act("deadlines.load_calendar", PROVINCE, **NOTICE)

    moved = step(bench, KEY)
    assert moved.due_on == table.add_workdays(date(2026, 12, 31), 10)
    assert moved.next_on == table.add_workdays(moved.due_on, -3)
    assert moved.provisional is False
    assert step(bench, OTHER).due_on == extended.due_on
    with bench.work() as work:
        told = work.session.execute(
            select(col(Letter.person_code)).where(col(Letter.subject_key) == f"{KEY}:1")
        ).scalars()
        ranks = work.session.execute(
            text("SELECT COUNT(*), COUNT(DISTINCT rank) FROM calendar_day WHERE is_workday")
        ).one()
        assert list(told) == [f"{CITY}.officer"]
        assert ranks[0] == ranks[1]
        assert calendar_difference(work).days == ()


def test_same_calendar_is_not_loaded_twice(database_url: str, tmp_path: Path) -> None:
    bench = read_anew(waiting_bench(database_url), published(tmp_path, FIVE_OFF))
    bench.act("deadlines.load_calendar", PROVINCE, **NOTICE)

    with pytest.raises(AlreadyDone):
        bench.act("deadlines.load_calendar", PROVINCE, **NOTICE)


def test_loading_wants_the_notice(sqlite_url: str, tmp_path: Path) -> None:
    bench = read_anew(waiting_bench(sqlite_url), published(tmp_path, FIVE_OFF))

    with pytest.raises(BadInput):
        bench.act("deadlines.load_calendar", PROVINCE, **{**NOTICE, "document": " "})


def test_doctor_says_that_the_database_has_another_calendar(sqlite_url: str, tmp_path: Path) -> None:
    bench = read_anew(waiting_bench(sqlite_url), published(tmp_path, FIVE_OFF))

    found = readiness(bench.house)

    assert any("workday load --dry-run" in reason for reason in found), found
