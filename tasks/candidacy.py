"""Who may apply where, and the soft rules that the province lets one application pass (K08, K17–K19)."""

from sqlalchemy import bindparam, not_, select
from sqlmodel import col

from models.application import CLOSED_STATES, Application, Override
from models.opening import Batch
from models.organisation import Institution, Organisation
from models.pairing import Pair
from models.prepared import Prepared, one_of
from models.rules.breach import Breach, RuleBroken, still_standing
from models.rules.eligibility import (
    Candidate,
    Channel,
    Level,
    Nomination,
    OpenApplication,
    PastApplication,
    eligibility_breaches,
)
from models.session import PreparedObjects
from tasks import record
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.letters import tell
from tasks.parties import name_of
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work

SOFT_CLAUSES = ("K08", "K17", "K20", "K21")
"""What the notice asks in principle only."""
NEVER_SIGNED = ("replaced", "dropped", "ended")
"""States of a pair without effective agreement that say: it came to nothing (A19)."""


@act("application.grant_override", by=("province_civil",), clauses=("K08", "K17", "K20", "K21"))
def grant_override(work: Work, application: str, *, clause: str, reason: str, document: str) -> Override:
    """The province lets one application pass one soft rule (in principle), with reason and document.

    It may come before the application itself, under the key that it will have. Raises BadInput for a clause that is
    no soft rule or without reason and document, AlreadyDone when it is granted already.
    """
    if clause not in SOFT_CLAUSES:
        raise BadInput("application.no_soft_rule", field="clause", clause=clause)
    number, uscc = _candidate_of(work, application)
    require_reason(reason)
    if not document.strip():
        raise BadInput("application.document_missing", field="document", clause=clause)
    if work.session.get(Override, (application, clause)) is not None:
        raise AlreadyDone("application.override_granted", application=application, clause=clause)

    override = Override(
        application=application,
        clause=clause,
        reason=reason,
        document=document,
        officer=str(work.actor),
        at=work.now,
    )
    record.create(
        work, override, act="application.grant_override", reason=reason, document=document, batch=number
    )

    found = work.session.get(Application, application)
    facts = {
        "batch": number,
        "subject_name": name_of(work, uscc),
        "clause": clause,
        "rule": work.programme.clause(clause).title,
        "reason": reason,
        "officer": name_of(work, work.actor.organisation),
        "granted_on": work.today,
    }
    told = [uscc, found.nominator, f"{found.city}-mz"] if found else [uscc]
    tell(work, "override_granted", to=told, subject=f"{application}:{clause}", batch=number, facts=facts)
    return override


def _candidate_of(work: Work, application: str) -> tuple[int, str]:
    """Batch and code of an application that there is or will be; raises BadInput for a key that nobody can have."""
    number, uscc, _attempt = (*application.split("-"), "", "")[:3]
    if not number.isdecimal() or work.session.get(Organisation, uscc) is None:
        raise BadInput("application.no_candidate", field="application", application=application)
    return work.batch(int(number)).number, uscc


def nominating_office(work: Work, nominator: str, channel: str) -> Organisation:
    """The office that a channel leads to; raises BadInput for another one (K18, K19)."""
    office = work.session.get(Organisation, nominator)
    wanted = {"county": "county_civil", "city": "city_civil"}.get(channel)
    if wanted is None:
        raise BadInput("application.unknown_channel", field="channel", found=channel)
    if office is None or office.kind != wanted:
        raise BadInput("application.unknown_nominator", field="nominator", found=nominator)
    return office


def candidacy_breaches(
    work: Work, batch: Batch, uscc: str, channel: str, office: Organisation, *, besides: str = ""
) -> tuple[Breach, ...]:
    """Every reason why this institution may not apply here (K08, K17–K19, A19).

    An application that stands already does not stand in its own way: it is named as `besides`.
    """
    institution = work.session.get(Institution, uscc)
    if institution is None:
        raise NotFound("application.not_registered", field="uscc", uscc=uscc)
    city = work.divisions.city_of(institution.registration_division).code
    candidate = Candidate(
        uscc=uscc,
        name=name_of(work, uscc),
        kind=institution.type,
        level=Level(institution.level),
        city=city,
        legal_person=institution.legal_person,
        registered_in=institution.registration_division,
        explanation=institution.type_note,
        accepted_by_province=institution.type_accepted,
        predecessors=tuple(institution.predecessors),
    )
    nomination = Nomination(Channel(channel), office.division, office.city or office.division)
    same = _STILL_OPEN.all(work.session, {"batch": batch.number, "uscc": uscc, "besides": besides})
    return eligibility_breaches(
        candidate,
        nomination,
        work.rules(batch.number),
        past=_past(work, batch, candidate.identities),
        same_batch=[OpenApplication(one.key, one.uscc, one.nominator) for one in same],
    )


_STILL_OPEN = PreparedObjects(
    Application,
    col(Application.batch) == bindparam("batch"),
    col(Application.uscc) == bindparam("uscc"),
    not_(one_of(col(Application.state), CLOSED_STATES)),
    col(Application.key) != bindparam("besides"),
)
_OF_INSTITUTION = PreparedObjects(Application, col(Application.uscc) == bindparam("uscc"))
_PAIRS_OF = PreparedObjects(Pair, col(Pair.application) == bindparam("application"))
_GRANTED = Prepared(select(col(Override.clause)).where(col(Override.application) == bindparam("application")))
_GRANTED_TO = Prepared(select(col(Override.clause)).where(col(Override.application).like(bindparam("own"))))


def _past(work: Work, batch: Batch, identities: frozenset[str]) -> list[PastApplication]:
    """What the institution and those it took over were in the batches that this one excludes (K17, A19)."""
    excluded = work.programme.batch(batch.number).excludes
    found = []
    earlier = [
        application
        for uscc in sorted(identities)
        for application in _OF_INSTITUTION.all(work.session, {"uscc": uscc})
        if application.batch in excluded
    ]
    for application in sorted(earlier, key=lambda one: one.key):
        pairs = _PAIRS_OF.all(work.session, {"application": application.key})
        found.append(
            PastApplication(
                uscc=application.uscc,
                batch=application.batch,
                approved=application.state in ("approved", "waiting", "paired"),
                paired=application.state == "paired",
                signed=any(pair.effective_on is not None for pair in pairs),
                completed=any(pair.state == "ended" for pair in pairs),
                withdrawn=application.state == "withdrawn"
                or all(pair.state in NEVER_SIGNED for pair in pairs),
            )
        )
    return found


def refuse_candidacy(work: Work, batch: int, uscc: str, breaches: tuple[Breach, ...]) -> None:
    """Like refuse_standing, for what concerns the institution itself: an override of any of its attempts passes."""
    standing = standing_candidacy(work, batch, uscc, breaches)
    if standing:
        raise RuleBroken(standing)


def standing_candidacy(work: Work, batch: int, uscc: str, breaches: tuple[Breach, ...]) -> tuple[Breach, ...]:
    """What remains of breaches that concern the institution itself once its overrides of a batch have passed some."""
    return still_standing(breaches, set(_GRANTED_TO.scalars(work.session, {"own": f"{batch}-{uscc}-%"})))


def refuse_standing(work: Work, application: str, breaches: tuple[Breach, ...]) -> None:
    """Raises RuleBroken with what remains once the application's overrides have passed the soft breaches."""
    granted = set(_GRANTED.scalars(work.session, {"application": application}))
    standing = still_standing(breaches, granted)
    if standing:
        raise RuleBroken(standing)
