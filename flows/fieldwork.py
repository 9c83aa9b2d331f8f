"""The flow of the stage fieldwork: it opens months, quarters and rosters and raises pace alerts."""

from typing import Any

from prefect import State

from flows.engine import run_stage, stage_flow

STAGE = "fieldwork"


@stage_flow(STAGE)
async def fieldwork() -> State[Any]:
    """Does what this stage has due as of now; a second run at the same time does nothing twice."""
    return await run_stage(STAGE)
