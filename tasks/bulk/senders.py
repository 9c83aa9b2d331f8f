"""Shenzhen's roster from a sheet: senders that are new, told more exactly, or there already (S11, K05)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import col

from documents.reading.roster_sheet import Line
from documents.rosters import Fault, kinds
from models.messages import say
from models.organisation import Institution, Organisation, Person
from models.pairing import RosterEntry
from tasks.acts import act
from tasks.bulk.plan import Change, Imported, Looking, Outcome, Plan, begin, carry_out, lines_of, twice
from tasks.correction import change_person
from tasks.enlisting import describe_sender, register_sender, roster_batch, sender_breaches
from tasks.refusal import BadInput
from tasks.work import Work

NAME = "senders"
_ACCOUNT = {"account_name": "name", "account_bank": "bank", "account_number": "number"}
"""The columns of an account and its parts as they are kept."""


class SenderRow(BaseModel):
    """One sender as the form of the act has it; `place` is where it stood in the sheet (`sheet!row`)."""

    uscc: str
    name: str
    contact_name: str
    contact_email: str
    contact_mobile: str = ""
    account_name: str = ""
    account_bank: str = ""
    account_number: str = ""
    strengths: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is registered of a sender."""

    organisation: Organisation
    institution: Institution | None
    entry: RosterEntry | None
    contact: Person | None


@act("bulk.import_senders", by=("sender_bureau",), clauses=("K05",))
def import_senders(work: Work, batch: int, *, rows: list[SenderRow], seen: str = "") -> Imported:
    """Puts many senders on a batch's roster at once: all of them or none.

    `seen` is the token of the plan that was looked over. Raises RuleBroken with every fault, BadInput where something
    has changed since, AlreadyDone where all stand there already.
    """
    if not rows:
        raise BadInput("bulk.no_rows", field="rows")
    plan = plan_senders(work, batch, lines_of(kinds()[NAME], rows))

    return carry_out(work, plan, "bulk.import_senders", seen=seen, batch=batch)


def plan_senders(work: Work, batch: int, lines: Sequence[Line], faults: Sequence[Fault] = ()) -> Plan:
    """What these lines would do to a batch's roster. Raises AlreadyDone where it takes no senders any more."""
    found = roster_batch(work, batch)
    looking = begin(kinds()[NAME], faults)
    twice(looking, lines, "uscc", lambda line: str(line.row))
    for key in ("contact_email", "contact_mobile"):
        twice(looking, lines, key, lambda line: line.values["contact_name"])
    known = _known(work, found.number, [line.values["uscc"] for line in lines])
    for line in lines:
        _check(looking, line)
        there = known.get(line.values["uscc"])
        if there is None:
            effect = partial(_enlist, work, found.number, line)
            looking.add(line, line.values["name"], Outcome.NEW, effect=effect)
        else:
            _against(work, looking, line, there, found.number)
    return looking.plan


def _check(looking: Looking, line: Line) -> None:
    given = line.values
    email, mobile = given["contact_email"], given.get("contact_mobile", "")
    at = {"F04": "uscc", "K05": "contact_email", "K03": "contact_mobile"}
    for one in sender_breaches(given["uscc"], email, mobile):
        key = at[one.field or "F04"]
        if not looking.is_said(line, key):
            looking.breaches(line, key, [one])
    account = _account(line)
    if account:
        for key, part in _ACCOUNT.items():
            if not account.get(part):
                looking.fault(line, key, say("bulk.fault.account_part"))
        if account.get("name") and account["name"] != given["name"]:
            looking.fault(line, "account_name", say("bulk.fault.account_name", name=given["name"]))


def _account(line: Line) -> dict[str, str]:
    found = {part: line.values.get(key, "") for key, part in _ACCOUNT.items()}
    return {part: text for part, text in found.items() if text}


def _known(work: Work, batch: int, codes: Sequence[str]) -> Mapping[str, _Known]:
    session, wanted = work.session, sorted(set(codes))
    organisations = session.execute(select(Organisation).where(col(Organisation.code).in_(wanted))).scalars()
    found = {one.code: one for one in organisations}
    institutions = session.execute(select(Institution).where(col(Institution.uscc).in_(wanted))).scalars()
    registered = {one.uscc: one for one in institutions}
    entries = session.execute(
        select(RosterEntry).where(col(RosterEntry.batch) == batch, col(RosterEntry.sender).in_(wanted))
    ).scalars()
    standing = {one.sender: one for one in entries}
    contacts = session.execute(
        select(Person).where(col(Person.code).in_([f"{one}.officer" for one in found]))
    ).scalars()
    people = {one.code.partition(".")[0]: one for one in contacts}
    return {
        code: _Known(one, registered.get(code), standing.get(code), people.get(code))
        for code, one in found.items()
    }


def _against(work: Work, looking: Looking, line: Line, there: _Known, batch: int) -> None:
    """A sender that is registered: what differs is changed, unless it is something that a sheet may not change."""
    given, account = line.values, _account(line)
    kept = dict(there.institution.bank_account) if there.institution else {}
    if there.organisation.kind != "sender":
        looking.fault(line, "uscc", say("bulk.fault.no_sender", name=there.organisation.name))
    elif there.organisation.name != given["name"]:
        looking.fault(line, "name", say("bulk.fault.other_name", name=there.organisation.name))
    if there.entry is not None and there.entry.state == "withdrawn":
        looking.fault(line, "uscc", say("bulk.fault.withdrawn"))
    if account and kept and account != kept:
        looking.fault(line, "account_number", say("bulk.fault.other_account"))

    person, more = _changes(there, line), _more(there, line)
    steps: list[Callable[[], object]] = []
    if person:
        steps.append(partial(_correct, work, line, there))
    if there.entry is None:
        steps.append(partial(_enlist, work, batch, line))
    if more:
        steps.append(partial(_describe, work, batch, line))
    changed = Outcome.CHANGED if steps else Outcome.SAME
    outcome = Outcome.NEW if there.entry is None else changed
    looking.add(line, given["name"], outcome, [*person, *more], partial(_all, steps) if steps else None)


def _all(steps: Sequence[Callable[[], object]]) -> None:
    for step in steps:
        step()


def _changes(there: _Known, line: Line) -> list[Change]:
    contact = there.contact
    if contact is None:
        return []
    now = {
        "contact_name": contact.name,
        "contact_email": contact.email,
        "contact_mobile": contact.mobile,
    }
    return [
        Change(kinds()[NAME].column(key).label, old, line.values[key])
        for key, old in now.items()
        if line.values.get(key) and line.values[key] != old
    ]


def _more(there: _Known, line: Line) -> list[Change]:
    found = []
    strengths, account = line.values.get("strengths", ""), _account(line)
    if there.entry is not None and strengths and strengths != there.entry.strengths:
        found.append(Change(kinds()[NAME].column("strengths").label, there.entry.strengths, strengths))
    if account and there.institution is not None and not there.institution.bank_account:
        # Shown by its end: a page of changes is no place for whole numbers of accounts.
        end = f"\u2026{account.get('number', '')[-4:]}"
        found.append(Change(kinds()[NAME].column("account_number").label, "", end))
    return found


def _enlist(work: Work, batch: int, line: Line) -> RosterEntry:
    given = line.values
    return register_sender(
        work,
        batch,
        uscc=given["uscc"],
        name=given["name"],
        contact_name=given["contact_name"],
        contact_email=given["contact_email"],
        contact_mobile=given.get("contact_mobile", ""),
        bank_account=_account(line),
        strengths=given.get("strengths", ""),
    )


def _correct(work: Work, line: Line, there: _Known) -> None:
    given = line.values
    if there.contact is not None:
        change_person(
            work,
            there.contact,
            there.organisation,
            reason=say("bulk.reason", title=kinds()[NAME].title),
            name=given["contact_name"],
            email=given["contact_email"],
            mobile=given.get("contact_mobile", ""),
        )


def _describe(work: Work, batch: int, line: Line) -> None:
    entry = work.session.get_one(RosterEntry, f"{batch}:{line.values['uscc']}")
    describe_sender(work, entry, strengths=line.values.get("strengths", ""), account=_account(line) or None)
