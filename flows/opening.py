"""Opening as a run: every batch whose day has come is opened and every city told (S01; K02, K14–K16)."""

from typing import Any

from prefect import State

from flows.engine import lent_flow, run_stage


@lent_flow("opening")
async def opening() -> State[Any]:
    """Does what opening has due now; late, twice or at once with another run it has the effect of once."""
    return await run_stage("opening")
