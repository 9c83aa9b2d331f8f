"""The demonstration's past: the cast plays, and what falls due on a day goes through the Prefect flows."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from prefect import State
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

from flows.lent import lend
from flows.lifecycle import lifecycle
from notifications.catcher_store import CatcherStore
from notifications.transport import ShelfTransport
from tasks.lifecycle import advance, due_stages
from tasks.work import House

MONTHLY = {"fieldwork"}
"""Stages whose monthly routine would fill the dashboard: between quarters they work in this process."""

DRAIN_S = 5


def through_flows(store: CatcherStore) -> Callable[[House], object]:
    """The machine's work of a day: through the flows when a stage has something due, else in this process.

    Either way writes the same; the flows also leave runs and tables for whoever looks at the dashboard.
    """

    def run(house: House) -> object:
        return _lifecycle(house, store) if due_stages(house) else advance(house)

    return run


def through_flows_on_great_days(store: CatcherStore) -> Callable[[House], object]:
    """The same, but a month's returns alone are no reason for runs, except after a quarter."""

    def run(house: House) -> object:
        due = set(due_stages(house))
        great = due - MONTHLY or (due and house.clock.today().month % 3 == 1)
        return _lifecycle(house, store) if great else advance(house)

    return run


@contextmanager
def reported() -> Iterator[None]:
    """At its end, however that comes, what this process still has to tell Prefect's server has been told.

    Left to the end of the process, when the server has been stopped, Prefect tries again for over a minute.
    """
    try:
        yield
    finally:
        APILogWorker.drain_all(timeout=DRAIN_S)
        EventsWorker.drain_all(timeout=DRAIN_S)


def show_present(house: House, store: CatcherStore) -> None:
    """One more run at the end of a play: it finds nothing to do, and its tables are as of that moment."""
    _lifecycle(house, store)


def _lifecycle(house: House, store: CatcherStore) -> object:
    with lend(house, ShelfTransport(store)):
        return asyncio.run(_run_lifecycle())


async def _run_lifecycle() -> State[Any]:
    return await lifecycle(return_state=True)
