"""The storm guard of the outbox: too many letters of one kind within an hour are held until an officer lets them go.

The guard stands where letters are written, inside the writer's own transaction. Acts are written one at a time, so it
sees every letter there is: of a storm no more than the limit can ever have left, however many dispatchers there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, bindparam, func, literal_column, select, update
from sqlmodel import Session, col

from models.event import Event
from models.mail import LetterState
from models.prepared import Prepared, one_of
from notifications.outbox import LETTER, ClaimedLetter

HOUR = timedelta(hours=1)

STORM = "storm"
"""How the reply of a letter begins that the guard holds; letters are held for their address, too."""

RELEASE, DROP = "post.release_storm", "post.drop_storm"
"""The acts by which an officer decides on a storm; counting begins anew at the last of them."""

_HELD: ColumnElement[bool] = literal_column("'held'") == LETTER.c.state
_BY_GUARD = (_HELD, LETTER.c.reply.like(f"{STORM}:%"))
_OVER = Prepared(
    select(LETTER.c.id)
    .where(LETTER.c.kind == bindparam("kind"), LETTER.c.created_at > bindparam("since"))
    .limit(1)
    .offset(bindparam("most", type_=Integer))
)
_DECIDED = Prepared(
    select(func.max(col(Event.at))).where(
        col(Event.subject) == bindparam("kind"), one_of(col(Event.act), (RELEASE, DROP))
    )
)
_HOLD = Prepared(
    update(LETTER)
    .where(
        LETTER.c.kind == bindparam("of_kind"),
        LETTER.c.created_at > bindparam("since"),
        literal_column("'queued'") == LETTER.c.state,
    )
    .values(state=LetterState.HELD.value, reply=bindparam("why"))
)


@dataclass(frozen=True)
class Storm:
    """The letters of one kind that the guard holds, with the first few of them."""

    kind: str
    count: int
    since: datetime
    until: datetime
    first: tuple[ClaimedLetter, ...]


def hold_storm(session: Session, kind: str, *, most: int, now: datetime) -> int:
    """Holds what is still queued of a kind of which more than `most` letters were written within an hour.

    To be called after writing, in the same transaction. Costs a look at the index while there is no storm. What an
    officer has decided on is not counted again. Returns how many letters were held now.
    """
    since = now - HOUR
    if _OVER.first(session, {"kind": kind, "since": since, "most": most}) is None:
        return 0
    decided = _DECIDED.scalar(session, {"kind": kind})
    if decided is not None and decided > since:
        since = decided
        if _OVER.first(session, {"kind": kind, "since": since, "most": most}) is None:
            return 0
    why = f"{STORM}: more than {most} letters of this kind within an hour"
    return _HOLD.each(session, [{"of_kind": kind, "since": since, "why": why}])


def storms(session: Session, *, shown: int) -> list[Storm]:
    """Every storm that waits for an officer, with its first letters; a pure read."""
    groups = session.connection().execute(
        select(LETTER.c.kind, func.count(), func.min(LETTER.c.created_at), func.max(LETTER.c.created_at))
        .where(*_BY_GUARD)
        .group_by(LETTER.c.kind)
        .order_by(LETTER.c.kind)
    )
    return [
        Storm(kind, count, since, until, _first(session, kind, shown)) for kind, count, since, until in groups
    ]


def release_storm(session: Session, kind: str, *, resolution: str, not_before: datetime) -> int:
    """Queues what the guard holds of a kind, in the order in which it was written; returns how many letters."""
    change = {"state": LetterState.QUEUED.value, "next_try_at": not_before, "reply": None}
    return _decide(session, kind, {**change, "resolution": resolution})


def drop_storm(session: Session, kind: str, *, resolution: str) -> int:
    """Drops what the guard holds of a kind; returns how many letters."""
    return _decide(session, kind, {"state": LetterState.DROPPED.value, "resolution": resolution})


def _decide(session: Session, kind: str, values: dict[str, object]) -> int:
    decided = update(LETTER).where(*_BY_GUARD, LETTER.c.kind == kind).values(**values)
    return session.connection().execute(decided).rowcount


def _first(session: Session, kind: str, shown: int) -> tuple[ClaimedLetter, ...]:
    columns = [LETTER.c[name] for name in ClaimedLetter.__dataclass_fields__]
    wanted = select(*columns).where(*_BY_GUARD, LETTER.c.kind == kind).order_by(LETTER.c.id).limit(shown)
    return tuple(ClaimedLetter(*row) for row in session.connection().execute(wanted))
