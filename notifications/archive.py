"""The archive: a mailbox that gets a blind copy of every legal and money letter and is asked when one is in doubt.

The copy is part of the same envelope, so a letter that the archive holds was taken by the server as a whole. One that
it does not hold may still be on its way there: that proves nothing, and the letter waits for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from imap_tools import BaseMailBox

from notifications.addresses import is_deliverable
from notifications.imap_mailbox import FAULTS, ImapMailbox, ImapUrlInvalid, quoted, read_mailbox
from notifications.misconfigured import PostMisconfigured

TIMEOUT_SECONDS = 30.0
FORM = "imaps://user:password@host[:port][/FOLDER][?address=mailbox@office&ca=FILE]"


class ArchiveUrlInvalid(PostMisconfigured):
    """QIANSHOU_ARCHIVE_URL is not `imaps://user:password@host[:port][/FOLDER][?address=…&ca=…]`."""


class ArchiveUnreachable(ConnectionError):
    """The archive cannot be asked now: the network, the login or the folder fails. What is in doubt stays so."""


@dataclass(frozen=True)
class Archive(ImapMailbox):
    """Where the archive is read, and the address (`mailbox`) that copies go to."""

    mailbox: str

    def look_up(self, message_ids: Iterable[str]) -> dict[str, str | None]:
        """Where each Message-ID lies in the archive, None where it does not; raises ArchiveUnreachable.

        Reads only. Waits for the network: call it in a thread and outside any transaction.
        """
        try:
            with self.session(timeout=TIMEOUT_SECONDS, readonly=True) as session:
                return {message_id: self._place(session, message_id) for message_id in message_ids}
        except FAULTS as error:
            raise ArchiveUnreachable(f"archive {self.host}:{self.port}: {_words(error)}") from error

    def _place(self, session: BaseMailBox, message_id: str) -> str | None:
        found = session.uids(f"HEADER Message-ID {quoted(message_id)}", charset=None)
        return f"{self.folder} UID {found[0]} ({self.host})" if found else None


def read_archive(url: str) -> Archive:
    """Reads the URL; raises ArchiveUrlInvalid, which never repeats a password.

    The address of the copies is the user where that is an address, else `?address=`. Without TLS only on this machine.
    """
    try:
        box, given = read_mailbox(url, FORM)
    except ImapUrlInvalid as error:
        raise ArchiveUrlInvalid(f"archive: {error}") from error
    mailbox = given.pop("address", box.user)
    if given:
        raise ArchiveUrlInvalid(f"archive: expected {FORM}")
    if not is_deliverable(mailbox):
        raise ArchiveUrlInvalid(f"archive: {mailbox!r} is no address to send copies to; give ?address=")
    return Archive(**vars(box), mailbox=mailbox)


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
