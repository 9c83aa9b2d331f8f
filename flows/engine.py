"""Lends chores to Prefect: one task per city, named and tagged, retried where the database was busy, never refusals."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, ParamSpec

from prefect import Flow, State, Task, flow, get_client, get_run_logger, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import TaskRun
from prefect.context import FlowRunContext, TaskRunContext
from prefect.states import Completed, Failed
from prefect.utilities.annotations import quote
from sqlalchemy.exc import OperationalError

from flows.artifacts import AHEAD, DoneRow, Report, leave_report, outlook_of
from flows.lent import current
from flows.words import batches_of, flow_note, flow_title, naming, place_of, word
from models.messages import say
from models.rules.breach import RuleBroken
from tasks.chores import Chore, Outcome
from tasks.lifecycle import due_chores, perform_chore
from tasks.refusal import Refusal
from tasks.work import House

Form = ParamSpec("Form")
Run = Callable[Form, Coroutine[Any, Any, State[Any]]]
"""The body of a flow: it returns its own final state."""

RETRIES = 2
PAUSES = [1.0, 5.0]


class Parcel:
    """The chores of one city (or of one batch) in a run, with what has been done of them.

    No dataclass on purpose: Prefect looks into those when it is given one.
    """

    def __init__(self, place: str, chores: Sequence[Chore], labels: Sequence[str]) -> None:
        self.place = place
        self.labels = tuple(dict.fromkeys(labels))
        self.chores = tuple(chores)
        self.done: list[tuple[Chore, Outcome]] = []

    @property
    def names(self) -> list[str]:
        """The chores' names in the pack's words, each once."""
        return list(dict.fromkeys(word("chore", chore.name) for chore in self.chores))

    def perform(self, house: House) -> None:
        """Performs what is not done yet, one transaction each; what is done stays done when a later one fails."""
        for chore in self.chores[len(self.done) :]:
            self.done.append((chore, perform_chore(house, chore)))


def parcels_of(house: House, stage: str, chores: Sequence[Chore]) -> list[Parcel]:
    """A stage's chores by city, in the order in which the stage names them; those without a city by batch."""
    grouped: dict[tuple[str | None, int | None], list[Chore]] = {}
    for chore in chores:
        grouped.setdefault((chore.city, None if chore.city else chore.batch), []).append(chore)
    places = [(place_of(house, group[0]), group) for group in grouped.values()]
    return [
        Parcel(place, group, [flow_title(stage), *batches_of(house, stage, group), place])
        for place, group in places
    ]


async def is_worth_retrying(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether a failed task is tried again: a busy or absent database, nothing else."""
    return isinstance(await state.aresult(raise_on_failure=False), OperationalError)


def lent_task(code: str) -> Callable[[Callable[..., Awaitable[Any]]], Task[..., Any]]:
    """Makes a Prefect task of a function, named by the pack, kept nowhere, retried as `is_worth_retrying` says."""

    def lend(body: Callable[..., Awaitable[Any]]) -> Task[..., Any]:
        made: Task[..., Any] = task(
            name=word("flow_task", code),
            task_run_name=word("flow_task", code),
            retries=RETRIES,
            retry_delay_seconds=PAUSES,
            retry_condition_fn=is_worth_retrying,
            cache_policy=NO_CACHE,
            persist_result=False,
        )(body)
        return made

    return lend


def lent_flow(code: str) -> Callable[[Run[Form]], Flow[Form, Coroutine[Any, Any, State[Any]]]]:
    """Makes a Prefect flow of a function: title, note and run names from the pack."""

    def lend(body: Run[Form]) -> Flow[Form, Coroutine[Any, Any, State[Any]]]:
        made: Flow[Form, Coroutine[Any, Any, State[Any]]] = flow(
            name=flow_title(code),
            description=flow_note(code),
            flow_run_name=naming(code, lambda: current().house),
            persist_result=False,
        )(body)
        return made

    return lend


@lent_task("perform")
async def perform(parcel: Parcel) -> State[Any]:
    """Performs one city's chores; a refusal is a failed state with its sentence, and is not tried again."""
    house = current().house
    label_task(*parcel.labels)
    try:
        await asyncio.to_thread(parcel.perform, house)
    except (Refusal, RuleBroken) as refused:
        return Failed(message=say("flows.refused", reason=reason_of(refused)))
    for chore, outcome in parcel.done:
        for row in outcome.rows:
            get_run_logger().info("%s: %s", word("chore", chore.name), " | ".join(row))
    return Completed(message=counted(house, parcel.done))


async def run_stage(stage: str) -> State[Any]:
    """Does what a stage has due now, city by city; one that fails does not keep the others from being done."""
    house = current().house
    chores = due_chores(house, stage)
    parcels = parcels_of(house, stage, chores)
    await tag_run(flow_title(stage), *batches_of(house, stage, chores))

    failures = []
    for parcel in parcels:
        name = say("flows.task", place=parcel.place, chores=parcel.names)
        lent = perform.with_options(name=parcel.names[0], task_run_name=name)
        state = await lent(quote(parcel), return_state=True)
        if not state.is_completed():
            failures.append(say("flows.refused_at", place=parcel.place, reason=await words_of(state)))

    done = [one for parcel in parcels for one in parcel.done]
    outlook = outlook_of(house, stage)
    message = say(
        "flows.stage", done=counted(house, done), late=len(outlook.late), ahead=len(outlook.ahead), days=AHEAD
    )
    if failures:
        message = say("flows.parts_failed", done=message, failed=len(failures), reasons=failures)
    await leave_report(house, Report(stage, message, _rows(parcels), stage=stage))
    return Failed(message=message) if failures else Completed(message=message)


def counted(house: House, done: Sequence[tuple[Chore, Outcome]]) -> str:
    """How much was done, in words: the sum and each kind of chore."""
    counts: Counter[str] = Counter()
    for chore, outcome in done:
        counts[word("chore", chore.name)] += outcome.done
    if not counts.total():
        return say("flows.nothing", day=house.clock.today())
    parts = [say("flows.part", chore=name, count=count) for name, count in counts.items() if count]
    return say("flows.done", count=counts.total(), chores=parts)


def reason_of(refused: Refusal | RuleBroken) -> str:
    """The sentence, or sentences, of a refusal."""
    if isinstance(refused, RuleBroken):
        return " ".join(breach.text for breach in refused.breaches)
    return refused.text


async def words_of(state: State[Any]) -> str:
    """Why a task failed, for people: the refusal's sentence, or that the database was busy, or that this is a fault."""
    error = await state.aresult(raise_on_failure=False)
    if isinstance(error, OperationalError):
        return say("flows.busy", reason=error.orig)
    return say("flows.fault", reason=error) if isinstance(error, BaseException) else state.message or ""


def label_task(*labels: str) -> None:
    """Gives the current task run its tags, from inside.

    Given beforehand each would be looked up as a concurrency limit, a request that an SQLite server answers with
    "try again" when tasks follow closely: a run over fourteen cities then took twenty seconds instead of two.
    """
    context = TaskRunContext.get()
    if context is not None:
        context.task_run.tags = sorted({*context.task_run.tags, *labels})


async def tag_run(*labels: str) -> None:
    """Gives the current run its tags, unless they are there already; tasks label themselves (`label_task`)."""
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or set(labels) <= set(run.tags):
        return
    async with get_client() as client:
        await client.update_flow_run(run.id, tags={*run.tags, *labels})


def _rows(parcels: Sequence[Parcel]) -> list[DoneRow]:
    return [
        DoneRow(
            parcel.place,
            word("chore", chore.name),
            outcome.done,
            tuple(" ".join(row) for row in outcome.rows),
        )
        for parcel in parcels
        for chore, outcome in parcel.done
    ]
