"""What a viewer's own office owes: counted by the kept counters, listed page by page."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import Date, String, bindparam, case, func, literal, literal_column, select
from sqlmodel import col

from models.prepared import Prepared, one_of
from models.rules.access import Right, Viewer, has_right
from models.step import Step
from models.step_count import UNDATED, StepCount
from tasks.queries.scope import own_offices
from tasks.queries.step_page import FEW, Page, Source, TodoFilter, read_page
from tasks.queries.step_place import Order
from tasks.work import Work

PAGE = 50
"""So many rows a page has unless told otherwise."""


@dataclass(frozen=True, slots=True)
class TodoCounts:
    """What an office owes: all of it, past its date, due today, due from today to Sunday, without a date yet."""

    open: int = 0
    overdue: int = 0
    due_today: int = 0
    due_this_week: int = 0
    undated: int = 0


def todo_counts(work: Work, viewer: Viewer, kinds: tuple[str, ...] | None = None) -> TodoCounts:
    """The counts of the viewer's office and of those it took over from, without looking at one step.

    `kinds` are the only kinds counted: those of a person's own list (tasks/queries/own_share.py).
    """
    offices = _offices(work, viewer)
    if not offices:
        return TodoCounts()
    sunday = work.today + timedelta(days=7 - work.today.isoweekday())
    given = {f"office{number}": office for number, office in enumerate(offices)}
    row = _counts(len(offices), kinds).first(work.session, {**given, "today": work.today, "sunday": sunday})
    return TodoCounts(*(int(value or 0) for value in row or ()))


@lru_cache(maxsize=32)
def _counts(offices: int, kinds: tuple[str, ...] | None) -> Prepared:
    due, n = col(StepCount.due_on), col(StepCount.n)
    today, sunday = (bindparam(name, type_=Date) for name in ("today", "sunday"))
    parts = (due < today, due == today, due.between(today, sunday), due == literal(UNDATED, Date))
    owners = [bindparam(f"office{number}", type_=String) for number in range(offices)]
    sums = (func.sum(case((part, n), else_=literal_column("0"))) for part in parts)
    wanted = select(func.sum(n), *sums).where(col(StepCount.owner).in_(owners))
    return Prepared(wanted if kinds is None else wanted.where(one_of(col(StepCount.kind), kinds)))


def todo_page(
    work: Work,
    viewer: Viewer,
    *,
    after: str | None = None,
    limit: int = PAGE,
    filters: TodoFilter | None = None,
    order: Order = Order.DUE,
) -> Page:
    """One page of what the viewer's office owes; `after` is a cursor of an earlier page.

    By due date each page costs the same, however deep; as opened, all that the office owes is sorted. Raises BadInput
    for a cursor that no page of this order gave.
    """
    filters = filters or TodoFilter()
    sources = _sources(work, viewer, filters.kinds)
    return read_page(work, viewer, sources, filters=filters, after=after, limit=limit, order=order)


def _sources(work: Work, viewer: Viewer, kinds: tuple[str, ...] | None) -> list[Source]:
    """The viewer's offices, each along its due dates; few steps of own kinds among many others are fetched at once."""
    offices = _offices(work, viewer)
    if kinds is not None and todo_counts(work, viewer).open > FEW >= todo_counts(work, viewer, kinds).open:
        # As an expression the owner is no index's column: the databases then look for the kinds.
        owner = func.coalesce(col(Step.owner), literal_column("''"))
        ways = tuple((owner == office) & one_of(col(Step.kind), kinds) for office in offices)
        return [Source(ways=ways, is_few=True)] if ways else []
    return [Source(owner=office) for office in offices]


def _offices(work: Work, viewer: Viewer) -> list[str]:
    """None for a role that has no steps (the operator)."""
    can_see = has_right(viewer.role, Right.READ, "reminder")
    return own_offices(work, viewer.organisation) if can_see else []
