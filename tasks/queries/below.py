"""What waits for others within a viewer's scope: in groups by city, office or institution, and page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, case, func, literal, select, true, union
from sqlmodel import col

from models.organisation import Organisation
from models.rules.access import Scope, Viewer
from models.rules.urging import parties_above
from models.step import Step
from models.step_count import UNDATED, StepCount
from tasks.queries.actor_names import organisations_named
from tasks.queries.scope import Condition, kinds_per, own_offices, reach, step_of_city, step_ways
from tasks.queries.step_page import IS_OPEN, Page, Source, TodoFilter, rare_kinds, read_page
from tasks.queries.step_place import Order
from tasks.queries.step_rows import TodoRow
from tasks.queries.todo import PAGE
from tasks.work import Work

SOON_WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for one city or one organisation: open, past its date, due within five working days, the oldest.

    `code` is a division or an organisation; '' is what belongs to no city.
    """

    code: str
    name: str
    open: int
    overdue: int
    due_soon: int
    oldest_due_on: date | None


def below_me(work: Work, viewer: Viewer) -> list[Waiting]:
    """What waits for others, in the order of codes: by city for who sees all, else by who owes it.

    Whole provinces and cities are read from the kept counters; what few steps a county, a bureau, a rural office or an
    institution sees beside its own is counted itself.
    """
    own = own_offices(work, viewer.organisation)
    match reach(viewer, "reminder"):
        case None:
            return []
        case Scope.ALL:
            wanted = _sums(work, StepCount, col(StepCount.city)).where(col(StepCount.owner).not_in(own))
            rows = work.session.connection().execute(wanted).all()
            names = {row.code: work.divisions.by_code(row.code).name for row in rows if row.code}
        case Scope.CITY:
            wanted = _sums(work, StepCount, col(StepCount.owner)).where(
                col(StepCount.city) == viewer.city,
                col(StepCount.owner).not_in(own),
                col(StepCount.kind).not_in(kinds_per(work, "reviewer_application")),
            )
            rows = work.session.connection().execute(wanted).all()
            names = organisations_named(work, [row.code for row in rows])
        case _:
            rows = work.session.connection().execute(_few(work, viewer)).all()
            names = organisations_named(work, [row.code for row in rows])
    return [_waiting(row, names) for row in rows]


def below_page(
    work: Work,
    viewer: Viewer,
    *,
    after: str | None = None,
    limit: int = PAGE,
    filters: TodoFilter | None = None,
    order: Order = Order.DUE,
) -> Page:
    """One page of what others owe within the viewer's scope; cursors and errors are those of `todo_page`.

    With `filters.with_own` the viewer's own steps stand in it, too, so that it has all that a figure counts.
    """
    filters = filters or TodoFilter()
    source = _source(work, viewer, filters)
    sources = [] if source is None else [source]
    return read_page(work, viewer, sources, filters=filters, after=after, limit=limit, order=order)


def urgeable(work: Work, viewer: Viewer, rows: Sequence[TodoRow]) -> frozenset[str]:
    """The keys of those rows whose owner the viewer's office stands above, so that it may remind it by hand (K34)."""
    owners = sorted({row.owner for row in rows} - set(own_offices(work, viewer.organisation)))
    wanted = select(col(Organisation.code), col(Organisation.kind)).where(col(Organisation.code).in_(owners))
    kinds = {code: kind for code, kind in work.session.connection().execute(wanted)} if owners else {}  # noqa: C416
    roles = {viewer.role} | ({"nominator"} if viewer.role in ("county_civil", "city_civil") else set())
    return frozenset(row.key for row in rows if roles & set(parties_above(kinds.get(row.owner, ""))))


def _source(work: Work, viewer: Viewer, filters: TodoFilter) -> Source | None:
    others = true() if filters.with_own else _others(work, viewer)
    rare = rare_kinds(work, filters)
    if rare:
        others = others & col(Step.kind).in_(rare)
    match reach(viewer, "reminder"):
        case None:
            return None
        case Scope.ALL:
            return Source(ways=(others,), is_few=bool(rare))
        case Scope.CITY:
            return Source(ways=(step_of_city(work, viewer) & others,), is_few=bool(rare))
        case _:
            return Source(ways=tuple(way & others for way in step_ways(work, viewer)), is_few=True)


def _others(work: Work, viewer: Viewer) -> Condition:
    own = own_offices(work, viewer.organisation)
    return col(Step.owner).not_in(own) if own else true()


def _few(work: Work, viewer: Viewer) -> Any:
    """The sums over steps that are reached by several ways, each step once."""
    others = _others(work, viewer)
    shown = (
        col(Step.id),
        col(Step.owner),
        func.coalesce(col(Step.due_on), literal(UNDATED, Date)).label("due_on"),
        literal(1).label("n"),
    )
    few = union(*(select(*shown).where(way, others, IS_OPEN) for way in step_ways(work, viewer))).subquery(
        "few"
    )
    return _sums(work, few.c, few.c.owner)


def _sums(work: Work, of: Any, by: Any) -> Any:
    soon = work.workdays.add_workdays(work.today, SOON_WORKDAYS)
    return (
        select(
            by.label("code"),
            func.sum(of.n).label("open"),
            func.sum(case((of.due_on < work.today, of.n), else_=0)).label("overdue"),
            func.sum(case((of.due_on.between(work.today, soon), of.n), else_=0)).label("due_soon"),
            func.min(of.due_on, type_=Date).label("oldest"),
        )
        .group_by(by)
        .order_by(by)
    )


def _waiting(row: Any, names: dict[str, str]) -> Waiting:
    return Waiting(
        code=row.code,
        name=names.get(row.code, row.code),
        open=int(row.open),
        overdue=int(row.overdue),
        due_soon=int(row.due_soon),
        oldest_due_on=None if row.oldest == UNDATED else row.oldest,
    )
