"""A batch on one page: how many applications, submissions and pairs stand where, as far as the viewer may see."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col

from models.application import Application, Submission
from models.evaluation import ClosingAccount
from models.opening import Batch
from models.pairing import Pair
from models.review import Decision
from models.rules.access import Right, Scope, Viewer, grant_of
from models.rules.fieldwork import work_years
from models.step import Step
from tasks.queries.scope import applications_seen, pairs_seen, steps_seen
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """One batch; each mapping is state → number, in no order."""

    batch: Batch
    applications: Mapping[str, int]
    submissions: Mapping[str, int]
    pairs: Mapping[str, int]
    open_steps: int
    late_steps: int
    years: tuple[int, ...]
    decision: Decision | None
    closing: ClosingAccount | None


def batch_facts(work: Work, viewer: Viewer, number: int) -> BatchFacts:
    """What a viewer sees of a batch; raises NotFound for an unknown one."""
    batch = work.batch(number)
    late = select(func.count()).where(*_open(work, viewer, number), col(Step.due_on) < work.today)
    opened = select(func.count()).where(*_open(work, viewer, number))
    connection = work.session.connection()
    every = work_years(batch.period_start, batch.period_end, work.rules(number))
    return BatchFacts(
        batch=batch,
        applications=_counted(work, Application, number, applications_seen(work, viewer)),
        submissions=_submissions(work, viewer, number),
        pairs=_counted(work, Pair, number, pairs_seen(work, viewer)),
        open_steps=int(connection.execute(opened).scalar_one()),
        late_steps=int(connection.execute(late).scalar_one()),
        years=tuple(one.year for one in every),
        decision=work.session.get(Decision, number),
        closing=work.session.get(ClosingAccount, number),
    )


def _open(work: Work, viewer: Viewer, number: int) -> tuple[ColumnElement[bool], ...]:
    return (col(Step.batch) == number, col(Step.state) == "open", steps_seen(work, viewer))


def _counted(
    work: Work, table: type[Application] | type[Pair], number: int, seen: ColumnElement[bool]
) -> dict[str, int]:
    wanted = (
        select(col(table.state), func.count())
        .where(col(table.batch) == number, seen)
        .group_by(col(table.state))
    )
    return {state: int(many) for state, many in work.session.connection().execute(wanted)}


def _submissions(work: Work, viewer: Viewer, number: int) -> dict[str, int]:
    """The cities' submissions: all of them, or the viewer's own city's."""
    grant = grant_of(viewer.role, "recommendation")
    if grant is None or Right.READ not in grant.rights or grant.scope not in (Scope.ALL, Scope.CITY):
        return {}
    wanted = select(col(Submission.state), func.count()).where(col(Submission.batch) == number)
    if grant.scope is Scope.CITY:
        wanted = wanted.where(col(Submission.city) == viewer.city)
    rows = work.session.connection().execute(wanted.group_by(col(Submission.state)))
    return {state: int(many) for state, many in rows}
