"""Contacts of offices and institutions from a sheet: new people, changed addresses, further duties (K03)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import col

from documents.reading.roster_sheet import Line
from documents.rosters import Fault, kinds
from models.messages import say
from models.organisation import Duty, Organisation, Person
from models.rules.contact import email_breaches, mobile_breaches, normal_mobile
from tasks.absence import OFFICES
from tasks.acts import act
from tasks.bulk.offices import Offices, offices_kept
from tasks.bulk.plan import Change, Imported, Looking, Outcome, Plan, begin, carry_out, lines_of, twice
from tasks.correction import change_person
from tasks.refusal import BadInput
from tasks.staff import DUTIES, join_office
from tasks.work import Work

NAME = "contacts"


class ContactRow(BaseModel):
    """One person's duty as the form of the act has it; `place` is where it stood in the sheet (`sheet!row`)."""

    organisation: str
    duty: str
    name: str
    email: str
    mobile: str = ""
    code: str = ""
    place: str = ""


@dataclass(slots=True)
class _Somebody:
    """A person of an office, registered or about to be: their duties, and what they will be called and reached by."""

    code: str
    name: str
    email: str
    mobile: str
    person: Person | None = None
    duties: set[str] = field(default_factory=set)

    @property
    def is_blank(self) -> bool:
        """Whether it only keeps a place: settled with the office, never told who it is."""
        return self.person is not None and not self.person.email and not self.person.mobile


@act("bulk.import_contacts", by=OFFICES, clauses=("K03",))
def import_contacts(work: Work, rows: list[ContactRow], *, seen: str = "") -> Imported:
    """Registers many contacts of the office and of those in its area at once: all or none.

    `seen` is the token of the plan that was looked over. Raises RuleBroken with every fault, BadInput where something
    has changed since, AlreadyDone where all stand there already.
    """
    if not rows:
        raise BadInput("bulk.no_rows", field="rows")
    plan = plan_contacts(work, lines_of(kinds()[NAME], rows))

    return carry_out(work, plan, "bulk.import_contacts", seen=seen)


def plan_contacts(work: Work, lines: Sequence[Line], faults: Sequence[Fault] = ()) -> Plan:
    """What these lines would do to the people of the offices that the actor keeps."""
    looking = begin(kinds()[NAME], faults)
    offices = offices_kept(work)
    for key in ("email", "mobile"):
        twice(looking, lines, key, lambda line: line.values["name"])
    _same_duty_twice(looking, lines)
    people = _people(work, offices, lines)
    for line in lines:
        office = offices.find(looking, line)
        duty = _duty(work, looking, line)
        _check(looking, line)
        if office is None or looking.is_wrong(line):
            looking.add(line, line.values["name"], Outcome.WRONG)
        else:
            _plan(work, looking, line, office, duty, people.setdefault(office.code, {}))
    return looking.plan


def _same_duty_twice(looking: Looking, lines: Sequence[Line]) -> None:
    """The same person with the same duty twice, or of one office two of the same name who cannot be told apart."""
    duties: dict[tuple[str, ...], Line] = {}
    named: dict[tuple[str, ...], Line] = {}
    for line in lines:
        given = line.values
        who = (given["organisation"], given.get("code", "") or given["name"])
        first = duties.setdefault((*who, given["duty"]), line)
        if first is not line:
            looking.fault(line, "name", say("bulk.fault.duty_twice", first=first.row, second=line.row))
        same = named.setdefault(who, line)
        if same.values["email"].casefold() != given["email"].casefold():
            text = say("bulk.fault.same_name", first=same.row, second=line.row)
            looking.fault(line, "name", text)


def _duty(work: Work, looking: Looking, line: Line) -> str:
    labels = {work.programme.label("duty", one): one for one in DUTIES}
    written = line.values["duty"]
    duty = labels.get(written, written)
    if duty not in DUTIES and not looking.is_said(line, "duty"):
        looking.fault(line, "duty", say("bulk.fault.duty", allowed=tuple(labels)))
    return duty


def _check(looking: Looking, line: Line) -> None:
    given = line.values
    if not looking.is_said(line, "email"):
        looking.breaches(line, "email", email_breaches(given["email"], "K03"))
    if given.get("mobile") and not looking.is_said(line, "mobile"):
        looking.breaches(line, "mobile", mobile_breaches(given["mobile"], "K03"))


def _plan(
    work: Work, looking: Looking, line: Line, office: Organisation, duty: str, people: dict[str, _Somebody]
) -> None:
    """Who of the office the line is about, and what it changes; the next line finds them as this one leaves them."""
    found = _named(looking, line, office, duty, people)
    given = line.values
    subject = say("bulk.subject.person", name=given["name"], office=office.name)
    mobile = normal_mobile(given.get("mobile", ""))
    if looking.is_wrong(line):
        looking.add(line, subject, Outcome.WRONG)
        return
    if found is None:
        code = _free_code(office.code, duty, given.get("code", ""), people)
        people[code] = _Somebody(code, given["name"], given["email"], mobile, None, {duty})
        looking.add(line, subject, Outcome.NEW, effect=partial(_join, work, line, office, code, duty))
        return

    changes = _changes(found, line, mobile)
    steps: list[Callable[[], object]] = []
    if changes:
        steps.append(partial(_correct, work, line, office, found.code))
    if duty not in found.duties:
        steps.append(partial(_join, work, line, office, found.code, duty))
        changes.append(Change(looking.plan.kind.column("duty").label, "", work.programme.label("duty", duty)))
    found.name, found.email, found.mobile = given["name"], given["email"], mobile or found.mobile
    found.duties.add(duty)
    effect = partial(_all, steps) if steps else None
    looking.add(line, subject, Outcome.CHANGED if steps else Outcome.SAME, changes, effect)


def _named(
    looking: Looking, line: Line, office: Organisation, duty: str, people: dict[str, _Somebody]
) -> _Somebody | None:
    """The person of a line: by code, by name, or who keeps the duty's place; None for somebody new."""
    given = line.values
    if code := given.get("code", ""):
        whole = code if "." in code else f"{office.code}.{code}"
        if whole.rpartition(".")[0] != office.code:
            looking.fault(line, "code", say("bulk.fault.code_of_other", office=office.code))
        return people.get(whole)
    same = [one for one in people.values() if one.name == given["name"]]
    if len(same) > 1:
        same = [one for one in same if one.email.casefold() == given["email"].casefold()] or same
    if len(same) > 1:
        looking.fault(line, "name", say("bulk.fault.several", codes=tuple(one.code for one in same)))
    if same:
        return same[0]
    blank = [one for one in people.values() if one.is_blank and duty in one.duties]
    if blank:
        return blank[0]
    taken = [one for one in people.values() if one.email.casefold() == given["email"].casefold()]
    if taken:
        looking.fault(line, "email", say("bulk.fault.address_of_other", name=taken[0].name))
    return None


def _changes(found: _Somebody, line: Line, mobile: str) -> list[Change]:
    now = {"name": (found.name, line.values["name"]), "email": (found.email, line.values["email"])}
    if mobile:
        now["mobile"] = (found.mobile, mobile)
    column = kinds()[NAME].column
    return [Change(column(key).label, old, new) for key, (old, new) in now.items() if old != new]


def _free_code(office: str, duty: str, asked: str, people: dict[str, _Somebody]) -> str:
    """The code that was asked for, else the duty's, with a number where that is taken."""
    if asked:
        return asked if "." in asked else f"{office}.{asked}"
    number = 1
    while (code := f"{office}.{duty}{number if number > 1 else ''}") in people:
        number += 1
    return code


def _people(work: Work, offices: Offices, lines: Sequence[Line]) -> dict[str, dict[str, _Somebody]]:
    """Office → code → person, of the offices that the lines are about; former people keep their codes."""
    codes = sorted({one.code for line in lines for one in offices.named(line.values["organisation"])})
    wanted = (
        select(Person, col(Duty.organisation), col(Duty.duty), col(Duty.valid_to))
        .join(Duty, col(Duty.person) == col(Person.code))
        .where(col(Duty.organisation).in_(codes))
        .order_by(col(Person.code))
    )
    found: dict[str, dict[str, _Somebody]] = {}
    for person, office, duty, until in work.session.execute(wanted):
        some = found.setdefault(office, {}).setdefault(
            person.code, _Somebody(person.code, person.name, person.email, person.mobile, person)
        )
        if until is None or until >= work.today:
            some.duties.add(duty)
    return found


def _all(steps: Sequence[Callable[[], object]]) -> None:
    for step in steps:
        step()


def _join(work: Work, line: Line, office: Organisation, code: str, duty: str) -> Person:
    given = line.values
    return join_office(
        work,
        office.code,
        code.rpartition(".")[2],
        name=given["name"],
        email=given["email"],
        duty=duty,
        mobile=normal_mobile(given.get("mobile", "")),
    )


def _correct(work: Work, line: Line, office: Organisation, code: str) -> Person:
    given = line.values
    return change_person(
        work,
        work.session.get_one(Person, code),
        office,
        reason=say("bulk.reason", title=kinds()[NAME].title),
        name=given["name"],
        email=given["email"],
        mobile=normal_mobile(given.get("mobile", "")),
    )
