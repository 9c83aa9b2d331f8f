"""One row of a list of open steps: everything a page shows of it, found for the whole page at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, bindparam, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.application import Application
from models.clock import SHANGHAI
from models.organisation import Organisation
from models.pairing import Pair
from models.prepared import Prepared
from models.programme.divisions import DivisionUnknown
from models.rules.access import Viewer
from models.step import Extension, Step
from tasks.acts import act_of
from tasks.queries.object_names import period_of
from tasks.queries.scope import kinds_per
from tasks.work import Work

_COLUMNS: tuple[Any, ...] = (
    Step.id,
    Step.key,
    Step.kind,
    Step.batch,
    Step.subject,
    Step.city,
    Step.pair,
    Step.owner,
    Step.opened_at,
    Step.due_on,
    Step.provisional,
)
SHOWN: tuple[Any, ...] = tuple(col(one).label(one.key) for one in _COLUMNS)
"""What is read of each step of a page."""


class Found(NamedTuple):
    """A step as `named` reads it."""

    id: int
    key: str
    kind: str
    batch: int | None
    subject: str
    city: str | None
    pair: str | None
    owner: str
    opened_at: datetime
    due_on: date | None
    provisional: bool
    owner_name: str | None
    sender_name: str | None
    recipient_name: str | None
    extended: bool


@dataclass(frozen=True, slots=True)
class TodoRow:
    """One open step as a list shows it. `workdays_left` is negative by so many working days past the due date.

    `subject_name` names the pair's two institutions, the application's institution, the county, city or batch.
    `settled_by` are the acts by which the viewer's role can settle it.
    """

    key: str
    kind: str
    title: str
    stage: str
    stage_label: str
    batch: int | None
    city_name: str
    subject: str
    subject_name: str
    pair: str | None
    owner: str
    owner_name: str
    due_on: date | None
    provisional: bool
    workdays_left: int | None
    opened_on: date
    clauses: tuple[str, ...]
    settled_by: tuple[str, ...]
    extended: bool

    @property
    def period(self) -> str:
        """The year, quarter or month that it is owed for; empty where it is owed once."""
        return period_of(self.subject)


def named(page: Any) -> Select[Any]:
    """The rows of a subquery with the names of owner and pair, and whether the due date was ever moved."""
    owner, sender, recipient = (aliased(Organisation) for _ in range(3))
    moved = exists().where(col(Extension.step_key) == page.c.key)
    return (
        select(
            page,
            col(owner.name).label("owner_name"),
            col(sender.name).label("sender_name"),
            col(recipient.name).label("recipient_name"),
            moved.label("extended"),
        )
        .outerjoin(owner, col(owner.code) == page.c.owner)
        .outerjoin(Pair, col(Pair.key) == page.c.pair)
        .outerjoin(sender, col(sender.code) == col(Pair.sender))
        .outerjoin(recipient, col(recipient.code) == col(Pair.recipient))
    )


def shaped(work: Work, viewer: Viewer, found: Sequence[Found]) -> tuple[TodoRow, ...]:
    """The rows as the viewer sees them."""
    applicants = _applicants(work, found)
    kinds = {kind: _kind(work, kind, viewer.role) for kind in {row.kind for row in found}}
    return tuple(_shape(work, row, applicants, kinds[row.kind]) for row in found)


class _Kind(NamedTuple):
    """What all rows of a kind have in common."""

    title: str
    stage: str
    stage_label: str
    clauses: tuple[str, ...]
    settled_by: tuple[str, ...]
    per: str


def _kind(work: Work, kind: str, role: str) -> _Kind:
    plan = work.programme.step(kind)
    acts = tuple(name for name in plan.settled_by if role in act_of(name).by)
    label = work.programme.label("stage", plan.stage)
    return _Kind(plan.title, plan.stage, label, plan.clauses, acts, plan.per)


def _shape(work: Work, row: Found, applicants: dict[str, str], kind: _Kind) -> TodoRow:
    return TodoRow(
        key=row.key,
        kind=row.kind,
        title=kind.title,
        stage=kind.stage,
        stage_label=kind.stage_label,
        batch=row.batch,
        city_name=_division_name(work, row.city),
        subject=row.subject,
        subject_name=_subject_name(work, row, applicants, kind.per),
        pair=row.pair,
        owner=row.owner,
        owner_name=row.owner_name or row.owner,
        due_on=row.due_on,
        provisional=row.provisional,
        workdays_left=workdays_left(work, row.due_on),
        opened_on=row.opened_at.astimezone(SHANGHAI).date(),
        clauses=kind.clauses,
        settled_by=kind.settled_by,
        extended=row.extended,
    )


def workdays_left(work: Work, due_on: date | None) -> int | None:
    """The working days after today up to a due date; past it, as a negative number, those since."""
    return None if due_on is None else work.workdays.rank(due_on) - work.workdays.rank(work.today)


def _subject_name(work: Work, row: Found, applicants: dict[str, str], per: str) -> str:
    if row.sender_name or row.recipient_name:
        return " / ".join(name for name in (row.sender_name, row.recipient_name) if name)
    application, _, rest = row.subject.partition(":")
    if application in applicants:
        return applicants[application]
    if per == "county":
        return _division_name(work, rest)
    if row.city:
        return _division_name(work, row.city)
    return work.batch(row.batch).label if row.batch is not None else ""


def _division_name(work: Work, code: str | None) -> str:
    try:
        return work.divisions.by_code(code).name if code else ""
    except DivisionUnknown:
        return code or ""


@lru_cache(maxsize=128)
def _applicant_names(many: int) -> Prepared:
    keys: list[Any] = [bindparam(f"key{number}", type_=String) for number in range(many)]
    return Prepared(
        select(col(Application.key), col(Organisation.name))
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(col(Application.key).in_(keys))
    )


def _applicants(work: Work, found: Sequence[Found]) -> dict[str, str]:
    """The names of the institutions whose applications the rows are about."""
    about = kinds_per(work, "application", "reviewer_application")
    keys = sorted({row.subject.partition(":")[0] for row in found if row.kind in about})
    if not keys:
        return {}
    given = {f"key{number}": key for number, key in enumerate(keys)}
    return dict(_applicant_names(len(keys)).rows(work.session, given))
