"""Work: one transaction with its clock, its actor and the programme; and the house that makes it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine

from models.clock import Clock
from models.db import glancing, reading, writing
from models.opening import Batch
from models.programme.divisions import Divisions
from models.programme.pack import Programme, Rules
from models.programme.workdays import WorkdayTable
from models.session import KeepingSession
from tasks.refusal import NotFound


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person for an organisation, possibly in place of another person."""

    person: str
    organisation: str
    in_place_of: str | None = None

    def __str__(self) -> str:
        return f"{self.person}>{self.in_place_of}" if self.in_place_of else self.person


MACHINE = Actor("qianshou", "qianshou")
"""The service itself, when it does what a date makes due."""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that comes with an act, for a purpose: it lies in the store already, the act's transaction records it.

    `code` is the version code that was found on a scan, '' where there is none.
    """

    purpose: str
    sha256: str
    name: str
    media_type: str
    size: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """What never changes once it stands in the database, as earlier transactions have found it: nobody asks again."""

    policies: set[str] = field(default_factory=set)
    """Policies that are stored."""
    rules: dict[int, date] = field(default_factory=dict)
    """Batch → the day whose rules it was opened under; of batches that have been opened."""
    kinds: dict[str, str] = field(default_factory=dict)
    """Organisation → its kind; of those that somebody has acted for."""
    caught_up: set[str] = field(default_factory=set)
    """What an earlier version may have left undone, and has been looked for without being found."""


@dataclass(slots=True)
class Work:
    """One transaction. `now` and `today` are read once, when it begins, so that an act has one instant."""

    session: KeepingSession
    now: datetime
    today: date
    actor: Actor
    programme: Programme
    workdays: WorkdayTable
    divisions: Divisions
    sample: bool = False
    last_event: tuple[int, str] | None = None
    kept: Kept = field(default_factory=Kept)
    new_policies: set[str] = field(default_factory=set)
    sent: tuple[SentFile, ...] = ()
    _batches: dict[int, Batch] = field(default_factory=dict)

    def batch(self, number: int) -> Batch:
        """The batch of that number; raises NotFound."""
        if number not in self._batches:
            found = self.session.get(Batch, number)
            if found is None:
                raise NotFound("act.no_batch", field="batch", batch=number)
            self._batches[number] = found
        return self._batches[number]

    def rules(self, batch: int) -> Rules:
        """The programme's values as this batch was opened under (DESIGN section 4: a batch keeps its rules)."""
        as_of = self.kept.rules.get(batch)
        if as_of is None:
            found = self.batch(batch)
            as_of = found.rules_as_of
            if found.state not in ("preparing", "announced"):
                self.kept.rules[batch] = as_of
        return self.programme.rules(as_of)

    def next_working_moment(self) -> datetime:
        """Now on a working day, else nine o'clock of the next one: nothing but receipts is sent on a day off."""
        if self.workdays.is_workday(self.today):
            return self.now
        day = self.workdays.next_workday(self.today)
        return self.now.replace(
            year=day.year, month=day.month, day=day.day, hour=9, minute=0, second=0, microsecond=0
        )


@dataclass(frozen=True, slots=True)
class House:
    """What every transaction of one installation shares; `sample` marks all that is registered as a sample.

    `home` is the data folder, where the heartbeat is left, and `heartbeat_url` who else is told of it; a house that
    lives in memory or on a virtual clock has neither. `console_url` is where the links in letters lead.
    """

    engine: Engine
    clock: Clock
    programme: Programme
    workdays: WorkdayTable
    divisions: Divisions
    sample: bool = False
    home: Path | None = None
    heartbeat_url: str | None = None
    console_url: str = "http://127.0.0.1:8420"
    kept: Kept = field(default_factory=Kept, compare=False)

    @contextmanager
    def transaction(self, actor: Actor = MACHINE) -> Iterator[Work]:
        """One writing transaction: commits at the end, leaves nothing behind after an exception."""
        with writing(self.engine) as session:
            yield self._work(session, actor)

    @contextmanager
    def look(self, actor: Actor = MACHINE) -> Iterator[Work]:
        """One reading transaction: a consistent view for queries and for what is due."""
        with reading(self.engine) as session:
            yield self._work(session, actor)

    @contextmanager
    def glance(self) -> Iterator[Work]:
        """Looks again and again without a transaction: each question sees what has been committed by then.

        What was loaded stays as it was until `work.session.forget()`.
        """
        with glancing(self.engine) as session:
            yield self._work(session, MACHINE)

    def _work(self, session: KeepingSession, actor: Actor) -> Work:
        now = self.clock.now()
        return Work(
            session,
            now,
            now.date(),
            actor,
            self.programme,
            self.workdays,
            self.divisions,
            self.sample,
            kept=self.kept,
        )
