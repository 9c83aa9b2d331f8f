"""Where delivery status mails lie: a folder of .eml files, a maildir, or a mailbox on an IMAP server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from imap_tools import BaseMailBox

from notifications.imap_mailbox import FAULTS, ImapUrlInvalid, read_mailbox

TIMEOUT = 60
FORM = "imaps://user:password@host[:port][/FOLDER][?ca=FILE]"
MOST = 5_000
"""So many mails are taken in one reading; the rest waits for the next."""


class BoxUnreachable(OSError):
    """The mailbox cannot be opened: the server, the name, the password or the folder is wrong; try again later."""


@dataclass(frozen=True, slots=True)
class FoundMail:
    """A mail as it lies there; `done` is called once it has been dealt with for good."""

    name: str
    raw: bytes
    done: Callable[[], None]


def mails_in(source: str) -> Iterator[FoundMail]:
    """The mails of `imaps://user:password@host/FOLDER`, a maildir or a folder, in a fixed order.

    Files stay where they are: what was read before is known by its content. On a server what is done is marked as
    seen, and only unseen mails are taken. Raises BoxUnreachable.
    """
    if source.startswith(("imap://", "imaps://")):
        yield from _on_server(source)
        return
    folder = Path(source)
    if not folder.is_dir():
        raise BoxUnreachable(f"{source} is no folder")
    inner = [folder / name for name in ("new", "cur") if (folder / name).is_dir()]
    paths = sorted(path for one in inner for path in one.iterdir()) if inner else sorted(folder.glob("*.eml"))
    for path in paths:
        if path.is_file():
            yield FoundMail(path.name, path.read_bytes(), _nothing)


def _on_server(source: str) -> Iterator[FoundMail]:
    try:
        box, _options = read_mailbox(source, FORM)
    except ImapUrlInvalid as error:
        raise BoxUnreachable(str(error)) from None
    try:
        with box.session(timeout=TIMEOUT, readonly=False) as server:
            for uid in server.uids("UNSEEN", charset=None)[:MOST]:
                yield from _fetched(server, uid)
    except FAULTS as error:
        # The address holds a password: it does not go into the error.
        raise BoxUnreachable(f"{box.host}:{box.port}: {error}") from None


def _fetched(server: BaseMailBox, uid: str) -> Iterator[FoundMail]:
    _, answer = server.client.uid("FETCH", uid, "(BODY.PEEK[])")
    for part in answer:
        if isinstance(part, tuple):
            yield FoundMail(uid, part[1], lambda: _seen(server, uid))


def _seen(server: BaseMailBox, uid: str) -> None:
    # The library's own way to set a flag also expunges what others have marked as deleted.
    server.client.uid("STORE", uid, "+FLAGS", r"(\Seen)")


def _nothing() -> None:
    """A file stays as it is."""
