"""Pairing as a run: people make the list, the run shows how far it is and who is late (S11, S12; K05, K26)."""

from typing import Any

from prefect import State

from flows.engine import lent_flow, run_stage


@lent_flow("pairing")
async def pairing() -> State[Any]:
    """Does what pairing has due now; late, twice or at once with another run it has the effect of once."""
    return await run_stage("pairing")
