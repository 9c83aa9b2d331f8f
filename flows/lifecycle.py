"""The daily parent: runs the stages that have something due, in order, then deadlines, post and the schedules."""

from collections.abc import Coroutine
from typing import Any

from prefect import Flow, State
from prefect.states import Completed, Failed

from flows.agreement import agreement
from flows.application import application
from flows.artifacts import DoneRow, Report, leave_digest
from flows.course import leave_courses
from flows.deadlines import deadlines
from flows.disbursement import disbursement
from flows.engine import label_task, lent_flow, lent_task, tag_run
from flows.evaluation import evaluation
from flows.fieldwork import fieldwork
from flows.lent import current
from flows.opening import opening
from flows.pairing import pairing
from flows.post import post
from flows.review import review
from flows.sync import sync_schedules
from flows.words import batches_at_work, flow_title
from models.messages import say
from tasks.lifecycle import due_chores
from tasks.work import House

StageFlow = Flow[[], Coroutine[Any, Any, State[Any]]]

STAGES: dict[str, StageFlow] = {
    "opening": opening,
    "application": application,
    "review": review,
    "pairing": pairing,
    "agreement": agreement,
    "disbursement": disbursement,
    "fieldwork": fieldwork,
    "evaluation": evaluation,
}
"""Stage → its flow, in the order of the programme."""


@lent_flow("lifecycle")
async def lifecycle() -> State[Any]:
    """Everything due as of now. A day off has nothing; what was missed, for however long, is made up for."""
    house = current().house
    today = house.clock.today()
    await tag_run(flow_title("lifecycle"), *batches_at_work(house))
    if house.workdays.is_workday(today):
        states = await _day(house)
        parts = [
            say("flows.parent_part", title=flow_title(code), message=state.message or state.name)
            for code, state in states.items()
        ]
        failed = [flow_title(code) for code, state in states.items() if not state.is_completed()]
        message = say("flows.parent", parts=" ".join(parts))
    else:
        states, failed = {}, []
        message = say("flows.day_off", day=today, next=house.workdays.next_workday(today))
    if failed:
        message = say("flows.parent_failed", failed=failed, parts=message)
    done = [DoneRow(flow_title(code), state.message or "", 1) for code, state in states.items()]
    await leave_digest(house, Report("lifecycle", message, done))
    await leave_courses(house)
    if not current().played:
        await check_schedules(return_state=True)
    return Failed(message=message) if failed else Completed(message=message)


async def _day(house: House) -> dict[str, State[Any]]:
    """The day's subflows by code with their final states; a stage is asked when those before it are through."""
    states: dict[str, State[Any]] = {}
    for code, stage in STAGES.items():
        if due_chores(house, code):
            states[code] = await stage(return_state=True)
    states["deadlines"] = await deadlines(return_state=True)
    states["post"] = await post(return_state=True)
    return states


@lent_task("schedule")
async def check_schedules() -> State[Any]:
    """Moves the schedules to the dates as they stand now."""
    label_task(flow_title("lifecycle"))
    moved = await sync_schedules(current().house)
    return Completed(message=moved.text)
