"""What tests build on: a house with the programme's offices, people who act, and one factory per table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from models.clock import VirtualClock
from models.db import create_tables, make_engine
from models.organisation import Duty, Institution, Organisation, Person
from models.programme import Programme, load_programme
from models.programme.divisions import Divisions, load_divisions
from models.programme.workdays import WorkdayTable, load_workdays
from tasks.acts import perform
from tasks.offices import settle_programme
from tasks.work import MACHINE, Actor, House, Work

PROVINCE = "430000-mz"
PROVINCE_RURAL = "430000-xz"
SHENZHEN = "440300-mz"


@lru_cache(maxsize=1)
def programme() -> Programme:
    """The shipped pack, loaded once a process."""
    return load_programme()


@lru_cache(maxsize=1)
def workdays() -> WorkdayTable:
    """The shipped working-day table, loaded once a process."""
    return load_workdays()


@lru_cache(maxsize=1)
def divisions() -> Divisions:
    """The shipped divisions, loaded once a process."""
    return load_divisions()


@dataclass(frozen=True)
class Bench:
    """A house under test with its clock in hand."""

    house: House
    clock: VirtualClock

    def at(self, instant: str) -> "Bench":
        """Moves the virtual clock."""
        self.clock.set(instant)
        return self

    @contextmanager
    def work(self, actor: Actor = MACHINE) -> Iterator[Work]:
        """One transaction for an actor."""
        with self.house.transaction(actor) as work:
            yield work

    def act(self, name: str, organisation: str, duty: str = "officer", /, **form: Any) -> Any:
        """Performs an act as the holder of a duty of an organisation."""
        return perform(self.house, name, actor(organisation, duty), **form)


def actor(organisation: str, duty: str = "officer") -> Actor:
    """The sample person who holds a duty in an organisation."""
    return Actor(f"{organisation}.{duty}", organisation)


def make_bench(url: str, at: str = "2022-02-25T08:00") -> Bench:
    """A house on a fresh database with all offices settled, at a virtual instant."""
    engine = make_engine(url, durable=False)
    create_tables(engine)
    clock = VirtualClock(at)
    house = House(engine, clock, programme(), workdays(), divisions())
    with house.transaction() as work:
        settle_programme(work, sample=True)
    return Bench(house, clock)


def add_institution(work: Work, uscc: str, *, kind: str = "recipient", division: str = "430121", **fields: Any) -> str:
    """Registers a sample institution with an officer; returns its USCC, which is its code."""
    city = None if kind == "sender" else work.divisions.city_of(division).code
    name = fields.pop("name", f"样例机构{uscc[-4:]}（示例）")
    work.session.add(
        Organisation(code=uscc, name=name, kind=kind, division=division, city=city, sample=True, valid_from=date(2022, 1, 1))
    )
    work.session.add(Person(code=f"{uscc}.officer", name=f"联系人{uscc[-4:]}", email=f"{uscc}@people.example", sample=True))
    work.session.flush()
    work.session.add(Duty(person=f"{uscc}.officer", organisation=uscc, duty="officer", valid_from=date(2022, 1, 1)))
    plain: dict[str, Any] = {"type": "social_work", "level": "county", "registration_division": division}
    work.session.add(Institution(uscc=uscc, **{**plain, **fields}))
    work.session.flush()
    return uscc
