"""The watchman after a sweep: what the day adds, as after every sweep, and everything, as the check does."""

import resource
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks._own_process import in_own_process
from benchmarks.sweep import DUE_SHARE, STEPS, TODAY, fill_steps, sweep_once
from models.clock import VirtualClock
from models.db import make_engine
from models.programme import load_programme
from models.programme.divisions import load_divisions
from models.programme.workdays import load_workdays
from tasks.watchman import watch
from tasks.work import House


def run() -> list[tuple[str, float, str]]:
    """Sweeps many open steps and watches over them at two sizes."""
    rows: list[tuple[str, float, str]] = []
    for steps in (STEPS // 10, STEPS):
        rows += _measured(steps)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [*rows, ("peak memory of the process", peak, "MB")]


def _measured(steps: int) -> list[tuple[str, float, str]]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder)}/watch.sqlite"
        in_own_process(_fill_and_sweep, url, steps)
        engine = make_engine(url, durable=False)
        house = House(engine, VirtualClock(TODAY), load_programme(), load_workdays(), load_divisions())
        day = _seconds(lambda: _watch(house, since=True))
        whole = _seconds(lambda: _watch(house, since=False))
        engine.dispose()
    return [
        (f"after a sweep of {steps:,} steps, {DUE_SHARE} % due", day, "s"),
        (f"all that {steps:,} steps were ever told", whole, "s"),
    ]


def _fill_and_sweep(url: str, steps: int) -> None:
    engine, workdays = make_engine(url, durable=False), load_workdays()
    fill_steps(engine, workdays, steps)
    sweep_once(engine, workdays.rank(TODAY.date()))
    engine.dispose()


def _watch(house: House, *, since: bool) -> None:
    today = TODAY.date()
    with house.look() as work:
        given = {"since": today - timedelta(days=1)} if since else {}
        faults = watch(work, through=today, **given)
    if faults:
        raise AssertionError(f"the benchmark's steps are not sound: {faults[0].text}")


def _seconds(body: Callable[[], None]) -> float:
    began = time.perf_counter()
    body()
    return time.perf_counter() - began
