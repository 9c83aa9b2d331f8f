"""What a viewer sees of each list, as conditions of SQL that follow from the same grants as `access.may`.

`tasks/queries/whereabouts.py` says of one object what these conditions say of all: a test holds them together.
"""

from collections.abc import Callable, Mapping

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select, true
from sqlmodel import col

from models.application import Application
from models.disbursement import Payment, Voucher
from models.organisation import Organisation
from models.pairing import Pair
from models.prepared import Prepared
from models.review import Assessment
from models.rules.access import Right, Scope, Viewer, grant_of
from models.states import ApplicationState, PairState
from models.step import Step
from tasks.parties import current_office, former_offices
from tasks.work import Work

Condition = ColumnElement[bool]
Ways = Mapping[Scope, Callable[[], Condition]]

APPROVED = (ApplicationState.APPROVED, ApplicationState.PAIRED)
"""States of an application that the province has approved."""
JOINED = (PairState.CONFIRMED, PairState.EFFECTIVE, PairState.REPLACED, PairState.ENDED)
"""States of a pair that has once joined the two."""
RURAL = ("province_rural", "city_rural", "county_rural")
"""Offices that owe some steps together with the civil affairs of their division."""

_AT = Prepared(
    select(col(Organisation.code), col(Organisation.kind)).where(
        col(Organisation.division) == bindparam("division")
    )
)
_OFFICE = Prepared(
    select(col(Organisation.kind), col(Organisation.division)).where(
        col(Organisation.code) == bindparam("code")
    )
)


def own_offices(work: Work, organisation: str) -> list[str]:
    """The organisation and the offices it has taken over from; none where it has itself been taken over."""
    if current_office(work, organisation) != organisation:
        return []
    return [organisation, *former_offices(work, organisation)]


def office_of(work: Work, code: str) -> tuple[str, str]:
    """Kind and division of the office that stands for this one today."""
    found = _OFFICE.first(work.session, {"code": current_office(work, code)})
    return (found[0], found[1]) if found else ("", "")


def county_of(work: Work, nominator: str) -> str | None:
    """The county a nominator speaks for, today's where it was merged into another one; None for a city (K36)."""
    found = _OFFICE.first(work.session, {"code": nominator})
    if found is None or found[0] != "county_civil":
        return None
    kind, division = office_of(work, nominator)
    return division if kind == "county_civil" else str(found[1])


def county_offices(work: Work, viewer: Viewer) -> list[str]:
    """The nominators whose objects a county's viewer sees: those of the county, and what its own office took over."""
    at = [
        code for code, kind in _AT.rows(work.session, {"division": viewer.division}) if kind == "county_civil"
    ]
    known = {*at, *(one for code in at for one in former_offices(work, code))}
    return sorted(
        {
            *(code for code in known if county_of(work, code) == viewer.division),
            *own_offices(work, viewer.organisation),
        }
    )


def civil_offices_at(work: Work, division: str) -> list[str]:
    """The civil affairs offices whose work an office of this division does today."""
    at = [code for code, kind in _AT.rows(work.session, {"division": division}) if kind.endswith("_civil")]
    known = {*at, *(one for code in at for one in former_offices(work, code))}
    return sorted(code for code in known if office_of(work, code)[1] == division)


def reach(viewer: Viewer, kind: str) -> Scope | None:
    """How far somebody reads objects of a kind; None for who reads none."""
    grant = grant_of(viewer.role, kind)
    return grant.scope if grant is not None and Right.READ in grant.rights else None


def applications_seen(work: Work, viewer: Viewer, kind: str = "application") -> Condition:
    """The applications that the viewer may read; with `kind` pairing those that its figures at a glance count."""
    return _seen(
        viewer,
        kind,
        {
            Scope.CITY: lambda: col(Application.city) == viewer.city,
            Scope.COUNTY: lambda: col(Application.nominator).in_(county_offices(work, viewer)),
            Scope.OWN: lambda: or_(col(Application.uscc) == viewer.organisation, _joined_with(viewer)),
            Scope.PAIRED: lambda: _joined_with(viewer),
            Scope.APPROVED: lambda: col(Application.state).in_(APPROVED),
            Scope.ASSIGNED: lambda: col(Application.key).in_(
                select(col(Assessment.application)).where(
                    col(Assessment.reviewer) == viewer.person, col(Assessment.conflict).is_not(True)
                )
            ),
        },
    )


def pairs_seen(work: Work, viewer: Viewer, kind: str = "pairing") -> Condition:
    """The pairs that the viewer may read, or whose agreement, fieldwork, spending … (`kind`) the viewer may read."""
    return _seen(viewer, kind, _ways_of_pairs(work, viewer))


def vouchers_seen(work: Work, viewer: Viewer) -> Condition:
    """The vouchers that the viewer may read; each leg has its own row of rights."""
    of_pairs = _ways_of_pairs(work, viewer)

    def through(scope: Scope) -> Callable[[], Condition]:
        return lambda: col(Voucher.key).in_(
            select(col(Payment.voucher))
            .join(Pair, col(Pair.key) == col(Payment.pair))
            .where(of_pairs[scope]())
        )

    ways: Ways = {
        Scope.CITY: through(Scope.CITY),
        Scope.COUNTY: through(Scope.COUNTY),
        Scope.OWN: lambda: or_(
            col(Voucher.payer) == viewer.organisation, col(Voucher.payee) == viewer.organisation
        ),
    }
    legs = [and_(col(Voucher.leg) == leg, _seen(viewer, f"leg_{leg.lower()}", ways)) for leg in "ABC"]
    return or_(*legs)


def steps_seen(work: Work, viewer: Viewer, kind: str = "reminder") -> Condition:
    """The steps that the viewer may read: those of the viewer's office and those in the scope of its reminders.

    With `kind` pairing those that its figures at a glance count: they reach as far as the pairs it reads.
    """
    return or_(false(), *step_ways(work, viewer, kind))


def step_ways(work: Work, viewer: Viewer, kind: str = "reminder") -> list[Condition]:
    """`steps_seen`, way by way, so that each can be looked up by its own index."""
    scope = reach(viewer, kind)
    if scope is None:
        return []
    own = col(Step.owner).in_(own_offices(work, viewer.organisation))
    match scope:
        case Scope.ALL:
            return [true()]
        case Scope.CITY:
            return [own, step_of_city(work, viewer)]
        case Scope.COUNTY:
            return [own, *_steps_of_county(work, viewer)]
        case _:
            return [own, *_steps_shared(work, viewer)]


def step_of_city(work: Work, viewer: Viewer) -> Condition:
    """A city's steps, but for the reviews: who judges its applications is not a city's to see (K25)."""
    if viewer.city is None:
        return false()
    return and_(col(Step.city) == viewer.city, col(Step.kind).not_in(kinds_per(work, "reviewer_application")))


def kinds_per(work: Work, *per: str) -> list[str]:
    """The kinds of step that are owed per this."""
    return [one.id for one in work.programme.steps if one.per in per]


def kinds_shared(work: Work, role: str) -> list[str]:
    """The kinds of step that a role owes together with their owner."""
    named = {role, "nominator_rural"} if role in ("city_rural", "county_rural") else {role}
    return [one.id for one in work.programme.steps if named.intersection(one.co_owners)]


def _steps_of_county(work: Work, viewer: Viewer) -> list[Condition]:
    offices = county_offices(work, viewer)
    pairs = select(col(Pair.key)).where(col(Pair.nominator).in_(offices))
    applications = select(col(Application.key)).where(col(Application.nominator).in_(offices))
    return [
        and_(col(Step.owner).in_(offices), col(Step.pair).is_(None)),
        col(Step.pair).in_(pairs),
        and_(col(Step.kind).in_(kinds_per(work, "application")), col(Step.subject).in_(applications)),
    ]


def _steps_shared(work: Work, viewer: Viewer) -> list[Condition]:
    """What a party sees beside its own: the other side of its pair, what it owes together, a bureau's senders."""
    if viewer.role in RURAL:
        return [_beside(work, code) for code in own_offices(work, viewer.organisation)]
    if viewer.role == "sender_bureau":
        shared = col(Step.kind).in_(kinds_shared(work, viewer.role))
        senders = select(col(Organisation.code)).where(col(Organisation.kind) == "sender")
        return [shared, col(Step.owner).in_(senders)]
    if viewer.role in ("sender", "recipient"):
        return [col(Step.pair).in_(select(col(Pair.key)).where(_is_party(viewer)))]
    return []


def _beside(work: Work, rural: str) -> Condition:
    """What a rural revitalisation office owes together with the civil affairs of its division."""
    kind, division = _OFFICE.first(work.session, {"code": rural}) or ("", "")
    return and_(
        col(Step.kind).in_(kinds_shared(work, kind)), col(Step.owner).in_(civil_offices_at(work, division))
    )


def _ways_of_pairs(work: Work, viewer: Viewer) -> Ways:
    return {
        Scope.CITY: lambda: col(Pair.city) == viewer.city,
        Scope.COUNTY: lambda: col(Pair.nominator).in_(county_offices(work, viewer)),
        Scope.OWN: lambda: _is_party(viewer),
        Scope.PAIRED: lambda: and_(_is_party(viewer), col(Pair.state).in_(JOINED)),
    }


def _joined_with(viewer: Viewer) -> Condition:
    return col(Application.key).in_(
        select(col(Pair.application)).where(_is_party(viewer), col(Pair.state).in_(JOINED))
    )


def _is_party(viewer: Viewer) -> Condition:
    return or_(col(Pair.sender) == viewer.organisation, col(Pair.recipient) == viewer.organisation)


def _seen(viewer: Viewer, kind: str, ways: Ways) -> Condition:
    """The condition of the grant's scope; nothing without the right to read, or where the scope cannot be met."""
    scope = reach(viewer, kind)
    if scope is Scope.ALL:
        return true()
    if scope is None or (scope is Scope.CITY and viewer.city is None):
        return false()
    return ways[scope]() if scope in ways else false()
