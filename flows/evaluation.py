"""Evaluation as a run: self-evaluations in December, the cities' reports after the year (S22–S27; K33, K46)."""

from typing import Any

from prefect import State

from flows.engine import lent_flow, run_stage


@lent_flow("evaluation")
async def evaluation() -> State[Any]:
    """Does what evaluation has due now; late, twice or at once with another run it has the effect of once."""
    return await run_stage("evaluation")
