"""Sending what is queued: the post as the flow, the command and the replay run it."""

import asyncio
import secrets
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Literal

from sqlmodel import Session

from models.db import writing
from models.programme import Programme
from notifications import outbox
from notifications.archive import Archive
from notifications.digest import DigestReader
from notifications.dispatch import dispatch, fill_shelf
from notifications.layout import Frame
from notifications.lines import DigestLine
from notifications.outbox import ClaimedLetter
from notifications.outbox_claim import is_any_due
from notifications.outbox_marks import mark_looked_up, weighty_in_doubt
from notifications.report import DispatchReport
from notifications.settings import post_settings
from notifications.transport import ShelfTransport, Transport
from tasks import record
from tasks.work import House


async def post_letters(
    house: House,
    transport: Transport,
    *,
    owner: str,
    until_empty: bool = True,
    limit: int | None = None,
    draining: asyncio.Event | None = None,
) -> DispatchReport:
    """Sends every letter that may leave now; safe to run at any time and several times at once.

    `owner` names this run and no other that lives. Once `draining` is set nothing more is begun (`dispatch`).
    Digests are written from the steps as they are at this moment; one with nothing left to say is dropped.
    """
    if isinstance(transport, ShelfTransport):
        return _shelve(house, transport, owner=owner, until_empty=until_empty, limit=limit)
    desk = _Desk(house)
    return await dispatch(
        desk.plain_transaction,
        house.clock,
        transport,
        owner=owner,
        until_empty=until_empty,
        limit=limit,
        frame=frame_of(house.programme, house.console_url),
        lines_of=desk.lines_of,
        draining=draining,
    )


def post_now(house: House, transport: Transport, *, owner: str, limit: int | None = None) -> DispatchReport:
    """The same for callers that are not asynchronous: the command and the replay.

    SIGTERM and SIGINT end it in good order: what is being handed over is finished, the rest given back.
    """
    if isinstance(transport, ShelfTransport):
        return _shelve(house, transport, owner=owner, until_empty=True, limit=limit)
    return asyncio.run(_post_until_told(house, transport, owner=owner, limit=limit))


def _shelve(
    house: House, transport: ShelfTransport, *, owner: str, until_empty: bool, limit: int | None
) -> DispatchReport:
    with house.glance() as look:
        if not is_any_due(look.session, house.clock.now()):
            return DispatchReport()
    desk = _Desk(house)
    return fill_shelf(
        desk.transaction,
        house.clock,
        transport,
        owner=owner,
        until_empty=until_empty,
        limit=limit,
        frame=frame_of(house.programme, house.console_url),
        lines_of=desk.lines_of,
    )


async def _post_until_told(
    house: House, transport: Transport, *, owner: str, limit: int | None
) -> DispatchReport:
    draining = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        # Outside the main thread nobody can listen for signals, and nobody sends any there.
        with suppress(RuntimeError, ValueError):
            loop.add_signal_handler(name, draining.set)
    return await post_letters(house, transport, owner=owner, limit=limit, draining=draining)


def one_owner(name: str) -> str:
    """A name for one run of the post that no other run has: marks of one never count for another."""
    return f"{name}:{secrets.token_hex(8)}"


def resolve_letter(
    house: House,
    key: str,
    verdict: Literal["sent", "resend"],
    *,
    officer: str,
    reason: str,
    archive: Archive | None = None,
) -> str | None:
    """A person settles a letter that waits; a weighty one in doubt is looked up in `archive` before it goes again.

    Where the archive holds it, it is marked sent with that evidence instead and its place is given; None otherwise.
    Raises ArchiveUnreachable, LetterNotWaiting, and ValueError without a reason.
    """
    if archive is not None and verdict == "resend":
        place = look_up_doubted(house, archive, key)
        if place is not None:
            return place
    with house.transaction() as work:
        outbox.resolve(work.session, key, verdict, officer=officer, reason=reason, now=work.now)
        record.note(
            work, "letter", key, act="post.resolve_letter", verdict=verdict, reason=reason, officer=officer
        )
    return None


def look_up_doubted(house: House, archive: Archive, key: str) -> str | None:
    """Asks the archive for a legal or money letter in doubt; what it holds was sent, and its place there is given.

    None where the archive does not hold it, which is noted, and for a letter that is not in doubt. Raises
    ArchiveUnreachable. In transactions of its own: nobody waits for the archive.
    """
    with house.look() as work:
        doubted = weighty_in_doubt(work.session, key)
    if not doubted:
        return None
    places = archive.look_up(doubted)
    found = {doubted[message_id]: place for message_id, place in places.items()}
    with house.transaction() as work:
        held = mark_looked_up(work.session, found, archive.host, work.now)
    return found[held[0]] if held else None


@lru_cache(maxsize=8)
def frame_of(programme: Programme, console_url: str) -> Frame:
    """What every letter of a programme shares: title, the provincial offices' contacts (K03), where links lead."""
    settings = post_settings()
    contacts = [
        " ".join(part for part in (contact.office, contact.phone, contact.email, contact.address) if part)
        for contact in programme.contacts
    ]
    return Frame(
        programme=programme.title,
        contacts=tuple(contacts),
        link_base=console_url,
        sender_name=programme.contacts[0].office,
        sender_address=settings.sender,
    )


class _Desk:
    """Where digests are written: inside the shelf's own transaction if one is open, else in a look of its own."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._reader = DigestReader(house.programme, house.workdays, house.divisions, house.clock.today)
        self._open: Session | None = None

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with writing(self._house.engine) as session:
            self._open = session
            try:
                yield session
            finally:
                self._open = None

    @contextmanager
    def plain_transaction(self) -> Iterator[Session]:
        with writing(self._house.engine) as session:
            yield session

    def lines_of(self, letter: ClaimedLetter) -> Sequence[DigestLine]:
        if self._open is not None:
            return self._reader.lines(self._open, letter)
        with self._house.look() as work:
            return self._reader.lines(work.session, letter)
