"""Houses that tests lend to the flows: played once a process to some evening, then copied."""

import asyncio
import shutil
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from prefect import State, get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterFlowRunId, FlowRunFilter
from prefect.client.schemas.objects import Artifact, FlowRun, TaskRun

from flows.lent import lend
from models.clock import VirtualClock, as_instant
from models.db import make_engine
from models.schema import migrate
from notifications.catcher_store import CatcherStore
from notifications.transport import ShelfTransport
from simulation.replay import replay
from tasks.lifecycle import advance
from tasks.queries.export import export_canonical
from tasks.work import House
from tests.engines import keep
from tests.factory import divisions, make_bench, programme, workdays

BEGAN = as_instant("2022-02-25T08:00")
ANNOUNCED = "2022-02-25"
PATIENCE_S = 20.0


@dataclass(frozen=True)
class Lent:
    """A house with its clock in hand and the shelf on which its letters end."""

    house: House
    clock: VirtualClock
    store: CatcherStore

    @contextmanager
    def to_flows(self) -> Iterator[None]:
        with lend(self.house, ShelfTransport(self.store)):
            yield

    def exported(self) -> str:
        with self.house.look() as work:
            return "\n".join(export_canonical(work))

    def run(self, *flows: Callable[[], Coroutine[Any, Any, State[Any]]]) -> list[State[Any]]:
        """Runs flows at the same time; returns their final states."""

        async def all_at_once() -> list[State[Any]]:
            return list(await asyncio.gather(*(one(return_state=True) for one in flows)))  # type: ignore[call-arg]

        with self.to_flows():
            return asyncio.run(all_at_once())


@lru_cache(maxsize=4)
def played_until(evening: str, folder: Path) -> Path:
    """The database of a programme played in process until an evening; ANNOUNCED is the opening day, nothing done."""
    path = folder / f"{evening}.sqlite"
    engine = make_engine(f"sqlite:///{path}", durable=False)
    if evening == ANNOUNCED:
        engine.dispose()
        bench = make_bench(f"sqlite:///{path}", "2022-02-25T08:00")
        days = {"opened_on": "2022-02-25", "submit_by": "2022-03-10", "post_by": "2022-03-14"}
        bench.act("opening.announce_batch", "430000-mz", batch=1, document="notice", **days)
        bench.house.engine.dispose()
        return path
    # A replay goes on from its database, so a later evening begins where an earlier one ended.
    for earlier in sorted(folder.glob("2022-*.sqlite"), reverse=True):
        if ANNOUNCED < earlier.stem < evening:
            shutil.copy(earlier, path)
            break
    migrate(engine)
    house = House(engine, VirtualClock(BEGAN), programme(), workdays(), divisions(), sample=True)
    with CatcherStore(folder / evening) as store:
        replay(
            house, began_at=BEGAN, until=as_instant(f"{evening}T18:00"), seed=1, store=store, advance=advance
        )
    engine.dispose()
    return path


def lent_copy(played: Path, folder: Path, at: str) -> Lent:
    """A copy of a played house at a later instant, its shelf empty."""
    folder.mkdir()
    shutil.copy(played, folder / "qianshou.sqlite")
    engine = keep(make_engine(f"sqlite:///{folder / 'qianshou.sqlite'}", durable=False))
    clock = VirtualClock(at)
    house = House(engine, clock, programme(), workdays(), divisions(), sample=True)
    return Lent(house, clock, CatcherStore(folder))


def runs_seen() -> list[FlowRun]:
    """Every flow run that the server knows."""
    return asyncio.run(_runs())


def task_runs_of(run: FlowRun, count: int) -> list[TaskRun]:
    """The task runs of a flow run, once so many have ended: the server hears of them by events, a little later."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = [
            one for one in asyncio.run(_task_runs(run)) if one.state is not None and one.state.is_final()
        ]
        if len(found) >= count or time.monotonic() > deadline:
            return found
        time.sleep(0.2)


def artifacts_of(run: FlowRun) -> dict[str, Artifact]:
    """The artifacts that a flow run has left, by key."""
    return asyncio.run(_artifacts(run))


async def _runs() -> list[FlowRun]:
    async with get_client() as client:
        return await client.read_flow_runs()


async def _task_runs(run: FlowRun) -> list[TaskRun]:
    wanted = FlowRunFilter(id={"any_": [run.id]})
    async with get_client() as client:
        return await client.read_task_runs(flow_run_filter=wanted)


async def _artifacts(run: FlowRun) -> dict[str, Artifact]:
    wanted = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    async with get_client() as client:
        found = await client.read_artifacts(artifact_filter=wanted)
    return {one.key or "": one for one in found}
