"""How letters leave: over SMTP with several sessions and a throttle, or straight onto the catcher's shelf."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from notifications.catcher_store import CatcherStore
from notifications.layout import LaidOut
from notifications.mailer import Delivery, Mailer


class MailSession(Protocol):
    """One session that carries letters one after the other."""

    async def open(self) -> Delivery | None: ...

    async def send(self, letter: LaidOut, before_data: Callable[[], Awaitable[bool]]) -> Delivery | None: ...

    async def close(self) -> None: ...


class Throttle(Protocol):
    """What a relay allows. Nobody sleeps: a letter that must wait goes back to the queue with a later time."""

    def connection_is_full(self, letters: int) -> bool:
        """Whether a session that carried so many letters is to be closed and opened anew."""

    def wait(self, address: str, now: datetime) -> timedelta:
        """How long a letter to this address has to wait; zero means it goes now and is counted."""


@dataclass(frozen=True)
class Unthrottled:
    """No limits: right for the catcher and for a relay of one's own."""

    def connection_is_full(self, letters: int) -> bool:
        return False

    def wait(self, address: str, now: datetime) -> timedelta:
        return timedelta()


@dataclass(frozen=True)
class SmtpTransport:
    """Several SMTP sessions to one server. The lease of a claim must outlast `timeout` several times over."""

    url: str
    sessions: int = 8
    timeout: float = 60.0
    tls: ssl.SSLContext | None = None
    throttle: Throttle = field(default_factory=Unthrottled)

    def session(self) -> MailSession:
        """A session not yet opened."""
        return Mailer(self.url, timeout=self.timeout, tls=self.tls)


@dataclass(frozen=True)
class ShelfTransport:
    """The catcher's store without the way through SMTP: for the replay. Storing a letter twice stores it once."""

    store: CatcherStore


Transport = SmtpTransport | ShelfTransport
