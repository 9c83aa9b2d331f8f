"""The flow of the stage review: it begins the review when everything is checked."""

from typing import Any

from prefect import State

from flows.engine import run_stage, stage_flow

STAGE = "review"


@stage_flow(STAGE)
async def review() -> State[Any]:
    """Does what this stage has due as of now; a second run at the same time does nothing twice."""
    return await run_stage(STAGE)
