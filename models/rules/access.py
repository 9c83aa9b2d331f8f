"""Who may see and do what: one table of rights by role and object, and the scope each holds within (section 15)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Right(StrEnum):
    """What a role may do with an object; the letters are those of the table below."""

    READ = "R"
    WRITE = "W"
    SUBMIT = "S"
    APPROVE = "A"
    PAY = "P"


class Scope(StrEnum):
    """Whose objects a right reaches."""

    ALL = "all"
    CITY = "city"
    """Of the viewer's city."""
    COUNTY = "county"
    """Of the viewer's county, or recommended by its office (K36)."""
    OWN = "own"
    """The viewer's own institution is a party to it."""
    PAIRED = "paired"
    """As own, once a pair joins the two."""
    APPROVED = "approved"
    """Applications that the province has approved."""
    ASSIGNED = "assigned"
    """Applications that the viewer is to review."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who looks or acts: a person for an organisation, whose kind is the role."""

    person: str
    organisation: str
    role: str
    division: str
    city: str | None
    in_place_of: str | None = None


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What of an object decides who may see it; empty where the object has no such thing."""

    city: str | None = None
    county: str | None = None
    nominator: str | None = None
    institutions: frozenset[str] = field(default_factory=frozenset)
    paired: frozenset[str] = field(default_factory=frozenset)
    reviewers: frozenset[str] = field(default_factory=frozenset)
    approved: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """The rights one role has over one kind of object, and within which scope."""

    rights: frozenset[Right]
    scope: Scope


def _row(**roles: str) -> Mapping[str, Grant]:
    """Reads `role="RW:city"`; no scope is everywhere."""
    row = {}
    for role, text in roles.items():
        letters, _, scope = text.partition(":")
        row[role] = Grant(frozenset(Right(letter) for letter in letters), Scope(scope or "all"))
    return MappingProxyType(row)


RIGHTS: Mapping[str, Mapping[str, Grant]] = MappingProxyType(
    {
        "programme": _row(
            province_civil="RWA",
            province_rural="R",
            city_civil="R",
            city_rural="R",
            county_civil="R",
            county_rural="R",
            sender_bureau="R",
            sender="R",
            recipient="R",
            operator="R",
        ),
        "batch": _row(
            province_civil="RA",
            province_rural="R",
            city_civil="R",
            city_rural="R",
            county_civil="R",
            county_rural="R",
            sender_bureau="R",
            sender="R",
            recipient="R",
        ),
        "application": _row(
            province_civil="RA",
            province_rural="R",
            city_civil="RW:city",
            city_rural="RW:city",
            county_civil="RS:county",
            county_rural="RW:county",
            sender_bureau="R:approved",
            sender="R:paired",
            recipient="RWS:own",
            reviewer="R:assigned",
        ),
        "recommendation": _row(
            province_civil="RA",
            province_rural="R",
            city_civil="RSA:city",
            city_rural="R:city",
            county_civil="RSA:county",
            county_rural="R:county",
            recipient="R:own",
        ),
        "originals": _row(province_civil="RW", city_civil="RW:city", recipient="R:own"),
        "received_mail": _row(province_civil="RWA", city_civil="R:city"),
        "review": _row(province_civil="RWA", province_rural="R", reviewer="RW:assigned"),
        "roster": _row(province_civil="R", sender_bureau="RWA", sender="RW:own"),
        "pairing": _row(
            province_civil="RWA",
            province_rural="R",
            city_civil="R:city",
            city_rural="R:city",
            county_civil="R:county",
            county_rural="R:county",
            sender_bureau="RWA",
            sender="R:own",
            recipient="R:own",
        ),
        "agreement": _row(
            province_civil="RW",
            province_rural="R",
            city_civil="RS:city",
            city_rural="R:city",
            county_civil="RS:county",
            county_rural="R:county",
            sender_bureau="R",
            sender="RS:own",
            recipient="RS:own",
        ),
        "leg_a": _row(province_civil="RPA", province_rural="R", city_civil="RS:city", city_rural="R:city"),
        "leg_b": _row(
            province_civil="R",
            province_rural="R",
            city_civil="RPA:city",
            city_rural="R:city",
            sender_bureau="R",
            sender="RS:own",
        ),
        "leg_c": _row(
            province_civil="R",
            province_rural="R",
            city_civil="RPA:city",
            city_rural="R:city",
            county_civil="RPA:county",
            county_rural="R:county",
            recipient="RS:own",
        ),
        "spending": _row(
            province_civil="R",
            province_rural="R",
            city_civil="RW:city",
            city_rural="R:city",
            county_civil="RW:county",
            county_rural="R:county",
            sender_bureau="R",
            sender="RWS:own",
            recipient="RWS:own",
        ),
        "fieldwork": _row(
            province_civil="R",
            province_rural="R",
            city_civil="RW:city",
            city_rural="R:city",
            county_civil="RW:county",
            county_rural="R:county",
            sender_bureau="R",
            sender="RA:own",
            recipient="RWS:own",
        ),
        "evaluation": _row(
            province_civil="RA",
            province_rural="RA",
            city_civil="RWS:city",
            city_rural="RW:city",
            county_civil="RWS:county",
            county_rural="RW:county",
            sender_bureau="R",
            sender="RWS:own",
            recipient="RWS:own",
        ),
        "honour": _row(
            province_civil="RWA",
            province_rural="RWA",
            city_civil="RW:city",
            city_rural="RW:city",
            county_civil="RW:county",
            county_rural="RW:county",
            sender_bureau="R",
            sender="RW:own",
            recipient="RW:own",
        ),
        "reminder": _row(
            province_civil="RW",
            province_rural="R:own",
            city_civil="RW:city",
            city_rural="R:own",
            county_civil="RW:county",
            county_rural="R:own",
            sender_bureau="R:own",
            sender="R:own",
            recipient="R:own",
            reviewer="R:own",
        ),
        "audit": _row(
            province_civil="R",
            province_rural="R",
            city_civil="R:city",
            city_rural="R:own",
            county_civil="R:county",
            county_rural="R:own",
            sender_bureau="R:paired",
            sender="R:own",
            recipient="R:own",
        ),
        "organisation": _row(
            province_civil="RWA",
            province_rural="R",
            city_civil="RW:city",
            city_rural="RW:own",
            county_civil="RW:county",
            county_rural="RW:own",
            sender_bureau="RW:own",
            sender="RW:own",
            recipient="RW:own",
            operator="RW",
        ),
        "operation": _row(province_civil="R", operator="RW"),
    }
)
"""Object → role → grant. A role that is not named has no right; the programme's section 15, row by row."""

WITHOUT_ID = frozenset(
    {"province_rural", "city_rural", "county_rural", "sender_bureau", "sender", "reviewer"}
)
"""Roles that never see a resident number, not even masked."""
WITHOUT_PHONE = frozenset({"reviewer"})
"""Roles that do not see telephone numbers and addresses of the people in a form."""


def grant_of(role: str, kind: str) -> Grant | None:
    """The grant of a role over a kind of object; None where it has none. Raises KeyError for an unknown kind."""
    return RIGHTS[kind].get(role)


def has_right(role: str, right: Right | str, kind: str) -> bool:
    """Whether a role has this right over some object of the kind; which one, its scope says."""
    grant = grant_of(role, kind)
    return grant is not None and Right(right) in grant.rights


def may(viewer: Viewer, right: Right | str, kind: str, where: Whereabouts) -> bool:
    """Whether somebody may do this with the object that stands there."""
    grant = grant_of(viewer.role, kind)
    if grant is None or Right(right) not in grant.rights:
        return False
    return _reaches(viewer, grant.scope, where)


def _reaches(viewer: Viewer, scope: Scope, where: Whereabouts) -> bool:
    match scope:
        case Scope.ALL:
            return True
        case Scope.CITY:
            return viewer.city is not None and where.city == viewer.city
        case Scope.COUNTY:
            return where.county == viewer.division or where.nominator == viewer.organisation
        case Scope.OWN:
            return viewer.organisation in where.institutions
        case Scope.PAIRED:
            return viewer.organisation in where.paired
        case Scope.APPROVED:
            return where.approved
        case Scope.ASSIGNED:
            return viewer.person in where.reviewers
