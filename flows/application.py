"""Application as a run: parcels that do not arrive are asked after, what was never sent lapses (S02–S08; K18–K24)."""

from typing import Any

from prefect import State

from flows.engine import lent_flow, run_stage


@lent_flow("application")
async def application() -> State[Any]:
    """Does what application has due now; late, twice or at once with another run it has the effect of once."""
    return await run_stage("application")
