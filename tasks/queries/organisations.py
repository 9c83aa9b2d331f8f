"""Offices and institutions as a viewer sees them: the list in their scope, and one of them whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, false, func, or_, select, text, true
from sqlmodel import col

from models.absence import Absence
from models.account import Account
from models.organisation import Duty, Institution, Organisation, Person
from models.reach import DeadAddress
from models.rules.access import Right, Scope, Viewer, grant_of
from models.step_count import StepCount
from models.succession import OfficeName, Succession
from tasks.accounts import BY_HAND
from tasks.refusal import NotFound
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One line of the list; `reach` is `dead`, `missing` or `` where every address works, `open` its open steps."""

    code: str
    name: str
    kind: str
    division: str
    city: str | None
    people: int
    open: int
    reach: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class DutyHeld:
    """A duty and the days between which it is held."""

    duty: str
    valid_from: date
    valid_to: date | None
    is_held: bool


@dataclass(frozen=True, slots=True)
class Standin:
    """An absence of today or of a day to come, and who stands in."""

    absent_from: date
    absent_until: date
    deputy: str
    deputy_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mark:
    """An address that does not work, since when, and what the mail that came back said."""

    address: str
    since: date
    status: str
    evidence: str


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of an organisation: duties, absences, address; `account` is a state's code, `` for none."""

    person: str
    name: str
    email: str
    mobile: str
    duties: tuple[DutyHeld, ...]
    absences: tuple[Standin, ...]
    mark: Mark | None
    account: str
    last_sign_in: datetime | None

    @property
    def is_here(self) -> bool:
        """Whether they hold a duty today."""
        return any(one.is_held for one in self.duties)


@dataclass(frozen=True, slots=True)
class OrganisationSheet:
    """One organisation whole; `institution` is None for an office, `successor` what took over from it."""

    organisation: Organisation
    division_name: str
    city_name: str
    names: tuple[OfficeName, ...]
    successor: Succession | None
    successor_name: str
    predecessors: tuple[tuple[str, str, date], ...]
    institution: Institution | None
    registration_name: str
    people: tuple[Colleague, ...]
    mark: Mark | None
    open: int
    overdue: int


def organisations_seen(viewer: Viewer) -> ColumnElement[bool]:
    """The organisations that the viewer may read, as a condition: as `access.may`, and a bureau its senders."""
    grant = grant_of(viewer.role, "organisation")
    own = col(Organisation.code) == viewer.organisation
    if grant is None or Right.READ not in grant.rights:
        return false()
    match grant.scope:
        case Scope.ALL:
            return true()
        case Scope.CITY if viewer.city:
            return or_(own, col(Organisation.city) == viewer.city)
        case Scope.COUNTY:
            of_city = col(Organisation.kind).in_(("city_civil", "city_rural"))
            return or_(own, and_(col(Organisation.division) == viewer.division, ~of_city))
        case _ if viewer.role == "sender_bureau":
            return or_(own, col(Organisation.kind) == "sender")
        case _:
            return own


def organisation_rows(work: Work, viewer: Viewer) -> list[OrganisationRow]:
    """The organisations in the viewer's scope, by kind and code."""
    held = _held(work)
    people = _counted(
        work, select(col(Duty.organisation), func.count(col(Duty.person).distinct())).where(held)
    )
    waiting = _counted(work, select(col(StepCount.owner), func.sum(col(StepCount.n))))
    unreached = _unreached(work)
    wanted = select(Organisation).where(organisations_seen(viewer))
    found = work.session.execute(wanted.order_by(col(Organisation.kind), col(Organisation.code))).scalars()
    return [
        OrganisationRow(
            code=one.code,
            name=one.name,
            kind=one.kind,
            division=work.divisions.by_code(one.division).name,
            city=work.divisions.by_code(one.city).name if one.city else None,
            people=people.get(one.code, 0),
            open=waiting.get(one.code, 0),
            reach=unreached.get(one.code, ""),
            valid_from=one.valid_from,
            valid_to=one.valid_to,
        )
        for one in found
    ]


def organisation_sheet(work: Work, code: str) -> OrganisationSheet:
    """One organisation with its names, people, addresses and steps; raises NotFound. Whose scope is asked before."""
    found = work.session.get(Organisation, code)
    if found is None:
        raise NotFound("web.not_yours", subject=code)
    successor = work.session.get(Succession, code)
    heir = work.session.get(Organisation, successor.successor) if successor else None
    institution = work.session.get(Institution, code)
    names = select(OfficeName).where(col(OfficeName.organisation) == code).order_by(col(OfficeName.since))
    before = (
        select(col(Organisation.code), col(Organisation.name), col(Succession.since))
        .join(Succession, col(Succession.predecessor) == col(Organisation.code))
        .where(col(Succession.successor) == code)
        .order_by(col(Succession.since))
    )
    n, owner = col(StepCount.n), col(StepCount.owner) == code
    open_, late = (
        int(work.session.connection().execute(select(func.sum(n)).where(owner, *which)).scalar() or 0)
        for which in ((), (col(StepCount.due_on) < work.today,))
    )
    marks = _marks(work, [found.email])
    return OrganisationSheet(
        organisation=found,
        division_name=work.divisions.by_code(found.division).name,
        city_name=work.divisions.by_code(found.city).name if found.city else "",
        names=tuple(work.session.execute(names).scalars()),
        successor=successor,
        successor_name=heir.name if heir else "",
        predecessors=tuple((row[0], row[1], row[2]) for row in work.session.connection().execute(before)),
        institution=institution,
        registration_name=(
            work.divisions.by_code(institution.registration_division).name if institution else ""
        ),
        people=colleagues_of(work, code),
        mark=marks.get(found.email.lower()),
        open=open_,
        overdue=late,
    )


def colleagues_of(work: Work, organisation: str) -> tuple[Colleague, ...]:
    """Everybody who holds or held a duty in an organisation, those of today first."""
    wanted = (
        select(Person, Duty, Account)
        .join(Duty, col(Duty.person) == col(Person.code))
        .outerjoin(Account, col(Account.person) == col(Person.code))
        .where(col(Duty.organisation) == organisation)
        .order_by(col(Person.code), col(Duty.valid_from))
    )
    people: dict[str, tuple[Person, Account | None, list[Duty]]] = {}
    for person, duty, account in work.session.execute(wanted):
        people.setdefault(person.code, (person, account, []))[2].append(duty)
    absences = _absences(work, list(people))
    marks = _marks(work, [person.email for person, _, _ in people.values()])
    found = [
        Colleague(
            person=person.code,
            name=person.name,
            email=person.email,
            mobile=person.mobile,
            duties=tuple(_duty(work, one) for one in duties),
            absences=tuple(absences.get(person.code, ())),
            mark=marks.get(person.email.lower()),
            account=_account_state(work, account),
            last_sign_in=account.last_sign_in if account else None,
        )
        for person, account, duties in people.values()
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_here, one.person)))


def _held(work: Work) -> ColumnElement[bool]:
    return and_(
        col(Duty.valid_from) <= work.today,
        or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= work.today),
    )


def _counted(work: Work, wanted: Any) -> dict[str, int]:
    rows = work.session.connection().execute(wanted.group_by(wanted.selected_columns[0]))
    return {code: int(count) for code, count in rows}


# An organisation is as reachable as its worst person of today: dead before missing.
_UNREACHED = text(
    """
SELECT d.organisation, MIN(CASE WHEN x.address IS NOT NULL THEN 'dead' ELSE 'missing' END)
  FROM duty AS d
  JOIN person AS p ON p.code = d.person
  LEFT JOIN dead_address AS x ON x.address = LOWER(p.email) AND x.since <= :today
   AND (x.lifted_on IS NULL OR x.lifted_on > :today)
 WHERE d.valid_from <= :today AND (d.valid_to IS NULL OR d.valid_to >= :today)
   AND (p.email = '' OR x.address IS NOT NULL)
 GROUP BY d.organisation
"""
).bindparams(bindparam("today", type_=Date))


def _unreached(work: Work) -> dict[str, str]:
    rows = work.session.connection().execute(_UNREACHED, {"today": work.today})
    return {row[0]: row[1] for row in rows}


def _marks(work: Work, addresses: Sequence[str]) -> Mapping[str, Mark]:
    """The marks that hold today, by address in lower case."""
    wanted = select(DeadAddress).where(
        col(DeadAddress.address).in_({one.lower() for one in addresses if one}),
        col(DeadAddress.since) <= work.today,
        or_(col(DeadAddress.lifted_on).is_(None), col(DeadAddress.lifted_on) > work.today),
    )
    found = work.session.execute(wanted.order_by(col(DeadAddress.since))).scalars()
    return {one.address: Mark(one.address, one.since, one.status, one.evidence) for one in found}


def absences_of(work: Work, person: str) -> tuple[Standin, ...]:
    """When somebody is away, today or later, and who stands in."""
    return tuple(_absences(work, [person]).get(person, ()))


def _absences(work: Work, people: Sequence[str]) -> dict[str, list[Standin]]:
    wanted = (
        select(Absence, col(Person.name))
        .join(Person, col(Person.code) == col(Absence.deputy))
        .where(
            col(Absence.person).in_(people),
            col(Absence.absent_until) >= work.today,
            col(Absence.absent_until) >= col(Absence.absent_from),
        )
        .order_by(col(Absence.absent_from))
    )
    found: dict[str, list[Standin]] = {}
    for one, name in work.session.execute(wanted):
        standin = Standin(one.absent_from, one.absent_until, one.deputy, name, one.reason)
        found.setdefault(one.person, []).append(standin)
    return found


def _duty(work: Work, duty: Duty) -> DutyHeld:
    held = duty.valid_from <= work.today and (duty.valid_to is None or duty.valid_to >= work.today)
    return DutyHeld(duty.duty, duty.valid_from, duty.valid_to, held)


def _account_state(work: Work, account: Account | None) -> str:
    if account is None:
        return ""
    if not account.active:
        return "closed"
    if account.locked_until is not None and account.locked_until > work.now:
        return "locked_by_hand" if account.locked_until == BY_HAND else "locked"
    return "must_change" if account.must_change else "active"
