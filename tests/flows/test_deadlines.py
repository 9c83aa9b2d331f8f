"""The deadlines run as Prefect shows it: one task per city, the watchman's own, and a state that says so in words."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prefect import get_client
from prefect.client.schemas.objects import FlowRun
from sqlalchemy import text

from flows.deadlines import deadlines
from flows.lent import lend
from notifications.catcher_store import CatcherStore
from notifications.transport import ShelfTransport
from tasks.heartbeat import read_heartbeat
from tests.factory import Bench
from tests.flows.lending import artifacts_of, task_runs_of
from tests.tasks.watching import CITY, FIRST, SIGNING, open_signing, signing_bench, sweep_until

pytestmark = pytest.mark.usefixtures("prefect")


async def _run(bench: Bench, store: CatcherStore) -> tuple[Any, FlowRun]:
    with lend(bench.house, ShelfTransport(store)):
        state = await deadlines(return_state=True)
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    async with get_client() as client:
        return state, await client.read_flow_run(run_id)


def run(bench: Bench, home: Path, *, tasks: int) -> tuple[Any, dict[str, str], dict[str, Any]]:
    """The run's final state, its so many tasks with their words, and its tables by key."""
    with CatcherStore(home) as store:
        state, found = asyncio.run(_run(bench, store))
    listed = task_runs_of(found, tasks) if tasks else []
    words = {task.name: (task.state.message or "") if task.state else "" for task in listed}
    return state, words, {key: one.data for key, one in artifacts_of(found).items()}


def at_home(bench: Bench, home: Path) -> Bench:
    home.mkdir(exist_ok=True)
    return Bench(replace(bench.house, home=home), bench.clock)


def test_a_sound_run_says_whom_it_told_and_leaves_a_heartbeat(sqlite_url: str, tmp_path: Path) -> None:
    bench = at_home(signing_bench(sqlite_url), tmp_path / "home")
    open_signing(bench, CITY, "P1-430100-02")
    bench.at(f"{FIRST}T09:00")

    state, tasks, tables = run(bench, tmp_path, tasks=3)

    assert state.is_completed()
    assert [name for name in tasks if "长沙市" in name] == ["长沙市 提醒 2 · 上报 2 · 未到提醒日 0"]
    assert any(words.startswith("值守核对无误") for words in tasks.values())
    assert "值守核对无误" in state.message
    assert tables["deadlines-watch"] == "[]"
    assert SIGNING in tables["deadlines-late"]
    assert "2022-06-01" in tables["deadlines-late"]
    assert read_heartbeat(bench.house.home) == bench.clock.now()


def test_a_run_that_left_somebody_out_has_failed_in_words(sqlite_url: str, tmp_path: Path) -> None:
    bench = at_home(signing_bench(sqlite_url), tmp_path / "home")
    sweep_until(bench, FIRST)
    with bench.work() as work:
        work.session.connection().execute(
            text("DELETE FROM notice WHERE person = :person"), {"person": f"{CITY}.officer"}
        )

    state, tasks, tables = run(bench, tmp_path, tasks=3)

    assert state.is_failed()
    assert "值守核对发现 1 处不符" in state.message
    assert any("值守核对发现 1 处不符" in words for words in tasks.values())
    assert (SIGNING in tables["deadlines-watch"], f"{CITY}.officer" in tables["deadlines-watch"]) == (
        True,
        True,
    )
    assert read_heartbeat(bench.house.home) is None


def test_a_day_off_says_so_and_needs_no_watch(sqlite_url: str, tmp_path: Path) -> None:
    bench = at_home(signing_bench(sqlite_url), tmp_path / "home").at("2022-06-03T09:00")

    state, tasks, _tables = run(bench, tmp_path, tasks=0)

    assert (state.is_completed(), tasks) == (True, {})
    assert read_heartbeat(bench.house.home) is None
