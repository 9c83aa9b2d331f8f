"""Deadlines as a run: one set-based sweep, a task per city that says whom it told, then the watchman (K32)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from prefect import State
from prefect.states import Completed, Failed

from flows.artifacts import SHOWN, DoneRow, Report, leave_report, leave_table, moment, outlook_of
from flows.engine import label_task, lent_flow, lent_task, tag_run, words_of
from flows.lent import current
from flows.told import Told, digests_today, told_today
from flows.words import batches_at_work, flow_title, word
from models.messages import say
from tasks.deadlines import sweep
from tasks.heartbeat import watch_and_beat
from tasks.watchman import Fault
from tasks.work import House

NAMED = 3
"""So many of the watchman's findings stand in the run's state; the table has them all."""


@lent_flow("deadlines")
async def deadlines() -> State[Any]:
    """Reminds and escalates what is due today; on a day off it says so and leaves all for the next working day."""
    house = current().house
    today = house.clock.today()
    await tag_run(flow_title("deadlines"), *batches_at_work(house))
    if not house.workdays.is_workday(today):
        return Completed(message=say("flows.day_off", day=today, next=house.workdays.next_workday(today)))

    swept = await sweep_steps(return_state=True)
    if not swept.is_completed():
        return Failed(message=await words_of(swept))
    told = told_today(house)
    for city in told:
        name = say("flows.told", place=city.place, **_counts(city))
        await tell_city.with_options(task_run_name=name)(city)
    watched = await watch_steps(return_state=True)

    swept_words = say(
        "flows.swept",
        reminded=sum(city.reminded for city in told),
        escalated=sum(city.escalated for city in told),
        letters=digests_today(house),
        late=len(outlook_of(house).late),
    )
    found = watched.message if watched.is_completed() else await words_of(watched)
    message = f"{swept_words}{found}"
    done = [
        DoneRow(city.place, word("flow_task", nature), count)
        for city in told
        for nature, count in (("reminder", city.reminded), ("escalation", city.escalated))
        if count
    ]
    await leave_report(house, Report("deadlines", message, done))
    return Completed(message=message) if watched.is_completed() else Failed(message=message)


@lent_task("sweep")
async def sweep_steps() -> State[Any]:
    """The sweep: one transaction over all steps, on a second run of the day without effect."""
    label_task(flow_title("deadlines"))
    swept = await asyncio.to_thread(sweep, current().house)
    return Completed(message=say("flows.swept_all", reminded=swept.reminded, escalated=swept.escalated))


@lent_task("tell")
async def tell_city(city: Told) -> State[Any]:
    """Shows one city in the run's graph; the sweep has done the work."""
    label_task(flow_title("deadlines"), city.place)
    return Completed(message=say("flows.swept_city", **_counts(city)))


@lent_task("watch")
async def watch_steps() -> State[Any]:
    """The watchman, independent of the sweep: failed, in words, when somebody who should have heard has not."""
    label_task(flow_title("deadlines"))
    house = current().house
    watched = await asyncio.to_thread(watch_and_beat, house)
    faults = watched.faults if watched else ()
    await leave_faults(house, faults)
    if faults:
        listed = "".join(one.text for one in faults[:NAMED])
        return Failed(message=say("flows.watch_failed", count=len(faults), faults=listed))
    message = say("flows.watched")
    if watched and watched.unreached:
        message = say("flows.watched_silent", message=message, reason=watched.unreached)
    return Completed(message=message)


async def leave_faults(house: House, faults: Sequence[Fault]) -> None:
    """The watchman's findings as a table; an empty one too, so that yesterday's does not look like today's."""
    rows = [
        {
            word("artifact", "wrong"): say(f"watch.{one.wrong}"),
            word("artifact", "key"): one.step,
            word("artifact", "level"): one.facts["level"],
            word("artifact", "nominal"): one.nominal.isoformat(),
            word("artifact", "who"): one.facts["person"],
        }
        for one in faults[:SHOWN]
    ]
    said = say("flows.table.watch", now=moment(house), count=len(faults), shown=len(rows))
    await leave_table("deadlines", "watch", rows, said)


def _counts(city: Told) -> dict[str, int]:
    return {"reminded": city.reminded, "escalated": city.escalated, "silent": city.silent}
