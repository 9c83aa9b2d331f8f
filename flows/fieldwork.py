"""Fieldwork as a run: rosters, months, quarters and alerts of pace (S18–S21; K30–K32)."""

from typing import Any

from prefect import State

from flows.engine import lent_flow, run_stage


@lent_flow("fieldwork")
async def fieldwork() -> State[Any]:
    """Does what fieldwork has due now; late, twice or at once with another run it has the effect of once."""
    return await run_stage("fieldwork")
