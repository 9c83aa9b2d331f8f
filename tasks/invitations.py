"""Accounts opened by letter: a link that works once lets the person set their own password; nobody else sees one."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select, update
from sqlmodel import col

from models.account import Link
from models.clock import china_date
from models.organisation import Person
from models.reach import DeadAddress
from tasks import accounts, links
from tasks.account_keeping import BY, require_kept
from tasks.acts import act
from tasks.letters import tell_person
from tasks.parties import name_of
from tasks.passwords import hash_of, require_good
from tasks.refusal import BadInput
from tasks.work import Actor, House, Work

PURPOSE = "password"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Whose password a link sets, and the last day on which it does."""

    person: str
    name: str
    until: date


@act("account.invite", by=BY, clauses=("K03", "K36"))
def invite(work: Work, person: str) -> str:
    """Opens an account and writes its person a link by which they set their own password. Returns the person's code.

    Whatever password there was works no more, nor does an earlier link; the one that an opened account has is thrown
    away, so that nobody knows it. Raises BadInput where no address of the person works: a one-time password is then
    given to them in another way (`account.open`); NotEntitled where the pack allows no links.
    """
    organisation = require_kept(work, person)
    found = work.session.get_one(Person, person)
    if not can_be_written_to(work, found):
        raise BadInput("account.no_address", field="person", person=found.name)

    accounts.open_account(work, person)
    _end_earlier(work, person)
    token = links.make_link(work, PURPOSE, person, organisation=organisation.code, person=person)

    until = china_date(work.now + timedelta(days=links.LASTS_DAYS))
    facts = {
        "account": person,
        "office": organisation.name,
        "opened_by": name_of(work, work.actor.organisation),
        "until": until,
        "token": token,
    }
    # Each invitation is a letter of its own.
    subject = f"{person}:{_times(work, person)}"
    tell_person(
        work,
        "account_invited",
        person=person,
        office=organisation.code,
        subject=subject,
        batch=None,
        facts=facts,
    )
    return person


def can_be_written_to(work: Work, person: Person) -> bool:
    """Whether the person's own address works, as far as is known: an office's address would show others the link."""
    if "@" not in person.email:
        return False
    dead = select(col(DeadAddress.address)).where(
        col(DeadAddress.address) == person.email.lower(),
        col(DeadAddress.since) <= work.today,
        (col(DeadAddress.lifted_on).is_(None)) | (col(DeadAddress.lifted_on) > work.today),
    )
    return work.session.connection().execute(dead.limit(1)).first() is None


def invitation_of(work: Work, token: str) -> Invitation:
    """Whose password the link sets, without using it; raises NotEntitled for one that works no more."""
    link = links.link_of(work, token, PURPOSE)
    person = work.session.get_one(Person, link.subject)
    return Invitation(person.code, person.name, china_date(link.expires_at))


def set_password_by_link(house: House, token: str, *, password: str) -> str:
    """Sets the password and uses the link up, in one transaction; returns whose it is.

    A password that will not do leaves the link as it was: BadInput. Raises NotEntitled for a link that is over.
    """
    with house.look() as work:
        found = invitation_of(work, token)
        require_good(password, person=found.person, name=found.name)
    kept = hash_of(password)

    with house.transaction() as work:
        link = links.take_link(work, token, PURPOSE)
        work.actor = Actor(link.subject, link.organisation)
        accounts.keep_password(work, link.subject, kept)
    return found.person


def _times(work: Work, person: str) -> int:
    """How many such links the person was ever written."""
    wanted = (
        select(func.count())
        .select_from(Link)
        .where(col(Link.purpose) == PURPOSE, col(Link.subject) == person)
    )
    return int(work.session.connection().execute(wanted).scalar_one())


def _end_earlier(work: Work, person: str) -> None:
    earlier = update(Link).where(
        col(Link.purpose) == PURPOSE, col(Link.subject) == person, col(Link.used_at).is_(None)
    )
    work.session.connection().execute(earlier.values(used_at=work.now))
