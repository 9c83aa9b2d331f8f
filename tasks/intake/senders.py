"""Who sent a mail, as far as the register knows the address; and for whom such a sender may file something."""

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlmodel import col

from models.organisation import Duty, Organisation, Person
from tasks.letters import Holder
from tasks.parties import current_office
from tasks.work import Work

_FIRST = ("province_civil", "city_civil", "county_civil", "recipient")
"""Whom an address counts for first, where several share it; only these file anything (K23)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A registered address: whose it is and for which office or institution; `person` is None for an office's own."""

    holder: Holder
    kind: str
    division: str
    city: str | None

    @property
    def office(self) -> str:
        """The code of the office or institution."""
        return self.holder.office

    def may_file(self, city: str, nominator: str | None, uscc: str | None) -> bool:
        """Whether what it sends may be filed with an application of this city, nominator and institution."""
        match self.kind:
            case "province_civil":
                return True
            case "city_civil":
                return city == self.division
            case "county_civil":
                return nominator == self.office
            case "recipient":
                return uscc == self.office
            case _:
                return False


def sender_of(work: Work, address: str) -> Sender | None:
    """Who has this address today; None for an address that nobody has registered."""
    if not address:
        return None
    holding = (
        select(Person, Organisation)
        .join(Duty, col(Duty.person) == col(Person.code))
        .join(Organisation, col(Organisation.code) == col(Duty.organisation))
        .where(
            func.lower(col(Person.email)) == address,
            col(Duty.valid_from) <= work.today,
            or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= work.today),
        )
        .order_by(col(Organisation.code), col(Person.code))
    )
    people = [
        _sender(office, Holder(person.code, office.code, person.name, person.email))
        for person, office in work.session.execute(holding)
    ]
    own = select(Organisation).where(func.lower(col(Organisation.email)) == address)
    offices = [
        _sender(office, Holder(None, office.code, office.name, office.email))
        for office in work.session.execute(own.order_by(col(Organisation.code))).scalars()
    ]
    return min([*people, *offices], key=_rank, default=None)


def city_office(work: Work, city: str) -> Sender:
    """A city's civil affairs office as the sender of what an officer has placed there."""
    office = work.session.get_one(Organisation, current_office(work, f"{city}-mz"))
    return Sender(Holder(None, office.code, office.name, office.email), "city_civil", city, city)


def _sender(office: Organisation, holder: Holder) -> Sender:
    is_city = office.kind in ("city_civil", "city_rural")
    return Sender(holder, office.kind, office.division, office.division if is_city else office.city)


def _rank(one: Sender) -> int:
    return _FIRST.index(one.kind) if one.kind in _FIRST else len(_FIRST)
