"""Lends use-cases to Prefect: a stage's chores as tasks, one per city, with names, tags and tables in Chinese."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from typing import Any

from prefect import State, flow, task
from prefect.artifacts import acreate_table_artifact
from prefect.states import Completed
from sqlalchemy.exc import OperationalError

from models.messages import say
from models.programme import Programme, load_programme
from notifications.settings import post_settings
from notifications.transport import SmtpTransport, Transport
from tasks.chores import Chore
from tasks.installation import open_house, read_settings
from tasks.lifecycle import due_chores, perform_chore
from tasks.queries.steps import step_list
from tasks.work import House

CATCHER = "smtp://127.0.0.1:{port}"
LATE_ROWS = 200
AHEAD = 5
"""How many working days ahead a run's table of what is next looks."""

_lent: list[tuple[House, Transport]] = []


@contextmanager
def lend(house: House, transport: Transport) -> Iterator[None]:
    """Lets the flows of this process work in a house that is open already (the replay's); afterwards in their own."""
    _lent.append((house, transport))
    try:
        yield
    finally:
        _lent.pop()


def current_house() -> House:
    """The house the flows work in: the lent one, else the one the environment describes."""
    return _lent[-1][0] if _lent else _own_house()


def current_transport() -> Transport:
    """How letters leave: the lent way, else QIANSHOU_SMTP_URL, else the catcher on this machine."""
    if _lent:
        return _lent[-1][1]
    return SmtpTransport(post_settings().smtp_url or CATCHER.format(port=read_settings().catcher_port))


@lru_cache(maxsize=1)
def _own_house() -> House:
    return open_house()


@lru_cache(maxsize=1)
def words() -> Programme:
    """The programme whose words name flows, tasks and tables."""
    return load_programme(read_settings().programme)


def run_name(name: str) -> Callable[[], str]:
    """Names a run by the house's date and what it does."""

    def named() -> str:
        return say("run.name", day=current_house().clock.today(), name=name)

    return named


def stage_flow(stage: str) -> Any:
    """Decorates a stage's flow: its Chinese name, and a run name that says of which day it is."""
    label = words().label("stage", stage)
    return flow(name=label, flow_run_name=run_name(label), retries=0, persist_result=False)


def may_try_again(_task: Any, _run: Any, state: State[Any]) -> bool:
    """Only a busy or absent database is worth another try; a refusal stays a refusal."""
    return isinstance(state.result(raise_on_failure=False), OperationalError)


@task(retries=2, retry_delay_seconds=2, retry_condition_fn=may_try_again, persist_result=False)
async def perform_city(stage: str, city: str | None) -> list[list[str]]:
    """Performs everything a stage has due in one city (or in none); returns a row for each thing done."""
    house = current_house()
    rows: list[list[str]] = []
    for chore in due_chores(house, stage):
        if chore.city == city:
            outcome = perform_chore(house, chore)
            rows += [[place_of(house, city), chore_label(chore), *row[:1], " ".join(row[1:])] for row in outcome.rows]
    return rows


async def run_stage(stage: str) -> State[Any]:
    """Runs one stage as of now: a task per city, a table of what was done, a state that says it in words."""
    house = current_house()
    label = words().label("stage", stage)
    chores = sorted(due_chores(house, stage), key=lambda one: one.city or "")
    if not chores:
        return Completed(message=say("run.stage_idle", stage=label))
    rows: list[list[str]] = []
    places: list[str] = []
    for city, listed in groupby(chores, key=lambda one: one.city):
        own = list(listed)
        place = place_of(house, city)
        what = "\u3001".join(dict.fromkeys(chore_label(one) for one in own))
        batches = {house.programme.batch(one.batch).label for one in own if one.batch is not None}
        named = perform_city.with_options(
            task_run_name=say("run.task", city=place, what=what), tags={label, place, *batches}
        )
        rows += await named(stage, city)
        places.append(place)
    day = house.clock.today()
    await leave_table(
        f"{stage}-done", say("run.done_table", stage=label, day=day), ("city", "chore", "item", "detail"), rows
    )
    return Completed(message=say("run.stage_done", stage=label, done=len(rows), places=tuple(places)))


async def leave_step_tables(key: str) -> int:
    """Leaves the tables of who is late and what is next; returns how many steps are late."""
    house = current_house()
    today = house.clock.today()
    with house.look() as work:
        late = [row for row in step_list(work, overdue=True)]
        soon = step_list(work, due_until=house.workdays.add_workdays(today, AHEAD))
    columns = ("city", "matter", "owner", "due_on", "late", "key")
    for name, title, rows in (("late", "run.late_table", late), ("next", "run.next_table", soon)):
        cells = [[one.city, one.matter, one.owner_name, str(one.due_on), str(one.late or ""), one.key] for one in rows]
        await leave_table(f"{key}-{name}", say(title, day=today), columns, cells[:LATE_ROWS])
    return len(late)


async def leave_table(key: str, title: str, columns: tuple[str, ...], rows: list[list[str]]) -> None:
    """Leaves a table for the administrator under a key that stays the same from run to run."""
    headings = [say(f"run.column.{name}") for name in columns]
    await acreate_table_artifact(
        table=[dict(zip(headings, row, strict=False)) for row in rows], key=key, description=title
    )


def place_of(house: House, city: str | None) -> str:
    """A city's name, or the whole province."""
    return house.divisions.by_code(city).name if city else words().label("artifact", "province")


def chore_label(chore: Chore) -> str:
    """What a chore is called."""
    return words().label("chore", chore.name)


