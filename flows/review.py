"""Review as a run: a batch whose papers are in goes to the committee (S09, S10; K25)."""

from typing import Any

from prefect import State

from flows.engine import lent_flow, run_stage


@lent_flow("review")
async def review() -> State[Any]:
    """Does what review has due now; late, twice or at once with another run it has the effect of once."""
    return await run_stage("review")
