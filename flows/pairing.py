"""The flow of the stage pairing: it has nothing of its own: pairing waits for people."""

from typing import Any

from prefect import State

from flows.engine import run_stage, stage_flow

STAGE = "pairing"


@stage_flow(STAGE)
async def pairing() -> State[Any]:
    """Does what this stage has due as of now; a second run at the same time does nothing twice."""
    return await run_stage(STAGE)
