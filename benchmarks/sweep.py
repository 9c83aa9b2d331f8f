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

from models.clock import SHANGHAI
from models.db import create_tables, make_engine
from models.programme.workdays import WorkdayTable, load_workdays
from models.step import PolicyMark, PolicyTell
from tasks import deadlines
from tasks.workday_table import keep_calendar

STEPS = int(os.environ.get("QIANSHOU_BENCH_STEPS", "1000000"))
DUE_SHARE = 7
"""So many of a hundred steps are due on the day of the sweep."""

_TODAY = datetime(2024, 3, 8, 9, tzinfo=SHANGHAI)
_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :steps)
INSERT INTO step (key, kind, subject, owner, opened_at, anchor, anchor_on, due_on, provisional, policy, state, next_on)
SELECT 'S05:' || i, 'S05', i, 'o' || (i % 400), '2024-03-01T01:00:00.000000Z', 'opened', '2024-03-01', '2024-03-15', 0,
       'p', 'open', CASE WHEN i % 100 < :due THEN '2024-03-08' ELSE '2024-03-15' END FROM n
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
        engine = make_engine(f"sqlite:///{path}", durable=False)
        _fill(engine, workdays)
        copy = Path(folder) / "alone.sqlite"
        shutil.copyfile(path, copy)
        rank = workdays.rank(_TODAY.date())
        ours = _cpu(lambda: _sweep(engine, rank))
        idle_began = time.perf_counter()
        _sweep(engine, rank)
        idle = time.perf_counter() - idle_began
        engine.dispose()
        alone = _cpu(lambda: _alone(copy, rank))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        (f"sweep of {STEPS:,} steps, {DUE_SHARE} % due: CPU", ours, "s"),
        ("the same statements through sqlite3 alone: CPU", alone, "s"),
        ("ratio", ours / alone, "times"),
        ("sweep with nothing to do", idle * 1000, "ms"),
        ("peak memory of the process", peak, "MB"),
    ]


def _fill(engine: Engine, workdays: WorkdayTable) -> None:
    create_tables(engine)
    with engine.begin() as connection:
        keep_calendar(connection, workdays)
        connection.execute(text(_FILL), {"steps": STEPS, "due": DUE_SHARE})
        connection.execute(text(_PARTIES))
        fill_people(connection)
        marks = [{"policy": "p", "nature": "reminder", "day_offset": offset} for offset in (-5, -3, -1, 0)]
        connection.execute(insert(PolicyMark), marks)
        connection.execute(
            insert(PolicyTell), [{**mark, "party": "owner", "duty": "officer"} for mark in marks]
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


def _sweep(engine: Engine, rank: int) -> None:
    with engine.begin() as connection:
        deadlines.sweep_day(connection, today=_TODAY.date(), rank=rank, now=_TODAY)


def _alone(path: Path, rank: int) -> None:
    given = {
        "today": _TODAY.date().isoformat(),
        "rank": rank,
        "last": 0,
        "day": _TODAY.date().isoformat(),
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
