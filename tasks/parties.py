"""Which organisation a party is: through the organisation tree and the pair, as of a day (K36)."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from models.organisation import Organisation
from models.pairing import Pair
from models.prepared import Prepared
from models.succession import OfficeName, Succession
from tasks.refusal import NotEntitled, NotFound
from tasks.work import Work

TREE = (
    "province_civil",
    "province_rural",
    "sender_bureau",
    "city_civil",
    "city_rural",
    "county_civil",
    "county_rural",
)
"""Parties that are offices of the tree, found by kind and division; the others are named by the subject."""

_NAMED = Prepared(
    select(col(Organisation.name), col(Organisation.kind), col(Organisation.division)).where(
        col(Organisation.code) == bindparam("code")
    )
)
_OFFICES = (
    select(col(Organisation.code))
    .where(
        col(Organisation.kind) == bindparam("kind"),
        col(Organisation.valid_from) <= bindparam("today"),
        or_(col(Organisation.valid_to).is_(None), col(Organisation.valid_to) >= bindparam("today")),
    )
    .order_by(col(Organisation.code))
)
_OFFICE = Prepared(_OFFICES.limit(1))
_OFFICE_OF = Prepared(_OFFICES.where(col(Organisation.division) == bindparam("division")).limit(1))

_ENDED = Prepared(
    select(col(Organisation.code))
    .join(Succession, col(Succession.predecessor) == col(Organisation.code))
    .where(
        col(Organisation.kind) == bindparam("kind"),
        col(Organisation.division) == bindparam("division"),
        col(Succession.since) <= bindparam("today"),
    )
)
_SUCCESSIONS = Prepared(
    select(col(Succession.predecessor), col(Succession.successor)).where(
        col(Succession.since) <= bindparam("today")
    )
)
_NAME_ON = (
    select(col(OfficeName.name))
    .where(col(OfficeName.organisation) == bindparam("code"), col(OfficeName.since) <= bindparam("day"))
    .order_by(col(OfficeName.since).desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a step or a letter is about, as far as parties are found through it. `owner` where the subject names it."""

    batch: int | None = None
    city: str | None = None
    county: str | None = None
    nominator: str | None = None
    sender: str | None = None
    recipient: str | None = None
    payer: str | None = None
    payee: str | None = None
    owner: str | None = None
    pair: str | None = None

    def owned_by(self, organisation: str) -> "Scope":
        """The same scope with the organisation that the subject names as owner."""
        return replace(self, owner=organisation)


def scope_of_pair(work: Work, pair: Pair) -> Scope:
    """The scope of a pair: its local authority is the recommending unit (K36), its county that unit's if it is one."""
    _name, kind, division = _named(work, pair.nominator) or ("", None, None)
    county = division if kind == "county_civil" else None
    return Scope(
        batch=pair.batch,
        city=pair.city,
        county=county,
        nominator=pair.nominator,
        sender=pair.sender,
        recipient=pair.recipient,
        pair=pair.key,
    )


def organisation_of(work: Work, party: str, scope: Scope) -> str | None:
    """The organisation that is `party` in this scope today; None where the scope has none (no county: K36).

    `committee` is the province's: its members are people, told one by one.
    """
    match party:
        case "owner" | "nominator" | "sender" | "recipient" | "payer" | "payee":
            named: str | None = getattr(scope, party)
            return current_office(work, named) if named else None
        case "nominator_rural":
            return _office(work, "county_rural", scope.county) or _office(work, "city_rural", scope.city)
        case "county_civil" | "county_rural":
            return _office(work, party, scope.county)
        case "city_civil" | "city_rural":
            return _office(work, party, scope.city)
        case "committee":
            return _office(work, "province_civil", None)
        case _:
            return _office(work, party, None)


def required_organisation(work: Work, party: str, scope: Scope) -> str:
    """Like organisation_of, but raises NotFound where there is none."""
    found = organisation_of(work, party, scope)
    if found is None:
        raise NotFound("act.no_party", party=work.programme.party_label(party), city=scope.city or "")
    return found


def require_actor(work: Work, organisation: str | None) -> None:
    """Raises NotEntitled unless the actor acts for this organisation, or for the one that took over from it."""
    if organisation is None or work.actor.organisation not in (
        organisation,
        current_office(work, organisation),
    ):
        raise NotEntitled("act.not_entitled", actor=str(work.actor), organisation=organisation or "")


def current_office(work: Work, organisation: str) -> str:
    """The organisation itself, or the office that has taken over from it by today, however often."""
    taken = _successions(work)
    while organisation in taken:
        organisation = taken[organisation]
    return organisation


def former_offices(work: Work, organisation: str) -> list[str]:
    """The offices that this one has taken over from by today, however often, in the order of their codes."""
    return sorted(one for one in _successions(work) if current_office(work, one) == organisation)


def _successions(work: Work) -> dict[str, str]:
    """Every office that has ended and its successor, read once a transaction."""
    taken: dict[str, str] | None = work.session.info.get("successions")
    if taken is None:
        rows = _SUCCESSIONS.rows(work.session, {"today": work.today})
        taken = work.session.info["successions"] = dict(rows)
    return taken


def name_on(work: Work, organisation: str, day: date) -> str:
    """The name that an organisation bore on a day."""
    found: str | None = (
        work.session.connection().execute(_NAME_ON, {"code": organisation, "day": day}).scalar()
    )
    return found or name_of(work, organisation)


def name_of(work: Work, organisation: str) -> str:
    """The name of an organisation, or its code where it is not registered."""
    found = _named(work, organisation)
    return str(found[0]) if found else organisation


def forget_offices(work: Work) -> None:
    """What has been asked of offices in this transaction is asked anew: to be called when one changes."""
    for part in _ASKED:
        work.session.info.pop(part, None)


_ASKED = ("successions", "offices", "named")
"""What is asked of offices again and again and kept for a transaction."""


def _named(work: Work, code: str) -> tuple[Any, ...] | None:
    """Name, kind and division of an organisation."""
    known = work.session.info.setdefault("named", {})
    if code not in known:
        found = _NAMED.first(work.session, {"code": code})
        if found is None:
            return None
        known[code] = found
    row: tuple[Any, ...] = known[code]
    return row


def _office(work: Work, kind: str, division: str | None) -> str | None:
    if division is None and kind not in ("province_civil", "province_rural", "sender_bureau"):
        return None
    known = work.session.info.setdefault("offices", {})
    if (kind, division) not in known:
        found = _ask_office(work, kind, division)
        if found is None:
            return None
        known[kind, division] = found
    return str(known[kind, division])


def _ask_office(work: Work, kind: str, division: str | None) -> str | None:
    wanted = _OFFICE if division is None else _OFFICE_OF
    given = {"kind": kind, "today": work.today} | ({} if division is None else {"division": division})
    found: str | None = wanted.scalar(work.session, given)
    if found is None and division is not None:
        ended: str | None = _ENDED.scalar(work.session, given)
        found = current_office(work, ended) if ended else None
    return found
