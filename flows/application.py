"""The flow of the stage application: it watches parcels and lets lapse what was never sent."""

from typing import Any

from prefect import State

from flows.engine import run_stage, stage_flow

STAGE = "application"


@stage_flow(STAGE)
async def application() -> State[Any]:
    """Does what this stage has due as of now; a second run at the same time does nothing twice."""
    return await run_stage(STAGE)
