"""Who keeps whose account: an office those of its own people, and of the institutions that it answers for."""

from sqlalchemy import or_, select
from sqlmodel import col

from models.account import Account
from models.application import Application
from models.organisation import Duty, Institution, Organisation, Person
from tasks import accounts
from tasks.absence import OFFICES
from tasks.acts import act
from tasks.deputies import holds_duty
from tasks.operators import OPERATOR
from tasks.refusal import NotEntitled, NotFound
from tasks.work import Work

BY = (*OFFICES, OPERATOR)
_KEEPS = ("officer", "leader")
_LOCAL = ("county_civil", "city_civil")


@act("account.open", by=BY, clauses=("K03", "K36"))
def open_account(work: Work, person: str) -> str:
    """Opens the account of a person the actor's office keeps, or opens it anew; returns the one-time password."""
    _require_keeper(work, person)
    _require_not_locked_by_hand(work, person)

    return accounts.open_account(work, person)


@act("account.close", by=BY, clauses=("K03", "K36"))
def close_account(work: Work, person: str) -> str:
    """Closes the account of a person the actor's office keeps; their sessions end. Returns the person's code."""
    _require_keeper(work, person)

    return accounts.close_account(work, person).person


@act("account.unlock", by=BY, clauses=("K03", "K36"))
def unlock_account(work: Work, person: str) -> str:
    """Lifts the lock that wrong passwords have set. Returns the person's code."""
    _require_keeper(work, person)
    _require_not_locked_by_hand(work, person)

    return accounts.unlock_account(work, person).person


def keeps_accounts(work: Work, organisation: Organisation) -> bool:
    """Whether the actor keeps the accounts of an organisation's people: for pages that offer it."""
    actor = work.actor.in_place_of or work.actor.person
    return holds_duty(work, actor, work.actor.organisation, _KEEPS) and _keeps(work, organisation)


def require_kept(work: Work, person: str) -> Organisation:
    """The organisation for which the actor keeps a person's account, or opens it anew; raises NotEntitled, NotFound."""
    _require_keeper(work, person)
    _require_not_locked_by_hand(work, person)
    return next(one for one in _organisations(work, person) if _keeps(work, one))


def _require_keeper(work: Work, person: str) -> None:
    """Raises NotEntitled unless the actor is an officer or leader of an office that keeps this person's account."""
    if work.session.get(Person, person) is None:
        raise NotFound("absence.no_person", field="person", person=person)
    actor = work.actor.in_place_of or work.actor.person
    if not holds_duty(work, actor, work.actor.organisation, _KEEPS):
        raise NotEntitled("account.not_keeper", actor=str(work.actor), person=person)
    if not any(_keeps(work, organisation) for organisation in _organisations(work, person)):
        raise NotEntitled("account.other_office", person=person, organisation=work.actor.organisation)


def _require_not_locked_by_hand(work: Work, person: str) -> None:
    account = work.session.get(Account, person)
    if account is not None and account.locked_until == accounts.BY_HAND:
        raise NotEntitled("account.locked_by_hand")


def _organisations(work: Work, person: str) -> list[Organisation]:
    wanted = (
        select(Organisation)
        .join(Duty, col(Duty.organisation) == col(Organisation.code))
        .where(
            col(Duty.person) == person, or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= work.today)
        )
    )
    return list(work.session.execute(wanted.distinct()).scalars())


def _keeps(work: Work, organisation: Organisation) -> bool:
    office = work.session.get_one(Organisation, work.actor.organisation)
    if organisation.code == office.code:
        return True
    match organisation.kind:
        case "recipient":
            return answers_for(work, office, organisation) or _nominated(work, office.code, organisation.code)
        case "sender":
            return office.kind == "sender_bureau"
        case "reviewer":
            return office.kind == "province_civil"
        case _:
            return False


def answers_for(work: Work, office: Organisation, organisation: Organisation) -> bool:
    """Whether an office is the civil affairs office of the county or city that an institution belongs to."""
    registered = work.session.get(Institution, organisation.code)
    places = {organisation.division, organisation.city, registered and registered.registration_division}
    return office.kind in _LOCAL and office.division in places


def _nominated(work: Work, office: str, institution: str) -> bool:
    wanted = select(col(Application.key)).where(
        col(Application.uscc) == institution, col(Application.nominator) == office
    )
    return work.session.connection().execute(wanted.limit(1)).first() is not None
