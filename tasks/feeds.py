"""Personal calendar addresses: signed, for programs that cannot sign in, and given up by asking for a new one."""

import hashlib
import hmac
import secrets

from itsdangerous import BadSignature, URLSafeSerializer

from models.account import Account, CalendarFeed
from models.organisation import Organisation
from models.privacy import signing_key
from models.rules.access import Viewer
from tasks import record
from tasks.identities import require_identity
from tasks.refusal import NotEntitled, NotFound
from tasks.work import Work

_PURPOSE = "calendar"


def renew_feed(work: Work) -> str:
    """A new calendar address for the actor and their office; every one of before stops working. Returns its token."""
    person = work.actor.person
    found = work.session.get(CalendarFeed, person)
    salt = secrets.token_urlsafe(12)
    if found is None:
        work.session.add(CalendarFeed(person=person, salt=salt, made_at=work.now))
    else:
        found.salt, found.made_at = salt, work.now
    record.note(work, "calendar_feed", person, act="feed.renew")
    work.session.flush()
    return _token(person, work.actor.organisation, salt)


def feed_token(work: Work, person: str, organisation: str) -> str | None:
    """The token of somebody's calendar for an office; None where they have never asked for one."""
    found = work.session.get(CalendarFeed, person)
    return None if found is None else _token(person, organisation, found.salt)


def feed_viewer(work: Work, token: str) -> Viewer:
    """Whose calendar a token opens, for which office, as of today.

    Raises NotFound where it was not signed here, was given up, or the person may not act for the office any more.
    """
    try:
        person, organisation, salt = _serializer().loads(token)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound("feed.gone") from error
    kept = work.session.get(CalendarFeed, str(person))
    account = work.session.get(Account, str(person))
    is_kept = kept is not None and hmac.compare_digest(kept.salt, str(salt))
    if not is_kept or (account is not None and not account.active):
        raise NotFound("feed.gone")
    try:
        identity = require_identity(work, str(person), str(organisation))
    except NotEntitled as gone:
        raise NotFound("feed.gone") from gone
    office = work.session.get_one(Organisation, identity.organisation)
    return Viewer(str(person), office.code, identity.kind, office.division, office.city)


def _token(person: str, organisation: str, salt: str) -> str:
    signed = _serializer().dumps([person, organisation, salt])
    return signed if isinstance(signed, str) else signed.decode()


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(signing_key(), salt=_PURPOSE, signer_kwargs={"digest_method": hashlib.sha256})
