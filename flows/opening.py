"""The flow of the stage opening: it announces, opens and tells every city."""

from typing import Any

from prefect import State

from flows.engine import run_stage, stage_flow

STAGE = "opening"


@stage_flow(STAGE)
async def opening() -> State[Any]:
    """Does what this stage has due as of now; a second run at the same time does nothing twice."""
    return await run_stage(STAGE)
