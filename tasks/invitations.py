"""Accounts opened by letter: a link that works once lets the person set their own password; nobody else sees one."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from models.account import Account, Link
from models.clock import china_date
from models.organisation import Organisation, Person
from models.reach import DeadAddress
from tasks import accounts, links
from tasks.account_keeping import BY, require_kept
from tasks.acts import act
from tasks.identities import identities
from tasks.letters import tell_person
from tasks.parties import current_office, name_of
from tasks.passwords import hash_of, require_good
from tasks.refusal import BadInput, NotEntitled
from tasks.work import Actor, House, Work

LASTS_DAYS = 7
"""How many days a link works: from the day on which its letter may leave, until the end of the last one."""


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
    return write_invitation(work, person, require_kept(work, person))


def write_invitation(work: Work, person: str, organisation: Organisation) -> str:
    """Opens an account by letter for an organisation; whether the actor may has been asked before. As `invite`."""
    found = work.session.get_one(Person, person)
    if not can_be_written_to(work, found):
        raise BadInput("account.no_address", field="person", person=found.name)

    links.require_links(work)
    accounts.open_account(work, person)

    # Counted from when the letter may leave: on the first of many holidays it would be over before it came.
    until = china_date(work.next_working_moment()) + timedelta(days=LASTS_DAYS)
    facts = {
        "account": person,
        "office": organisation.name,
        "opened_by": name_of(work, work.actor.organisation),
        "until": until,
    }
    # Each invitation is a letter of its own.
    subject = f"{person}:{_times(work, person) + 1}"
    letter = tell_person(
        work,
        "account_invited",
        person=person,
        office=organisation.code,
        subject=subject,
        batch=None,
        facts=facts,
    )
    if letter is not None:
        links.give_links(work, accounts.PASSWORD_LINK, person, [letter], until=until)
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
    """Whose password the link sets, without using it; raises NotEntitled for one that works no more.

    Nor does it for somebody who has left the office, or whose account was closed.
    """
    link = links.link_of(work, token, accounts.PASSWORD_LINK)
    _require_open(work, link)
    person = work.session.get_one(Person, link.subject)
    return Invitation(person.code, person.name, china_date(link.expires_at - timedelta(days=1)))


def set_password_by_link(house: House, token: str, *, password: str) -> str:
    """Sets the password and uses the link up, in one transaction; returns whose it is.

    A password that will not do leaves the link as it was: BadInput. Raises NotEntitled for a link that is over.
    """
    with house.look() as work:
        found = invitation_of(work, token)
        require_good(password, person=found.person, name=found.name)
    kept = hash_of(password)

    with house.transaction() as work:
        link = links.take_link(work, token, accounts.PASSWORD_LINK)
        _require_open(work, link)
        work.actor = Actor(link.subject, link.organisation)
        accounts.keep_password(work, link.subject, kept)
    return found.person


def _times(work: Work, person: str) -> int:
    """How many such links the person was ever written."""
    wanted = (
        select(func.count())
        .select_from(Link)
        .where(col(Link.purpose) == accounts.PASSWORD_LINK, col(Link.subject) == person)
    )
    return int(work.session.connection().execute(wanted).scalar_one())


def _require_open(work: Work, link: Link) -> None:
    """Raises NotEntitled where the account was closed since, or nothing ties the person to the office any more."""
    account, office = work.session.get(Account, link.subject), current_office(work, link.organisation)
    is_there = any(one.organisation == office for one in identities(work, link.subject))
    if account is None or not account.active or not is_there:
        raise NotEntitled("account.link_closed", office=name_of(work, office))
