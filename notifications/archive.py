"""The archive: a mailbox that gets a blind copy of every legal and money letter and is asked when one is in doubt.

The copy is part of the same envelope, so a letter that the archive holds was taken by the server as a whole. One that
it does not hold may still be on its way there: that proves nothing, and the letter waits for a person.
"""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from notifications.addresses import is_deliverable
from notifications.mail_server import LOOPBACK
from notifications.misconfigured import PostMisconfigured

TIMEOUT_SECONDS = 30.0
FORM = "imaps://user:password@host[:port][/FOLDER][?address=mailbox@office&ca=FILE]"


class ArchiveUrlInvalid(PostMisconfigured):
    """QIANSHOU_ARCHIVE_URL is not `imaps://user:password@host[:port][/FOLDER][?address=…&ca=…]`."""


class ArchiveUnreachable(ConnectionError):
    """The archive cannot be asked now: the network, the login or the folder fails. What is in doubt stays so."""


@dataclass(frozen=True)
class Archive:
    """Where the archive is read, and the address that copies go to."""

    host: str
    port: int
    user: str
    password: str
    folder: str
    mailbox: str
    secure: bool
    authorities: Path | None

    def look_up(self, message_ids: Iterable[str]) -> dict[str, str | None]:
        """Where each Message-ID lies in the archive, None where it does not; raises ArchiveUnreachable.

        Reads only. Waits for the network: call it in a thread and outside any transaction.
        """
        try:
            with self._session() as session:
                return {message_id: self._place(session, message_id) for message_id in message_ids}
        except (OSError, imaplib.IMAP4.error) as error:
            raise ArchiveUnreachable(f"archive {self.host}:{self.port}: {_words(error)}") from error

    @contextmanager
    def _session(self) -> Iterator[imaplib.IMAP4]:
        if self.secure:
            context = ssl.create_default_context(cafile=self.authorities)
            session: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                self.host, self.port, ssl_context=context, timeout=TIMEOUT_SECONDS
            )
        else:
            session = imaplib.IMAP4(self.host, self.port, timeout=TIMEOUT_SECONDS)
        try:
            session.login(self.user, self.password)
            _expect_ok(session.select(_quoted(self.folder), readonly=True))
            yield session
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                session.logout()

    def _place(self, session: imaplib.IMAP4, message_id: str) -> str | None:
        found = _expect_ok(session.uid("SEARCH", "HEADER", "Message-ID", _quoted(message_id)))
        numbers = (found[0] or b"").split()
        return f"{self.folder} UID {numbers[0].decode()} ({self.host})" if numbers else None


def read_archive(url: str) -> Archive:
    """Reads the URL; raises ArchiveUrlInvalid, which never repeats a password.

    The address of the copies is the user where that is an address, else `?address=`. Without TLS only on this machine.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ArchiveUrlInvalid(f"archive: {error}") from error
    if (
        parts.scheme not in ("imap", "imaps")
        or not parts.hostname
        or not parts.username
        or not parts.password
    ):
        raise ArchiveUrlInvalid(f"archive: expected {FORM}")
    if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
        raise ArchiveUrlInvalid("archive: a password would travel in the clear; use imaps://")
    given = dict(parse_qsl(parts.query))
    user, folder = unquote(parts.username), unquote(parts.path.strip("/")) or "INBOX"
    archive = Archive(
        host=parts.hostname,
        port=port or (993 if parts.scheme == "imaps" else 143),
        user=user,
        password=unquote(parts.password),
        folder=folder,
        mailbox=given.get("address", user),
        secure=parts.scheme == "imaps",
        authorities=Path(given["ca"]) if "ca" in given else None,
    )
    if given.keys() - {"address", "ca"} or not folder.isascii() or not folder.isprintable():
        raise ArchiveUrlInvalid(f"archive: expected {FORM}, the folder in ASCII")
    if not is_deliverable(archive.mailbox):
        raise ArchiveUrlInvalid(
            f"archive: {archive.mailbox!r} is no address to send copies to; give ?address="
        )
    return archive


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _expect_ok(answer: tuple[str, Sequence[bytes | None]]) -> Sequence[bytes | None]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(b" ".join(part for part in data if part).decode(errors="replace"))
    return data


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
