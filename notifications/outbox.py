"""The outbox: letters are written in the act's own transaction, and every later change of their state is here.

States move `queued → claimed → handing → sent`. `handing` is durable before the server sees the text, `sent` after
its 250, so that a letter found in `handing` after its lease is the only one whose fate is unknown.
Here letters are written and a person's word is taken; outbox_claim.py and outbox_marks.py hold a dispatcher's part.
All changes are set-based statements that compare and set: a dispatcher that lost its lease changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, Update, literal_column, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from models.mail import Letter, LetterState
from models.prepared import insert_or_skip
from notifications.addresses import is_deliverable
from notifications.attempts import REPLY_WIDTH
from notifications.catalogue import letter_kind
from notifications.settings import post_settings

LETTER: Table = SQLModel.metadata.tables[str(Letter.__tablename__)]


class LetterNotWaiting(LookupError):
    """The letter does not wait for a person: it is unknown, was resolved by somebody else, or left meanwhile."""


@dataclass(frozen=True)
class Draft:
    """A letter to be written; see `write_letter` for the fields."""

    kind: str
    key: str
    person_code: str | None
    organisation_code: str
    recipient_name: str
    address: str
    subject_key: str
    batch: int | None
    facts: Mapping[str, Any]
    not_before: datetime | None = None


@dataclass(frozen=True)
class ClaimedLetter:
    """A letter as a dispatcher holds it under its lease."""

    id: int
    key: str
    message_id: str
    kind: str
    legal_class: str
    person_code: str | None
    organisation_code: str
    recipient_name: str
    address: str
    batch: int | None
    subject_key: str
    facts: dict[str, Any]
    created_at: datetime
    attempts: int


def message_id_of(key: str, domain: str) -> str:
    """The Message-ID of a letter: the same key always has the same one."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def write_letter(
    session: Session,
    *,
    kind: str,
    key: str,
    person_code: str | None,
    organisation_code: str,
    recipient_name: str,
    address: str,
    subject_key: str,
    batch: int | None,
    facts: Mapping[str, Any],
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Queues one letter in the caller's transaction; False when a letter with this key exists already.

    An address that no server would take makes the letter `held` for the operator instead of failing the act.
    Raises LetterUnknown and FactsUnfit.
    """
    draft = Draft(
        kind,
        key,
        person_code,
        organisation_code,
        recipient_name,
        address,
        subject_key,
        batch,
        facts,
        not_before,
    )
    row = _row(draft, now)
    return _INSERT_ONE.scalar(session, {**_NEW, **row}) is not None


def write_letters(session: Session, drafts: Iterable[Draft], *, now: datetime) -> list[str]:
    """Queues many letters in one statement and gives the keys of those that did not exist yet, in their order."""
    rows = [_row(draft, now) for draft in drafts]
    if not rows:
        return []
    written = set(session.connection().execute(_insert(session).returning(LETTER.c.key), rows).scalars())
    return [row["key"] for row in rows if row["key"] in written]


def _row(draft: Draft, now: datetime) -> dict[str, Any]:
    kind = letter_kind(draft.kind)
    not_before = draft.not_before or now
    deliverable = is_deliverable(draft.address)
    return {
        "key": draft.key,
        "message_id": message_id_of(draft.key, post_settings().domain),
        "kind": kind.name,
        "legal_class": kind.legal_class.value,
        "person_code": draft.person_code,
        "organisation_code": draft.organisation_code,
        "recipient_name": draft.recipient_name,
        "address": draft.address,
        "batch": draft.batch,
        "subject_key": draft.subject_key,
        "facts": kind.checked(draft.facts),
        "state": (LetterState.QUEUED if deliverable else LetterState.HELD).value,
        "created_at": now,
        "not_before": not_before,
        "attempts": 0,
        "next_try_at": not_before,
        "reply": None if deliverable else f"no deliverable address: {draft.address!r}"[:REPLY_WIDTH],
    }


_INSERT_ONE = insert_or_skip(LETTER, returning="id")
_NEW: dict[str, Any] = {column.name: None for column in LETTER.columns}


def _insert(session: Session) -> Any:
    """INSERT … ON CONFLICT DO NOTHING in the session's dialect."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(LETTER).on_conflict_do_nothing(index_elements=["key"])


def in_state(*states: LetterState) -> Any:
    """The condition that a letter is in one of these states.

    Written out as literals: a bound parameter would keep SQLite from using the partial indexes.
    """
    words: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in states]
    return LETTER.c.state == words[0] if len(words) == 1 else LETTER.c.state.in_(words)


def held_by(owner: str, ids: Sequence[int], *states: LetterState) -> Update:
    """An UPDATE of these letters as far as `owner` still holds them in one of these states."""
    return update(LETTER).where(LETTER.c.id.in_(ids), LETTER.c.claimed_by == owner, in_state(*states))


def resolve(
    session: Session,
    key: str,
    verdict: Literal["sent", "resend"],
    *,
    officer: str,
    reason: str,
    now: datetime,
) -> None:
    """A person settles a letter that waits: it arrived (`sent`), or it is to go (again) (`resend`).

    Only a letter in doubt can be declared sent; a refused or held one can be resent once its address is mended.
    Raises LetterNotWaiting, ValueError without a reason.
    """
    if not reason.strip():
        raise ValueError("a letter is resolved with a reason")
    note = {"resolution": f"{verdict} · {officer} · {reason}", "lease_until": None}
    if verdict == "sent":
        waiting = update(LETTER).where(in_state(LetterState.IN_DOUBT))
        change = waiting.values(**note, state=LetterState.SENT.value, sent_at=LETTER.c.handed_at)
    else:
        waiting = update(LETTER).where(in_state(LetterState.IN_DOUBT, LetterState.REFUSED, LetterState.HELD))
        change = waiting.values(
            **note, state=LetterState.QUEUED.value, next_try_at=now, attempts=0, claimed_by=None
        )
    if session.connection().execute(change.where(LETTER.c.key == key)).rowcount != 1:
        raise LetterNotWaiting(f"letter {key} does not wait for a decision to {verdict}")
