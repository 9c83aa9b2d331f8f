"""The mailer, the only file that speaks SMTP: one reused session, errors sorted by what becomes of a letter."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib.errors import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from notifications.addresses import is_deliverable
from notifications.layout import LaidOut

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailUrlInvalid(ValueError):
    """QIANSHOU_SMTP_URL is not `smtp://[user:password@]host[:port]` or `smtps://…`."""


class Fate(StrEnum):
    """What becomes of a letter after an attempt."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    STOP = "stop"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Delivery:
    """One attempt: its fate, the server's code where it gave one, and its words.

    `unknown`: the connection broke while the text was on its way, and the server may have taken it. `stop`: the
    fault is not the letter's (login refused, server unreachable); nothing more is to be tried now.
    """

    fate: Fate
    code: int | None
    reply: str


@dataclass(frozen=True)
class MailServer:
    """Where and how to connect. `insists` on TLS: a password never travels in the clear, save on this machine."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls_from_start: bool

    @property
    def insists(self) -> bool:
        return self.user is not None and self.host not in LOOPBACK


def mail_server(url: str) -> MailServer:
    """Reads `smtp://user:password@host:port` (STARTTLS when offered) or `smtps://…`; raises MailUrlInvalid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailUrlInvalid(f"mail server: {error}") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise MailUrlInvalid("mail server: expected smtp://[user:password@]host[:port] or smtps://…")
    secure = parts.scheme == "smtps"
    default_port = 465 if secure else 587 if parts.username else 25
    return MailServer(
        host=parts.hostname,
        port=port or default_port,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or "") if parts.username else None,
        tls_from_start=secure,
    )


class Mailer:
    """One SMTP session that is opened when needed and used again.

    `timeout` bounds every single reply in seconds; `tls` replaces the default verification (tests, own authorities).
    """

    def __init__(self, url: str, *, timeout: float = 60.0, tls: ssl.SSLContext | None = None) -> None:
        self._server = mail_server(url)
        self._timeout = timeout
        self._tls = tls
        self._client: aiosmtplib.SMTP | None = None

    async def open(self) -> Delivery | None:
        """Connects and logs in unless a session stands; None when it stands, else why not (always `stop`)."""
        session = await self._session()
        return session if isinstance(session, Delivery) else None

    async def _session(self) -> aiosmtplib.SMTP | Delivery:
        if self._client is not None and self._client.is_connected:
            return self._client
        server = self._server
        demanded: dict[str, Any] = {"start_tls": True} if server.insists and not server.tls_from_start else {}
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=self._timeout,
            use_tls=server.tls_from_start,
            tls_context=self._tls,
            local_hostname="localhost",
            **demanded,
        )
        try:
            await client.connect()
            if server.user is not None:
                await client.login(server.user, server.password or "")
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            return _stopped(error)
        self._client = client
        return client

    async def send(self, letter: LaidOut, before_data: Callable[[], Awaitable[bool]]) -> Delivery | None:
        """Hands one letter to one recipient.

        `before_data` is awaited when the server has accepted the recipient and before it sees a byte of the text;
        when it says False the transaction is abandoned and None comes back. Never raises for what a server does.
        """
        if not is_deliverable(letter.recipient) or not is_deliverable(letter.sender):
            return Delivery(Fate.REFUSED, None, f"not an address for an envelope: {letter.recipient!r}"[:200])
        client = await self._session()
        if isinstance(client, Delivery):
            return client
        try:
            await client.mail(letter.sender, options=self._options(client, letter))
            await client.rcpt(letter.recipient)
        except (SMTPException, OSError) as error:
            return await self._after(error, in_data=False)
        if not await before_data():
            await self._reset()
            return None
        try:
            response = await client.data(letter.content)
        except (SMTPException, OSError) as error:
            return await self._after(error, in_data=True)
        return Delivery(Fate.SENT, response.code, response.message)

    async def close(self) -> None:
        """Says goodbye; whatever happens at QUIT no longer concerns any letter."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(SMTPException, OSError):
                await client.quit()
            client.close()

    def _options(self, client: aiosmtplib.SMTP, letter: LaidOut) -> list[str]:
        return [f"SIZE={len(letter.content)}"] if client.supports_extension("size") else []

    async def _after(self, error: Exception, *, in_data: bool) -> Delivery:
        delivery = fate_of(error, in_data=in_data)
        if delivery.code is None or delivery.code == 421:
            self._abandon()
        elif not in_data:
            await self._reset()
        return delivery

    async def _reset(self) -> None:
        client = self._client
        if client is not None:
            try:
                await client.rset()
            except (SMTPException, OSError):
                self._abandon()

    def _abandon(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()


def fate_of(error: Exception, *, in_data: bool) -> Delivery:
    """Sorts what went wrong within a session.

    Without a code the connection was lost or silent: before the text that is a delay, during it nobody knows,
    because a loss before and one after the final dot look the same.
    """
    if isinstance(error, SMTPRecipientsRefused) and error.recipients:
        # This one has no code of its own; each refused recipient carries one.
        error = error.recipients[0]
    if isinstance(error, SMTPResponseException) and error.code > 0:
        reply = f"{error.code} {error.message}"
        if isinstance(error, SMTPAuthenticationError) or error.code in (530, 535):
            return Delivery(Fate.STOP, error.code, reply)
        return Delivery(Fate.REFUSED if error.code >= 500 else Fate.DEFERRED, error.code, reply)
    return Delivery(Fate.UNKNOWN if in_data else Fate.DEFERRED, None, _words(error))


def _stopped(error: Exception) -> Delivery:
    if isinstance(error, SMTPNotSupported):
        return Delivery(Fate.STOP, None, f"the server offers no TLS or no login we know: {error}")
    code = error.code if isinstance(error, SMTPResponseException) and error.code > 0 else None
    return Delivery(Fate.STOP, code, _words(error))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip()
