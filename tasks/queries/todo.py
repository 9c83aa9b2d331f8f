"""What a viewer's own office owes: counted by the kept counters, listed page by page."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from sqlalchemy import Date, String, bindparam, case, func, literal, literal_column, select
from sqlmodel import col

from models.prepared import Prepared
from models.rules.access import Right, Viewer, has_right
from models.step_count import UNDATED, StepCount
from tasks.queries.scope import own_offices
from tasks.queries.step_page import Page, Source, TodoFilter, read_page
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


def todo_counts(work: Work, viewer: Viewer) -> TodoCounts:
    """The counts of the viewer's office and of those it took over from, without looking at one step."""
    offices = _offices(work, viewer)
    if not offices:
        return TodoCounts()
    sunday = work.today + timedelta(days=7 - work.today.isoweekday())
    given = {f"office{number}": office for number, office in enumerate(offices)}
    row = _counts(len(offices)).first(work.session, {**given, "today": work.today, "sunday": sunday})
    return TodoCounts(*(int(value or 0) for value in row or ()))


@lru_cache(maxsize=32)
def _counts(offices: int) -> Prepared:
    due, n = col(StepCount.due_on), col(StepCount.n)
    today, sunday = (bindparam(name, type_=Date) for name in ("today", "sunday"))
    parts = (due < today, due == today, due.between(today, sunday), due == literal(UNDATED, Date))
    owners = [bindparam(f"office{number}", type_=String) for number in range(offices)]
    sums = (func.sum(case((part, n), else_=literal_column("0"))) for part in parts)
    return Prepared(select(func.sum(n), *sums).where(col(StepCount.owner).in_(owners)))


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
    sources = [Source(owner=office) for office in _offices(work, viewer)]
    return read_page(
        work, viewer, sources, filters=filters or TodoFilter(), after=after, limit=limit, order=order
    )


def _offices(work: Work, viewer: Viewer) -> list[str]:
    """None for a role that has no steps (the operator)."""
    can_see = has_right(viewer.role, Right.READ, "reminder")
    return own_offices(work, viewer.organisation) if can_see else []
