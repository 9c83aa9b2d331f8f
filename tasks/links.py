"""Links that work once: whoever has the letter confirms without an account, where the pack allows it."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from sqlalchemy import bindparam, select, update
from sqlmodel import col

from models.account import Link
from models.clock import SHANGHAI, china_date
from models.prepared import Prepared
from models.privacy import letter_token
from tasks import record
from tasks.letters import Written
from tasks.refusal import NotEntitled
from tasks.sign_in import token_hash
from tasks.work import Work

RECEIPT = "receipt"
"""The purpose of links by which a payee confirms that money has arrived."""


def last_day(work: Work) -> date | None:
    """Until which day a link works that is made now, counted from when its letter may leave; None where none may be."""
    rules = work.programme.rules(work.today)
    if not allows_links(work):
        return None
    return china_date(work.next_working_moment()) + timedelta(days=rules.number("account.link_days"))


def give_links(work: Work, purpose: str, subject: str, letters: Iterable[Written], *, until: date) -> None:
    """Gives each of these letters the link by which whoever has it does one thing with a subject, until a day's end.

    The token follows from the letter's key and is written when the letter is laid out; only its hash is kept. Raises
    NotEntitled where the pack does not allow such links (`account.signed_links`).
    """
    require_links(work)
    for letter in letters:
        link = Link(
            token_hash=token_hash(letter_token(letter.key)),
            purpose=purpose,
            subject=subject,
            person=letter.person,
            organisation=letter.office,
            made_at=work.now,
            expires_at=datetime.combine(until + timedelta(days=1), time(), SHANGHAI),
        )
        work.session.add(link)
        record.note(
            work,
            "signed_link",
            subject,
            act="account.make_link",
            purpose=purpose,
            organisation=letter.office,
            person=letter.person,
            until=until,
        )
    work.session.flush()


def link_made(work: Work, token: str, purpose: str) -> Link:
    """The link of a token, whether it still works or not; raises NotEntitled for one that was never made."""
    require_links(work)
    found = work.session.get(Link, token_hash(token))
    if found is None or found.purpose != purpose:
        raise NotEntitled("account.link_over")
    return found


def link_of(work: Work, token: str, purpose: str) -> Link:
    """The link of a token while it works, without using it: mail scanners open pages too. Raises NotEntitled."""
    require_links(work)
    if _WORKS.first(work.session, _given(work, token, purpose)) is None:
        raise NotEntitled("account.link_over")
    return work.session.get_one(Link, token_hash(token))


def take_link(work: Work, token: str, purpose: str) -> Link:
    """Uses a link up, in the transaction of the act that it is for; raises NotEntitled when it does not work any more.

    Of two at once the database lets one in.
    """
    require_links(work)
    if _TAKE.first(work.session, _given(work, token, purpose)) is None:
        raise NotEntitled("account.link_over")
    link = work.session.get_one(Link, token_hash(token))
    record.note(
        work,
        "signed_link",
        link.subject,
        act="account.use_link",
        purpose=purpose,
        organisation=link.organisation,
        person=link.person,
    )
    return link


def allows_links(work: Work) -> bool:
    """Whether the pack allows such links (`account.signed_links`)."""
    rules = work.programme.rules(work.today)
    return rules.has("account.signed_links") and rules.flag("account.signed_links")


def require_links(work: Work) -> None:
    """Raises NotEntitled where the pack does not allow such links."""
    if not allows_links(work):
        raise NotEntitled("account.no_links")


def _given(work: Work, token: str, purpose: str) -> dict[str, object]:
    return {"hash": token_hash(token), "of_purpose": purpose, "now": work.now}


_WORKING = (
    col(Link.token_hash) == bindparam("hash"),
    col(Link.purpose) == bindparam("of_purpose"),
    col(Link.used_at).is_(None),
    col(Link.expires_at) > bindparam("now"),
)
_WORKS = Prepared(select(col(Link.token_hash)).where(*_WORKING))
_TAKE = Prepared(
    update(Link).where(*_WORKING).values(used_at=bindparam("now")).returning(col(Link.token_hash))
)
