"""Where in a list of steps a page begins: the cursor, and the stretches of the order that follow from it."""

import base64
import json
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Date, String, bindparam, tuple_

from tasks.queries.scope import Condition
from tasks.refusal import BadInput

_LONGEST = 1_000
_LARGEST = 2**63 - 1


class Order(StrEnum):
    """By due date, undated last; or as they were opened, oldest first."""

    DUE = "due"
    OPENED = "opened"


class Part(StrEnum):
    """A part of an order that one index gives without sorting."""

    DATED = "dated"
    UNDATED = "undated"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an order, from its beginning or from beyond a place, onwards or backwards."""

    part: Part
    is_beyond: bool
    backward: bool

    def columns(self, of: Any) -> tuple[Any, ...]:
        """By what it is sorted, of a table of steps or of some rows of it."""
        match self.part:
            case Part.DATED:
                return (of.due_on, of.key)
            case Part.UNDATED:
                return (of.key,)
            case Part.OPENED:
                return (of.id,)

    def within(self, of: Any) -> list[Condition]:
        """What lies in it, in terms of the place's `at_due` and `at_key`."""
        parts: dict[Part, list[Condition]] = {
            Part.DATED: [of.due_on.is_not(None)],
            Part.UNDATED: [of.due_on.is_(None)],
            Part.OPENED: [],
        }
        if not self.is_beyond:
            return parts[self.part]
        columns = self.columns(of)
        if self.part is Part.DATED:
            row: Any = tuple_(*columns)
            here: Any = tuple_(bindparam("at_due", type_=Date), bindparam("at_key", type_=String))
        else:
            row, here = columns[0], bindparam("at_key", type_=columns[0].type)
        return [*parts[self.part], row < here if self.backward else row > here]

    def sorted(self, columns: Any) -> list[Any]:
        """These columns in its direction."""
        return [one.desc() if self.backward else one for one in columns]


@dataclass(frozen=True, slots=True)
class Place:
    """The row after which (backwards: before which) a page begins; without a key, the beginning of the list."""

    order: Order
    backward: bool = False
    due_on: date | None = None
    key: str | int | None = None

    def written(self) -> str:
        """The place as an opaque word that may stand in an address."""
        plain = [self.order, int(self.backward), self.due_on.isoformat() if self.due_on else None, self.key]
        return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")

    @property
    def given(self) -> dict[str, Any]:
        """The values of its stretches' conditions."""
        return {"at_due": self.due_on, "at_key": self.key}

    def stretches(self) -> list[Stretch]:
        """What follows the place, in order."""
        if self.order is Order.OPENED:
            return [Stretch(Part.OPENED, self.key is not None, self.backward)]
        dated, undated = (Stretch(part, False, self.backward) for part in (Part.DATED, Part.UNDATED))
        if self.key is None:
            return [dated, undated]
        rest = Stretch(Part.UNDATED if self.due_on is None else Part.DATED, True, self.backward)
        if self.backward:
            return [rest, dated] if self.due_on is None else [rest]
        return [rest] if self.due_on is None else [rest, undated]


def place_of(after: str | None, order: Order) -> Place:
    """The place a cursor names; raises BadInput for one that no page of this order gave."""
    if after is None:
        return Place(order)
    try:
        place = _read(after)
    except (ValueError, TypeError) as error:
        raise BadInput("todo.bad_cursor", field="after", found=after[:40]) from error
    if place.order is not order or not _fits(place):
        raise BadInput("todo.bad_cursor", field="after", found=after[:40])
    return place


def _read(after: str) -> Place:
    if len(after) > _LONGEST:
        raise ValueError(len(after))
    padded = after + "=" * (-len(after) % 4)
    order, backward, due_on, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    return Place(Order(order), bool(backward), date.fromisoformat(due_on) if due_on else None, key)


def _fits(place: Place) -> bool:
    """Whether the databases can compare its key: nothing but what a page has written."""
    if place.order is Order.OPENED:
        return type(place.key) is int and 0 <= place.key <= _LARGEST
    return isinstance(place.key, str) and place.key.isprintable()
