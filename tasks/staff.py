"""An office's people and addresses: somebody joins or leaves, an address is corrected."""

from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlmodel import col

from models.organisation import Duty, Organisation, Person
from models.rules.breach import RuleBroken
from models.rules.contact import email_breaches, mobile_breaches
from notifications.readdressing import readdress
from tasks import record
from tasks.absence import OFFICES
from tasks.acts import act
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tasks.todos import close_todos
from tasks.work import Work

BY = (*OFFICES, "reviewer")
DUTIES = ("officer", "leader", "finance")
"""The duties that somebody of an office may have."""


@act("organisation.add_person", by=OFFICES, clauses=("K03",))
def add_person(
    work: Work, code: str, *, name: str, email: str, duty: str = "officer", mobile: str = ""
) -> Person:
    """Somebody joins the actor's office with a duty from today on; `code` is the part after the office's own code.

    A person who is known gets the duty beside those they have. Raises RuleBroken for an address that cannot be.
    """
    return join_office(work, work.actor.organisation, code, name=name, email=email, duty=duty, mobile=mobile)


def join_office(
    work: Work, office: str, code: str, *, name: str, email: str, duty: str, mobile: str = ""
) -> Person:
    """Somebody takes up a duty of an office today; whether the actor may say so has been asked before.

    Raises as `add_person`.
    """
    if duty not in DUTIES or not code.strip() or "." in code:
        raise BadInput("staff.duty", field="duty", found=f"{code}.{duty}")
    breaches = (*email_breaches(email, "K03"), *(mobile_breaches(mobile, "K03") if mobile else ()))
    if breaches:
        raise RuleBroken(breaches)
    key = f"{office}.{code}"
    person = work.session.get(Person, key)
    if person is None:
        person = Person(code=key, name=name, email=email, mobile=mobile, sample=work.sample)
        record.create(work, person, act="organisation.add_person", duty=duty, name=name)
    elif _held(work, key, office, duty) is not None:
        raise AlreadyDone("act.registered", subject=key)
    else:
        record.note(work, "person", key, act="organisation.add_person", duty=duty)

    work.session.add(Duty(person=key, organisation=office, duty=duty, valid_from=work.today))
    work.session.flush()
    return person


@act("organisation.end_duty", by=OFFICES, clauses=("K03",))
def end_duty(work: Work, person: str, *, duty: str, last_day: date) -> Duty:
    """Somebody of the actor's office gives a duty up after a day, today or later; the letters go to who is left.

    Where nobody is left the office itself is written to.
    """
    if last_day < work.today - timedelta(days=1):
        raise BadInput("absence.back_past", field="last_day", back_on=last_day, today=work.today)
    held = _held(work, person, work.actor.organisation, duty)
    if held is None:
        raise NotFound("staff.no_duty", field="duty", person=person, duty=duty)

    held.valid_to = last_day
    record.note(work, "person", person, act="organisation.end_duty", duty=duty, last_day=last_day)
    work.session.flush()
    return held


@act("organisation.change_address", by=BY, clauses=("K03",))
def change_address(work: Work, email: str, *, person: str = "") -> str:
    """Another e-mail address for a person of the actor's office, or without `person` for the office itself.

    Letters that wait go there, those that were held for want of an address leave; the operator's to-do is done.
    """
    office = work.actor.organisation
    breaches = email_breaches(email, "K03")
    if breaches:
        raise RuleBroken(breaches)
    if person:
        found = work.session.get(Person, person)
        if found is None:
            raise NotFound("absence.no_person", field="person", person=person)
        if not _is_of(work, person, office):
            raise NotEntitled("absence.other_office", person=person, organisation=office)
        was, found.email = found.email, email
    else:
        organisation = work.session.get_one(Organisation, office)
        was, organisation.email = organisation.email, email

    subject = person or office
    record.note(work, "person" if person else "organisation", subject, act="organisation.change_address")
    work.session.flush()
    readdress(work.session, was=was, now_to=email, person=person or None, organisation=office)
    for kind in ("unreached", "bounced"):
        close_todos(work, kind, subject, note="organisation.change_address")
    return email


def _held(work: Work, person: str, organisation: str, duty: str) -> Duty | None:
    wanted = select(Duty).where(
        col(Duty.person) == person,
        col(Duty.organisation) == organisation,
        col(Duty.duty) == duty,
        or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= work.today),
    )
    found: Duty | None = work.session.execute(wanted).scalars().first()
    return found


def _is_of(work: Work, person: str, organisation: str) -> bool:
    wanted = select(col(Duty.person)).where(
        col(Duty.person) == person, col(Duty.organisation) == organisation
    )
    return work.session.connection().execute(wanted.limit(1)).first() is not None
