"""A batch's course: what was owed in each stage, from when to when, how much of it in time, late or still open."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.clock import SHANGHAI
from models.step import Step
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class CourseRow:
    """One kind of step of a batch; `ended_on` is the day on which the last one so far was settled."""

    kind: str
    stage: str
    matter: str
    clauses: tuple[str, ...]
    began_on: date
    ended_on: date | None
    opened: int
    on_time: int
    late: int
    still: int
    cancelled: int


def batch_course(work: Work, batch: int) -> list[CourseRow]:
    """The batch's steps by kind, in the order in which each kind was first opened; a pure read."""
    wanted = select(
        col(Step.kind), col(Step.state), col(Step.due_on), col(Step.opened_at), col(Step.settled_at)
    ).where(col(Step.batch) == batch)
    found: dict[str, list[_Life]] = {}
    for kind, state, due_on, opened_at, settled_at in work.session.connection().execute(wanted):
        settled_on = settled_at.astimezone(SHANGHAI).date() if settled_at else None
        life = _Life(state, due_on, opened_at.astimezone(SHANGHAI).date(), settled_on)
        found.setdefault(kind, []).append(life)
    rows = [_row(work, kind, lives) for kind, lives in found.items()]
    return sorted(rows, key=lambda row: (row.began_on, row.kind))


@dataclass(frozen=True, slots=True)
class _Life:
    state: str
    due_on: date | None
    opened_on: date
    settled_on: date | None

    @property
    def was_late(self) -> bool:
        return self.due_on is not None and self.settled_on is not None and self.settled_on > self.due_on


def _row(work: Work, kind: str, lives: list[_Life]) -> CourseRow:
    plan = work.programme.step(kind)
    settled = [life for life in lives if life.state == "settled"]
    late = sum(life.was_late for life in settled)
    return CourseRow(
        kind=kind,
        stage=plan.stage,
        matter=plan.title,
        clauses=tuple(plan.clauses),
        began_on=min(life.opened_on for life in lives),
        ended_on=max((life.settled_on for life in settled if life.settled_on), default=None),
        opened=len(lives),
        on_time=len(settled) - late,
        late=late,
        still=sum(life.state == "open" for life in lives),
        cancelled=sum(life.state == "cancelled" for life in lives),
    )
