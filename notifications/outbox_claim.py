"""Claiming letters: who may leave now, in each person's order and at the pace that is allowed, for one dispatcher.

A person's letters leave in the order in which they may leave first (`not_before`, then as written): as long as an
earlier one is queued, claimed or being handed over, a later one is not claimed. So a letter that is being retried holds
up what its person gets after it; one that was refused, dropped or waits for a person's word holds up nothing. Letters
to no person in particular keep the order of their mailbox. On a day off nothing but receipts leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    select,
    text,
    tuple_,
    update,
)
from sqlmodel import Session, col

from models.clock import china_date
from models.columns import Instant
from models.mail import UNSETTLED, LegalClass, LetterState
from models.prepared import Prepared, PreparedList
from models.step import CalendarDay
from notifications.attempts import domain_of
from notifications.outbox import LETTER, ClaimedLetter, held_by, in_state
from notifications.pace import ALL, Limit, Pace

UNLIMITED = Pace()

_AHEAD = LETTER.alias("ahead")
_EARLIER = tuple_(_AHEAD.c.not_before, _AHEAD.c.id) < tuple_(LETTER.c.not_before, LETTER.c.id)
_ON_ITS_WAY: ColumnElement[bool] = literal_column(f"ahead.{UNSETTLED}")
_FIRST_OF_ITS_PERSON = not_(
    exists().where(_AHEAD.c.person_code == LETTER.c.person_code, _ON_ITS_WAY, _EARLIER)
)
_FIRST_OF_ITS_MAILBOX = LETTER.c.person_code.is_not(None) | not_(
    exists().where(
        _AHEAD.c.address == LETTER.c.address, _ON_ITS_WAY, _AHEAD.c.person_code.is_(None), _EARLIER
    )
)
# On a day off nothing but receipts leaves, whatever has kept a letter until then: an outage, a retry, a slow night.
_IS_DAY_OFF = exists().where(
    col(CalendarDay.day) == bindparam("today", type_=Date), col(CalendarDay.is_workday).is_(False)
)
_MAY_LEAVE = (LETTER.c.legal_class == literal_column(f"'{LegalClass.RECEIPT}'")) | not_(_IS_DAY_OFF)
_DUE_AT_ALL = (
    select(LETTER.c.id, LETTER.c.address)
    .where(in_state(LetterState.QUEUED), LETTER.c.next_try_at <= bindparam("now"), _MAY_LEAVE)
    .order_by(LETTER.c.next_try_at, LETTER.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=LETTER)
)
_FIELDS = tuple(LETTER.c[name] for name in ClaimedLetter.__dataclass_fields__)
_ALL_DUE = Prepared(_DUE_AT_ALL.with_only_columns(*_FIELDS))
_DUE = _DUE_AT_ALL.where(_FIRST_OF_ITS_PERSON, _FIRST_OF_ITS_MAILBOX)
_CLAIM = PreparedList(
    lambda ids: (
        update(LETTER)
        .where(LETTER.c.id.in_(ids))
        .values(
            state=LetterState.CLAIMED.value, claimed_by=bindparam("owner"), lease_until=bindparam("until")
        )
        .returning(LETTER.c.next_try_at, *_FIELDS)
    )
)
_ANY_DUE = Prepared(
    select(LETTER.c.id)
    .where(in_state(LetterState.QUEUED), LETTER.c.next_try_at <= bindparam("now"), _MAY_LEAVE)
    .limit(1)
)


def is_any_due(session: Session, now: datetime) -> bool:
    """Whether a letter waits to be sent now: a question that costs far less than a claim of nothing."""
    return _ANY_DUE.first(session, _when(now)) is not None


def _when(now: datetime) -> dict[str, Any]:
    return {"now": now, "today": china_date(now)}


def claim(
    session: Session, owner: str, limit: int, now: datetime, lease: timedelta, pace: Pace = UNLIMITED
) -> list[ClaimedLetter]:
    """Takes up to `limit` letters that are due, oldest first; no two dispatchers ever get the same one.

    The pace holds for all dispatchers together: what left within the window and what anybody holds at this moment
    counts, and there is one writing transaction at a time. So no sliding window ever sees more than is allowed.
    """
    return _claimed(session, owner, _candidates(session, limit, now, pace), now + lease)


def due_letters(session: Session, limit: int, now: datetime) -> list[ClaimedLetter]:
    """Up to `limit` letters in the order they are due, unclaimed: for the shelf, which settles them at once."""
    return [ClaimedLetter(*row) for row in _ALL_DUE.rows(session, {**_when(now), "most": limit})]


def claim_these(session: Session, owner: str, ids: list[int], now: datetime) -> None:
    """Takes these letters, for whoever marks them otherwise than as sent in the same transaction."""
    _CLAIM.rows(session, ids, {"owner": owner, "until": now})


def _claimed(session: Session, owner: str, ids: list[int], until: datetime) -> list[ClaimedLetter]:
    if not ids:
        return []
    claimed = _CLAIM.rows(session, ids, {"owner": owner, "until": until})
    rows = sorted(claimed, key=lambda row: (row[0], row[1]))
    return [ClaimedLetter(*row[1:]) for row in rows]


def _candidates(session: Session, most: int, now: datetime, pace: Pace) -> list[int]:
    """Those that may leave; domains that are full are passed over, so that they do not hold up the others."""
    connection = session.connection()
    if not pace.limits:
        return list(connection.execute(_DUE, {**_when(now), "most": most}).scalars())
    rooms = _Rooms(session, now, pace)
    taken: list[int] = []
    while len(taken) < most and not rooms.all_full:
        due = _DUE
        for domain in rooms.full:
            due = due.where(func.lower(LETTER.c.address).not_like(f"%@{domain}"))
        if taken:
            due = due.where(LETTER.c.id.not_in(taken))
        wanted = most - len(taken)
        rows = connection.execute(due, {**_when(now), "most": wanted}).all()
        # What is not taken here belongs to a domain that is full from now on, so every round gets further.
        taken += [id_ for id_, address in rows if rooms.take(domain_of(address))]
        if len(rows) < wanted:
            break
    return taken


class _Rooms:
    """How many letters may still leave to each domain, counted once per claim."""

    def __init__(self, session: Session, now: datetime, pace: Pace) -> None:
        self._session = session
        self._now = now
        self._pace = pace
        self._left: dict[Limit, int] = {}
        self.full: set[str] = set()

    @property
    def all_full(self) -> bool:
        return any(limit.domain == ALL and left <= 0 for limit, left in self._left.items())

    def take(self, domain: str) -> bool:
        """Whether one more may leave there; counts it."""
        limits = self._pace.of(domain)
        for limit in limits:
            if limit not in self._left:
                self._left[limit] = limit.letters - self._used(limit)
        if any(self._left[limit] <= 0 for limit in limits):
            self.full.add(domain)
            return False
        for limit in limits:
            self._left[limit] -= 1
        return True

    def _used(self, limit: Limit) -> int:
        given = {"since": self._now - limit.window, "domain": limit.domain, "mailboxes": f"%@{limit.domain}"}
        statement = _USED_IN_ALL if limit.domain == ALL else _USED_BY_DOMAIN
        return int(self._session.connection().execute(statement, given).scalar_one())


_IN_HAND = "SELECT COUNT(*) FROM letter WHERE state IN ('claimed', 'handing')"
_USED_BY_DOMAIN = text(
    f"""
SELECT (SELECT COUNT(*) FROM letter_attempt WHERE domain = :domain AND server IS NOT NULL AND at > :since)
     + ({_IN_HAND} AND LOWER(address) LIKE :mailboxes)
"""
).bindparams(bindparam("since", type_=Instant()))
_USED_IN_ALL = text(
    f"""
SELECT (SELECT COUNT(*) FROM letter_attempt WHERE server IS NOT NULL AND at > :since) + ({_IN_HAND})
"""
).bindparams(bindparam("since", type_=Instant()))


def release(session: Session, owner: str, ids: Sequence[int]) -> None:
    """Gives letters back to the queue untried (a stopped queue, a dispatcher that ends)."""
    if ids:
        states = (LetterState.CLAIMED, LetterState.HANDING)
        values: dict[str, Any] = {"state": LetterState.QUEUED.value, "lease_until": None}
        session.connection().execute(held_by(owner, ids, *states).values(**values))


def release_expired(session: Session, now: datetime) -> int:
    """Queues again what a dispatcher claimed and never began to hand over before its lease ended."""
    expired = update(LETTER).where(in_state(LetterState.CLAIMED), LETTER.c.lease_until < now)
    freed = session.connection().execute(expired.values(state=LetterState.QUEUED.value, lease_until=None))
    return freed.rowcount
