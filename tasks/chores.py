"""Chores: what the machine does by itself when a date has come; each is one transaction and safe to repeat."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a chore did, for the run's table: one row per thing done, and what comes next."""

    done: int
    rows: tuple[tuple[str, ...], ...] = ()


Perform = Callable[[Work], Outcome]
"""How a chore is performed inside a transaction."""


@dataclass(frozen=True, slots=True)
class Chore:
    """One piece of machine work due now: `name` is its code (labelled in the pack's words), `subject` what it is about.

    `perform` does it inside a transaction, finds out again whether it is still to be done, and repeats nothing.
    """

    stage: str
    name: str
    subject: str
    batch: int | None
    city: str | None
    perform: Perform = field(compare=False)
