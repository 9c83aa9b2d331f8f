"""One page of open steps by keyset: it begins at the place of a row, not at an offset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, false, func, literal_column, or_, select, union
from sqlmodel import col

from models.organisation import Organisation
from models.prepared import Prepared, one_of
from models.rules.access import Viewer
from models.step import Step
from models.step_count import StepCount
from tasks.queries.scope import Condition
from tasks.queries.step_place import Order, Part, Place, Stretch, place_of
from tasks.queries.step_rows import SHOWN, Found, TodoRow, named, shaped
from tasks.work import Work

IS_OPEN = col(Step.state) == literal_column("'open'")
"""Written out: only so do both databases use the indexes of open steps."""
NO_CITY = ""
FEW = 3_000
"""So many steps are rather fetched and sorted than looked for along the due dates."""


@dataclass(frozen=True, slots=True)
class TodoFilter:
    """What a list of open steps is narrowed to; `text` is looked for in keys and owners' names.

    `kinds` are the only kinds that it may have at all (tasks/queries/own_share.py), whatever else is asked.

    `city` NO_CITY is what belongs to none; `with_own` leaves the viewer's own steps in a list of others'.
    """

    kind: str | None = None
    batch: int | None = None
    city: str | None = None
    owner: str | None = None
    stage: str | None = None
    overdue: bool = False
    due_from: date | None = None
    due_until: date | None = None
    text: str | None = None
    kinds: tuple[str, ...] | None = None
    with_own: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and the cursors of the pages after and before them, where there are any."""

    rows: tuple[TodoRow, ...]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page's steps come from: one owner; or ways to few steps; or a way that follows an index by due date."""

    owner: str | None = None
    ways: tuple[Condition, ...] = ()
    is_few: bool = False


_STEPS: Any = Step.__table__.c  # type: ignore[attr-defined]
_LIKE = bindparam("text", type_=String)
_LIKE_NAMED = select(col(Organisation.code)).where(col(Organisation.name).ilike(_LIKE, escape="/"))
_NARROWED: Mapping[str, Callable[[Any], Condition]] = {
    "kind": lambda of: of.kind == bindparam("kind"),
    "batch": lambda of: of.batch == bindparam("batch"),
    "city": lambda of: of.city == bindparam("city"),
    "no_city": lambda of: func.coalesce(of.city, NO_CITY) == bindparam("no_city"),
    "owner": lambda of: of.owner == bindparam("owner"),
    "today": lambda of: of.due_on < bindparam("today"),
    "due_from": lambda of: of.due_on >= bindparam("due_from"),
    "due_until": lambda of: of.due_on <= bindparam("due_until"),
    "text": lambda of: or_(of.key.ilike(_LIKE, escape="/"), of.owner.in_(_LIKE_NAMED)),
}
_DATED = frozenset({"today", "due_from", "due_until"})
"""Filters that no step without a date passes."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the text of a statement: the filters that are set, the stage's kinds, the stretch."""

    narrowed: tuple[str, ...]
    kinds: tuple[str, ...] | None
    stretch: Stretch

    def conditions(self, of: Any) -> list[Condition]:
        """All of them, of the table of steps or of some rows of it."""
        found = [*self.stretch.within(of), *(_NARROWED[name](of) for name in self.narrowed)]
        if self.kinds is None:
            return found
        return [*found, one_of(of.kind, self.kinds) if self.kinds else false()]


def read_page(
    work: Work,
    viewer: Viewer,
    sources: Sequence[Source],
    *,
    filters: TodoFilter,
    after: str | None,
    limit: int,
    order: Order,
) -> Page:
    """The rows after a cursor from all sources together; raises BadInput for a cursor that no page gave."""
    place = place_of(after, order)
    given = _given(work, filters)
    kinds = _kinds(work, filters)
    found: list[Found] = []
    for stretch in place.stretches():
        if stretch.part is Part.UNDATED and not _DATED.isdisjoint(given):
            continue
        shape = _Shape(tuple(given), kinds, stretch)
        values = {**given, **(place.given if stretch.is_beyond else {}), "limit": limit + 1 - len(found)}
        rows = [row for source in sources for row in _rows(work, source, shape, values)]
        if len(sources) > 1:
            rows.sort(key=lambda row: _sort_key(row, order), reverse=place.backward)
        found += rows[: values["limit"]]
        if len(found) > limit:
            break
    return _cut(work, viewer, place, found, limit)


def _cut(work: Work, viewer: Viewer, place: Place, found: list[Found], limit: int) -> Page:
    """The page, and whether there is more on either side: it was asked for one row more than it shows."""
    has_more, shown = len(found) > limit, found[:limit]
    if place.backward:
        shown.reverse()
    has_next = bool(shown) and (has_more or place.backward)
    has_previous = bool(shown) and (has_more if place.backward else place.key is not None)
    return Page(
        rows=shaped(work, viewer, shown),
        next=_place_at(place.order, shown[-1], backward=False).written() if has_next else None,
        previous=_place_at(place.order, shown[0], backward=True).written() if has_previous else None,
    )


def _place_at(order: Order, row: Found, *, backward: bool) -> Place:
    if order is Order.OPENED:
        return Place(order, backward, None, row.id)
    return Place(order, backward, row.due_on, row.key)


def _sort_key(row: Found, order: Order) -> tuple[Any, ...]:
    return (row.id,) if order is Order.OPENED else (row.due_on or date.max, row.key)


def _given(work: Work, filters: TodoFilter) -> dict[str, Any]:
    """The values of the filters that are set; `today` stands for what is overdue."""
    text = filters.text
    found = {
        "kind": filters.kind,
        "batch": filters.batch,
        "city": filters.city or None,
        "no_city": NO_CITY if filters.city == NO_CITY else None,
        "owner": filters.owner,
        "today": work.today if filters.overdue else None,
        "due_from": filters.due_from,
        "due_until": filters.due_until,
        "text": "%" + text.translate({ord(one): f"/{one}" for one in "/%_"}) + "%" if text else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def _kinds(work: Work, filters: TodoFilter) -> tuple[str, ...] | None:
    """The kinds of the stage that the list may have; None for all."""
    of_stage = None if filters.stage is None else kinds_of(work, filters.stage)
    if of_stage is None or filters.kinds is None:
        return filters.kinds if of_stage is None else of_stage
    return tuple(one for one in of_stage if one in filters.kinds)


def kinds_of(work: Work, stage: str) -> tuple[str, ...]:
    """The kinds of step of a stage."""
    return tuple(one.id for one in work.programme.steps if one.stage == stage)


def rare_kinds(work: Work, filters: TodoFilter) -> tuple[str, ...]:
    """The wanted kinds, if the counters say that so few steps are of them that sorting those is quicker."""
    if filters.kind is None and filters.stage is None:
        return ()
    kinds = (filters.kind,) if filters.kind else kinds_of(work, filters.stage or "")
    wanted = select(func.sum(col(StepCount.n))).where(col(StepCount.kind).in_(kinds))
    return kinds if (work.session.connection().execute(wanted).scalar() or 0) <= FEW else ()


def _rows(work: Work, source: Source, shape: _Shape, given: dict[str, Any]) -> list[Found]:
    """The first rows of one source in one stretch, with the names that belong to them."""
    if source.owner is not None:
        rows = _of_owner(shape).rows(work.session, {**given, "of_owner": source.owner})
        return [Found(*row) for row in rows]
    statement = _few(source, shape) if source.is_few else _along(or_(*source.ways), shape)
    return [Found(*row) for row in work.session.connection().execute(statement, given)]


@lru_cache(maxsize=256)
def _of_owner(shape: _Shape) -> Prepared:
    return Prepared(_along(col(Step.owner) == bindparam("of_owner"), shape))


def _along(way: Condition, shape: _Shape) -> Select[Any]:
    """Along the index that gives the stretch's order."""
    page = select(*SHOWN).where(way, IS_OPEN, *shape.conditions(_STEPS))
    return _first(page, _STEPS, shape.stretch)


def _few(source: Source, shape: _Shape) -> Select[Any]:
    """All of these few first, then narrowed and sorted: the databases would else walk along everybody's due dates."""
    ways = union(*(select(*SHOWN).where(way, IS_OPEN) for way in source.ways))
    few = ways.cte("few").prefix_with("MATERIALIZED")
    return _first(select(few).where(*shape.conditions(few.c)), few.c, shape.stretch)


def _first(page: Select[Any], of: Any, stretch: Stretch) -> Select[Any]:
    limit = bindparam("limit", type_=Integer)
    cut = page.order_by(*stretch.sorted(stretch.columns(of))).limit(limit).subquery("page")
    return named(cut).order_by(*stretch.sorted(stretch.columns(cut.c)))
