"""The rehearsal of thirty days over many open steps: every letter with its matters, in bounded memory."""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import insert, text

from benchmarks._own_process import in_own_process
from benchmarks.sweep import fill_people
from models.clock import VirtualClock
from models.db import create_tables, make_engine
from models.programme import load_programme
from models.programme.divisions import load_divisions
from models.programme.workdays import load_workdays
from models.step import PolicyMark, PolicyTell
from tasks.queries.rehearsal import rehearse_outline
from tasks.work import House
from tasks.workday_table import keep_calendar

STEPS = int(os.environ.get("QIANSHOU_BENCH_STEPS", "1000000"))
DAYS = 30
POLICIES = 12
"""Kinds of steps; each step is due on one of sixty days, owned by one of 400 offices, watched by another."""
TOLD_BEFORE = 20
"""One step of so many has been reminded before."""

_NOW = "2024-03-08T08:00"
_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :steps)
INSERT INTO step (key, kind, subject, owner, opened_at, anchor, anchor_on, due_on, provisional, policy, state, next_on)
SELECT 'S05:' || i, 'S05', i, 'o' || (i % 400), '2024-03-01T01:00:00.000000Z', 'opened', '2024-03-01',
       DATE('2024-03-11', '+' || (i * 7 % 60) || ' days'), 0, 'p' || (i % :policies), 'open',
       DATE('2024-03-11', '+' || (i * 7 % 60) || ' days', '-7 days') FROM n
"""
_PARTIES = (
    "INSERT INTO step_party (step_id, party, organisation) SELECT id, 'owner', owner FROM step",
    "INSERT INTO step_party (step_id, party, organisation)"
    " SELECT id, 'city_civil', 'o' || (CAST(SUBSTR(owner, 2) AS INTEGER) / 20) FROM step",
)
_OCCASIONS = """
INSERT INTO occasion (step_id, nature, day_offset, nominal_on, made_on)
SELECT id, 'reminder', -5, DATE(due_on, '-12 days'), '2024-03-04' FROM step WHERE id % :every = 0
"""


def run() -> list[tuple[str, float, str]]:
    """Fills a database and rehearses it; the result is counted, not kept."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'house.sqlite'}"
        in_own_process(_fill, url)
        engine = make_engine(url, durable=False)
        house = House(engine, VirtualClock(_NOW), load_programme(), load_workdays(), load_divisions())
        letters = lines = matters = 0
        with _timed() as took, house.look() as work:
            for letter in rehearse_outline(work, DAYS):
                letters += 1
                lines += len(letter.lines)
                matters += sum(line.steps for line in letter.lines)
        engine.dispose()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        (f"rehearsal of {DAYS} days over {STEPS:,} steps: wall", took[0], "s"),
        ("the same: CPU", took[1], "s"),
        ("letters", letters, ""),
        ("lines", lines, ""),
        ("matters", matters, ""),
        ("peak memory of the process", peak, "MB"),
    ]


@contextmanager
def _timed() -> Iterator[list[float]]:
    found: list[float] = []
    wall, cpu = time.perf_counter(), time.process_time()
    yield found
    found += [time.perf_counter() - wall, time.process_time() - cpu]


def _fill(url: str) -> None:
    engine = make_engine(url, durable=False)
    create_tables(engine)
    with engine.begin() as connection:
        keep_calendar(connection, load_workdays())
        connection.execute(text(_FILL), {"steps": STEPS, "policies": POLICIES})
        for statement in _PARTIES:
            connection.execute(text(statement))
        connection.execute(text(_OCCASIONS), {"every": TOLD_BEFORE})
        fill_people(connection)
        names = [f"p{number}" for number in range(POLICIES)]
        marks = [
            {"policy": name, "nature": nature, "day_offset": offset}
            for name in names
            for nature, offset in (("reminder", -5), ("reminder", -1), ("reminder", 0), ("escalation", 1))
        ]
        connection.execute(insert(PolicyMark), marks)
        tells = [{**mark, "party": "owner", "duty": "officer"} for mark in marks]
        tells += [
            {**mark, "party": "city_civil", "duty": "officer"}
            for mark in marks
            if mark["nature"] == "escalation"
        ]
        connection.execute(insert(PolicyTell), tells)
    engine.dispose()
