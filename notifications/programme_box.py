"""The programme's mailbox: its folders read from where the last reading ended; nothing is ever deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from imaplib import Internaldate2tuple
from time import mktime

from imap_tools import BaseMailBox
from imap_tools.utils import encode_folder

from notifications.bounce_box import BoxUnreachable
from notifications.imap_mailbox import FAULTS, ImapMailbox, ImapUrlInvalid, read_mailbox
from notifications.misconfigured import PostMisconfigured

TIMEOUT_S = 60
LARGEST = 30_000_000
"""Bytes of a mail that is fetched whole; of a larger one only its headers are."""
MOST_MAILS = 500
MOST_BYTES = 300_000_000
"""So much is read in one run; the rest waits for the next."""
KEYWORD = "$Qianshou"
FORM = "imaps://user:password@host[:port][/FOLDER][?also=FOLDER,FOLDER&done=FOLDER&ca=FILE]"
_SIZE = re.compile(rb"UID (\d+).*?RFC822\.SIZE (\d+)|RFC822\.SIZE (\d+).*?UID (\d+)", re.DOTALL)


class MailboxUrlInvalid(PostMisconfigured):
    """QIANSHOU_MAILBOX_URL is not `imaps://user:password@host[:port][/FOLDER][?also=…&done=…&ca=…]`."""


@dataclass(frozen=True, slots=True)
class ProgrammeBox:
    """The mailbox, its folders, and where what is done is moved to; without such a folder it is marked and stays."""

    box: ImapMailbox
    folders: tuple[str, ...]
    done: str | None

    @property
    def address(self) -> str:
        """The name it is opened with, which most servers give as its address."""
        return self.box.user

    @property
    def shown(self) -> str:
        """The mailbox as it may be shown: no password."""
        return f"{self.box.host}:{self.box.port} {', '.join(self.folders)}"


@dataclass(frozen=True, slots=True)
class Place:
    """How far a folder has been read: the last UID under its UIDVALIDITY."""

    validity: str
    uid: int


@dataclass(frozen=True, slots=True)
class ArrivedMail:
    """A mail as it lies there; of one over LARGEST only the headers are in `raw`, and `size` says how large it is.

    `done` is called once it has been registered for good; `place` is where the folder has been read to then.
    """

    folder: str
    raw: bytes
    size: int
    taken_at: datetime | None
    done: Callable[[], None]
    place: Place

    @property
    def is_whole(self) -> bool:
        """Whether all of it was fetched."""
        return self.size <= LARGEST


def read_programme_box(url: str) -> ProgrammeBox:
    """Reads the URL; raises MailboxUrlInvalid, which never repeats a password. Without TLS only on this machine."""
    try:
        box, given = read_mailbox(url, FORM)
    except ImapUrlInvalid as error:
        raise MailboxUrlInvalid(f"mailbox: {error}") from error
    also = tuple(one for one in given.pop("also", "").split(",") if one)
    done = given.pop("done", "") or None
    if given or done in (box.folder, *also):
        raise MailboxUrlInvalid(f"mailbox: expected {FORM}")
    return ProgrammeBox(box, (box.folder, *also), done)


def arrived_mails(box: ProgrammeBox, places: Mapping[str, Place]) -> Iterator[ArrivedMail]:
    """What has come since the last reading, folder by folder in the order of arrival. Raises BoxUnreachable.

    What was read is told by its number in the folder, not by a flag: people read the same mailbox and set flags, too.
    Waits for the network: call `next` outside any transaction.
    """
    left = _Left()
    try:
        with box.box.session(timeout=TIMEOUT_S, readonly=False) as server:
            for folder in box.folders:
                server.folder.set(folder)
                yield from _in_folder(server, box, folder, places.get(folder), left)
    except FAULTS as error:
        # The address holds a password: it does not go into the error.
        raise BoxUnreachable(f"{box.box.host}:{box.box.port}: {error}") from None


@dataclass(slots=True)
class _Left:
    """How much may still be read in this run."""

    mails: int = MOST_MAILS
    size: int = MOST_BYTES

    def take(self, size: int) -> bool:
        """Whether a mail of this size may still be read; then it counts."""
        if self.mails <= 0 or size > self.size:
            return False
        self.mails, self.size = self.mails - 1, self.size - size
        return True


def _in_folder(
    server: BaseMailBox, box: ProgrammeBox, folder: str, known: Place | None, left: _Left
) -> Iterator[ArrivedMail]:
    validity = str(server.folder.status(folder, ["UIDVALIDITY"])["UIDVALIDITY"])
    last = known.uid if known is not None and known.validity == validity else 0
    # The range n:* always names the newest mail, even where its number is smaller than n.
    uids = [uid for uid in server.uids(f"UID {last + 1}:*", charset=None) if int(uid) > last]
    for uid, size in _sizes(server, uids[: left.mails]).items():
        if not left.take(min(size, LARGEST)):
            return
        found = _fetched(server, box, folder, Place(validity, int(uid)), size)
        if found is not None:
            yield found


def _sizes(server: BaseMailBox, uids: list[str]) -> dict[str, int]:
    if not uids:
        return {}
    _, answer = server.client.uid("FETCH", ",".join(uids), "(UID RFC822.SIZE)")
    found: dict[str, int] = {}
    for part in answer:
        match = _SIZE.search(part) if isinstance(part, bytes) else None
        if match:
            uid, size = (match[1], match[2]) if match[1] else (match[4], match[3])
            found[uid.decode()] = int(size)
    return {uid: found[uid] for uid in uids if uid in found}


def _fetched(
    server: BaseMailBox, box: ProgrammeBox, folder: str, place: Place, size: int
) -> ArrivedMail | None:
    """One mail; None where somebody has taken it away since."""
    uid = str(place.uid)
    part = "BODY.PEEK[]" if size <= LARGEST else "BODY.PEEK[HEADER]"
    _, answer = server.client.uid("FETCH", uid, f"(INTERNALDATE {part})")
    for one in answer:
        if isinstance(one, tuple):
            done = _closing(server, box, uid)
            return ArrivedMail(folder, one[1], size, _internal_date(one[0]), done, place)
    return None


def _closing(server: BaseMailBox, box: ProgrammeBox, uid: str) -> Callable[[], None]:
    def close() -> None:
        # What cannot be marked is read all the same: the number says so. The library's own way to set a flag also
        # expunges what others have marked as deleted; its way to move does so where the server knows no MOVE.
        with suppress(*FAULTS):
            if box.done is not None and _knows_move(server):
                server.client.uid("MOVE", uid, encode_folder(box.done).decode())
            else:
                server.client.uid("STORE", uid, "+FLAGS", f"({KEYWORD})")

    return close


def _knows_move(server: BaseMailBox) -> bool:
    """Whether mails can be moved in one piece; asked for now, as servers say so only after the sign-in."""
    _, answer = server.client.capability()
    return any(b" MOVE" in part for part in answer if isinstance(part, bytes))


def _internal_date(head: bytes) -> datetime | None:
    found = Internaldate2tuple(head)
    with suppress(ValueError, OverflowError):
        return datetime.fromtimestamp(mktime(found), UTC) if found is not None else None
    return None
