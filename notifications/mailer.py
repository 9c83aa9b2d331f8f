"""The mailer, the only file that speaks SMTP: one reused session, errors sorted by what becomes of a letter."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

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
from notifications.mail_server import Reports, StartTls, mail_server


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


class Mailer:
    """One SMTP session that is opened when needed and used again, for at most `per_connection` letters each time.

    `timeout` bounds every single reply in seconds; `tls` replaces the verification that the URL asks for (tests).
    """

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 60.0,
        tls: ssl.SSLContext | None = None,
        per_connection: int | None = None,
    ) -> None:
        self._server = mail_server(url)
        self._timeout = timeout
        self._tls = tls or self._server.tls()
        self._most = per_connection
        self._client: aiosmtplib.SMTP | None = None
        self._begun = 0

    async def open(self) -> Delivery | None:
        """Connects and logs in unless a session stands; None when it stands, else why not (always `stop`)."""
        session = await self._session()
        return session if isinstance(session, Delivery) else None

    async def _session(self) -> aiosmtplib.SMTP | Delivery:
        if self._client is not None and self._client.is_connected:
            if self._most is None or self._begun < self._most:
                return self._client
            await self.close()
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=self._timeout,
            use_tls=server.tls_from_start,
            start_tls=False if server.tls_from_start else _START_TLS[server.start_tls],
            tls_context=self._tls,
            local_hostname="localhost",
        )
        try:
            await client.connect()
            if server.user is not None:
                await client.login(server.user, server.password or "")
        except (SMTPException, OSError, ValueError) as error:
            client.close()
            return _stopped(error)
        self._client, self._begun = client, 0
        return client

    async def send(
        self, letter: LaidOut, before_data: Callable[[], Awaitable[bool]], *, copy_to: str | None = None
    ) -> Delivery | None:
        """Hands one letter to one recipient, with `copy_to` also to the archive, in the same transaction.

        `before_data` is awaited when the server has accepted the recipient and before it sees a byte of the text;
        when it says False the transaction is abandoned and None comes back. An archive that is refused does not keep
        the letter; the reply says so. Never raises for what a server does.
        """
        if not is_deliverable(letter.recipient) or not is_deliverable(letter.sender):
            return Delivery(Fate.REFUSED, None, f"not an address for an envelope: {letter.recipient!r}"[:200])
        client = await self._begin(letter)
        if isinstance(client, Delivery):
            return client
        try:
            await client.rcpt(letter.recipient, options=self._recipient_options(client, letter))
            uncopied = await _refusal_of_copy(client, copy_to) if copy_to else ""
        except (SMTPException, OSError) as error:
            return await self._after(error, in_data=False)
        if not await before_data():
            await self._reset()
            return None
        try:
            response = await client.data(letter.content)
        except (SMTPException, OSError) as error:
            return await self._after(error, in_data=True)
        return Delivery(Fate.SENT, response.code, response.message + uncopied)

    async def _begin(self, letter: LaidOut) -> aiosmtplib.SMTP | Delivery:
        """A session that has taken MAIL; where the server had closed a reused one, a new one."""
        reused = self._client is not None
        client = await self._session()
        if isinstance(client, Delivery):
            return client
        self._begun += 1
        try:
            await client.mail(letter.sender, options=self._options(client, letter))
        except (SMTPException, OSError) as error:
            delivery = await self._after(error, in_data=False)
            if reused and self._client is None:
                return await self._begin(letter)
            return delivery
        return client

    async def close(self) -> None:
        """Says goodbye; whatever happens at QUIT no longer concerns any letter."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(SMTPException, OSError):
                await client.quit()
            client.close()

    @property
    def server(self) -> str:
        """The server's name for the records."""
        return self._server.name

    def _options(self, client: aiosmtplib.SMTP, letter: LaidOut) -> list[str]:
        options = [f"SIZE={len(letter.content)}"] if client.supports_extension("size") else []
        if self._reports_asked(client):
            # RFC 3461: the envelope's name comes back in the report, so that a bounce names its letter.
            options += ["RET=HDRS", f"ENVID={letter.message_id.strip('<>').partition('@')[0]}"]
        return options

    def _recipient_options(self, client: aiosmtplib.SMTP, letter: LaidOut) -> list[str]:
        if not self._reports_asked(client):
            return []
        return [f"NOTIFY={self._server.reports.value.upper()}"]

    def _reports_asked(self, client: aiosmtplib.SMTP) -> bool:
        return self._server.reports is not Reports.DEFAULT and client.supports_extension("dsn")

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


_START_TLS: dict[StartTls, bool | None] = {
    StartTls.REQUIRED: True,
    StartTls.OFFERED: None,
    StartTls.NEVER: False,
}


async def _refusal_of_copy(client: aiosmtplib.SMTP, copy_to: str) -> str:
    """Adds the archive to the envelope; what the server says when it does not take it, save when it hangs up."""
    try:
        await client.rcpt(copy_to)
    except SMTPResponseException as error:
        if error.code <= 0 or error.code == 421:
            raise
        return f" (archive refused: {error.code} {error.message})"
    return ""


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
        if in_data and error.code < 400:
            # Neither a yes nor a no: the text may have been taken.
            return Delivery(Fate.UNKNOWN, error.code, reply)
        return Delivery(Fate.REFUSED if error.code >= 500 else Fate.DEFERRED, error.code, reply)
    return Delivery(Fate.UNKNOWN if in_data else Fate.DEFERRED, None, _words(error))


def _stopped(error: Exception) -> Delivery:
    if isinstance(error, SMTPNotSupported):
        return Delivery(Fate.STOP, None, f"the server offers no TLS or no login we know: {error}")
    code = error.code if isinstance(error, SMTPResponseException) and error.code > 0 else None
    return Delivery(Fate.STOP, code, _words(error))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".strip()
