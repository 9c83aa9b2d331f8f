"""The replay of both batches, beside every statement it issues played again through the sqlite3 module alone."""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, event

from models.clock import VirtualClock, as_instant
from models.db import make_engine
from models.privacy import SAMPLE
from models.programme import load_programme
from models.programme.divisions import load_divisions
from models.programme.workdays import load_workdays
from models.schema import migrate
from notifications.catcher_store import CatcherStore
from simulation.replay import replay
from tasks.lifecycle import advance
from tasks.work import House

BEGAN = as_instant("2022-02-25T08:00")
UNTIL = as_instant(os.environ.get("QIANSHOU_BENCH_UNTIL", "2026-01-31T18:00"))
SEED = 1
LIMIT_S = 10.0
"""What the whole replay may take on two cores."""


@dataclass(frozen=True, slots=True)
class Played:
    """How long a replay took and how many acts it played."""

    seconds: float
    acts: int


def run() -> Iterator[tuple[str, float, str]]:
    """Plays once for the time, once more while the statements are written down, then plays those alone."""
    os.environ.setdefault("QIANSHOU_FIELD_KEY", SAMPLE)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        played = _play(home / "timed", None)
        statements: list[str] = []
        _play(home / "traced", statements)
        alone = _play_again(home / "alone", statements)
    yield "replay of both batches, in this process", played.seconds, "s"
    yield f"share of the {LIMIT_S:.0f} s it may take", played.seconds / LIMIT_S, "times"
    yield "acts", played.acts, "acts"
    yield "an act with all that follows from it", played.seconds / played.acts * 1e3, "ms"
    yield "its statements", len(statements), "statements"
    yield "the same statements through sqlite3 alone", alone, "s"
    yield "ratio", played.seconds / alone, "times"


def _play(home: Path, statements: list[str] | None) -> Played:
    home.mkdir()
    engine = make_engine(f"sqlite:///{home}/qianshou.sqlite", durable=False, alone=True)
    migrate(engine)
    if statements is not None:
        engine.dispose()
        _write_down(engine, statements)
    house = House(
        engine, VirtualClock(BEGAN), load_programme(), load_workdays(), load_divisions(), sample=True
    )
    began = time.perf_counter()
    with CatcherStore(home) as store:
        played = replay(house, began_at=BEGAN, until=UNTIL, seed=SEED, store=store, advance=advance)
    seconds = time.perf_counter() - began
    engine.dispose()
    return Played(seconds, played.acts)


def _write_down(engine: Engine, statements: list[str]) -> None:
    @event.listens_for(engine, "connect")
    def trace(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_trace_callback(statements.append)


def _play_again(home: Path, statements: list[str]) -> float:
    home.mkdir()
    engine = make_engine(f"sqlite:///{home}/qianshou.sqlite", durable=False)
    migrate(engine)
    engine.dispose()
    connection = sqlite3.connect(home / "qianshou.sqlite", isolation_level=None)
    connection.execute("PRAGMA synchronous = 0")
    began = time.perf_counter()
    for statement in statements:
        # What a trigger does is traced as a comment: it happens by itself.
        if not statement.startswith("--"):
            connection.execute(statement).fetchall()
    seconds = time.perf_counter() - began
    connection.close()
    return seconds
