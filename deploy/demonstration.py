"""The demonstration's past: the cast plays, and what falls due on a day goes through the Prefect flows."""

import asyncio
from collections.abc import Callable

from flows.engine import lend
from flows.lifecycle import lifecycle
from notifications.catcher_store import CatcherStore
from notifications.transport import ShelfTransport
from tasks.lifecycle import advance, due_stages
from tasks.work import House


def through_flows(store: CatcherStore) -> Callable[[House], object]:
    """The machine's work of a day: through the flows when a stage has something due, else in this process.

    Either way writes the same; the flows also leave runs and tables for whoever looks at the dashboard.
    """

    def run(house: House) -> object:
        if not due_stages(house):
            return advance(house)
        with lend(house, ShelfTransport(store)):
            return asyncio.run(lifecycle(return_state=True))

    return run
