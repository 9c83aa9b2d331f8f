"""Signing in and out: a session is a row found by the hash of the token that only the browser has."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.absence import Absence
from models.account import Account, SignIn
from models.organisation import Duty, Organisation, Person
from models.prepared import Prepared
from models.rules.access import Viewer
from tasks import record
from tasks.accounts import Checked, SignInRefused, proven
from tasks.identities import require_identity
from tasks.passwords import is_right
from tasks.refusal import NotEntitled
from tasks.work import Actor, House, Work

IDLE = timedelta(minutes=30)
"""A session that nobody has used for so long is over (DESIGN section 8)."""

LONGEST = timedelta(hours=12)
"""A session is over so long after it began, however busy."""

TOUCHED_EVERY = timedelta(minutes=1)
"""A session's last use is written down at most so often."""

SESSIONS = 5
"""So many sessions a person may have at once; one more ends the oldest."""


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody has come in. The token goes into the browser's cookie and is kept nowhere else."""

    token: str
    csrf: str
    person: str
    organisation: str
    in_place_of: str | None = None

    def __repr__(self) -> str:
        return f"Entered({self.person} for {self.organisation})"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at a page: the viewer that rights are asked of, with names, and the session they came by."""

    viewer: Viewer
    person_name: str
    organisation_name: str
    csrf: str
    token_hash: str
    began_at: datetime
    seen_at: datetime
    must_change: bool = False
    operator: bool = False
    in_place_of_name: str = ""

    def __repr__(self) -> str:
        return f"Visitor({self.viewer})"

    @property
    def actor(self) -> Actor:
        """Who acts, when this visitor sends a form."""
        return Actor(self.viewer.person, self.viewer.organisation, self.viewer.in_place_of)


def token_hash(token: str) -> str:
    """What of a token is kept: its SHA-256. A token is random, so nothing slower is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(house: House, who: str, password: str, *, address: str = "") -> Entered:
    """Lets a person in by code or e-mail address and password, for their first office; raises SignInRefused.

    The password is checked between two transactions, and takes as long for a person nobody knows. The count of
    failures and the lock stand in the database, so that they hold for all processes; a try that was under way when the
    lock fell is refused whatever the password. Nothing is written for unknown persons: anybody could fill the trail.
    """
    with house.look() as work:
        person, kept = _account_named(work, who.strip())
    checked = Checked(person, kept, is_right(kept, password))
    if not kept:
        raise SignInRefused("account.wrong")

    with proven(house, checked, Actor(person, ""), act="account.sign_in_failed", address=address) as (
        work,
        account,
    ):
        identity = require_identity(work, person)
        account.last_sign_in = work.now
        return _begin(work, person, identity.organisation, identity.in_place_of, address=address)


def enter_as(
    house: House, person: str, organisation: str, in_place_of: str | None = None, *, address: str = ""
) -> Entered:
    """Lets somebody in as a sample person, without a password: in a demonstration only, else NotEntitled."""
    if not house.sample:
        raise NotEntitled("account.no_demonstration")
    with house.transaction(Actor(person, organisation, in_place_of)) as work:
        require_identity(work, person, organisation, in_place_of)
        return _begin(work, person, organisation, in_place_of, address=address, demonstration=True)


def visitor(work: Work, token: str) -> Visitor | None:
    """Who comes with a token; None when the session is over or its person may not act for its office today.

    One statement: this runs for every page. A session entered without a password holds in a sample house only.
    """
    row = _VISITOR.first(work.session, {"token_hash": token_hash(token), "today": work.today})
    if row is None:
        return None
    (
        key,
        csrf,
        began_at,
        seen_at,
        demonstration,
        must_change,
        operator,
        person_name,
        name,
        absent,
        *viewed,
    ) = row
    if demonstration and not work.sample:
        return None
    if not demonstration and (work.now - seen_at > IDLE or work.now - began_at > LONGEST):
        return None
    return Visitor(
        Viewer(*viewed),
        person_name,
        name,
        csrf,
        key,
        began_at,
        seen_at,
        must_change=bool(must_change) and not demonstration,
        operator=bool(operator),
        in_place_of_name=absent,
    )


def touch(house: House, seen: Visitor) -> bool:
    """Writes down that the visitor's session is in use, at most once a minute; returns whether it did."""
    if house.clock.now() < seen.seen_at + TOUCHED_EVERY:
        return False
    with house.transaction(seen.actor) as work:
        return bool(_TOUCH.rows(work.session, {"token_hash": seen.token_hash, "at": work.now}))


def sign_out(house: House, token: str) -> bool:
    """Ends the session of a token; returns whether there was one."""
    with house.transaction() as work:
        found = _session(work, token)
        if found is None:
            return False
        found.ended_at = work.now
        work.actor = Actor(found.person, found.organisation, found.in_place_of)
        record.note(work, "account", found.person, act="account.sign_out")
        work.session.flush()
        return True


def switch_identity(house: House, token: str, organisation: str, in_place_of: str | None = None) -> Visitor:
    """The session goes on for another office of the person, or in place of somebody they stand in for.

    Raises NotEntitled for a session that is over and for an office the person may not act for today.
    """
    with house.transaction() as work:
        found = _session(work, token)
        if found is None or visitor(work, token) is None:
            raise NotEntitled("account.over")
        require_identity(work, found.person, organisation, in_place_of)
        found.organisation, found.in_place_of, found.seen_at = organisation, in_place_of, work.now
        work.actor = Actor(found.person, organisation, in_place_of)
        record.note(work, "account", found.person, act="account.switch", organisation=organisation)
        work.session.flush()
        now = visitor(work, token)
        if now is None:
            raise NotEntitled("account.over")
        return now


def _account_named(work: Work, who: str) -> tuple[str, str]:
    """The person and the hash to hold the password against; an empty hash where nobody, or more than one, is meant."""
    rows = _NAMED.rows(work.session, {"who": who, "email": who.lower()})
    exact = [row for row in rows if row[0] == who] or rows
    return (exact[0][0], exact[0][1]) if len(exact) == 1 else ("", "")


def _begin(
    work: Work,
    person: str,
    organisation: str,
    in_place_of: str | None,
    *,
    address: str,
    demonstration: bool = False,
) -> Entered:
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    work.actor = Actor(person, organisation, in_place_of)
    session = SignIn(
        token_hash=token_hash(token),
        person=person,
        organisation=organisation,
        in_place_of=in_place_of,
        csrf=csrf,
        began_at=work.now,
        seen_at=work.now,
        address=address,
        demonstration=demonstration,
    )
    work.session.add(session)
    record.note(
        work,
        "account",
        person,
        act="account.enter_as" if demonstration else "account.sign_in",
        organisation=organisation,
        address=address or None,
    )
    work.session.flush()
    _end_oldest(work, person, session.token_hash)
    return Entered(token, csrf, person, organisation, in_place_of)


def _end_oldest(work: Work, person: str, newest: str) -> None:
    others = select(col(SignIn.token_hash)).where(
        col(SignIn.person) == person, col(SignIn.ended_at).is_(None), col(SignIn.token_hash) != newest
    )
    kept = others.order_by(col(SignIn.began_at).desc(), col(SignIn.token_hash)).limit(SESSIONS - 1)
    found = list(work.session.connection().execute(kept).scalars())
    ending = update(SignIn).where(
        col(SignIn.person) == person,
        col(SignIn.ended_at).is_(None),
        col(SignIn.token_hash).not_in([newest, *found]),
    )
    work.session.connection().execute(ending.values(ended_at=work.now))


def _session(work: Work, token: str) -> SignIn | None:
    found = work.session.get(SignIn, token_hash(token))
    return found if found is not None and found.ended_at is None else None


_NAMED = Prepared(
    select(col(Person.code), col(Account.password_hash))
    .join(Account, col(Account.person) == col(Person.code))
    .where(
        col(Account.active).is_(True),
        or_(col(Person.code) == bindparam("who"), func.lower(col(Person.email)) == bindparam("email")),
    )
)

_TOUCH = Prepared(
    update(SignIn)
    .where(col(SignIn.token_hash) == bindparam("token_hash"), col(SignIn.ended_at).is_(None))
    .values(seen_at=bindparam("at"))
    .returning(col(SignIn.token_hash))
)

_HOLDS_DUTY = exists().where(
    col(Duty.person) == func.coalesce(col(SignIn.in_place_of), col(SignIn.person)),
    col(Duty.organisation) == col(SignIn.organisation),
    col(Duty.valid_from) <= bindparam("today"),
    or_(col(Duty.valid_to).is_(None), col(Duty.valid_to) >= bindparam("today")),
)
_IS_AWAY = exists().where(
    col(Absence.person) == col(SignIn.in_place_of),
    col(Absence.absent_from) <= bindparam("today"),
    col(Absence.absent_until) >= bindparam("today"),
)
_ABSENT = aliased(Person)
_ABSENT_NAME = select(col(_ABSENT.name)).where(col(_ABSENT.code) == col(SignIn.in_place_of)).scalar_subquery()
_VISITOR = Prepared(
    select(
        col(SignIn.token_hash),
        col(SignIn.csrf),
        col(SignIn.began_at),
        col(SignIn.seen_at),
        col(SignIn.demonstration),
        func.coalesce(col(Account.must_change), False),
        func.coalesce(col(Account.operator), False),
        col(Person.name),
        col(Organisation.name),
        func.coalesce(_ABSENT_NAME, ""),
        col(SignIn.person),
        col(SignIn.organisation),
        col(Organisation.kind),
        col(Organisation.division),
        col(Organisation.city),
        col(SignIn.in_place_of),
    )
    .join(Person, col(Person.code) == col(SignIn.person))
    .join(Organisation, col(Organisation.code) == col(SignIn.organisation))
    .outerjoin(Account, col(Account.person) == col(SignIn.person))
    .where(
        col(SignIn.token_hash) == bindparam("token_hash"),
        col(SignIn.ended_at).is_(None),
        or_(col(Account.person).is_(None), col(Account.active).is_(True)),
        _HOLDS_DUTY,
        or_(col(SignIn.in_place_of).is_(None), _IS_AWAY),
    )
)
