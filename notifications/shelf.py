"""The shelf: a group of letters goes straight into the catcher's store, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from notifications.catalogue import letter_kind
from notifications.catcher_store import CatcherStore, Caught
from notifications.layout import Frame, LaidOut, LayoutFailed, lay_out
from notifications.lines import DigestLine
from notifications.outbox import ClaimedLetter, claim, is_any_due, mark_dropped, mark_refused, mark_sent
from notifications.report import DispatchReport

LinesOf = Callable[[ClaimedLetter], Sequence[DigestLine]]

SETTLED = "nothing was left to say"


def shelve_letters(
    session: Session,
    now: datetime,
    store: CatcherStore,
    *,
    owner: str,
    limit: int,
    frame: Frame,
    lines_of: LinesOf,
) -> DispatchReport:
    """Claims, lays out, stores and marks up to `limit` letters that are due.

    The store commits first; a crash before the caller commits leaves letters on the shelf that are still queued,
    and storing them again does nothing. So no letter is lost or doubled and none can come into doubt.
    """
    if not is_any_due(session, now):
        return DispatchReport()
    laid_out: list[tuple[int, LaidOut]] = []
    dropped: list[int] = []
    refused: list[tuple[int, str]] = []
    for letter in claim(session, owner, limit, now, timedelta()):
        lines = lines_of(letter) if letter_kind(letter.kind).gathers else None
        if lines is not None and not lines:
            dropped.append(letter.id)
            continue
        try:
            laid_out.append((letter.id, lay_out(letter, frame, now, lines or ())))
        except LayoutFailed as failure:
            refused.append((letter.id, str(failure)))
    if laid_out:
        store.shelve(
            Caught(mail.message_id, mail.key, mail.recipient, mail.subject, now, mail.content)
            for _, mail in laid_out
        )
    mark_sent(session, owner, [(id_, "on the shelf") for id_, _ in laid_out], now)
    mark_refused(session, owner, refused)
    mark_dropped(session, owner, dropped, SETTLED)
    return DispatchReport(sent=len(laid_out), refused=len(refused), dropped=len(dropped))
