"""The flow of the stage disbursement: it opens the money of later work years."""

from typing import Any

from prefect import State

from flows.engine import run_stage, stage_flow

STAGE = "disbursement"


@stage_flow(STAGE)
async def disbursement() -> State[Any]:
    """Does what this stage has due as of now; a second run at the same time does nothing twice."""
    return await run_stage(STAGE)
