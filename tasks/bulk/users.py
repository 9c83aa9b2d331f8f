"""Accounts from a sheet: opened by letter for people who are registered, or closed (K03, K36)."""

from collections.abc import Callable, Sequence
from functools import partial

from pydantic import BaseModel
from sqlalchemy import or_, select
from sqlmodel import col

from documents.reading.roster_sheet import Line
from documents.rosters import Fault, kinds, words
from models.account import Account
from models.messages import say
from models.organisation import Duty, Organisation, Person
from tasks.accounts import BY_HAND, close_account
from tasks.acts import act
from tasks.bulk.offices import Offices, all_offices
from tasks.bulk.plan import Change, Imported, Looking, Outcome, Plan, begin, carry_out, lines_of
from tasks.deputies import holds_duty
from tasks.invitations import can_be_written_to, write_invitation
from tasks.operators import OPERATOR
from tasks.refusal import BadInput, NotEntitled
from tasks.work import Work

NAME = "users"


class UserRow(BaseModel):
    """One person's account as the form of the act has it; `place` is where it stood in the sheet (`sheet!row`)."""

    organisation: str
    name: str
    action: str
    email: str = ""
    code: str = ""
    place: str = ""


@act("bulk.import_users", by=("province_civil", OPERATOR), clauses=("K03", "K36"))
def import_users(work: Work, rows: list[UserRow], *, seen: str = "") -> Imported:
    """Opens or closes many accounts at once: all or none; whoever gets one sets their password by a letter's link.

    By an officer or leader. `seen` is the token of the plan that was looked over. Raises
    RuleBroken with every fault, BadInput where something has changed since, AlreadyDone where all is so already.
    """
    if not rows:
        raise BadInput("bulk.no_rows", field="rows")
    plan = plan_users(work, lines_of(kinds()[NAME], rows))

    return carry_out(work, plan, "bulk.import_users", seen=seen)


def plan_users(work: Work, lines: Sequence[Line], faults: Sequence[Fault] = ()) -> Plan:
    """What these lines would do to the accounts. Raises NotEntitled for who is neither officer nor leader."""
    actor = work.actor.in_place_of or work.actor.person
    if not holds_duty(work, actor, work.actor.organisation, ("officer", "leader")):
        raise NotEntitled("account.not_keeper", actor=str(work.actor), person="")
    looking = begin(kinds()[NAME], faults)
    offices = all_offices(work)
    people = _people(work, offices, lines)
    accounts = {one.person: one for one in work.session.execute(select(Account)).scalars()}
    first: dict[str, Line] = {}
    for line in lines:
        office = offices.find(looking, line)
        person = _person(looking, line, office, people) if office and not looking.is_wrong(line) else None
        if office is None or person is None:
            looking.add(line, line.values["name"], Outcome.WRONG)
            continue
        before = first.setdefault(person.code, line)
        if before is not line:
            text = say("bulk.fault.person_twice", first=before.row, second=line.row)
            looking.fault(line, "name", text)
        _plan(work, looking, line, office, person, accounts.get(person.code))
    return looking.plan


def _people(work: Work, offices: Offices, lines: Sequence[Line]) -> dict[str, list[Person]]:
    """Office → those who hold a duty there today."""
    codes = sorted({one.code for line in lines for one in offices.named(line.values["organisation"])})
    wanted = (
        select(col(Duty.organisation), Person)
        .join(Person, col(Duty.person) == col(Person.code))
        .where(
            col(Duty.organisation).in_(codes),
            or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= work.today),
        )
        .order_by(col(Person.code))
    )
    found: dict[str, list[Person]] = {}
    for office, person in work.session.execute(wanted):
        some = found.setdefault(office, [])
        if person not in some:
            some.append(person)
    return found


def _person(
    looking: Looking, line: Line, office: Organisation, people: dict[str, list[Person]]
) -> Person | None:
    """Who of the office is meant: by code, else by name, two of one name by their address."""
    given, here = line.values, people.get(office.code, [])
    if code := given.get("code", ""):
        whole = code if "." in code else f"{office.code}.{code}"
        here = [one for one in here if one.code == whole]
    named = [one for one in here if one.name == given["name"]]
    if len(named) > 1 and given.get("email"):
        named = [one for one in named if one.email.casefold() == given["email"].casefold()]
    if len(named) > 1:
        looking.fault(line, "name", say("bulk.fault.several", codes=tuple(one.code for one in named)))
    elif not named:
        looking.fault(line, "name", say("bulk.fault.nobody", office=office.name))
    return named[0] if len(named) == 1 else None


def _plan(
    work: Work, looking: Looking, line: Line, office: Organisation, person: Person, account: Account | None
) -> None:
    given, actions = line.values, words("actions")
    subject = say("bulk.subject.person", name=person.name, office=office.name)
    column = looking.plan.kind.column("action")
    if given["action"] not in actions.values():
        text = say("bulk.fault.action", allowed=tuple(actions.values()))
        looking.fault(line, "action", text)
    if given.get("email") and given["email"].casefold() != person.email.casefold():
        looking.fault(line, "email", say("bulk.fault.other_address"))
    is_open = account is not None and account.active
    opens = given["action"] == actions["open"]
    if opens and not is_open and not can_be_written_to(work, person):
        looking.fault(line, "email", say("account.no_address", person=person.name))
    if opens and account is not None and account.locked_until == BY_HAND:
        looking.fault(line, "action", say("account.locked_by_hand"))
    if opens is is_open:
        looking.add(line, subject, Outcome.SAME)
        return
    change = Change(column.label, say(f"bulk.account.{'open' if is_open else 'closed'}"), given["action"])
    effect: Callable[[], object] = partial(write_invitation, work, person.code, office)
    if not opens:
        effect = partial(close_account, work, person.code)
    looking.add(line, subject, Outcome.CHANGED if account else Outcome.NEW, [change], effect)
