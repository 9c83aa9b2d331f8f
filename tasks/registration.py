"""Registering institutions and experts, so that they can act and be written to (K05, K08, K19, K25)."""

from datetime import date
from typing import Any

from models.organisation import Duty, Institution, Organisation, Person
from models.rules.breach import RuleBroken
from models.rules.contact import email_breaches, mobile_breaches
from models.rules.eligibility import Candidate, Level, institution_breaches
from models.rules.uscc import normal, uscc_breaches
from tasks import record
from tasks.acts import act
from tasks.refusal import AlreadyDone, BadInput
from tasks.work import Work


@act("application.register_institution", by=("county_civil", "city_civil"), clauses=("K08", "K19"))
def register_institution(
    work: Work,
    uscc: str,
    *,
    name: str,
    type: str,  # noqa: A002  (the form's own word)
    level: str,
    division: str,
    contact_name: str,
    contact_email: str,
    contact_mobile: str = "",
    legal_person: bool = True,
    type_note: str = "",
    predecessors: list[str] | None = None,
) -> Organisation:
    """Registers an institution of the office's own area that may apply; its contact acts and gets the letters.

    `predecessors` are the codes of institutions that it merged from or took over (K17).
    Registering the same again returns what is there. Raises RuleBroken for a code that cannot be (F04), an address
    that cannot be written to (F17) or what the province could not accept either (K08), BadInput for a division
    outside the programme, AlreadyDone where the code is registered under another name or in another place.
    """
    code = normal(uscc)
    known = work.session.get(Organisation, code)
    if known is not None:
        if (known.name, known.division) != (name, division):
            raise AlreadyDone("act.registered_otherwise", subject=code)
        return known
    city = city_of(work, division)
    if level not in set(Level):
        raise BadInput("act.unknown_level", field="level", found=level)
    candidate = Candidate(code, name, type, Level(level), city, legal_person, division, type_note)
    earlier = sorted({normal(one) for one in predecessors or ()} - {code})
    breaches = [one for one in institution_breaches(candidate, work.programme.rules(work.today)) if one.hard]
    breaches += [fault for one in earlier for fault in uscc_breaches(one, "predecessors")]
    breaches += email_breaches(contact_email, "F17")
    breaches += mobile_breaches(contact_mobile, "F16") if contact_mobile else ()
    if breaches:
        raise RuleBroken(breaches)

    organisation = add_institution(work, code, name=name, kind="recipient", division=division, city=city)
    add_contact(work, organisation, name=contact_name, email=contact_email, mobile=contact_mobile)
    institution = Institution(
        uscc=code,
        type=type,
        level=level,
        registration_division=division,
        legal_person=legal_person,
        type_note=type_note,
        predecessors=earlier,
    )
    work.session.add(institution)
    work.session.flush()
    return organisation


@act("review.register_reviewer", by=("province_civil",), clauses=("K25",))
def register_reviewer(
    work: Work, code: str, *, name: str, email: str, city: str | None = None
) -> Organisation:
    """Registers an expert who may sit on a panel; `city` bars the applications of the expert's own city (K25)."""
    if work.session.get(Organisation, code) is not None:
        raise AlreadyDone("act.registered", subject=code)
    breaches = email_breaches(email, "K25")
    if breaches:
        raise RuleBroken(breaches)

    home = city or work.divisions.provinces()[0].code
    organisation = add_institution(work, code, name=name, kind="reviewer", division=home, city=city)
    add_contact(work, organisation, name=name, email=email, duty="reviewer")
    return organisation


def add_institution(
    work: Work, code: str, *, name: str, kind: str, division: str, city: str | None
) -> Organisation:
    """Adds an organisation that is no office of the tree, with its event."""
    organisation = Organisation(
        code=code,
        name=name,
        kind=kind,
        division=division,
        city=city,
        sample=work.sample,
        valid_from=work.today,
    )
    return record.create(work, organisation, act="organisation.register", name=name, kind=kind)


def add_contact(
    work: Work, organisation: Organisation, *, name: str, email: str, mobile: str = "", duty: str = "officer"
) -> Person:
    """Adds the person who acts for an institution and gets its letters."""
    person = Person(
        code=f"{organisation.code}.{duty}", name=name, email=email, mobile=mobile, sample=work.sample
    )
    work.session.add(person)
    work.session.flush()
    since: dict[str, Any] = {"valid_from": min(work.today, organisation.valid_from or date.min)}
    work.session.add(Duty(person=person.code, organisation=organisation.code, duty=duty, **since))
    work.session.flush()
    return person


def city_of(work: Work, division: str) -> str:
    """The city of a division of the programme; raises BadInput for one outside it."""
    try:
        return work.divisions.city_of(division).code
    except LookupError as error:
        raise BadInput("act.unknown_division", field="division", division=division) from error
