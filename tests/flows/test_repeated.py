"""Every run five times over, and twice at once, has the effect of one."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.testing.utilities import prefect_test_harness

from flows.deadlines import deadlines
from flows.lent import lend
from flows.lifecycle import STAGES, lifecycle
from flows.post import post
from notifications.catcher_store import CatcherStore
from notifications.transport import ShelfTransport
from tasks.queries.export import export_canonical
from tests.factory import Bench
from tests.tasks.working import working_bench

RUNS = {**STAGES, "deadlines": deadlines, "post": post, "lifecycle": lifecycle}


@pytest.fixture(scope="module", autouse=True)
def prefect() -> Iterator[None]:
    with prefect_test_harness(server_startup_timeout=120):
        yield


def exported(bench: Bench) -> list[str]:
    with bench.house.look() as work:
        return list(export_canonical(work))


async def _repeat(bench: Bench, store: CatcherStore, code: str, times: int) -> list[str]:
    names = []
    for _time in range(times):
        with lend(bench.house, ShelfTransport(store)):
            state = await RUNS[code](return_state=True)
        names.append(str(state.name))
    return names


@pytest.mark.parametrize("code", list(RUNS))
def test_a_run_repeated_writes_no_further_row(sqlite_url: str, tmp_path: Path, code: str) -> None:
    bench = working_bench(sqlite_url, "2022-09-20T09:00")
    with CatcherStore(tmp_path) as store:
        first = asyncio.run(_repeat(bench, store, code, 1))
        once = exported(bench)

        # The daily parent runs all the others, each of which is repeated here by itself.
        more = 1 if code == "lifecycle" else 4
        again = asyncio.run(_repeat(bench, store, code, more))

    assert (first + again, exported(bench) == once) == (["Completed"] * (more + 1), True)


async def _at_once(bench: Bench, home: Path) -> None:
    async def one() -> None:
        with CatcherStore(home) as store, lend(bench.house, ShelfTransport(store)):
            await lifecycle(return_state=True)

    await asyncio.gather(one(), one())


def test_two_schedulers_at_once_write_what_one_writes(sqlite_url: str, tmp_path: Path) -> None:
    alone = working_bench(f"sqlite:///{tmp_path}/alone.sqlite", "2022-09-20T09:00")
    with CatcherStore(tmp_path / "alone") as store:
        asyncio.run(_repeat(alone, store, "lifecycle", 1))

    bench = working_bench(sqlite_url, "2022-09-20T09:00")
    asyncio.run(_at_once(bench, tmp_path / "both"))

    assert sorted(exported(bench)) == sorted(exported(alone))
