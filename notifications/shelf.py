"""The shelf: a group of letters goes straight into the catcher's store, within the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session

from notifications.attempts import Tried, domain_of
from notifications.catalogue import letter_kind
from notifications.catcher_store import CatcherStore, Caught
from notifications.layout import Frame, LaidOut, LayoutFailed, lay_out
from notifications.lines import DigestLine
from notifications.outbox import ClaimedLetter
from notifications.outbox_claim import claim_these, due_letters
from notifications.outbox_marks import mark_dropped, mark_refused, mark_shelved
from notifications.report import DispatchReport

LinesOf = Callable[[ClaimedLetter], Sequence[DigestLine]]

SETTLED = "nothing was left to say"
ON_THE_SHELF = "on the shelf"
SHELF = "catcher"


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
    """Lays out, stores and marks up to `limit` letters that are due.

    The store commits first; a crash before the caller commits leaves letters on the shelf that are still queued,
    and storing them again does nothing. So no letter is lost or doubled and none can come into doubt.
    """
    laid_out: list[tuple[ClaimedLetter, LaidOut]] = []
    dropped: list[int] = []
    refused: list[Tried] = []
    for letter in due_letters(session, limit, now):
        lines = lines_of(letter) if letter_kind(letter.kind).gathers else None
        if lines is not None and not lines:
            dropped.append(letter.id)
            continue
        try:
            laid_out.append((letter, lay_out(letter, frame, now, lines or ())))
        except LayoutFailed as failure:
            refused.append(Tried(letter.id, letter.attempts, str(failure), domain=domain_of(letter.address)))
    if laid_out:
        store.shelve(
            Caught(mail.message_id, mail.key, mail.recipient, mail.subject, now, mail.content)
            for _, mail in laid_out
        )
    shelved = [
        Tried(letter.id, letter.attempts, ON_THE_SHELF, server=SHELF, domain=domain_of(letter.address))
        for letter, _ in laid_out
    ]
    mark_shelved(session, owner, shelved, now)
    claim_these(session, owner, [*dropped, *(one.letter_id for one in refused)], now)
    mark_refused(session, owner, refused, now)
    mark_dropped(session, owner, dropped, SETTLED)
    return DispatchReport(sent=len(laid_out), refused=len(refused), dropped=len(dropped))
