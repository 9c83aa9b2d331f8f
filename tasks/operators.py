"""Whoever runs the installation: an organisation of its own kind, outside the programme's parties."""

from models.messages import say
from models.organisation import Duty, Organisation, Person
from models.rules.breach import RuleBroken
from models.rules.contact import email_breaches
from tasks import record
from tasks.deputies import holds_duty
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

OPERATOR = "operator"
"""The code and the kind of the organisation."""


def settle_operator(work: Work) -> Organisation:
    """The operator's organisation, made where it is not there yet; it stands in no city."""
    found = work.session.get(Organisation, OPERATOR)
    if found is not None:
        return found
    organisation = Organisation(
        code=OPERATOR,
        name=say("account.operator"),
        kind=OPERATOR,
        division=work.divisions.provinces()[0].code,
        sample=work.sample,
        valid_from=work.today,
    )
    return record.create(work, organisation, act="account.settle_operator", kind=OPERATOR)


def add_operator(work: Work, person: str, *, name: str = "", email: str = "") -> str:
    """Makes a person one of the operators, from today on; returns the person's code.

    Somebody who is known keeps their code and their other duties; somebody new needs a name, and gets the code
    `operator.PERSON`. Raises NotFound for a new person without a name, RuleBroken for an address that cannot be.
    """
    settle_operator(work)
    if work.session.get(Person, person) is None:
        person = _new_operator(work, person, name=name, email=email)
    if not holds_duty(work, person, OPERATOR):
        work.session.add(Duty(person=person, organisation=OPERATOR, duty="officer", valid_from=work.today))
        record.note(work, "person", person, act="account.add_operator")
        work.session.flush()
    return person


def _new_operator(work: Work, person: str, *, name: str, email: str) -> str:
    code = f"{OPERATOR}.{person.removeprefix(f'{OPERATOR}.')}"
    if work.session.get(Person, code) is not None:
        return code
    if not name.strip():
        raise NotFound("account.no_person", field="person", person=person)
    if code.count(".") != 1 or not code.isprintable() or " " in code or code.endswith("."):
        raise BadInput("account.code", field="person", found=person)
    breaches = email_breaches(email, "K03") if email else ()
    if breaches:
        raise RuleBroken(breaches)
    record.create(
        work, Person(code=code, name=name.strip(), email=email, sample=work.sample), act="account.add_person"
    )
    return code
