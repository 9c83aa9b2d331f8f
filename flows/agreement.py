"""Agreement as a run: the parties sign, the run shows who has not (S13; K27, K28)."""

from typing import Any

from prefect import State

from flows.engine import lent_flow, run_stage


@lent_flow("agreement")
async def agreement() -> State[Any]:
    """Does what agreement has due now; late, twice or at once with another run it has the effect of once."""
    return await run_stage("agreement")
