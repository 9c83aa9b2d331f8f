"""The runner of the flows: serves every deployment in one process, each run in a process of its own."""

import asyncio

from prefect import aserve

from flows.deployments import deployments
from flows.sync import sync_schedules
from tasks.installation import open_house, read_settings

LIMIT = 2
"""So many runs at a time."""


async def serve_flows() -> None:
    """Serves until it is told to stop; schedules stay as they are when it does (DESIGN section 10)."""
    served = await deployments()
    for one in served:
        await one.apply()  # type: ignore[misc]
    settings = read_settings()
    await sync_schedules(open_house(settings))
    await aserve(*served, limit=LIMIT, pause_on_shutdown=False)


if __name__ == "__main__":
    asyncio.run(serve_flows())
