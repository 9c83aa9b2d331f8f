"""A mail that came in, taken apart: whom from, when, what it says, what hangs on it, whether a machine wrote it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from notifications.authentication import failed_checks
from notifications.header_text import decoded, file_name, header_text, words_of_page, words_text

MAX_TEXT = 20_000
MAX_HEADER = 500
MAX_PARTS = 200
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
    answer: bounces, out-of-office replies, lists, our own letters. `failed_checks` are the checks of the From
    domain (spf, dkim, dmarc) that our own mail server says have failed.
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
    failed_checks: tuple[str, ...] = ()


class NoMail(ValueError):
    """The bytes are no mail: there is no header by which it could be known again."""


def read_mail(raw: bytes, *, ours: Collection[str] = (), servers: Collection[str] = ()) -> Incoming:
    """Takes a mail apart, whatever its headers are encoded in; nothing of it is run or fetched. Raises NoMail.

    `ours` are the addresses that letters of the house leave from, `servers` the names under which our own mail servers
    say what they found out about a sender (authserv-id), all in lower case.
    """
    head = message_from_bytes(raw)
    sender, name = _author(head)
    parts = list(_parts(head))
    attachments = tuple(_attachments(parts))
    text = _text(parts)[:MAX_TEXT]
    if not head.keys() or not (sender or text or attachments):
        raise NoMail
    return Incoming(
        identity=_identity(head, sender, text, attachments),
        message_id=header_text(head, "Message-ID")[:MAX_HEADER],
        sender=sender[:MAX_HEADER],
        sender_name=name[:MAX_HEADER],
        subject=header_text(head, "Subject")[:MAX_HEADER],
        text=text,
        sent_at=_moment(header_text(head, "Date")),
        is_automatic=sender in ours or _is_automatic(head, sender),
        attachments=attachments,
        failed_checks=failed_checks(head, servers=servers, domain=sender.rpartition("@")[2]),
    )


def _author(head: Message) -> tuple[str, str]:
    """Address and name of From; taken apart before it is decoded, or an encoded name could bring an address in."""
    for key, value in head.raw_items():
        if key.lower() == "from":
            name, address = parseaddr(str(value).replace("\n", " ").replace("\r", " "))
            return address.strip().lower() if "@" in address and address.isascii() else "", words_text(name)
    return "", ""


def _parts(head: Message) -> Iterator[Message]:
    """The leaves of a mail, those of mails that it forwards too."""
    for number, part in enumerate(head.walk()):
        if number >= MAX_PARTS:
            return
        if not part.is_multipart():
            yield part


def _attachments(parts: Sequence[Message]) -> Iterator[Attached]:
    count = 0
    for part in parts:
        name = file_name(part)
        if not name and part.get_content_disposition() != "attachment":
            continue
        content = _payload(part)
        if content:
            count += 1
            yield Attached(name.replace("/", "_").replace("\\", "_"), content)
        if count >= MAX_ATTACHMENTS:
            return


def _payload(part: Message) -> bytes:
    with suppress(ValueError, LookupError, AttributeError):
        found = part.get_payload(decode=True)
        if isinstance(found, bytes):
            return found
    return b""


def _text(parts: Sequence[Message]) -> str:
    """The first text that is no attachment; of a page only its words."""
    for wanted in ("text/plain", "text/html"):
        for part in parts:
            if part.get_content_type() != wanted or file_name(part):
                continue
            text = decoded(_payload(part), part.get_content_charset())
            text = text if wanted == "text/plain" else words_of_page(text)
            if text.strip():
                return "".join(
                    one for one in text.replace("\r\n", "\n") if one in "\n\t" or one.isprintable()
                )
    return ""


def _identity(head: Message, sender: str, text: str, attachments: tuple[Attached, ...]) -> str:
    """What stays the same on every way: who, when, which number, what. Transport headers are no part of it."""
    known = hashlib.sha256()
    for part in (sender, header_text(head, "Message-ID"), header_text(head, "Date"), text):
        known.update(part.encode("utf-8", "replace") + b"\x00")
    for one in attachments:
        known.update(hashlib.sha256(one.content).digest())
    return known.hexdigest()


def _moment(text: str) -> datetime | None:
    with suppress(TypeError, ValueError, IndexError, OverflowError):
        found = parsedate_to_datetime(text)
        # What cannot be written in another zone (the years 1 and 9999) is no time of a mail.
        return found.astimezone(UTC) if found.tzinfo is not None else None
    return None


def _is_automatic(head: Message, sender: str) -> bool:
    submitted = header_text(head, "Auto-Submitted").lower() or "no"
    precedence = header_text(head, "Precedence").lower()
    return (
        not submitted.startswith("no")
        or precedence in _BULK
        or any(head.get(name) is not None for name in _AUTOMATIC_HEADERS)
        or head.get_content_type() in _AUTOMATIC_TYPES
        or any(part.get_content_type() == "text/calendar" for part in head.walk())
        or header_text(head, "Return-Path") == "<>"
        or _MACHINE.match(sender) is not None
        or not sender
    )
