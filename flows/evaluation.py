"""The flow of the stage evaluation: it opens self-evaluations and annual reports."""

from typing import Any

from prefect import State

from flows.engine import run_stage, stage_flow

STAGE = "evaluation"


@stage_flow(STAGE)
async def evaluation() -> State[Any]:
    """Does what this stage has due as of now; a second run at the same time does nothing twice."""
    return await run_stage(STAGE)
