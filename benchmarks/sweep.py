"""The sweep over many open steps beside the same statements issued through the sqlite3 module alone."""

import os
import resource
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, text

from benchmarks._own_process import in_own_process
from models.clock import SHANGHAI
from models.db import create_tables, make_engine
from models.programme.workdays import WorkdayTable, load_workdays
from models.step import PolicyMark, PolicyTell
from tasks import deadlines
from tasks.workday_table import keep_calendar

STEPS = int(os.environ.get("QIANSHOU_BENCH_STEPS", "1000000"))
DUE_SHARE = 7
"""So many of a hundred steps are due on the day of the sweep."""

TODAY = datetime(2024, 3, 8, 9, tzinfo=SHANGHAI)
_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :steps)
INSERT INTO step (key, kind, subject, owner, opened_at, anchor, anchor_on, due_on, provisional, policy, state, next_on)
SELECT 'S05:' || i, 'S05', i, 'o' || (i % 400), '2024-03-01T01:00:00.000000Z', 'opened', '2024-03-01',
       CASE WHEN i % 100 < :due THEN '2024-03-15' ELSE '2024-03-29' END, 0,
       'p', 'open', CASE WHEN i % 100 < :due THEN '2024-03-08' ELSE '2024-03-22' END FROM n
"""
_PARTIES = "INSERT INTO step_party (step_id, party, organisation) SELECT id, 'owner', owner FROM step"
_PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 399)
INSERT INTO {table} SELECT {values} FROM n
"""


def run() -> list[tuple[str, float, str]]:
    """Fills a database, sweeps it twice, and issues the same statements through sqlite3 on a copy."""
    workdays = load_workdays()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ours.sqlite"
        in_own_process(_fill, path)
        engine = make_engine(f"sqlite:///{path}", durable=False)
        copy = Path(folder) / "alone.sqlite"
        shutil.copyfile(path, copy)
        rank = workdays.rank(TODAY.date())
        ours = _cpu(lambda: sweep_once(engine, rank))
        idle_began = time.perf_counter()
        sweep_once(engine, rank)
        idle = time.perf_counter() - idle_began
        engine.dispose()
        # Before the statements run alone, whose connection has a cache of its own.
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        alone = _cpu(lambda: _alone(copy, rank))
    return [
        (f"sweep of {STEPS:,} steps, {DUE_SHARE} % due: CPU", ours, "s"),
        ("the same statements through sqlite3 alone: CPU", alone, "s"),
        ("ratio", ours / alone, "times"),
        ("sweep with nothing to do", idle * 1000, "ms"),
        ("peak memory of the process", peak, "MB"),
    ]


def _fill(path: Path) -> None:
    engine = make_engine(f"sqlite:///{path}", durable=False)
    fill_steps(engine, load_workdays(), STEPS)
    engine.dispose()


def fill_steps(engine: Engine, workdays: WorkdayTable, steps: int, *, due: int = DUE_SHARE) -> None:
    """Open steps of 400 offices, `due` of a hundred of them with a reminder on the day of the sweep."""
    create_tables(engine)
    with engine.begin() as connection:
        keep_calendar(connection, workdays)
        connection.execute(text(_FILL), {"steps": steps, "due": due})
        connection.execute(text(_PARTIES))
        fill_people(connection)
        marks = [{"policy": "p", "nature": "reminder", "day_offset": offset} for offset in (-5, -3, -1, 0)]
        rung = {"policy": "p", "nature": "escalation", "day_offset": 1, "repeat_workdays": 5}
        connection.execute(insert(PolicyMark), [*({**mark, "repeat_workdays": None} for mark in marks), rung])
        connection.execute(
            insert(PolicyTell),
            [
                {"policy": "p", "nature": nature, "day_offset": offset, "party": "owner", "duty": "officer"}
                for nature, offset in (
                    *(("reminder", mark["day_offset"]) for mark in marks),
                    ("escalation", 1),
                )
            ],
        )


def fill_people(connection: Connection) -> None:
    """Four hundred offices with an officer each."""
    connection.execute(
        text(_PEOPLE.format(table="organisation (code, name, kind, division, email, sample, valid_from)",
                            values="'o' || i, 'o', 'k', '430000', '', 1, '2022-01-01'"))
    )  # fmt: skip
    connection.execute(
        text(_PEOPLE.format(table="person (code, name, email, mobile, sample)",
                            values="'p' || i, 'p', 'p@x.example', '', 1"))
    )  # fmt: skip
    connection.execute(
        text(_PEOPLE.format(table="duty (person, organisation, duty, valid_from)",
                            values="'p' || i, 'o' || i, 'officer', '2022-01-01'"))
    )  # fmt: skip


def sweep_once(engine: Engine, rank: int) -> None:
    """One sweep of the benchmark's day."""
    with engine.begin() as connection:
        deadlines.sweep_day(connection, today=TODAY.date(), rank=rank, now=TODAY)


def _alone(path: Path, rank: int) -> None:
    given = {
        "today": TODAY.date().isoformat(),
        "rank": rank,
        "last": 0,
        "day": TODAY.date().isoformat(),
        "domain": "qianshou.example",
        "facts": "{}",
        "now": "2024-03-08T01:00:00.000000Z",
    }
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = 0")
    connection.execute("BEGIN IMMEDIATE")
    for statement in deadlines.STATEMENTS:
        connection.execute(statement, given)
    connection.execute("COMMIT")
    connection.close()


def _cpu(body: Callable[[], None]) -> float:
    began = time.process_time()
    body()
    return time.process_time() - began
