"""What was registered wrongly put right: an institution's registration, a person's addresses (K08, K18, K19)."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.application import Application
from models.organisation import Duty, Institution, Organisation, Person
from models.rules.breach import Breach, RuleBroken, hard
from models.rules.contact import email_breaches, mobile_breaches
from models.rules.eligibility import Candidate, Level, institution_breaches
from models.rules.uscc import normal, uscc_breaches
from notifications.readdressing import readdress
from tasks import record
from tasks.absence import OFFICES
from tasks.account_keeping import answers_for, keeps_accounts
from tasks.acts import act
from tasks.candidacy import candidacy_breaches, nominating_office, standing_candidacy
from tasks.dossier import require_reason
from tasks.parties import name_of
from tasks.refusal import BadInput, NotEntitled, NotFound
from tasks.registration import city_of
from tasks.todos import close_todos
from tasks.work import Work

CORRECT = "organisation.correct_registration"
UNDECIDED = (
    "draft",
    "submitted",
    "returned",
    "recommended",
    "ranked",
    "not_sent",
    "emailed",
    "correcting",
    "checked",
)
"""States of an application whose institution must still be one that may apply there."""


@act(
    CORRECT,
    by=("county_civil", "city_civil", "province_civil"),
    clauses=("K08", "K18", "K19"),
)
def correct_registration(
    work: Work,
    organisation: str,
    *,
    reason: str,
    name: str = "",
    type: str = "",  # noqa: A002  (the form's own word)
    level: str = "",
    division: str = "",
    legal_person: bool | None = None,
    type_note: str | None = None,
    predecessors: list[str] | None = None,
) -> Organisation:
    """What the register says wrongly of a receiving institution is corrected; what is left out stays.

    By the civil affairs office of its county or city, or by the province. Its code never changes: under another code it
    is another institution. Raises RuleBroken for what could not be registered either (K08), and where an application
    that is not decided could not stand any more (K08, K17-K19), each application named; BadInput where nothing changes.
    What applicants have sent in stays as it was sent; forms in hand take the corrected words when they are saved.
    """
    found, institution = _registered(work, organisation)
    require_reason(reason)
    was = _as_registered(found, institution)
    earlier = None if predecessors is None else sorted({normal(one) for one in predecessors} - {found.code})
    given = {
        "name": name.strip() or None,
        "type": type or None,
        "level": level or None,
        "division": division or None,
        "legal_person": legal_person,
        "type_note": type_note,
        "predecessors": earlier,
    }
    now = {one: was[one] if value is None else value for one, value in given.items()}
    changed = [one for one in now if now[one] != was[one]]
    if not changed:
        raise BadInput("correction.nothing", field="reason")

    _register(work, found, institution, now)
    concerned = _undecided(work, found.code)
    breaches = [*_unregistrable(work, found, institution), *_unstanding(work, concerned)]
    if breaches:
        raise RuleBroken(breaches)

    told: dict[str, Any] = {
        "old": {one: was[one] for one in changed},
        "new": {one: now[one] for one in changed},
    }
    record.note(work, "organisation", found.code, act=CORRECT, reason=reason, **told)
    for one in concerned:
        record.note(work, "application", one.key, act=CORRECT, batch=one.batch, reason=reason, **told)
    return found


@act("organisation.correct_person", by=(*OFFICES, "reviewer"), clauses=("K03",))
def correct_person(
    work: Work, person: str, *, reason: str, name: str = "", email: str = "", mobile: str = ""
) -> Person:
    """The name, address or mobile of somebody is corrected; what is left out stays.

    By their own office or institution, and by whoever keeps their account: who cannot be written to cannot sign in to
    mend it. Letters that wait go to the new address. Raises RuleBroken for an address or number that cannot be.
    """
    found = work.session.get(Person, person)
    if found is None:
        raise NotFound("absence.no_person", field="person", person=person)
    office = corrected_for(work, person)
    if office is None:
        raise NotEntitled("absence.other_office", person=person, organisation=work.actor.organisation)
    require_reason(reason)
    breaches = [
        *(email_breaches(email, "F17") if email else ()),
        *(mobile_breaches(mobile, "F16") if mobile else ()),
    ]
    if breaches:
        raise RuleBroken(breaches)
    was = {"name": found.name, "email": found.email, "mobile": found.mobile}
    given = {
        "name": name.strip() or found.name,
        "email": email or found.email,
        "mobile": mobile or found.mobile,
    }
    changed = [field for field, value in given.items() if value != was[field]]
    if not changed:
        raise BadInput("correction.nothing", field="reason")

    found.name, found.email, found.mobile = given["name"], given["email"], given["mobile"]
    # The trail tells that an address has changed, not which: addresses are people's own.
    record.note(work, "person", person, act="organisation.correct_person", fields=changed, reason=reason)
    work.session.flush()
    if "email" in changed:
        readdress(work.session, was=was["email"], now_to=found.email, person=person, organisation=office.code)
        for kind in ("unreached", "bounced"):
            close_todos(work, kind, person, note="organisation.correct_person")
    return found


def _registered(work: Work, code: str) -> tuple[Organisation, Institution]:
    """The institution, for an office that answers for it; raises NotFound, NotEntitled."""
    found, institution = work.session.get(Organisation, code), work.session.get(Institution, code)
    if found is None or institution is None or found.kind != "recipient":
        raise NotFound("application.not_registered", field="organisation", uscc=code)
    if not may_correct(work, found):
        raise NotEntitled(
            "correction.other_area", organisation=code, office=name_of(work, work.actor.organisation)
        )
    return found, institution


def may_correct(work: Work, organisation: Organisation) -> bool:
    """Whether the actor's office may correct what is registered of a receiving institution: for pages that offer it."""
    office = work.session.get_one(Organisation, work.actor.organisation)
    if organisation.kind != "recipient":
        return False
    return office.kind == "province_civil" or answers_for(work, office, organisation)


def corrected_for(work: Work, person: str) -> Organisation | None:
    """The organisation of a person for which the actor may correct them; None where there is none."""
    wanted = (
        select(Organisation)
        .join(Duty, col(Duty.organisation) == col(Organisation.code))
        .where(col(Duty.person) == person)
        .distinct()
    )
    held = list(work.session.execute(wanted.order_by(col(Organisation.code))).scalars())
    own = [one for one in held if one.code == work.actor.organisation]
    return next((one for one in held if one in own or keeps_accounts(work, one)), None)


def _as_registered(found: Organisation, institution: Institution) -> dict[str, object]:
    return {
        "name": found.name,
        "type": institution.type,
        "level": institution.level,
        "division": institution.registration_division,
        "legal_person": institution.legal_person,
        "type_note": institution.type_note,
        "predecessors": list(institution.predecessors),
    }


def _register(work: Work, found: Organisation, institution: Institution, now: Mapping[str, Any]) -> None:
    """Writes the corrected words; another type than the one that the province accepted is not accepted (K08)."""
    if now["level"] not in set(Level):
        raise BadInput("act.unknown_level", field="level", found=now["level"])
    found.name, found.division, found.city = now["name"], now["division"], city_of(work, now["division"])
    institution.type_accepted = institution.type_accepted and institution.type == now["type"]
    institution.registration_division = now["division"]
    for field in ("type", "level", "legal_person", "type_note", "predecessors"):
        setattr(institution, field, now[field])
    work.session.flush()


def _unregistrable(work: Work, found: Organisation, institution: Institution) -> Iterator[Breach]:
    """What would keep the institution from being registered as it stands now (K08, F04)."""
    candidate = Candidate(
        found.code,
        found.name,
        institution.type,
        Level(institution.level),
        found.city or "",
        institution.legal_person,
        institution.registration_division,
        institution.type_note,
    )
    yield from (one for one in institution_breaches(candidate, work.programme.rules(work.today)) if one.hard)
    for one in institution.predecessors:
        yield from uscc_breaches(one, "predecessors")


def _undecided(work: Work, uscc: str) -> list[Application]:
    wanted = select(Application).where(col(Application.uscc) == uscc, col(Application.state).in_(UNDECIDED))
    return list(work.session.execute(wanted.order_by(col(Application.key))).scalars())


def _unstanding(work: Work, applications: list[Application]) -> Iterator[Breach]:
    """Why applications that are not decided could not stand any more, each under a line that names it."""
    for one in applications:
        office = nominating_office(work, one.nominator, one.channel)
        found = candidacy_breaches(
            work, work.batch(one.batch), one.uscc, one.channel, office, besides=one.key
        )
        standing = standing_candidacy(work, one.batch, one.uscc, found)
        if standing:
            state = work.programme.label("application_state", one.state)
            yield hard("organisation.correction_while_open", "K18", None, key=one.key, state=state)
            yield from standing
