"""A mailbox on an IMAP server: how its URL is read, and the one way it is opened: its certificate is checked."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from notifications.mail_server import LOOPBACK

FAULTS = (OSError, imaplib.IMAP4.error, ImapToolsError)
"""Everything that can go wrong between us and a server."""
_WHO = '("name" "qianshou" "vendor" "qianshou")'


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
    def session(self, *, timeout: float, readonly: bool) -> Iterator[BaseMailBox]:
        """The server with the folder opened; raises one of FAULTS. Waits for the network: outside any transaction."""
        session = self._connected(timeout)
        try:
            session.login(self.user, self.password, initial_folder=None)
            # NetEase refuses to open a folder to programs that do not say who they are (RFC 2971).
            if "ID" in session.client.capabilities:
                session.client.xatom("ID", _WHO)
            session.folder.set(self.folder, readonly)
            yield session
        finally:
            with suppress(*FAULTS):
                session.logout()

    def _connected(self, timeout: float) -> BaseMailBox:
        if not self.secure:
            return MailBoxUnencrypted(self.host, self.port, timeout)
        # Without a context of its own imaplib believes every certificate.
        context = ssl.create_default_context(cafile=self.authorities)
        return MailBox(self.host, self.port, timeout, ssl_context=context)


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
    if not folder.isprintable():
        raise ImapUrlInvalid(f"expected {form}, the folder a name that can be printed")
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
