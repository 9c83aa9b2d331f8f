"""How runs are called: titles, notes, run names and tags in the words of the programme pack."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from sqlalchemy import select
from sqlmodel import col

from models.messages import say
from models.opening import Batch
from models.programme import Programme, load_programme
from models.step import Step
from tasks.chores import Chore
from tasks.installation import read_settings
from tasks.lifecycle import due_chores
from tasks.work import House

STAGE_FLOWS = (
    "opening",
    "application",
    "review",
    "pairing",
    "agreement",
    "disbursement",
    "fieldwork",
    "evaluation",
)
FLOWS = ("lifecycle", *STAGE_FLOWS, "deadlines", "post", "acting")
"""Every flow by its code, which is also the name of its module."""


@lru_cache(maxsize=1)
def _programme() -> Programme:
    return load_programme(read_settings().programme)


def flow_title(code: str) -> str:
    """The title of a flow; it is the name of the flow and of its deployment."""
    return word("flow", code)


def flow_note(code: str) -> str:
    """What a flow does, for whoever opens its page."""
    return word("flow_note", code)


def word(group: str, code: str) -> str:
    """One word of the pack."""
    return _programme().label(group, code)


def run_name(house: House, code: str, batches: Iterable[str] = ()) -> str:
    """The name of a run: the day, the flow's title and the batches it is about."""
    day, title, named = house.clock.today(), flow_title(code), list(batches)
    if not named:
        return say("flows.run", day=day, title=title)
    return say("flows.run_of", day=day, title=title, batches=named)


def naming(code: str, house_of: Callable[[], House]) -> Callable[[], str]:
    """How Prefect names a run of this flow when it begins."""

    def name() -> str:
        house = house_of()
        return run_name(
            house, code, batches_of(house, code, due_chores(house, code)) if code in STAGE_FLOWS else ()
        )

    return name


def batches_of(house: House, stage: str, chores: Sequence[Chore]) -> list[str]:
    """The labels of the batches that a stage's chores are about; one without a batch is about those running.

    Without chores, those of which the stage has open steps: what its tables will show.
    """
    numbers = {chore.batch for chore in chores}
    with house.look() as work:
        if not chores:
            kinds = [kind.id for kind in work.programme.steps if kind.stage == stage]
            numbers = set(
                work.session.execute(
                    select(col(Step.batch))
                    .where(col(Step.kind).in_(kinds), col(Step.state) == "open")
                    .distinct()
                ).scalars()
            ) - {None}
        batches = [work.session.get(Batch, plan.number) for plan in work.programme.batches]
        return [
            one.label
            for one in batches
            if one is not None and (one.number in numbers or (None in numbers and one.state == "running"))
        ]


def batches_at_work(house: House) -> list[str]:
    """The labels of the batches between announcement and close: what a run over everything is about."""
    with house.look() as work:
        batches = [work.session.get(Batch, plan.number) for plan in work.programme.batches]
        return [one.label for one in batches if one is not None and one.state not in ("preparing", "closed")]


def place_of(house: House, chore: Chore) -> str:
    """What a chore is about: its city, else its batch, else the whole province."""
    if chore.city is not None:
        return house.divisions.by_code(chore.city).name
    return (
        house.programme.batch(chore.batch).label if chore.batch is not None else word("artifact", "province")
    )
