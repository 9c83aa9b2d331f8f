"""Where one object stands: its city, county, institutions and reviewers, for `models.rules.access.may`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import col

from models.application import Application, Submission
from models.disbursement import Payment, Voucher
from models.evaluation import AnnualReport, Honour
from models.intake import ReceivedMail
from models.organisation import Organisation, Person
from models.pairing import Pair, RosterEntry
from models.review import Assessment
from models.rules.access import Right, Viewer, Whereabouts, has_right, may
from models.step import Step
from tasks.parties import current_office
from tasks.queries.audit_scope import OF_APPLICATIONS, OF_PAIRS, OF_PEOPLE
from tasks.queries.scope import APPROVED, JOINED, RURAL, county_of, kinds_per, office_of, own_offices
from tasks.refusal import NotFound
from tasks.work import Work

EVERYWHERE = Whereabouts()
"""Where what is of no city or institution stands: only a right over all reaches it."""


def whereabouts(work: Work, kind: str, key: str) -> Whereabouts | None:
    """Where the object of a kind of `access.RIGHTS` stands; None where there is no such object.

    Keys are the house's own. What hangs on a pair (agreement, spending, trainee, month, evaluation) begins with the
    pair's key. `audit` takes `<table>:<key>` of the event's subject. Raises KeyError for an unknown kind.
    """
    return _FINDERS[kind](work, key)


def step_seen(work: Work, viewer: Viewer, step: Step) -> bool:
    """Whether the viewer may see this step at all: its own, one in its scope, or one of its pair."""
    if not has_right(viewer.role, Right.READ, "reminder"):
        return False
    if step.owner in own_offices(work, viewer.organisation):
        return True
    return may(viewer, Right.READ, "reminder", where_step(work, step))


def seen_step(work: Work, viewer: Viewer, key: str) -> Step:
    """The step of that key; raises NotFound where it is not there or not the viewer's to see: the two look alike."""
    found: Step | None = work.session.execute(select(Step).where(col(Step.key) == key)).scalar_one_or_none()
    if found is None or not step_seen(work, viewer, found):
        raise NotFound("web.not_yours", subject=key)
    return found


def where_application(work: Work, found: Application) -> Whereabouts:
    """Where an application stands; a reviewer with an interest in it is none of its reviewers (K25)."""
    judged = select(col(Assessment.reviewer)).where(
        col(Assessment.application) == found.key, col(Assessment.conflict).is_not(True)
    )
    joined = select(col(Pair.sender), col(Pair.recipient)).where(
        col(Pair.application) == found.key, col(Pair.state).in_(JOINED)
    )
    pairs = work.session.connection().execute(joined).all()
    return Whereabouts(
        city=found.city,
        county=county_of(work, found.nominator),
        nominator=current_office(work, found.nominator),
        institutions=frozenset({found.uscc}),
        paired=frozenset(code for couple in pairs for code in couple),
        reviewers=frozenset(work.session.connection().execute(judged).scalars()),
        approved=found.state in APPROVED,
    )


def where_pair(work: Work, found: Pair) -> Whereabouts:
    """Where a pair and all that hangs on it stands."""
    both = frozenset({found.sender, found.recipient})
    return Whereabouts(
        city=found.city,
        county=county_of(work, found.nominator),
        nominator=current_office(work, found.nominator),
        institutions=both,
        paired=both if found.state in JOINED else frozenset(),
    )


def where_step(work: Work, found: Step) -> Whereabouts:
    """Where a step stands: through its pair, its application or its owner; who owes it together is of it, too."""
    if found.kind in kinds_per(work, "reviewer_application"):
        return Whereabouts(institutions=frozenset({current_office(work, found.owner)}))
    pair = work.session.get(Pair, found.pair) if found.pair else None
    nominator = pair.nominator if pair else _nominator_of(work, found)
    parties = {current_office(work, found.owner), *_sharers(work, found)}
    return Whereabouts(
        city=found.city,
        county=county_of(work, nominator),
        nominator=current_office(work, nominator),
        institutions=frozenset(parties | ({pair.sender, pair.recipient} if pair else set())),
    )


def _nominator_of(work: Work, step: Step) -> str:
    """The nominator of the application a step is about, else the office that owes it."""
    if step.kind in kinds_per(work, "application"):
        found = work.session.get(Application, step.subject)
        if found is not None:
            return found.nominator
    return step.owner


def _sharers(work: Work, step: Step) -> set[str]:
    """The offices that owe a step together with its owner, and the bureau of a sender that owes it."""
    shared = set(work.programme.step(step.kind).co_owners)
    kind, division = office_of(work, step.owner)
    wanted: set[str] = set()
    if "sender_bureau" in shared or kind == "sender":
        bureaus = select(col(Organisation.code)).where(col(Organisation.kind) == "sender_bureau")
        wanted |= {current_office(work, one) for one in work.session.connection().execute(bureaus).scalars()}
    rural = [role for role in RURAL if role in shared or ("nominator_rural" in shared and role != RURAL[0])]
    if rural:
        beside = select(col(Organisation.code)).where(
            col(Organisation.kind).in_(rural), col(Organisation.division) == division
        )
        wanted |= {current_office(work, one) for one in work.session.connection().execute(beside).scalars()}
    return wanted


def _application(work: Work, key: str) -> Whereabouts | None:
    found = work.session.get(Application, key.partition(":")[0])
    return where_application(work, found) if found else None


def _review(work: Work, key: str) -> Whereabouts | None:
    """All reviews of an application, or one reviewer's (`application:person`), who may see it with an interest, too."""
    application, _, person = key.replace("/", ":").partition(":")
    wanted = select(col(Assessment.reviewer)).where(col(Assessment.application) == application)
    people = frozenset(work.session.connection().execute(wanted).scalars())
    if not people or (person and person not in people):
        return None
    return Whereabouts(reviewers=frozenset({person}) if person else people)


def _submission(work: Work, key: str) -> Whereabouts | None:
    """A city's submission; the recipients in it see what became of them. Takes an application's key, too."""
    found = work.session.get(Submission, key)
    if found is None:
        return _application(work, key)
    ranked = select(col(Application.uscc)).where(
        col(Application.batch) == found.batch,
        col(Application.city) == found.city,
        col(Application.city_rank).is_not(None),
    )
    institutions = frozenset(work.session.connection().execute(ranked).scalars())
    return Whereabouts(city=found.city, institutions=institutions)


def _roster(work: Work, key: str) -> Whereabouts | None:
    found = work.session.get(RosterEntry, key)
    return Whereabouts(institutions=frozenset({found.sender})) if found else None


def _pair(work: Work, key: str) -> Whereabouts | None:
    found = work.session.get(Pair, key.partition(":")[0])
    return where_pair(work, found) if found else None


def _voucher(leg: str) -> Callable[[Work, str], Whereabouts | None]:
    def find(work: Work, key: str) -> Whereabouts | None:
        found = work.session.get(Voucher, key)
        if found is None or found.leg != leg:
            return None
        wanted = select(Pair).join(Payment, col(Payment.pair) == col(Pair.key))
        wanted = wanted.where(col(Payment.voucher) == key).order_by(col(Payment.key)).limit(1)
        pair: Pair | None = work.session.execute(wanted).scalar_one_or_none()
        where = where_pair(work, pair) if pair else EVERYWHERE
        return replace(where, institutions=frozenset({found.payer, found.payee}), paired=frozenset())

    return find


def _evaluation(work: Work, key: str) -> Whereabouts | None:
    report = work.session.get(AnnualReport, key)
    return Whereabouts(city=report.city) if report else _pair(work, key)


def _honour(work: Work, key: str) -> Whereabouts | None:
    """An honour stands where its subject does: a pair, an institution or office; a person is of no place."""
    found = work.session.get(Honour, key)
    if found is None:
        return None
    return honoured_place(work, found.subject) or EVERYWHERE


def honoured_place(work: Work, subject: str) -> Whereabouts | None:
    """Where a pair, an organisation or a registered person stands; None for any other name."""
    place = _pair(work, subject) or _organisation(work, subject)
    if place is None and work.session.get(Person, subject) is not None:
        return _organisation(work, subject.rpartition(".")[0])
    return place


def _step(work: Work, key: str) -> Whereabouts | None:
    found = work.session.execute(select(Step).where(col(Step.key) == key)).scalar_one_or_none()
    return where_step(work, found) if found else None


def _organisation(work: Work, key: str) -> Whereabouts | None:
    found = work.session.get(Organisation, key)
    if found is None:
        return None
    is_city = found.kind in ("city_civil", "city_rural")
    return Whereabouts(
        city=found.division if is_city else found.city,
        county=None if is_city else found.division,
        institutions=frozenset({found.code}),
    )


def _everywhere(_work: Work, _key: str) -> Whereabouts | None:
    return EVERYWHERE


def _audit(work: Work, key: str) -> Whereabouts | None:
    """An event's subject; what joins a pair is the bureau's, too ("own pairs", section 15).

    `tasks/queries/audit_scope.py` says the same of all events at once.
    """
    table, _, subject = key.partition(":")
    root = _CUT.split(subject, maxsplit=1)[0]
    if table in OF_PEOPLE or table == "organisation":
        return _audited_office(work, root)
    if table == "tracking":
        return Whereabouts(city=root)
    if table == "voucher":
        found = work.session.get(Voucher, subject)
        where = whereabouts(work, f"leg_{found.leg.lower()}", subject) if found else None
        # Counties read leg C only; a transfer to a city names all of the city's pairs.
        is_local = found is not None and found.leg == "C"
        return where if where is None or is_local else replace(where, county=None, nominator=None)
    kind, named = _AUDITED.get(table, ""), subject
    if table in OF_PAIRS or table in OF_APPLICATIONS:
        kind, named = ("pairing" if table in OF_PAIRS else "application"), root
    elif table == "report_receipt":
        named = subject.partition("/")[0]
    where = whereabouts(work, kind, named) if kind else EVERYWHERE
    if where is None or table == "step":
        return where
    if table == "submission":
        # A ranking names all of a city's applicants: it is the offices' to read, not the applicants'.
        return replace(where, institutions=frozenset())
    return _with_bureaus(
        work, replace(where, paired=where.institutions) if table == "roster_entry" else where
    )


def _audited_office(work: Work, code: str) -> Whereabouts | None:
    """An office with its people; experts are the province's alone (K25)."""
    found = work.session.get(Organisation, code)
    where = _organisation(work, code)
    if found is None or where is None or found.kind == "reviewer":
        return EVERYWHERE if found is not None else None
    own = where.institutions | {current_office(work, code)}
    # The bureau, which reads its pairs' events, reads those of its own people as every office does.
    return replace(where, institutions=own, paired=own)


def _with_bureaus(work: Work, where: Whereabouts) -> Whereabouts:
    if not where.paired:
        return where
    bureaus = select(col(Organisation.code)).where(col(Organisation.kind) == "sender_bureau")
    return replace(where, paired=where.paired.union(work.session.connection().execute(bureaus).scalars()))


def _mail(work: Work, key: str) -> Whereabouts | None:
    """A mail nobody has placed yet is the province's alone."""
    found = work.session.get(ReceivedMail, key)
    return Whereabouts(city=found.city) if found is not None else None


_FINDERS: Mapping[str, Callable[[Work, str], Whereabouts | None]] = {
    "programme": _everywhere,
    "batch": _everywhere,
    "application": _application,
    "recommendation": _submission,
    "originals": _submission,
    "received_mail": _mail,
    "review": _review,
    "roster": _roster,
    "pairing": _pair,
    "agreement": _pair,
    "leg_a": _voucher("A"),
    "leg_b": _voucher("B"),
    "leg_c": _voucher("C"),
    "spending": _pair,
    "fieldwork": _pair,
    "evaluation": _evaluation,
    "honour": _honour,
    "reminder": _step,
    "audit": _audit,
    "organisation": _organisation,
    "operation": _everywhere,
}
_AUDITED: Mapping[str, str] = {
    "application": "application",
    "submission": "recommendation",
    "assessment": "review",
    "roster_entry": "roster",
    "annual_report": "evaluation",
    "report_receipt": "evaluation",
    "step": "reminder",
}
_CUT = re.compile("[:/.]")
