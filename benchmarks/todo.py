"""A to-do page over many open steps, first and deep, beside its bare statements through the sqlite3 module alone."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, text

from benchmarks.sweep import STEPS, TODAY, fill_steps
from models.clock import VirtualClock
from models.db import make_engine
from models.programme import load_programme
from models.programme.divisions import load_divisions
from models.programme.workdays import load_workdays
from models.rules.access import Viewer
from tasks.queries.below import below_me, below_page
from tasks.queries.step_page import TodoFilter
from tasks.queries.todo import todo_counts, todo_page
from tasks.work import House, Work

LETTERS = 100_000
TIMES = 200
BUSIEST = 4
"""One step in so many belongs to the busiest office."""
DEEP = 40
"""The deep page comes after so many thousandths of the busiest office's steps."""

_SPREAD = f"""
UPDATE step SET owner = CASE WHEN id % {BUSIEST} = 0 THEN 'o0' ELSE owner END,
                city = CAST(430100 + 100 * (id % 13) AS TEXT), due_on = date('2024-03-01', (id * 7919 % 120) || ' days')
"""
_LETTERS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :letters)
INSERT INTO letter (key, message_id, kind, legal_class, organisation_code, recipient_name, address, subject_key, facts,
                    state, created_at, not_before, attempts, next_try_at)
SELECT 'digest:p' || i, '<' || i || '@x.example>', 'digest', 'digest', 'o1', 'p', 'p@x.example', '2024-03-08', '{}',
       'sent', '2024-03-08T01:00:00.000000Z', '2024-03-08T01:00:00.000000Z', 1, '2024-03-08T01:00:00.000000Z' FROM n
"""

_FEW = Viewer("p1.officer", "o1", "recipient", "430000", None)
_MANY = Viewer("p0.officer", "o0", "recipient", "430000", None)
_PROVINCE = Viewer("p399.officer", "o399", "province_civil", "430000", None)
_CITY = Viewer("p399.officer", "o399", "city_civil", "430100", "430100")


def run() -> Iterator[tuple[str, float, str]]:
    """Fills a database and reads the pages again and again, each time in a transaction of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "todo.sqlite"
        engine = make_engine(f"sqlite:///{path}", durable=False)
        fill_steps(engine, load_workdays(), STEPS)
        with engine.begin() as connection:
            _spread(connection)
        house = House(engine, VirtualClock(TODAY), load_programme(), load_workdays(), load_divisions())
        alone = Path(folder) / "alone.sqlite"
        engine.dispose()
        shutil.copyfile(path, alone)
        yield f"open steps; letters {LETTERS:,}", STEPS, "steps"
        for label, read in _pages(house):
            ours = [_seconds(lambda read=read: _look(house, read)) for _ in range(TIMES)]  # type: ignore[misc]
            statements = _written_down(engine, house, read)
            bare = [_seconds(lambda said=statements: _play(alone, said)) for _ in range(TIMES)]  # type: ignore[misc]
            ours.sort()
            yield f"{label}: median", ours[TIMES // 2] * 1e3, "ms"
            yield f"{label}: 99th percentile", ours[TIMES * 99 // 100] * 1e3, "ms"
            yield f"{label}: ratio to sqlite3 alone", ours[TIMES // 2] / sorted(bare)[TIMES // 2], "times"
        engine.dispose()


def _spread(connection: Connection) -> None:
    """Gives one office a large share of the steps, and all of them cities and due dates of four months."""
    connection.execute(text(_SPREAD))
    connection.execute(text(_LETTERS), {"letters": LETTERS})


Read = Callable[[Work], Any]


def _pages(house: House) -> Iterator[tuple[str, Read]]:
    yield "counts, an office with few", lambda work: todo_counts(work, _FEW)
    yield "counts, the office with most", lambda work: todo_counts(work, _MANY)
    yield "first page, an office with few", lambda work: todo_page(work, _FEW)
    yield "first page, the office with most", lambda work: todo_page(work, _MANY)
    few = TodoFilter(kinds=("S14",))
    yield "first page of own kinds, the office with most", lambda work: todo_page(work, _MANY, filters=few)
    deep = _deep_cursor(house)
    yield "deep page, the office with most", lambda work: todo_page(work, _MANY, after=deep)
    yield "what waits below a province", lambda work: below_me(work, _PROVINCE)
    yield "first page below a province", lambda work: below_page(work, _PROVINCE)
    yield "first page below a city", lambda work: below_page(work, _CITY)


def _deep_cursor(house: House) -> str | None:
    """A cursor a thousand rows at a time down the busiest office's list."""
    cursor = None
    with house.look() as work:
        for _ in range(STEPS // BUSIEST * DEEP // 1_000_000):
            cursor = todo_page(work, _MANY, after=cursor, limit=1_000).next
    return cursor


def _look(house: House, read: Read) -> None:
    with house.look() as work:
        read(work)


def _written_down(engine: Engine, house: House, read: Read) -> list[str]:
    statements: list[str] = []

    def trace(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(statements.append)

    engine.dispose()
    event.listen(engine, "connect", trace)
    _look(house, read)
    event.remove(engine, "connect", trace)
    engine.dispose()
    return [one for one in statements if one.lstrip().startswith(("SELECT", "WITH"))]


_connections: dict[Path, sqlite3.Connection] = {}


def _play(path: Path, statements: list[str]) -> None:
    if path not in _connections:
        _connections[path] = sqlite3.connect(path, isolation_level=None)
    connection = _connections[path]
    connection.execute("BEGIN")
    for statement in statements:
        connection.execute(statement).fetchall()
    connection.execute("COMMIT")


def _seconds(body: Callable[[], None]) -> float:
    began = time.perf_counter()
    body()
    return time.perf_counter() - began
