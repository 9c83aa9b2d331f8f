"""Schedules: each names a flow that exists, moves with a batch's dates, and makes a served flow run by itself."""

import asyncio
import time
from datetime import date

import pytest
from prefect import get_client
from prefect.client.schemas.filters import FlowRunFilter
from prefect.client.schemas.objects import DeploymentSchedule, FlowRun

from flows.deployments import BY_CODE, deployments
from flows.schedule import schedules
from flows.sync import Moved, full_name, rows_of, sync_schedules
from flows.words import FLOWS, STAGE_FLOWS, flow_note, flow_title
from models.clock import SystemClock
from models.opening import Batch
from tasks.stages import STAGES
from tasks.work import House
from tests.factory import Bench, divisions, make_bench, programme, workdays

DATES = {"opened_on": "2024-02-23", "submit_by": "2024-03-15", "post_by": "2024-03-18"}
PATIENCE_S = 120.0


def announced(url: str) -> Bench:
    """A house in the winter before batch 2, its dates just published."""
    bench = make_bench(url, "2024-02-20T10:00")
    bench.act("opening.announce_batch", "430000-mz", batch=2, document="notice", **DATES)
    return bench


def running_batch() -> Batch:
    plan = programme().batches[0]
    return Batch(
        number=1,
        label=plan.label,
        rules_as_of=date(2022, 2, 25),
        announce_by=plan.announce_by,
        opened_on=date(2022, 2, 25),
        submit_by=date(2022, 3, 10),
        post_by=date(2022, 3, 14),
        period_start=plan.period_start,
        period_end=plan.period_end or date(2023, 12, 31),
        list_confirmed_on=date(2022, 5, 11),
        last_agreement_on=date(2022, 5, 20),
    )


def test_every_flow_exists_and_has_words() -> None:
    assert list(BY_CODE) == list(FLOWS)
    assert list(STAGES) == list(STAGE_FLOWS)
    assert all(flow_title(code) and flow_note(code) for code in FLOWS)
    assert [flow.name for flow in BY_CODE.values()] == [flow_title(code) for code in FLOWS]


def test_every_schedule_names_a_flow_and_a_clause_that_exist() -> None:
    found = schedules([running_batch()], programme(), workdays(), date(2022, 1, 1))

    known = {clause.id for clause in programme().clauses}
    assert {row.deployment for row in found} <= set(BY_CODE)
    assert {row.deployment for row in found} >= {"lifecycle", "post", "opening", "application", "evaluation"}
    assert {clause for row in found for clause in row.clause.split()} <= known
    assert len({(row.deployment, row.slug) for row in found}) == len(found)


def test_days_that_have_passed_have_no_schedule() -> None:
    found = schedules([running_batch()], programme(), workdays(), date(2022, 6, 1))

    assert min(row.on for row in found if row.on is not None) >= date(2022, 6, 1)


def test_dates_announced_and_extended_move_the_schedules(prefect: str, sqlite_url: str) -> None:
    bench = announced(sqlite_url)

    created = asyncio.run(_served_and_synced(bench.house)).created
    wanted, was = _wanted(bench.house), asyncio.run(_slugs("application"))
    later = {"submit_by": "2024-03-20", "post_by": "2024-03-22"}
    bench.act("opening.extend_batch", "430000-mz", batch=2, reason="roads", **later)
    moved = asyncio.run(sync_schedules(bench.house))
    now = asyncio.run(_slugs("application"))
    again = asyncio.run(sync_schedules(bench.house))

    assert (created, was, now) == (len(rows_of(bench.house)), wanted, _wanted(bench.house))
    assert "b2-due-2024-03-18" in was - now
    assert "b2-due-2024-03-22" in now - was
    assert min(moved.created, moved.removed) >= 2
    assert again == Moved()


def test_served_cron_schedule_gets_a_scheduled_run(prefect: str, sqlite_url: str) -> None:
    engine = make_bench(sqlite_url).house.engine
    house = House(engine, SystemClock(), programme(), workdays(), divisions())

    asyncio.run(_served_and_synced(house))

    deadline = time.monotonic() + PATIENCE_S
    while not (runs := asyncio.run(_scheduled("lifecycle"))):
        assert time.monotonic() < deadline, "no run was scheduled"
        time.sleep(0.5)
    assert {one.state_name for one in runs} == {"Scheduled"}


async def _served_and_synced(house: House) -> Moved:
    for one in await deployments():
        await one.apply()  # type: ignore[misc]
    return await sync_schedules(house)


def _wanted(house: House) -> set[str]:
    return {row.slug for row in rows_of(house) if row.deployment == "application"}


async def _schedules(code: str) -> list[DeploymentSchedule]:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(full_name(code))
        return await client.read_deployment_schedules(deployment.id)


async def _slugs(code: str) -> set[str]:
    return {one.slug or "" for one in await _schedules(code)}


async def _scheduled(code: str) -> list[FlowRun]:
    async with get_client() as client:
        deployment = await client.read_deployment_by_name(full_name(code))
        wanted = FlowRunFilter(deployment_id={"any_": [deployment.id]})
        return await client.read_flow_runs(flow_run_filter=wanted)


@pytest.mark.parametrize("code", FLOWS)
def test_deployments_are_found_by_their_module(code: str) -> None:
    flow = BY_CODE[code]

    assert flow.fn.__module__ == f"flows.{code}"
