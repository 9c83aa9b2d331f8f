"""Sending what is queued: the post as the flow, the command and the replay run it."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from sqlmodel import Session

from models.db import writing
from models.programme import Programme
from notifications.digest import DigestReader
from notifications.dispatch import dispatch, fill_shelf
from notifications.layout import Frame
from notifications.lines import DigestLine
from notifications.outbox import ClaimedLetter
from notifications.report import DispatchReport
from notifications.settings import post_settings
from notifications.transport import ShelfTransport, Transport
from tasks.work import House

LINK_BASE = "http://127.0.0.1:8420"
"""Where links in letters lead until the console says otherwise."""


async def post_letters(
    house: House, transport: Transport, *, owner: str, until_empty: bool = True, limit: int | None = None
) -> DispatchReport:
    """Sends every letter that may leave now; safe to run at any time and several times at once.

    Digests are written from the steps as they are at this moment; one with nothing left to say is dropped.
    """
    desk = _Desk(house)
    return await dispatch(
        desk.transaction if isinstance(transport, ShelfTransport) else desk.plain_transaction,
        house.clock,
        transport,
        owner=owner,
        until_empty=until_empty,
        limit=limit,
        frame=frame_of(house.programme),
        lines_of=desk.lines_of,
    )


def post_now(house: House, transport: Transport, *, owner: str, limit: int | None = None) -> DispatchReport:
    """The same for callers that are not asynchronous: the command and the replay."""
    if isinstance(transport, ShelfTransport):
        desk = _Desk(house)
        return fill_shelf(
            desk.transaction,
            house.clock,
            transport,
            owner=owner,
            until_empty=True,
            limit=limit,
            frame=frame_of(house.programme),
            lines_of=desk.lines_of,
        )
    return asyncio.run(post_letters(house, transport, owner=owner, limit=limit))


@lru_cache(maxsize=8)
def frame_of(programme: Programme) -> Frame:
    """What every letter of a programme shares: title, the provincial offices' contacts (K03), where links lead."""
    settings = post_settings()
    contacts = [
        " ".join(part for part in (contact.office, contact.phone, contact.email, contact.address) if part)
        for contact in programme.contacts
    ]
    return Frame(
        programme=programme.title,
        contacts=tuple(contacts),
        link_base=LINK_BASE,
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
