"""A folder on an IMAP server: how its URL is read, and how it is opened without believing every certificate."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from notifications.mail_server import LOOPBACK


class ImapUrlInvalid(ValueError):
    """The URL is not `imaps://user:password@host[:port][/FOLDER][?ca=FILE]`; its text never repeats the password."""


@dataclass(frozen=True)
class ImapMailbox:
    """Where a folder lies and who opens it. Without TLS only on this machine."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    secure: bool
    authorities: Path | None

    @contextmanager
    def session(self, *, timeout: float, readonly: bool) -> Iterator[imaplib.IMAP4]:
        """The folder opened; raises OSError and imaplib.IMAP4.error. Waits for the network: outside any transaction."""
        if self.secure:
            # Without a context of its own imaplib believes every certificate.
            context = ssl.create_default_context(cafile=self.authorities)
            session: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=context, timeout=timeout
            )
        else:
            session = imaplib.IMAP4(self.host, self.port, timeout=timeout)
        try:
            session.login(self.user, self.password)
            expect_ok(session.select(quoted(self.folder), readonly=readonly))
            yield session
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                session.logout()


def read_mailbox(url: str, form: str) -> tuple[ImapMailbox, dict[str, str]]:
    """The mailbox of a URL and what it says beside; `form` is how the URL should look. Raises ImapUrlInvalid."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImapUrlInvalid(str(error)) from error
    if (
        parts.scheme not in ("imap", "imaps")
        or not parts.hostname
        or not parts.username
        or not parts.password
    ):
        raise ImapUrlInvalid(f"expected {form}")
    secure = parts.scheme == "imaps"
    if not secure and parts.hostname not in LOOPBACK:
        raise ImapUrlInvalid("a password would travel in the clear; use imaps://")
    folder = unquote(parts.path.strip("/")) or "INBOX"
    if not folder.isascii() or not folder.isprintable():
        raise ImapUrlInvalid(f"expected {form}, the folder in ASCII")
    given = dict(parse_qsl(parts.query))
    authorities = given.pop("ca", None)
    mailbox = ImapMailbox(
        parts.hostname,
        port or (993 if secure else 143),
        unquote(parts.username),
        unquote(parts.password),
        folder,
        secure,
        Path(authorities) if authorities else None,
    )
    return mailbox, given


def quoted(text: str) -> str:
    """A text as an IMAP quoted string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def expect_ok(answer: tuple[str, Sequence[bytes | None]]) -> Sequence[bytes | None]:
    """The data of an answer; raises imaplib.IMAP4.error with the server's words where it is not OK."""
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(b" ".join(part for part in data if part).decode(errors="replace"))
    return data
