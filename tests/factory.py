"""What tests build on: a house with the programme's offices, people who act, and one factory per table."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from stdnum.cn.uscc import calc_check_digit

from models.application import Application
from models.clock import VirtualClock
from models.db import create_tables, make_engine
from models.opening import Batch
from models.organisation import Duty, Institution, Organisation, Person
from models.pairing import RosterEntry
from models.programme import Programme, load_programme
from models.programme.divisions import Divisions, load_divisions
from models.programme.values import Value
from models.programme.workdays import WorkdayTable, load_workdays
from models.review import Decision
from tasks import steps
from tasks.acts import perform
from tasks.offices import settle_programme
from tasks.parties import Scope
from tasks.work import MACHINE, Actor, House, Work
from tests.engines import keep

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

    def reading(self, key: str, value: Value) -> "Bench":
        """The same house under another reading of an ambiguity, or another value of any parameter."""
        parameters = tuple(
            replace(one, values=(replace(one.values[-1], since=one.values[0].since, value=value),))
            if one.key == key
            else one
            for one in self.house.programme.parameters
        )
        pack = replace(self.house.programme, parameters=parameters)
        return Bench(replace(self.house, programme=pack), self.clock)

    def act(self, name: str, organisation: str, duty: str = "officer", /, **form: Any) -> Any:
        """Performs an act as the holder of a duty of an organisation."""
        return perform(self.house, name, actor(organisation, duty), **form)


def actor(organisation: str, duty: str = "officer") -> Actor:
    """The sample person who holds a duty in an organisation."""
    return Actor(f"{organisation}.{duty}", organisation)


def make_bench(url: str, at: str = "2022-02-25T08:00") -> Bench:
    """A house on a fresh database with all offices settled, at a virtual instant."""
    engine = keep(make_engine(url, durable=False))
    create_tables(engine)
    clock = VirtualClock(at)
    house = House(engine, clock, programme(), workdays(), divisions())
    with house.transaction() as work:
        settle_programme(work, sample=True)
    return Bench(house, clock)


def add_institution(
    work: Work, uscc: str, *, kind: str = "recipient", division: str = "430121", **fields: Any
) -> str:
    """Registers a sample institution with an officer; returns its USCC, which is its code."""
    city = None if kind == "sender" else work.divisions.city_of(division).code
    name = fields.pop("name", f"样例机构{uscc[-4:]}（示例）")
    work.session.add(
        Organisation(
            code=uscc,
            name=name,
            kind=kind,
            division=division,
            city=city,
            sample=True,
            valid_from=date(2022, 1, 1),
        )
    )
    work.session.add(
        Person(code=f"{uscc}.officer", name=f"联系人{uscc[-4:]}", email=f"{uscc}@people.example", sample=True)
    )
    work.session.flush()
    work.session.add(
        Duty(person=f"{uscc}.officer", organisation=uscc, duty="officer", valid_from=date(2022, 1, 1))
    )
    plain: dict[str, Any] = {"type": "social_work", "level": "county", "registration_division": division}
    work.session.add(Institution(uscc=uscc, **{**plain, **fields}))
    work.session.flush()
    return uscc


def sample_uscc(serial: int, division: str = "430121") -> str:
    """A code with a right check digit that belongs to nobody."""
    body = f"52{division}MJT{serial:06d}"
    return body + calc_check_digit(body)


def set_batch(work: Work, number: int = 1, *, state: str = "open", **fields: Any) -> Batch:
    """Puts a batch where a test begins, with batch 1's dates and the step of the roster (S11) unless given."""
    batch = work.batch(number)
    plain = {"opened_on": date(2022, 2, 25), "submit_by": date(2022, 3, 10), "post_by": date(2022, 3, 14)}
    for name, value in {**plain, "state": state, **fields}.items():
        setattr(batch, name, value)
    work.session.flush()
    anchors = {"batch.post_by": batch.post_by or work.today}
    steps.open_step(work, "S11", str(number), scope=Scope(batch=number), anchors=anchors)
    return batch


def add_application(work: Work, code: str, *, nominator: str = "430121-mz", **fields: Any) -> str:
    """An application of a registered institution in the state a test begins with (checked); returns its key."""
    office = work.session.get_one(Organisation, nominator)
    plain: dict[str, Any] = {
        "batch": 1,
        "state": "checked",
        "channel": "city" if office.kind == "city_civil" else "county",
        "city": office.city or office.division,
        "form": {"beneficiaries": 300, "professionals_trained": 5, "training_person_times": 40},
    }
    fields = {**plain, **fields}
    application = Application(key=f"{fields['batch']}-{code}-1", uscc=code, nominator=nominator, **fields)
    work.session.add(application)
    work.session.flush()
    return application.key


def add_reviewer(work: Work, code: str, *, city: str | None = None) -> str:
    """A registered expert; returns the person's code."""
    division = city or "430000"
    plain: dict[str, Any] = {"name": f"评审专家{code[-2:]}（示例）", "sample": True}
    work.session.add(
        Organisation(
            code=code, kind="reviewer", division=division, city=city, valid_from=date(2022, 1, 1), **plain
        )
    )
    work.session.add(Person(code=f"{code}.reviewer", email=f"{code}@people.example", **plain))
    work.session.flush()
    duty = Duty(person=f"{code}.reviewer", organisation=code, duty="reviewer", valid_from=date(2022, 1, 1))
    work.session.add(duty)
    work.session.flush()
    return f"{code}.reviewer"


def add_decision(work: Work, on: date, *, approved: int) -> None:
    """The province's decision on batch 1, with so many approved and nobody else."""
    given = {"approved": approved, "waiting": 0, "rejected": 0}
    work.session.add(Decision(batch=1, decided_on=on, minutes="纪要", document="文号", **given))


def add_roster_entry(work: Work, code: str, *, batch: int = 1, state: str = "available") -> str:
    """A sender on a batch's roster; returns its USCC."""
    if work.session.get(Organisation, code) is None:
        add_institution(work, code, kind="sender", division="440305", level="city")
    work.session.add(RosterEntry(key=f"{batch}:{code}", batch=batch, sender=code, state=state))
    work.session.flush()
    return code
