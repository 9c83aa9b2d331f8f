"""Marks: what a dispatcher writes about the letters it holds, each with the attempt that it follows from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, literal_column, select, text, update
from sqlmodel import Session

from models.columns import Instant
from models.mail import AttemptFate, LegalClass, LetterState
from models.prepared import PreparedList
from notifications.attempts import (
    REPLY_WIDTH,
    Tried,
    Wording,
    domain_of,
    keep_texts,
    last_fate,
    record_attempts,
)
from notifications.outbox import LETTER, held_by, in_state

# Twelve pauses and then every eight hours: together five days of trying.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 2, 5, 10, 20, 40, 60, 90, 120, 180, 240, 360))
LONGEST_PAUSE = timedelta(hours=8)
TRY_FOR = timedelta(days=5)

WEIGHTY = (LegalClass.LEGAL.value, LegalClass.MONEY.value)
"""What is never sent twice without a person's word, and what the archive gets a copy of."""

NO_MARK = "no mark of an outcome: the dispatcher ended while it handed the letter over"
NOBODY = "unknown"
"""The server of an attempt whose dispatcher died before it could write which it was."""


@dataclass(frozen=True)
class Doubts:
    """Keys of letters newly found in doubt: queued once more, or waiting for a person."""

    requeued: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.requeued) + len(self.waiting)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts; None when five days of trying are used up."""
    pauses = [*PAUSES[:attempts], *([LONGEST_PAUSE] * max(0, attempts - len(PAUSES)))]
    return pauses[-1] if sum(pauses, timedelta()) <= TRY_FOR else None


# The two statements of every letter are written out: building them anew costs more than running them.
_HANDING = text(
    """
UPDATE letter SET state = 'handing', handed_at = :now, lease_until = :until
 WHERE id IN :ids AND claimed_by = :owner AND state = 'claimed' RETURNING id
"""
).bindparams(
    bindparam("ids", expanding=True), bindparam("now", type_=Instant()), bindparam("until", type_=Instant())
)
_SENT = PreparedList(
    lambda ids: (
        update(LETTER)
        .where(
            LETTER.c.id.in_(ids),
            LETTER.c.claimed_by == bindparam("owner"),
            LETTER.c.state.not_in([literal_column(f"'{state}'") for state in ("sent", "refused", "dropped")]),
        )
        .values(
            state=literal_column("'sent'"),
            sent_at=bindparam("now"),
            lease_until=None,
            attempts=LETTER.c.attempts + literal_column("1"),
            reply=bindparam("words"),
        )
    )
)
_SHELVED = PreparedList(
    lambda ids: (
        update(LETTER)
        .where(LETTER.c.id.in_(ids), in_state(LetterState.QUEUED))
        .values(
            state=literal_column("'sent'"),
            claimed_by=bindparam("owner"),
            sent_at=bindparam("now"),
            attempts=LETTER.c.attempts + literal_column("1"),
            reply=bindparam("words"),
        )
    )
)


def mark_handing(
    session: Session, owner: str, texts: Mapping[int, Wording], now: datetime, lease: timedelta
) -> set[int]:
    """Notes that these letters are about to be handed over in these words; gives those that `owner` still holds.

    Only those may be handed over.
    """
    if not texts:
        return set()
    given = {"ids": list(texts), "owner": owner, "now": now, "until": now + lease}
    held = set(session.connection().execute(_HANDING, given).scalars())
    keep_texts(session, {id_: words for id_, words in texts.items() if id_ in held}, now)
    return held


def mark_sent(session: Session, owner: str, receipts: Sequence[Tried], now: datetime) -> None:
    """Notes the server's 250 for each; also for a letter that came into doubt while it was on its way."""
    _mark_delivered(session, _SENT, owner, receipts, now)


def mark_shelved(session: Session, owner: str, receipts: Sequence[Tried], now: datetime) -> None:
    """As `mark_sent`, for letters that were due a moment ago in the same transaction and that nobody has claimed."""
    _mark_delivered(session, _SHELVED, owner, receipts, now)


def _mark_delivered(
    session: Session, mark: PreparedList, owner: str, receipts: Sequence[Tried], now: datetime
) -> None:
    by_reply: dict[str, list[int]] = {}
    for one in receipts:
        by_reply.setdefault(one.reply[:REPLY_WIDTH], []).append(one.letter_id)
    for reply, ids in by_reply.items():
        mark.rows(session, ids, {"owner": owner, "now": now, "words": reply})
    record_attempts(session, receipts, AttemptFate.SENT, now)


def mark_deferred(session: Session, owner: str, answers: Sequence[Tried], now: datetime) -> None:
    """Queues each for its next try after a pause that grows; after five days of trying it is refused."""
    for one in answers:
        pause = pause_after(one.attempts + 1)
        state = LetterState.REFUSED if pause is None else LetterState.QUEUED
        mark = held_by(owner, [one.letter_id], LetterState.CLAIMED, LetterState.HANDING).values(
            state=state.value,
            attempts=one.attempts + 1,
            next_try_at=now + (pause or timedelta()),
            lease_until=None,
            reply=one.reply[:REPLY_WIDTH],
        )
        session.connection().execute(mark)
    record_attempts(session, answers, AttemptFate.DEFERRED, now)


def mark_refused(session: Session, owner: str, answers: Sequence[Tried], now: datetime) -> None:
    """Notes each permanent refusal: a to-do for the operator."""
    for one in answers:
        mark = held_by(owner, [one.letter_id], LetterState.CLAIMED, LetterState.HANDING).values(
            state=LetterState.REFUSED.value,
            attempts=LETTER.c.attempts + 1,
            lease_until=None,
            reply=one.reply[:REPLY_WIDTH],
        )
        session.connection().execute(mark)
    record_attempts(session, answers, AttemptFate.REFUSED, now)


def mark_dropped(session: Session, owner: str, ids: Sequence[int], reason: str) -> None:
    """Notes that nothing was left to say when these letters were about to go."""
    if ids:
        dropped = held_by(owner, ids, LetterState.CLAIMED)
        session.connection().execute(
            dropped.values(state=LetterState.DROPPED.value, lease_until=None, resolution=reason)
        )


def mark_in_doubt(session: Session, owner: str, broken: Sequence[Tried], now: datetime) -> Doubts:
    """Puts letters in doubt whose connection broke while the text was on its way; a light one goes after a pause."""
    if not broken:
        return Doubts()
    ids = [one.letter_id for one in broken]
    doubts, _ = _doubt(session, [LETTER.c.id.in_(ids), LETTER.c.claimed_by == owner], now, now + PAUSES[0])
    record_attempts(session, broken, AttemptFate.IN_DOUBT, now)
    return doubts


def find_in_doubt(session: Session, now: datetime) -> Doubts:
    """Puts in doubt what was being handed over when its dispatcher died (its lease has ended).

    Reminders and other light letters are queued once more; legal and money letters, and a light letter in
    doubt for the second time, wait for a person. `doubted_at` shows both.
    """
    doubts, found = _doubt(session, [LETTER.c.lease_until < now], now, now)
    lost = [
        Tried(row.id, row.attempts, NO_MARK, server=NOBODY, domain=domain_of(row.address)) for row in found
    ]
    record_attempts(session, lost, AttemptFate.IN_DOUBT, now)
    return doubts


def _doubt(
    session: Session, which: list[Any], now: datetime, again_at: datetime
) -> tuple[Doubts, Sequence[Any]]:
    weighty = LETTER.c.legal_class.in_(WEIGHTY)
    handing = update(LETTER).where(in_state(LetterState.HANDING), *which)
    noted = {"doubted_at": now, "lease_until": None, "attempts": LETTER.c.attempts + 1}
    told = (LETTER.c.key, LETTER.c.id, LETTER.c.attempts, LETTER.c.address)
    connection = session.connection()
    again = handing.where(~weighty, LETTER.c.doubted_at.is_(None))
    requeued = connection.execute(
        again.values(**noted, state=LetterState.QUEUED.value, next_try_at=again_at).returning(*told)
    ).all()
    waiting = connection.execute(
        handing.values(**noted, state=LetterState.IN_DOUBT.value).returning(*told)
    ).all()
    doubts = Doubts(tuple(sorted(row.key for row in requeued)), tuple(sorted(row.key for row in waiting)))
    return doubts, (*requeued, *waiting)


def weighty_in_doubt(session: Session, key: str | None = None) -> dict[str, int]:
    """The legal and money letters that are in doubt, or that one if it is: Message-ID and id."""
    wanted = select(LETTER.c.message_id, LETTER.c.id).where(
        in_state(LetterState.IN_DOUBT), LETTER.c.legal_class.in_(WEIGHTY)
    )
    if key is not None:
        wanted = wanted.where(LETTER.c.key == key)
    return dict(session.connection().execute(wanted).tuples().all())


def mark_looked_up(
    session: Session, places: Mapping[int, str | None], archive: str, now: datetime
) -> tuple[int, ...]:
    """Notes what the archive says of letters in doubt: those it holds were sent, the others stay; gives the former.

    That a letter is not there is written once after each doubt, however often the archive is asked.
    """
    held = {id_: place for id_, place in places.items() if place is not None}
    for id_, place in held.items():
        arrived = update(LETTER).where(LETTER.c.id == id_, in_state(LetterState.IN_DOUBT))
        session.connection().execute(
            arrived.values(
                state=LetterState.SENT.value,
                sent_at=LETTER.c.handed_at,
                lease_until=None,
                resolution=f"archive · {place}",
            )
        )
    absent = [
        id_ for id_ in places if id_ not in held and last_fate(session, id_) != AttemptFate.NOT_IN_ARCHIVE
    ]
    record_attempts(
        session, [Tried(id_, 0, place) for id_, place in held.items()], AttemptFate.IN_ARCHIVE, now
    )
    record_attempts(
        session,
        [Tried(id_, 0, f"not in the archive {archive}") for id_ in absent],
        AttemptFate.NOT_IN_ARCHIVE,
        now,
    )
    return tuple(held)
