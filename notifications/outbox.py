"""The outbox: letters are written in the act's own transaction, and every later change of their state is here.

States move `queued → claimed → handing → sent`. `handing` is durable before the server sees the text, `sent` after
its 250, so that a letter found in `handing` after its lease is the only one whose fate is unknown.
All changes are set-based statements that compare and set: a dispatcher that lost its lease changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Integer, Table, Update, bindparam, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel

from models.mail import LegalClass, Letter, LetterState
from models.prepared import Prepared, insert_or_skip
from notifications.addresses import is_deliverable
from notifications.catalogue import letter_kind
from notifications.settings import post_settings

LETTER: Table = SQLModel.metadata.tables[str(Letter.__tablename__)]

# Twelve pauses and then every eight hours: together five days of trying.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 60, 90, 120, 180, 240, 360))
LONGEST_PAUSE = timedelta(hours=8)
TRY_FOR = timedelta(days=5)
REPLY_WIDTH = 500


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


@dataclass(frozen=True)
class Doubts:
    """Keys of letters newly found in doubt: queued once more, or waiting for a person."""

    requeued: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.requeued) + len(self.waiting)


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
) -> Letter | None:
    """Queues one letter in the caller's transaction; None when a letter with this key exists already.

    An address that no server would take makes the letter `held` for the operator instead of failing the act.
    Raises LetterUnknown and FactsUnfit. The letter returned is a copy for reading, not bound to the session.
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
    found = _INSERT_ONE.scalar(session, {**_NEW, **row})
    return None if found is None else Letter(id=found, **row)


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


def _in_state(*states: LetterState) -> Any:
    """Written out as literals: a bound parameter would keep SQLite from using the partial indexes."""
    words: list[ColumnElement[str]] = [literal_column(f"'{state.value}'") for state in states]
    return LETTER.c.state == words[0] if len(words) == 1 else LETTER.c.state.in_(words)


def _held_by(owner: str, ids: Sequence[int], *states: LetterState) -> Update:
    return update(LETTER).where(LETTER.c.id.in_(ids), LETTER.c.claimed_by == owner, _in_state(*states))


_DUE = (
    select(LETTER.c.id)
    .where(_in_state(LetterState.QUEUED), LETTER.c.next_try_at <= bindparam("now"))
    .order_by(LETTER.c.next_try_at, LETTER.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIM = (
    update(LETTER)
    .where(LETTER.c.id.in_(select(_DUE.c.id)))
    .values(state=LetterState.CLAIMED.value, claimed_by=bindparam("owner"), lease_until=bindparam("until"))
    .returning(LETTER.c.next_try_at, *(LETTER.c[name] for name in ClaimedLetter.__dataclass_fields__))
)


_ANY_DUE = Prepared(
    select(LETTER.c.id)
    .where(_in_state(LetterState.QUEUED), LETTER.c.next_try_at <= bindparam("now"))
    .limit(1)
)


def is_any_due(session: Session, now: datetime) -> bool:
    """Whether a letter waits to be sent now: a question that costs far less than a claim of nothing."""
    return _ANY_DUE.first(session, {"now": now}) is not None


def claim(session: Session, owner: str, limit: int, now: datetime, lease: timedelta) -> list[ClaimedLetter]:
    """Takes up to `limit` letters that are due, oldest first; no two dispatchers ever get the same one."""
    given = {"now": now, "most": limit, "owner": owner, "until": now + lease}
    taken = session.connection().execute(_CLAIM, given)
    rows = sorted(taken, key=lambda row: (row[0], row[1]))
    return [ClaimedLetter(*row[1:]) for row in rows]


def release(session: Session, owner: str, ids: Sequence[int], not_before: datetime | None = None) -> None:
    """Gives letters back to the queue untried, at the earliest for `not_before` (a throttle, a stopped queue)."""
    values: dict[str, Any] = {"state": LetterState.QUEUED.value, "lease_until": None}
    if not_before is not None:
        values["next_try_at"] = not_before
    if ids:
        states = (LetterState.CLAIMED, LetterState.HANDING)
        session.connection().execute(_held_by(owner, ids, *states).values(**values))


def release_expired(session: Session, now: datetime) -> int:
    """Queues again what a dispatcher claimed and never began to hand over before its lease ended."""
    expired = update(LETTER).where(_in_state(LetterState.CLAIMED), LETTER.c.lease_until < now)
    return (
        session.connection()
        .execute(expired.values(state=LetterState.QUEUED.value, lease_until=None))
        .rowcount
    )


def mark_handing(
    session: Session, owner: str, ids: Sequence[int], now: datetime, lease: timedelta
) -> set[int]:
    """Notes that these letters are about to be handed over; gives those still held by `owner`, the only ones it may."""
    if not ids:
        return set()
    marked = _held_by(owner, ids, LetterState.CLAIMED).values(
        state=LetterState.HANDING.value, handed_at=now, lease_until=now + lease
    )
    return set(session.connection().execute(marked.returning(LETTER.c.id)).scalars())


def mark_sent(session: Session, owner: str, receipts: Sequence[tuple[int, str]], now: datetime) -> None:
    """Notes the server's 250 for each (id, reply); also for a letter that came into doubt while it was on its way."""
    values = {
        "state": LetterState.SENT.value,
        "sent_at": now,
        "lease_until": None,
        "attempts": LETTER.c.attempts + 1,
    }
    replies = {reply for _, reply in receipts}
    if len(replies) == 1:
        arrived = _arrived(owner, LETTER.c.id.in_([id_ for id_, _ in receipts]))
        session.connection().execute(arrived.values(**values, reply=replies.pop()[:REPLY_WIDTH]))
    elif receipts:
        arrived = _arrived(owner, LETTER.c.id == bindparam("letter_id"))
        rows = [{"letter_id": id_, "new_reply": reply[:REPLY_WIDTH]} for id_, reply in receipts]
        session.connection().execute(arrived.values(**values, reply=bindparam("new_reply")), rows)


def _arrived(owner: str, which: Any) -> Update:
    # Spelled out one by one: an IN list cannot stand in a statement that runs for many rows.
    settled = (LetterState.SENT, LetterState.REFUSED, LetterState.DROPPED)
    unsettled = [LETTER.c.state != state.value for state in settled]
    return update(LETTER).where(which, LETTER.c.claimed_by == owner, *unsettled)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None when five days of trying are used up."""
    pauses = [*PAUSES[:attempts], *([LONGEST_PAUSE] * max(0, attempts - len(PAUSES)))]
    return pauses[-1] if sum(pauses, timedelta()) <= TRY_FOR else None


def mark_deferred(
    session: Session, owner: str, answers: Sequence[tuple[int, int, str]], now: datetime
) -> None:
    """Queues each (id, attempts before, reply) for its next try; after five days of trying it is refused."""
    for id_, attempts, reply in answers:
        pause = pause_after(attempts + 1)
        state = LetterState.REFUSED if pause is None else LetterState.QUEUED
        mark = _held_by(owner, [id_], LetterState.CLAIMED, LetterState.HANDING).values(
            state=state.value,
            attempts=attempts + 1,
            next_try_at=now + (pause or timedelta()),
            lease_until=None,
            reply=reply[:REPLY_WIDTH],
        )
        session.connection().execute(mark)


def mark_refused(session: Session, owner: str, answers: Sequence[tuple[int, str]]) -> None:
    """Notes the permanent refusal of each (id, reply): a to-do for the operator."""
    for id_, reply in answers:
        mark = _held_by(owner, [id_], LetterState.CLAIMED, LetterState.HANDING).values(
            state=LetterState.REFUSED.value,
            attempts=LETTER.c.attempts + 1,
            lease_until=None,
            reply=reply[:REPLY_WIDTH],
        )
        session.connection().execute(mark)


def mark_dropped(session: Session, owner: str, ids: Sequence[int], reason: str) -> None:
    """Notes that nothing was left to say when these letters were about to go."""
    if ids:
        dropped = _held_by(owner, ids, LetterState.CLAIMED)
        session.connection().execute(
            dropped.values(state=LetterState.DROPPED.value, lease_until=None, resolution=reason)
        )


def mark_in_doubt(session: Session, owner: str, ids: Sequence[int], now: datetime) -> Doubts:
    """Puts letters in doubt whose connection broke while the text was on its way."""
    return _doubt(session, [LETTER.c.id.in_(ids), LETTER.c.claimed_by == owner], now) if ids else Doubts()


def find_in_doubt(session: Session, now: datetime) -> Doubts:
    """Puts in doubt what was being handed over when its dispatcher died (its lease has ended).

    Reminders and other light letters are queued once more; legal and money letters, and a light letter in
    doubt for the second time, wait for a person. `doubted_at` shows both.
    """
    return _doubt(session, [LETTER.c.lease_until < now], now)


def _doubt(session: Session, which: list[Any], now: datetime) -> Doubts:
    weighty = LETTER.c.legal_class.in_([LegalClass.LEGAL.value, LegalClass.MONEY.value])
    handing = update(LETTER).where(_in_state(LetterState.HANDING), *which)
    noted = {"doubted_at": now, "lease_until": None, "attempts": LETTER.c.attempts + 1}
    connection = session.connection()
    again = handing.where(~weighty, LETTER.c.doubted_at.is_(None))
    requeued = connection.execute(
        again.values(**noted, state=LetterState.QUEUED.value, next_try_at=now).returning(LETTER.c.key)
    )
    keys = sorted(requeued.scalars())
    waiting = connection.execute(
        handing.values(**noted, state=LetterState.IN_DOUBT.value).returning(LETTER.c.key)
    )
    return Doubts(tuple(keys), tuple(sorted(waiting.scalars())))


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
        waiting = update(LETTER).where(_in_state(LetterState.IN_DOUBT))
        change = waiting.values(**note, state=LetterState.SENT.value, sent_at=LETTER.c.handed_at)
    else:
        waiting = update(LETTER).where(_in_state(LetterState.IN_DOUBT, LetterState.REFUSED, LetterState.HELD))
        change = waiting.values(
            **note, state=LetterState.QUEUED.value, next_try_at=now, attempts=0, claimed_by=None
        )
    if session.connection().execute(change.where(LETTER.c.key == key)).rowcount != 1:
        raise LetterNotWaiting(f"letter {key} does not wait for a decision to {verdict}")
