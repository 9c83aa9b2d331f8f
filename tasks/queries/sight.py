"""How far somebody sees: the viewer's scope over pairs, as conditions on pairs, applications and steps (section 15).

The figures of the pages at a glance reach exactly as far as the viewer's right to read pairs: everything, a city, a
county with what its office recommended (K36), or the viewer's own institution. Who has no such right sees nothing.
"""

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, false, or_, select, true
from sqlmodel import col

from models.application import Application
from models.organisation import Organisation
from models.pairing import Pair
from models.programme.divisions import Division
from models.rules.access import Right, Scope, Viewer, grant_of
from models.step import Step
from tasks.parties import former_offices
from tasks.work import Work


def reach(viewer: Viewer) -> Scope | None:
    """The scope within which somebody sees pairs; None for who sees none (reviewers, operators)."""
    grant = grant_of(viewer.role, "pairing")
    return grant.scope if grant and Right.READ in grant.rights else None


def pairs_seen(work: Work, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on rows of pairs."""
    match reach(viewer):
        case Scope.ALL:
            return true()
        case Scope.CITY if viewer.city:
            return col(Pair.city) == viewer.city
        case Scope.COUNTY:
            return _of_county(work, viewer, col(Pair.nominator))
        case Scope.OWN:
            return or_(col(Pair.sender) == viewer.organisation, col(Pair.recipient) == viewer.organisation)
    return false()


def applications_seen(work: Work, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on rows of applications; a sender sees those that led to its own pairs."""
    match reach(viewer):
        case Scope.ALL:
            return true()
        case Scope.CITY if viewer.city:
            return col(Application.city) == viewer.city
        case Scope.COUNTY:
            return _of_county(work, viewer, col(Application.nominator))
        case Scope.OWN:
            own = select(col(Pair.application)).where(
                col(Pair.sender) == viewer.organisation, col(Pair.state).not_in(("proposed", "dropped"))
            )
            return or_(col(Application.uscc) == viewer.organisation, col(Application.key).in_(own))
    return false()


def steps_seen(work: Work, viewer: Viewer) -> ColumnElement[bool]:
    """A condition on rows of steps: of the viewer's pairs and applications, and whatever its own office owes."""
    match reach(viewer):
        case Scope.ALL:
            return true()
        case Scope.CITY if viewer.city:
            return col(Step.city) == viewer.city
        case Scope.COUNTY | Scope.OWN as scope:
            owner = col(Step.owner)
            owed = _of_county(work, viewer, owner) if scope is Scope.COUNTY else owner == viewer.organisation
            pairs = select(col(Pair.key)).where(pairs_seen(work, viewer))
            applications = select(col(Application.key)).where(applications_seen(work, viewer))
            return or_(owed, col(Step.pair).in_(pairs), col(Step.subject).in_(applications))
    return false()


def recipients_seen(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on rows of organisations, for the receiving institutions that are registered."""
    match reach(viewer):
        case Scope.ALL:
            return true()
        case Scope.CITY if viewer.city:
            return col(Organisation.city) == viewer.city
        case Scope.COUNTY:
            return col(Organisation.division) == viewer.division
        case Scope.OWN:
            return col(Organisation.code) == viewer.organisation
    return false()


def cities_seen(work: Work, viewer: Viewer) -> tuple[Division, ...]:
    """The cities that a viewer's page has a column for, in the order of their codes."""
    scope = reach(viewer)
    if scope is None:
        return ()
    if scope is Scope.ALL:
        return work.divisions.cities()
    if viewer.city:
        return (work.divisions.by_code(viewer.city),)
    wanted = select(col(Pair.city)).where(pairs_seen(work, viewer)).distinct()
    found = sorted(work.session.connection().execute(wanted).scalars())
    return tuple(work.divisions.by_code(code) for code in found)


def may_read(viewer: Viewer, kind: str) -> bool:
    """Whether the table of rights lets this role read some object of a kind (`leg_a`, `spending`, `fieldwork`)."""
    grant = grant_of(viewer.role, kind)
    return grant is not None and Right.READ in grant.rights


def _of_county(work: Work, viewer: Viewer, office: SQLColumnExpression[str]) -> ColumnElement[bool]:
    """Of an office of the viewer's county, or of one that the viewer's own has taken over from."""
    in_county = select(col(Organisation.code)).where(
        and_(col(Organisation.division) == viewer.division, col(Organisation.kind).like("county%"))
    )
    own = [viewer.organisation, *former_offices(work, viewer.organisation)]
    return or_(office.in_(in_county), office.in_(own))
