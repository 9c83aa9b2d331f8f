"""Deadlines as a run: one set-based sweep, then a task per city that says whom it reminded and told (K32)."""

import asyncio
from typing import Any

from prefect import State
from prefect.states import Completed, Failed

from flows.artifacts import DoneRow, Report, leave_report, outlook_of
from flows.engine import label_task, lent_flow, lent_task, tag_run, words_of
from flows.lent import current
from flows.told import Told, digests_today, told_today
from flows.words import batches_at_work, flow_title, word
from models.messages import say
from tasks.deadlines import sweep


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
        name = say("flows.told", place=city.place, reminded=city.reminded, escalated=city.escalated)
        await tell_city.with_options(task_run_name=name)(city)

    message = say(
        "flows.swept",
        reminded=sum(city.reminded for city in told),
        escalated=sum(city.escalated for city in told),
        letters=digests_today(house),
        late=len(outlook_of(house).late),
    )
    done = [
        DoneRow(city.place, word("flow_task", nature), count)
        for city in told
        for nature, count in (("reminder", city.reminded), ("escalation", city.escalated))
        if count
    ]
    await leave_report(house, Report("deadlines", message, done))
    return Completed(message=message)


@lent_task("sweep")
async def sweep_steps() -> State[Any]:
    """The sweep: one transaction over all steps, on a second run of the day without effect."""
    label_task(flow_title("deadlines"))
    swept = await asyncio.to_thread(sweep, current().house)
    return Completed(message=say("flows.swept_city", reminded=swept.reminded, escalated=swept.escalated))


@lent_task("tell")
async def tell_city(city: Told) -> State[Any]:
    """Shows one city in the run's graph; the sweep has done the work."""
    label_task(flow_title("deadlines"), city.place)
    return Completed(message=say("flows.swept_city", reminded=city.reminded, escalated=city.escalated))
