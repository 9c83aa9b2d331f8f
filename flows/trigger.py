"""Runs deployments now, through Prefect's API: what moves the demonstration's clock asks for the day's work so."""

from prefect.client.schemas.objects import FlowRun
from prefect.deployments import arun_deployment

from flows.sync import full_name


async def run_now(*codes: str, wait_seconds: float | None = 0) -> list[FlowRun]:
    """Starts a run of each deployment, in that order, and returns the runs as they are after the wait.

    With `wait_seconds` 0 it does not wait, with None until each run has ended before the next is started. A
    deployment that is running already lets no second run in (its slot, cancel-new). Raises what Prefect's client
    raises when no server answers at PREFECT_API_URL, and ValueError for a deployment that nobody serves.
    """
    return [
        await arun_deployment(full_name(code), timeout=wait_seconds, poll_interval=1, as_subflow=False)
        for code in codes
    ]
