"""The flow of the stage agreement: it has nothing of its own: an agreement waits for its parties."""

from typing import Any

from prefect import State

from flows.engine import run_stage, stage_flow

STAGE = "agreement"


@stage_flow(STAGE)
async def agreement() -> State[Any]:
    """Does what this stage has due as of now; a second run at the same time does nothing twice."""
    return await run_stage(STAGE)
