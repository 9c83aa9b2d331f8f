"""How far the figures at a glance reach: as far as the viewer reads pairs (section 15), in cities and institutions."""

from sqlalchemy import ColumnElement, false, select, true
from sqlmodel import col

from models.organisation import Organisation
from models.pairing import Pair
from models.programme.divisions import Division
from models.rules.access import Scope, Viewer
from tasks.queries.scope import pairs_seen, reach
from tasks.work import Work

OF_PAIRS = "pairing"
"""The kind of object that the figures' reach follows: applications and steps are asked of `scope` with it, too."""


def recipients_seen(viewer: Viewer) -> ColumnElement[bool]:
    """A condition on rows of organisations, for the receiving institutions that are registered."""
    match reach(viewer, OF_PAIRS):
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
    scope = reach(viewer, OF_PAIRS)
    if scope is None:
        return ()
    if scope is Scope.ALL:
        return work.divisions.cities()
    if viewer.city:
        return (work.divisions.by_code(viewer.city),)
    wanted = select(col(Pair.city)).where(pairs_seen(work, viewer)).distinct()
    found = sorted(work.session.connection().execute(wanted).scalars())
    return tuple(work.divisions.by_code(code) for code in found)


def reads_whole_city(viewer: Viewer, city: str) -> bool:
    """Whether everything of a city lies within the viewer's reach."""
    scope = reach(viewer, OF_PAIRS)
    return scope is Scope.ALL or (scope is Scope.CITY and viewer.city == city)


def city_seen(work: Work, viewer: Viewer, city: str) -> bool:
    """Whether somebody may open a city's page: one of the programme's, which lies within or around their reach."""
    scope = reach(viewer, OF_PAIRS)
    known = any(one.code == city for one in work.divisions.cities())
    return known and (scope is Scope.ALL or (scope in (Scope.CITY, Scope.COUNTY) and viewer.city == city))
