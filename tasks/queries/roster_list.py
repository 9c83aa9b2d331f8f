"""Shenzhen's roster of a batch: who is offered, what they are strong in, whom to reach, what became of them (K05)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.organisation import Duty, Institution, Organisation, Person
from models.pairing import Pair, RosterEntry
from models.rules.access import Right, Scope, Viewer, grant_of
from tasks.queries.agreement_page import masked
from tasks.work import Work

ACTIVE = ("proposed", "confirmed", "effective", "ended")
"""States of a pair that say what became of a sender."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One sender; its account's number is masked, `pair` is its latest one in the batch."""

    sender: str
    name: str
    state: str
    strengths: str
    contact: str
    email: str
    account: str
    pair: str


def roster_list(work: Work, viewer: Viewer, batch: int) -> list[RosterRow]:
    """The senders of a batch's roster by name; a sender sees itself only, others without the right nobody."""
    grant = grant_of(viewer.role, "roster")
    if grant is None or Right.READ not in grant.rights:
        return []
    wanted: Any = (
        select(RosterEntry, col(Organisation.name), col(Institution.bank_account))
        .join(Organisation, col(Organisation.code) == col(RosterEntry.sender))
        .outerjoin(Institution, col(Institution.uscc) == col(RosterEntry.sender))
        .where(col(RosterEntry.batch) == batch)
        .order_by(col(Organisation.name), col(RosterEntry.key))
    )
    if grant.scope is not Scope.ALL:
        wanted = wanted.where(col(RosterEntry.sender) == viewer.organisation)
    people, pairs = _contacts(work, batch), _pairs(work, batch)
    return [
        RosterRow(
            sender=entry.sender,
            name=name,
            state=entry.state,
            strengths=entry.strengths,
            contact=people.get(entry.sender, ("", ""))[0],
            email=people.get(entry.sender, ("", ""))[1],
            account=_written(account or {}),
            pair=pairs.get(entry.sender, ""),
        )
        for entry, name, account in work.session.execute(wanted)
    ]


def _contacts(work: Work, batch: int) -> dict[str, tuple[str, str]]:
    wanted = (
        select(col(Duty.organisation), col(Person.name), col(Person.email))
        .join(Person, col(Person.code) == col(Duty.person))
        .join(RosterEntry, col(RosterEntry.sender) == col(Duty.organisation))
        .where(
            col(RosterEntry.batch) == batch, col(Duty.duty) == "officer", col(Duty.valid_from) <= work.today
        )
        .where(col(Duty.valid_to).is_(None) | (col(Duty.valid_to) >= work.today))
        .order_by(col(Duty.organisation), col(Duty.valid_from))
    )
    return {code: (name, email) for code, name, email in work.session.connection().execute(wanted)}


def _pairs(work: Work, batch: int) -> dict[str, str]:
    wanted = (
        select(col(Pair.sender), col(Pair.key))
        .where(col(Pair.batch) == batch, col(Pair.state).in_(ACTIVE))
        .order_by(col(Pair.at), col(Pair.key))
    )
    return dict(work.session.connection().execute(wanted).tuples().all())


def _written(account: dict[str, Any]) -> str:
    return " ".join(
        one for one in (str(account.get("bank") or ""), masked(str(account.get("number") or ""))) if one
    )
