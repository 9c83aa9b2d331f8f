"""Which events of the audit trail a viewer may read: by what an event's subject is and where that stands (section 15).

An event names its subject by table and key; what hangs on a pair, an application or an office has that one's key before
a separator. Tables that are named here nowhere (reviews, letters, batches) are read by who reads everything.
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true
from sqlmodel import col

from models.application import Application, Submission
from models.disbursement import Voucher
from models.evaluation import AnnualReport
from models.event import Event
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Right, Scope, Viewer, grant_of
from models.step import Step
from tasks.queries.scope import JOINED, Condition, county_offices, own_offices, steps_seen, vouchers_seen
from tasks.work import Work

OF_PAIRS = (
    "pair",
    "agreement",
    "signature",
    "spending",
    "own_funds",
    "monthly_return",
    "roster",
    "trainee",
    "pace_alert",
    "incident",
    "self_evaluation",
    "evaluation",
)
OF_APPLICATIONS = ("application", "override")
OF_PEOPLE = ("person", "account", "absence", "bulk_import")
_NOBODY: Select[tuple[str]] = select(col(Pair.key)).where(false())


def events_seen(work: Work, viewer: Viewer) -> Condition:
    """The events that the viewer may read, as a condition."""
    grant = grant_of(viewer.role, "audit")
    if grant is None or Right.READ not in grant.rights:
        return false()
    if grant.scope is Scope.ALL:
        return true()
    return or_(false(), *_parts(work, viewer, grant.scope))


def _parts(work: Work, viewer: Viewer, scope: Scope) -> Iterator[Condition]:
    pairs = _pairs(work, viewer, scope)
    applications = _applications(work, viewer, scope)
    offices = _offices(work, viewer, scope)
    subject = col(Event.subject)
    yield _about(work, OF_PAIRS, select(col(Pair.key)).where(pairs))
    yield _about(work, OF_APPLICATIONS, select(col(Application.key)).where(applications))
    yield _about(work, ("organisation", *OF_PEOPLE), offices)
    if scope is not Scope.PAIRED:
        yield _of("step", subject.in_(select(col(Step.key)).where(steps_seen(work, viewer))))
        # A transfer to a city names all of the city's pairs: whoever may read the leg, reads its events.
        seen = vouchers_seen(work, viewer)
        if scope is Scope.OWN:
            own = viewer.organisation
            seen = and_(seen, or_(col(Voucher.payer) == own, col(Voucher.payee) == own))
        yield _of("voucher", subject.in_(select(col(Voucher.key)).where(seen)))
    if scope is Scope.CITY:
        # A ranking names all of a city's applicants: it is the offices' to read, not the applicants'.
        yield _of("submission", subject.in_(_of_city(Submission, viewer)))
        yield _about(
            work, ("annual_report", "report_receipt"), _of_city(AnnualReport, viewer), separators="/"
        )
        yield and_(col(Event.subject_type) == "tracking", _root(work, "/") == viewer.city)
    if viewer.role == "sender_bureau":
        yield col(Event.subject_type) == "roster_entry"
    elif viewer.role == "sender":
        yield _of("roster_entry", subject.like(f"%:{viewer.organisation}"))


def _of(table: str, which: Condition) -> Condition:
    return and_(col(Event.subject_type) == table, which)


def _about(
    work: Work, tables: tuple[str, ...], keys: Select[tuple[str]], *, separators: str = ":/."
) -> Condition:
    return and_(col(Event.subject_type).in_(tables), _root(work, separators).in_(keys))


def _root(work: Work, separators: str) -> ColumnElement[str]:
    """The subject up to the first of these signs."""
    first, others = separators[0], separators[1:]
    plain: ColumnElement[str] = col(Event.subject)  # type: ignore[assignment]
    for other in others:
        plain = func.replace(plain, other, first)
    if work.session.connection().dialect.name == "postgresql":
        return func.split_part(plain, first, 1)
    return func.substr(plain, 1, func.instr(plain + first, first) - 1)


def _pairs(work: Work, viewer: Viewer, scope: Scope) -> Condition:
    match scope:
        case Scope.CITY:
            return col(Pair.city) == viewer.city
        case Scope.COUNTY:
            return col(Pair.nominator).in_(county_offices(work, viewer))
        case Scope.PAIRED:
            # "Own pairs": those that the bureau's senders have been joined by.
            return col(Pair.state).in_(JOINED)
        case _:
            return or_(col(Pair.sender) == viewer.organisation, col(Pair.recipient) == viewer.organisation)


def _applications(work: Work, viewer: Viewer, scope: Scope) -> Condition:
    match scope:
        case Scope.CITY:
            return col(Application.city) == viewer.city
        case Scope.COUNTY:
            return col(Application.nominator).in_(county_offices(work, viewer))
        case Scope.PAIRED:
            return col(Application.key).in_(select(col(Pair.application)).where(col(Pair.state).in_(JOINED)))
        case _:
            return col(Application.uscc) == viewer.organisation


def _offices(work: Work, viewer: Viewer, scope: Scope) -> Select[tuple[str]]:
    """The offices whose own record and people are read: experts are nobody's but the province's (K25)."""
    codes = select(col(Organisation.code))
    own = col(Organisation.code).in_(own_offices(work, viewer.organisation))
    match scope:
        case Scope.CITY:
            inside = and_(col(Organisation.city) == viewer.city, col(Organisation.kind) != "reviewer")
            return codes.where(or_(own, inside))
        case Scope.COUNTY:
            kinds = ("county_civil", "county_rural", "recipient")
            inside = and_(col(Organisation.division) == viewer.division, col(Organisation.kind).in_(kinds))
            return codes.where(or_(own, inside))
        case _:
            return codes.where(own)


def _of_city(table: type[Submission] | type[AnnualReport], viewer: Viewer) -> Select[tuple[str]]:
    return select(col(table.key)).where(col(table.city) == viewer.city)
