"""One page of open steps by keyset: it begins at the place of a row, not at an offset."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Date,
    String,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union,
)
from sqlmodel import col

from models.organisation import Organisation
from models.rules.access import Viewer
from models.step import Step
from models.step_count import StepCount
from tasks.queries.scope import Condition
from tasks.queries.step_rows import SHOWN, TodoRow, named, shaped
from tasks.refusal import BadInput
from tasks.work import Work

IS_OPEN = col(Step.state) == literal_column("'open'")
"""Written out: only so do both databases use the indexes of open steps."""
NO_CITY = ""
FEW = 3_000
"""So many steps are rather fetched and sorted than looked for along the due dates."""


class Order(StrEnum):
    """By due date, undated last; or as they were opened, oldest first."""

    DUE = "due"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class TodoFilter:
    """What a list of open steps is narrowed to; `text` is looked for in keys and owners' names.

    `city` NO_CITY is what belongs to none; `with_own` leaves the viewer's own steps in a list of others'.
    """

    kind: str | None = None
    batch: int | None = None
    city: str | None = None
    owner: str | None = None
    stage: str | None = None
    overdue: bool = False
    due_until: date | None = None
    text: str | None = None
    with_own: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and the cursors of the pages after and before them, where there are any."""

    rows: tuple[TodoRow, ...]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page's steps come from: several ways lead to few steps, one way follows the index of an order."""

    ways: tuple[Condition, ...]
    is_few: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Between which rows a page begins: after (or, backwards, before) the row of this date and key."""

    order: Order
    backward: bool = False
    due_on: date | None = None
    key: str | int | None = None

    def written(self) -> str:
        """The place as an opaque word for an address."""
        plain = [self.order, int(self.backward), self.due_on.isoformat() if self.due_on else None, self.key]
        return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


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
    place = _place_of(after, order)
    conditions = _conditions(work, filters)
    found: list[Any] = []
    for segment in _segments(place, is_dated=filters.overdue or filters.due_until is not None):
        wanted = limit + 1 - len(found)
        rows = [row for source in sources for row in _rows(work, source, conditions, segment, wanted)]
        if len(sources) > 1:
            rows.sort(key=lambda row: _sort_key(row, order), reverse=place.backward)
        found += rows[:wanted]
        if len(found) > limit:
            break
    has_more, found = len(found) > limit, found[:limit]
    if place.backward:
        found.reverse()
    return Page(
        rows=shaped(work, viewer, found),
        next=_cursor(order, found, -1) if has_more or (place.backward and found) else None,
        previous=_cursor(order, found, 0)
        if (has_more if place.backward else after is not None and found)
        else None,
    )


def _cursor(order: Order, rows: Sequence[Any], at: int) -> str:
    row, backward = rows[at], at == 0
    if order is Order.OPENED:
        return _Place(order, backward, None, row.id).written()
    return _Place(order, backward, row.due_on, row.key).written()


def _place_of(after: str | None, order: Order) -> _Place:
    if after is None:
        return _Place(order)
    try:
        plain = json.loads(base64.b64decode(after + "=" * (-len(after) % 4), altchars=b"-_", validate=True))
        named, backward, due_on, key = plain
        place = _Place(Order(named), bool(backward), date.fromisoformat(due_on) if due_on else None, key)
    except (ValueError, TypeError, binascii.Error) as error:
        raise BadInput("todo.bad_cursor", field="after", found=after) from error
    if place.order is not order or not isinstance(key, int if order is Order.OPENED else str):
        raise BadInput("todo.bad_cursor", field="after", found=after)
    return place


@dataclass(frozen=True, slots=True)
class _Segment:
    """A stretch of the order that one index gives: what lies in it, and by which columns it is sorted."""

    within: tuple[Condition, ...]
    by: tuple[Any, ...]
    backward: bool


_DATED = col(Step.due_on).is_not(None)
_UNDATED = col(Step.due_on).is_(None)


def _segments(place: _Place, *, is_dated: bool) -> list[_Segment]:
    backward = place.backward
    if place.order is Order.OPENED:
        beyond = _beyond(col(Step.id), place.key, backward) if place.key is not None else ()
        return [_Segment(tuple(beyond), (col(Step.id),), backward)]
    dates, keys = (col(Step.due_on), col(Step.key)), (col(Step.key),)
    dated, undated = _Segment((_DATED,), dates, backward), _Segment((_UNDATED,), keys, backward)
    if place.key is None:
        found = [dated, undated]
    elif place.due_on is None:
        rest = _Segment((_UNDATED, *_beyond(col(Step.key), place.key, backward)), keys, backward)
        found = [rest, dated] if backward else [rest]
    else:
        here = tuple_(literal(place.due_on, Date), literal(place.key, String))
        row = tuple_(*dates)
        rest = _Segment((_DATED, row < here if backward else row > here), dates, backward)
        found = [rest] if backward else [rest, undated]
    return [one for one in found if not (is_dated and _UNDATED in one.within)]


def _beyond(column: Any, value: Any, backward: bool) -> tuple[Condition, ...]:  # noqa: FBT001
    return (column < value if backward else column > value,)


def _sort_key(row: Any, order: Order) -> tuple[Any, ...]:
    return (row.id,) if order is Order.OPENED else (row.due_on or date.max, row.key)


def _rows(
    work: Work, source: Source, conditions: Sequence[Condition], segment: _Segment, limit: int
) -> Sequence[Any]:
    """The first rows of one source in one stretch, with the names that belong to them."""
    within = (IS_OPEN, *segment.within, *conditions)
    if source.is_few:
        # Materialised, or else the databases walk along all due dates of everybody to find these few in order.
        few = union(*(select(*SHOWN).where(way, *within) for way in source.ways))
        found = few.cte("few").prefix_with("MATERIALIZED")
        page = select(found)
        by = [found.c[column.key] for column in segment.by]
    else:
        page = select(*SHOWN).where(or_(*source.ways), *within)
        by = [*segment.by]
    cut = page.order_by(*(_turned(one, segment) for one in by)).limit(limit).subquery("page")
    shown = named(cut).order_by(*(_turned(cut.c[one.key], segment) for one in segment.by))
    return work.session.connection().execute(shown).all()


def _turned(column: Any, segment: _Segment) -> Any:
    return column.desc() if segment.backward else column


def _conditions(work: Work, filters: TodoFilter) -> list[Condition]:
    """The filters as conditions of SQL."""
    found: list[Condition] = [
        col(column) == value
        for column, value in (
            (Step.kind, filters.kind),
            (Step.batch, filters.batch),
            (Step.city, filters.city),
            (Step.owner, filters.owner),
        )
        if value not in (None, NO_CITY)
    ]
    if filters.city == NO_CITY:
        found.append(col(Step.city).is_(None))
    if filters.stage is not None:
        found.append(col(Step.kind).in_(_kinds_of(work, filters.stage)))
    if filters.overdue:
        found.append(col(Step.due_on) < work.today)
    if filters.due_until is not None:
        found.append(col(Step.due_on) <= filters.due_until)
    if filters.text:
        named = select(col(Organisation.code)).where(
            col(Organisation.name).contains(filters.text, autoescape=True)
        )
        found.append(or_(col(Step.key).contains(filters.text, autoescape=True), col(Step.owner).in_(named)))
    return found


def _kinds_of(work: Work, stage: str) -> list[str]:
    return [one.id for one in work.programme.steps if one.stage == stage]


def is_rare(work: Work, filters: TodoFilter) -> bool:
    """Whether the counters say that so few steps are of the wanted kind or stage that sorting them is quicker."""
    if filters.kind is None and filters.stage is None:
        return False
    kinds = [filters.kind] if filters.kind else _kinds_of(work, filters.stage or "")
    wanted = select(func.sum(col(StepCount.n))).where(col(StepCount.kind).in_(kinds))
    return (work.session.connection().execute(wanted).scalar() or 0) <= FEW
