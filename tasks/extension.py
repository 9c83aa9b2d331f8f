"""Extending one step's due date: by the province or the city above, with a reason, shown with the step."""

from datetime import date
from typing import Any

from models.agreement import Agreement
from models.step import Extension, Step
from tasks import steps
from tasks.acts import act
from tasks.letters import tell
from tasks.parties import name_of
from tasks.refusal import NotEntitled
from tasks.work import Work


@act("deadlines.extend_step", by=("province_civil", "city_civil"), clauses=("K27", "K49"))
def extend_step(work: Work, step: str, *, until: date, reason: str) -> Extension:
    """Extends one open step; reminders and ladder follow the new date, the owner is told.

    A city extends only what others owe inside it; nobody extends their own step but the province.
    """
    found = steps.step_of_key(work, step)
    office = work.actor.organisation
    province = office.startswith(work.divisions.provinces()[0].code)
    if not province and (found.owner == office or office != f"{found.city}-mz"):
        raise NotEntitled("act.not_entitled", actor=str(work.actor), organisation=found.owner)
    was_on = steps.due_date(found)

    extension = steps.extend_step(work, found, until=until, reason=reason)
    agreement = work.session.get(Agreement, found.pair) if found.kind == "S13" and found.pair else None
    if agreement is not None:
        agreement.due_on = max(agreement.due_on, until)

    tell_new_date(work, found, extension, was_on=was_on)
    return extension


def tell_new_date(work: Work, step: Step, extension: Extension, *, was_on: Any) -> None:
    """Tells the owner of a step that it is due on another day, and why; `was_on` as `steps.due_date` gave it."""
    tell(
        work,
        "step_extended",
        to=[step.owner],
        subject=f"{step.key}:{extension.number}",
        batch=step.batch,
        facts={
            "batch": step.batch or 0,
            "matter": work.programme.step(step.kind).title,
            "subject_name": name_of(work, step.owner),
            "was_on": was_on,
            "due_on": steps.due_date(step),
            "reason": extension.reason,
            "officer": name_of(work, work.actor.organisation),
        },
    )
