"""What is due now, stage by stage, in order; the flows, `qianshou advance` and the replay all stand on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.chores import Chore, Outcome
from tasks.deadlines import sweep
from tasks.stages import STAGES
from tasks.work import House


@dataclass(frozen=True, slots=True)
class Advance:
    """What one advance did: the chores with their outcomes, and the sweep's counts."""

    chores: tuple[tuple[Chore, Outcome], ...]
    reminded: int
    escalated: int
    letters: int

    @property
    def did_something(self) -> bool:
        """Whether anything was due at all."""
        return bool(self.chores) or bool(self.letters)


def due_chores(house: House, stage: str) -> list[Chore]:
    """What a stage has to do as of now, in a fixed order; a pure read."""
    with house.look() as work:
        return list(STAGES[stage].chores(work))


def due_stages(house: House) -> list[str]:
    """The stages that have something due now, in the programme's order."""
    return [stage for stage in STAGES if due_chores(house, stage)]


def perform_chore(house: House, chore: Chore) -> Outcome:
    """Performs one chore in one transaction of its own."""
    with house.transaction() as work:
        return chore.perform(work)


def _next_due(house: House, stages: Sequence[str]) -> tuple[str, list[Chore]] | None:
    """The first of these stages that has something to do, with its chores, found in one look; None where none has."""
    with house.look() as work:
        for stage in stages:
            if chores := list(STAGES[stage].chores(work)):
                return stage, chores
    return None


def advance(house: House) -> Advance:
    """Does everything due as of now: every stage's chores, then the sweep. Late, twice or in parallel: once is done.

    It does not send letters: that is the post's (notifications.dispatch).
    """
    done: list[tuple[Chore, Outcome]] = []
    waiting = list(STAGES)
    while (found := _next_due(house, waiting)) is not None:
        stage, chores = found
        done += [(chore, perform_chore(house, chore)) for chore in chores]
        waiting = waiting[waiting.index(stage) + 1 :]
    swept = sweep(house)
    return Advance(tuple(done), swept.reminded, swept.escalated, swept.letters)
