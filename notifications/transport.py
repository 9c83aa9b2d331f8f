"""How letters leave: over SMTP with several sessions at a pace, or straight onto the catcher's shelf."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from notifications.archive import Archive
from notifications.catcher_store import CatcherStore
from notifications.layout import LaidOut
from notifications.mailer import Delivery, Mailer
from notifications.pace import Pace
from notifications.settings import post_settings


class MailSession(Protocol):
    """One session that carries letters one after the other."""

    @property
    def server(self) -> str: ...

    async def open(self) -> Delivery | None: ...

    async def send(
        self, letter: LaidOut, before_data: Callable[[], Awaitable[bool]], *, copy_to: str | None = None
    ) -> Delivery | None: ...

    async def close(self) -> None: ...


@dataclass(frozen=True)
class SmtpTransport:
    """Several SMTP sessions to one server. The lease of a claim must outlast `timeout` several times over.

    How much one connection carries and how fast letters leave is the installation's setting unless it is given.
    """

    url: str
    sessions: int = 8
    timeout: float = 60.0
    tls: ssl.SSLContext | None = None
    per_connection: int | None = field(default_factory=lambda: post_settings().per_connection)
    pace: Pace = field(default_factory=lambda: post_settings().pace)
    archive: Archive | None = field(default_factory=lambda: post_settings().archive)

    def session(self) -> MailSession:
        """A session not yet opened."""
        return Mailer(self.url, timeout=self.timeout, tls=self.tls, per_connection=self.per_connection)


@dataclass(frozen=True)
class ShelfTransport:
    """The catcher's store without the way through SMTP: for the replay. Storing a letter twice stores it once."""

    store: CatcherStore


Transport = SmtpTransport | ShelfTransport
