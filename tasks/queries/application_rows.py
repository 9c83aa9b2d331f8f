"""Applications as a list shows them: who applies through whom, where each stands, and what is owed next by whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.application import Application, Override, Submission
from models.organisation import Institution, Organisation
from models.rules.access import Viewer
from models.step import Step
from tasks.queries.scope import applications_seen
from tasks.queries.step_rows import workdays_left
from tasks.work import Work

OWED_IN: Mapping[str, str] = {
    "draft": "S02",
    "returned": "S02",
    "submitted": "S03",
    "recommended": "S04",
    "ranked": "S05",
    "emailed": "S08",
    "correcting": "S08C",
    "checked": "S10",
}
"""State of an application → the step that is owed next."""


@dataclass(frozen=True, slots=True)
class OwedStep:
    """What is owed next on an application. `workdays_left` is negative by so many working days past the due date."""

    key: str
    kind: str
    title: str
    owner: str
    owner_name: str
    due_on: date | None
    provisional: bool
    workdays_left: int | None


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application of a list; `overrides` are the clauses that the province let it pass."""

    key: str
    batch: int
    uscc: str
    name: str
    state: str
    channel: str
    level: str
    type: str
    city: str
    city_name: str
    nominator: str
    nominator_name: str
    slot: int | None
    rank: int | None
    remark: str
    consented_on: date | None
    submitted_at: datetime | None
    list_state: str
    emailed_at: datetime | None
    posted_on: date | None
    overrides: tuple[str, ...]
    next: OwedStep | None


def applications_listed(work: Work, viewer: Viewer, batch: int | None = None) -> list[ApplicationRow]:
    """The applications that a viewer may see, of one batch or of all: by city, rank and name."""
    conditions = [applications_seen(work, viewer)]
    if batch is not None:
        conditions.append(col(Application.batch) == batch)
    return application_rows(work, *conditions)


def application_rows(work: Work, *conditions: ColumnElement[bool]) -> list[ApplicationRow]:
    """The applications that conditions name, whoever asks; three statements however many there are."""
    applicant, office = aliased(Organisation), aliased(Organisation)
    wanted = (
        select(
            Application,
            col(applicant.name),
            col(office.name),
            col(Institution.level),
            col(Institution.type),
            Submission,
        )
        .outerjoin(applicant, col(applicant.code) == col(Application.uscc))
        .outerjoin(office, col(office.code) == col(Application.nominator))
        .outerjoin(Institution, col(Institution.uscc) == col(Application.uscc))
        .outerjoin(
            Submission,
            (col(Submission.batch) == col(Application.batch))
            & (col(Submission.city) == col(Application.city)),
        )
        .where(*conditions)
        .order_by(
            col(Application.batch),
            col(Application.city),
            col(Application.city_rank).is_(None),
            col(Application.city_rank),
            col(Application.key),
        )
    )
    found = work.session.execute(wanted).all()
    owed = owed_steps(work, {row[0].batch for row in found})
    passed = _passed(work, [row[0].key for row in found])
    return [_shaped(work, row, owed, passed) for row in found]


def owed_steps(work: Work, batches: Iterable[int]) -> dict[tuple[str, str], OwedStep]:
    """The open steps of these batches from drafting to the decision, by kind and subject."""
    kinds = {*OWED_IN.values(), "S03C", "S06", "S07"}
    wanted = (
        select(Step, col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.code) == col(Step.owner))
        .where(
            col(Step.state) == "open",
            col(Step.kind).in_(sorted(kinds)),
            col(Step.batch).in_(sorted(batches)),
        )
    )
    found = {}
    for step, owner_name in work.session.execute(wanted):
        found[step.kind, step.subject] = OwedStep(
            step.key,
            step.kind,
            work.programme.step(step.kind).title,
            step.owner,
            owner_name or step.owner,
            step.due_on,
            step.provisional,
            workdays_left(work, step.due_on),
        )
    return found


def owed_subject(application: Application) -> tuple[str, str] | None:
    """Kind and subject of the step that is owed next on an application; None where none is."""
    kind = OWED_IN.get(application.state)
    if kind is None:
        return None
    if kind == "S03" and application.channel == "city":
        kind = "S04"
    county, city = application.nominator.partition("-")[0], application.city
    subjects = {
        "S03": f"{application.batch}:{county}",
        "S04": f"{application.batch}:{city}",
        "S05": f"{application.batch}:{city}",
        "S10": str(application.batch),
    }
    return kind, subjects.get(kind, application.key)


def _passed(work: Work, keys: list[str]) -> dict[str, tuple[str, ...]]:
    """The clauses that each application was let pass; there are never many, all are read."""
    wanted = select(col(Override.application), col(Override.clause)).order_by(col(Override.clause))
    known, found = set(keys), dict[str, tuple[str, ...]]()
    for key, clause in work.session.connection().execute(wanted):
        if key in known:
            found[key] = (*found.get(key, ()), clause)
    return found


def _shaped(
    work: Work, row: Any, owed: Mapping[tuple[str, str], OwedStep], passed: Mapping[str, tuple[str, ...]]
) -> ApplicationRow:
    application, name, office, level, kind, submission = row
    subject = owed_subject(application)
    return ApplicationRow(
        key=application.key,
        batch=application.batch,
        uscc=application.uscc,
        name=name or application.uscc,
        state=application.state,
        channel=application.channel,
        level=level or "",
        type=kind or "",
        city=application.city,
        city_name=work.divisions.by_code(application.city).name,
        nominator=application.nominator,
        nominator_name=office or application.nominator,
        slot=application.nominator_slot,
        rank=application.city_rank,
        remark=application.remark,
        consented_on=application.plan_consented_on,
        submitted_at=application.submitted_at,
        list_state=submission.state if submission else "",
        emailed_at=submission.emailed_at if submission else None,
        posted_on=submission.posted_on if submission else None,
        overrides=passed.get(application.key, ()),
        next=owed.get(subject) if subject else None,
    )
