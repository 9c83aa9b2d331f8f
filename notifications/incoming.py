"""A mail that came in, taken apart: whom from, when, what it says, what hangs on it, whether a machine wrote it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from imap_tools import MailMessage

MAX_TEXT = 20_000
MAX_ATTACHMENTS = 40
"""A city sends three forms, their scans and a summary; more than this is no list."""
_MACHINE = re.compile(r"(mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)([+=._-].*)?@")
_AUTOMATIC_HEADERS = ("List-Id", "List-Unsubscribe", "X-Autoreply", "X-Autorespond", "X-Qianshou-Key")
_AUTOMATIC_TYPES = ("multipart/report", "message/delivery-status")
_BULK = ("bulk", "junk", "list", "auto_reply")


@dataclass(frozen=True)
class Attached:
    """One file of a mail under the name it came with."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Incoming:
    """A mail. `identity` is the same for the same mail however often and by whichever way it comes.

    `sent_at` is the header's time, None where it is missing or no time. `is_automatic` says that nobody waits for an
    answer: bounces, out-of-office replies, lists, our own letters.
    """

    identity: str
    message_id: str
    sender: str
    sender_name: str
    subject: str
    text: str
    sent_at: datetime | None
    is_automatic: bool
    attachments: tuple[Attached, ...]


class NoMail(ValueError):
    """The bytes are no mail: there is no header by which it could be known again."""


def read_mail(raw: bytes, *, ours: Collection[str] = ()) -> Incoming:
    """Takes a mail apart, whatever its headers are encoded in; nothing of it is run or fetched. Raises NoMail.

    `ours` are the addresses that letters of the house leave from, in lower case.
    """
    message = MailMessage.from_bytes(raw)
    head = message.obj
    sender, name = _first_address(str(head.get("From", "")), message)
    attachments = tuple(_attachments(message))[:MAX_ATTACHMENTS]
    text = (message.text or "")[:MAX_TEXT]
    if not head.keys() or not (sender or text or attachments):
        raise NoMail
    return Incoming(
        identity=_identity(head, sender, text, attachments),
        message_id=str(head.get("Message-ID", "")).strip(),
        sender=sender,
        sender_name=name,
        subject=_one_line(message.subject),
        text=text.replace("\x00", ""),
        sent_at=_moment(str(head.get("Date", ""))),
        is_automatic=sender in ours or _is_automatic(head, sender),
        attachments=attachments,
    )


def _first_address(header: str, message: MailMessage) -> tuple[str, str]:
    values = message.from_values
    if values is not None and values.email:
        return values.email.strip().lower(), _one_line(values.name)
    found = next(iter(getaddresses([header])), ("", ""))
    return found[1].strip().lower(), _one_line(found[0])


def _attachments(message: MailMessage) -> Iterator[Attached]:
    for one in message.attachments:
        name = _one_line(one.filename or "").replace("/", "_").replace("\\", "_")
        if one.payload:
            yield Attached(name, one.payload)


def _identity(head: Message, sender: str, text: str, attachments: tuple[Attached, ...]) -> str:
    """What stays the same on every way: who, when, which number, what. Transport headers are no part of it."""
    known = hashlib.sha256()
    for part in (sender, str(head.get("Message-ID", "")).strip(), str(head.get("Date", "")).strip(), text):
        known.update(part.encode("utf-8", "replace") + b"\x00")
    for one in attachments:
        known.update(hashlib.sha256(one.content).digest())
    return known.hexdigest()


def _moment(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return found if found.tzinfo is not None else None


def _is_automatic(head: Message, sender: str) -> bool:
    submitted = str(head.get("Auto-Submitted", "no")).strip().lower()
    precedence = str(head.get("Precedence", "")).strip().lower()
    return (
        submitted != "no"
        or precedence in _BULK
        or any(head.get(name) is not None for name in _AUTOMATIC_HEADERS)
        or head.get_content_type() in _AUTOMATIC_TYPES
        or any(part.get_content_type() == "text/calendar" for part in head.walk())
        or str(head.get("Return-Path", "<x>")).strip() == "<>"
        or _MACHINE.match(sender) is not None
        or not sender
    )


def _one_line(text: str) -> str:
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())
