"""The troupe: the cast with a house, a virtual clock and the means to act; and the cues it plays by."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.clock import SHANGHAI, VirtualClock
from models.pairing import Pair
from models.prepared import Prepared
from models.session import by_key
from models.step import Step
from simulation.dice import Dice
from simulation.people import Cast
from tasks.acts import perform
from tasks.work import Actor, House, Work

MORNING, EVENING = 9, 18
"""When the machine works and when the last post leaves; people act in between."""


@dataclass(frozen=True, slots=True)
class StepView:
    """What a cue is planned from: the step as it was opened, and nothing that changes by order of play."""

    id: int
    key: str
    kind: str
    batch: int | None
    subject: str
    city: str | None
    pair: str | None
    owner: str
    opened_on: date
    due_on: date | None

    @property
    def due(self) -> date:
        """The due date of a kind of step that always has one."""
        if self.due_on is None:
            raise ValueError(f"{self.key} has no due date")
        return self.due_on


@dataclass(frozen=True, slots=True)
class Cue:
    """Somebody will do something at an instant. A cue whose moment has passed otherwise does nothing."""

    at: datetime
    key: str
    play: Callable[["Troupe"], None]


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair's unchanging side."""

    key: str
    batch: int
    city: str
    sender: str
    recipient: str
    nominator: str
    application: str

    @property
    def nominator_rural(self) -> str:
        """The rural-revitalisation office beside the nominator (K36, K37)."""
        return self.nominator.replace("-mz", "-xz")

    @property
    def by_city(self) -> bool:
        """Whether the city recommended, so that three parties sign (A9)."""
        return self.nominator == f"{self.city}-mz"


@dataclass(slots=True)
class Troupe:
    """The cast at work in a house."""

    house: House
    clock: VirtualClock
    cast: Cast
    acts_done: int = 0
    _pairs: dict[str, PairView] = field(default_factory=dict)
    _gaze: ExitStack = field(default_factory=ExitStack)
    _seen: Work | None = None

    @property
    def dice(self) -> Dice:
        """The cast's dice."""
        return self.cast.dice

    def act(self, name: str, organisation: str, duty: str = "officer", /, **form: Any) -> Any:
        """Performs an act as the holder of a duty in an organisation, in one transaction."""
        self.look_away()
        self.acts_done += 1
        return perform(self.house, name, Actor(f"{organisation}.{duty}", organisation), **form)

    def look(self) -> Work:
        """A look at the database as it stands now; what was loaded is kept until somebody acts or `look_away`."""
        if self._seen is None:
            self._seen = self._gaze.enter_context(self.house.glance())
        return self._seen

    def look_away(self) -> None:
        """Forgets what was seen, so that nobody acts on yesterday's rows."""
        if self._seen is not None:
            self._seen.session.forget()

    def get(self, model: type, key: Any) -> Any:
        """One row by its key, or None."""
        return self.look().session.get(model, key)

    def state(self, model: type, *key: Any) -> str | None:
        """The state of the object with this key, or None where there is none."""
        names, wanted = _state_of(model)
        found: str | None = wanted.scalar(self.look().session, dict(zip(names, key, strict=True)))
        return found

    def pair(self, key: str) -> PairView:
        """A pair by its key."""
        if key not in self._pairs:
            row = self.get(Pair, key)
            self._pairs[key] = PairView(
                key, row.batch, row.city, row.sender, row.recipient, row.nominator, row.application
            )
        return self._pairs[key]

    def after(self, day: date, workdays: int) -> date:
        """A working day so many working days after (or before) a day."""
        return self.house.workdays.add_workdays(day, workdays)

    def moment(self, day: date, *names: object) -> datetime:
        """A minute of a day's office hours, drawn for these names."""
        minute = self.dice.between(20, 8 * 60 + 20, "minute", *names)
        return datetime(day.year, day.month, day.day, MORNING + minute // 60, minute % 60, tzinfo=SHANGHAI)

    def cue(self, day: date, key: str, play: Callable[["Troupe"], None]) -> Cue:
        """A cue at an office hour of a day."""
        return Cue(self.moment(day, key), key, play)

    def steps_since(self, last: int) -> list[StepView]:
        """The open steps that were opened after the one with this number."""
        rows = _SINCE.rows(self.look().session, {"last": last})
        return [StepView(*[*row[:-2], row[-2].astimezone(SHANGHAI).date(), row[-1]]) for row in rows]


@cache
def _state_of(model: type) -> tuple[list[str], Prepared]:
    table = model.__table__  # type: ignore[attr-defined]
    names = [f"key_{column.name}" for column in table.primary_key]
    return names, Prepared(select(table.c.state).where(*by_key(table)))


_COLUMNS = ("id", "key", "kind", "batch", "subject", "city", "pair", "owner", "opened_at", "first_due_on")
_SINCE = Prepared(
    select(*(col(getattr(Step, name)) for name in _COLUMNS))
    .where(col(Step.id) > bindparam("last"), col(Step.state) == "open")
    .order_by(col(Step.id))
)


def within(troupe: Troupe, step: StepView, *, late: float = 0.12, least: int = 1) -> date:
    """The working day on which a step's owner acts: mostly between opening and due date, sometimes days after it."""
    dice = troupe.dice
    first = troupe.after(step.opened_on, least)
    if step.due_on is None or step.due_on <= first:
        return first
    span = troupe.house.workdays.workdays_between(first, step.due_on)
    if dice.chance(late, "late", step.key):
        return max(first, troupe.after(step.due_on, dice.between(1, 4, "days late", step.key)))
    return troupe.after(first, dice.between(0, max(0, span - 2), "day", step.key)) if span > 1 else first
