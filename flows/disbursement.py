"""Disbursement as a run: each new work year's legs are owed (S14–S17; K39–K44)."""

from typing import Any

from prefect import State

from flows.engine import lent_flow, run_stage


@lent_flow("disbursement")
async def disbursement() -> State[Any]:
    """Does what disbursement has due now; late, twice or at once with another run it has the effect of once."""
    return await run_stage("disbursement")
