"""A kind's reminders and rungs as one policy: when each is due, how often it comes again, whom it tells."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date
from functools import lru_cache

from models.programme.pack import Rules, StepKind, split_address
from models.programme.workdays import WorkdayTable

WEEKLY_MARKS = tuple(range(5, 65, 5))
"""A weekly reminder is every fifth working day, for a quarter."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One reminder or rung: so many working days from the due date, then every `repeat` of them until it is settled."""

    after: int
    nature: str
    tell: tuple[str, ...]
    repeat: int | None = None


def repeat_of(rules: Rules) -> int | None:
    """After how many working days the last rung is told again; None where the pack says 0, never."""
    return rules.number("deadlines.repeat_workdays") or None


@lru_cache(maxsize=256)
def marks_of(plan: StepKind, repeat: int | None) -> tuple[Mark, ...]:
    """A kind's reminders and rungs in order of time; the last rung comes again, to the same roles and the owner."""
    owners = (f"owner.{split_address(plan.owner)[1]}", *plan.co_owners)
    offsets = {*plan.reminders, *(WEEKLY_MARKS if plan.weekly else ())}
    last = plan.ladder[-1].after if plan.ladder else None
    rungs = [
        Mark(rung.after, "escalation", (*rung.tell, *owners), repeat if rung.after == last else None)
        for rung in plan.ladder
    ]
    reminders = [Mark(offset, "reminder", owners) for offset in offsets]
    return tuple(sorted(reminders + rungs, key=lambda mark: (mark.after, mark.nature)))


@lru_cache(maxsize=256)
def policy_name(plan: StepKind, repeat: int | None) -> str:
    """The name of the policy that a kind has now: its id and a digest of its reminders and ladder."""
    content = json.dumps([astuple(mark) for mark in marks_of(plan, repeat)])
    return f"{plan.id}:{hashlib.sha256(content.encode()).hexdigest()[:12]}"


def next_mark(workdays: WorkdayTable, marks: Iterable[Mark], base: date, *, after: date) -> date | None:
    """The first reminder or rung later than a day; `base` is the due date, or the opening where there is none."""
    last = base if workdays.is_workday(base) else workdays.previous_workday(base)
    passed = workdays.rank(after) - workdays.rank(last)
    coming = [
        mark.after
        if mark.after > passed
        else mark.after + ((passed - mark.after) // (mark.repeat or 1) + 1) * (mark.repeat or 1)
        for mark in marks
        if mark.after > passed or mark.repeat
    ]
    if not coming:
        return None
    return workdays.add_workdays(last, min(coming)) if min(coming) else last
