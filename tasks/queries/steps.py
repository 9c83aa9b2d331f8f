"""Open steps as a list: what is owed, by whom, by when, how many working days late."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import literal_column, select
from sqlmodel import col

from models.organisation import Organisation
from models.step import Step
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class StepRow:
    """One open step; `late` is empty while it is in time."""

    key: str
    kind: str
    matter: str
    stage: str
    city: str
    owner: str
    owner_name: str
    due_on: date | None
    provisional: bool
    late: int | None


def step_list(
    work: Work,
    *,
    overdue: bool = False,
    owner: str | None = None,
    kind: str | None = None,
    batch: int | None = None,
    city: str | None = None,
    due_until: date | None = None,
) -> list[StepRow]:
    """The open steps by due date and key; `overdue` keeps those past it, `due_until` those due by a day."""
    wanted = select(Step, col(Organisation.name)).outerjoin(
        Organisation, col(Organisation.code) == col(Step.owner)
    )
    wanted = wanted.where(col(Step.state) == literal_column("'open'"))
    if overdue:
        wanted = wanted.where(col(Step.due_on) < work.today)
    if due_until is not None:
        wanted = wanted.where(col(Step.due_on) >= work.today, col(Step.due_on) <= due_until)
    for column, value in ((Step.owner, owner), (Step.kind, kind), (Step.batch, batch), (Step.city, city)):
        if value is not None:
            wanted = wanted.where(col(column) == value)
    rows = work.session.execute(wanted.order_by(col(Step.due_on), col(Step.key))).all()
    return [_row(work, step, name) for step, name in rows]


def lateness(work: Work, due_on: date | None) -> int | None:
    """How many working days a due date is past; None while it is not."""
    if due_on is None or due_on >= work.today:
        return None
    return work.workdays.workdays_between(due_on, work.today) - work.workdays.is_workday(due_on)


def _row(work: Work, step: Step, owner_name: str | None) -> StepRow:
    plan = work.programme.step(step.kind)
    return StepRow(
        key=step.key,
        kind=step.kind,
        matter=plan.title,
        stage=plan.stage,
        city=work.divisions.by_code(step.city).name if step.city else "",
        owner=step.owner,
        owner_name=owner_name or step.owner,
        due_on=step.due_on,
        provisional=step.provisional,
        late=lateness(work, step.due_on),
    )
