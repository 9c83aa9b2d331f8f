"""What a delivery status mail says: which letter, which recipient, whether it failed for good (RFC 3464 and others)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr
from enum import StrEnum
from functools import cache
from pathlib import Path

LARGEST = 5_000_000
"""Bytes of a mail that are looked at; no bounce is longer than the letter it returns by much."""
WIDTH = 300

_WORDS = Path(__file__).with_name("bounce_words.toml")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45]\d\d)(?=[ -])")
_MESSAGE_ID = re.compile(
    r"^\s*>?\s*(?:X-Original-|Original-)?Message-ID:\s*(<[^<>\s]+>)", re.IGNORECASE | re.MULTILINE
)
_KEY = re.compile(r"^\s*>?\s*X-Qianshou-Key:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+[A-Za-z0-9]")
_CONTENT_STATUS = ("5.7.", "5.6.", "5.3.4")
"""Refused for what the letter is, not for whom it is to: the address works."""


class Outcome(StrEnum):
    """What became of a letter at one recipient; the stored values are stable."""

    PERMANENT = "permanent"
    CONTENT = "content"
    TEMPORARY = "temporary"
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """One recipient's outcome. `address` is in lower case, '' where the mail does not say it."""

    address: str
    outcome: Outcome
    status: str
    diagnostic: str


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What one mail says. `message_ids` and `keys` are those of the letter it returns, as far as it quotes them.

    `addresses` are all that its text names: a form without standard fields may name the recipient only there.
    """

    message_ids: frozenset[str]
    keys: frozenset[str]
    recipients: tuple[RecipientStatus, ...]
    addresses: frozenset[str]


def read_delivery_status(raw: bytes) -> DeliveryStatus | None:
    """What the mail reports; None for a mail that is no delivery report (an answer, an absence note, advertising).

    Never raises for what a mail contains: a part that cannot be read is passed over.
    """
    mail = message_from_bytes(raw[:LARGEST], policy=policy.compat32)
    fields = tuple(_status_groups(mail))
    if not fields and not _is_bounce(mail):
        return None
    texts = [text for part in mail.walk() if (text := _text(part))]
    whole = "\n".join(texts)
    returned = list(_returned(mail))
    ids = {_clean(part.get("Message-ID")) for part in returned} | set(_MESSAGE_ID.findall(whole))
    keys = {_clean(part.get("X-Qianshou-Key")) for part in returned} | set(_KEY.findall(whole))
    recipients = tuple(_of_fields(group) for group in fields) or tuple(_of_text(mail, texts))
    to = " ".join(_clean(part.get("To")) for part in returned)
    named = {one.lower() for one in _ADDRESS.findall(f"{to}\n{whole}")}
    own = _clean(mail.get("Message-ID"))
    return DeliveryStatus(frozenset(ids - {"", own}), frozenset(keys - {""}), recipients, frozenset(named))


def _is_bounce(mail: Message) -> bool:
    """A report by its type, its sender, its subject or Exim's field; an absence note is none."""
    if _clean(mail.get("Auto-Submitted")).startswith("auto-replied") and not mail.get("X-Failed-Recipients"):
        return False
    sender = parseaddr(_decoded(mail, "From"))[1].partition("@")[0].lower()
    subject = _decoded(mail, "Subject").lower()
    return (
        mail.get_content_type() == "multipart/report"
        or mail.get("X-Failed-Recipients") is not None
        or sender in _words()["senders"]
        or (_clean(mail.get("Return-Path")) == "<>" and any(one in subject for one in _words()["subjects"]))
    )


def _status_groups(mail: Message) -> Iterator[Message]:
    """The fields of each recipient in the report's own part; some systems send that part as plain text."""
    for part in mail.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        payload = part.get_payload()
        groups = payload if isinstance(payload, list) else _parsed_groups(_text(part))
        yield from (one for one in groups if isinstance(one, Message) and one.get("Action"))


def _parsed_groups(text: str) -> list[Message]:
    groups = re.split(r"\r?\n\s*\r?\n", text)
    return [message_from_bytes(group.encode("utf-8", "replace")) for group in groups]


def _of_fields(group: Message) -> RecipientStatus:
    address = _typed(group.get("Final-Recipient")) or _typed(group.get("Original-Recipient"))
    action = _clean(group.get("Action")).lower()
    found = _STATUS.search(_clean(group.get("Status")))
    diagnostic = _clean(group.get("Diagnostic-Code"))
    better = _STATUS.search(diagnostic)
    status = found.group(1) if found else ""
    # Many systems write a bare 5.0.0 and say more in the server's own words.
    if better and status in ("", "5.0.0", "4.0.0") and better.group(1)[0] == (status or better.group(1))[0]:
        status = better.group(1)
    if action == "failed":
        outcome = _failed(status)
    elif action == "delayed":
        outcome = Outcome.TEMPORARY
    else:
        outcome = Outcome.DELIVERED
    return RecipientStatus(address, outcome, status, diagnostic[:WIDTH])


def _failed(status: str) -> Outcome:
    # A message given up after days of 4.x.x has failed, but the address is not shown to be wrong by it.
    if status.startswith("4."):
        return Outcome.TEMPORARY
    return Outcome.CONTENT if status.startswith(_CONTENT_STATUS) else Outcome.PERMANENT


def _of_text(mail: Message, texts: list[str]) -> Iterator[RecipientStatus]:
    """From words and numbers alone: Exim's field, qmail's and the Chinese providers' texts."""
    told = "\n".join(texts)
    lower = f"{_decoded(mail, 'Subject')}\n{told}".lower()
    status = _STATUS.search(told)
    reply = _REPLY.search(told)
    code = status.group(1) if status else f"{reply.group(1)[0]}.0.0" if reply else ""
    outcome = _outcome_of_words(lower, code)
    if outcome is None:
        return
    line = next((one for one in told.splitlines() if reply and reply.group(1) in one), "")
    diagnostic = " ".join(line.split())[:WIDTH]
    failed = [one.lower() for one in _ADDRESS.findall(_clean(mail.get("X-Failed-Recipients")))]
    for address in failed or [""]:
        yield RecipientStatus(address, outcome, code, diagnostic)


def _outcome_of_words(text: str, code: str) -> Outcome | None:
    words = _words()
    if code.startswith("2."):
        return Outcome.DELIVERED
    if code.startswith("4.") or (not code and any(one in text for one in words["temporary"])):
        return Outcome.TEMPORARY
    if code.startswith(_CONTENT_STATUS):
        return Outcome.CONTENT
    if any(one in text for one in words["permanent"]):
        return Outcome.PERMANENT
    if any(one in text for one in words["content"]):
        return Outcome.CONTENT
    return Outcome.PERMANENT if code.startswith("5.") else None


def _returned(mail: Message) -> Iterator[Message]:
    """The letter that is returned, whole or its headers."""
    for part in mail.walk():
        payload = part.get_payload()
        if part.get_content_type() == "message/rfc822" and isinstance(payload, list):
            yield from (one for one in payload if isinstance(one, Message))
        elif part.get_content_type() == "text/rfc822-headers":
            yield message_from_bytes(_text(part).encode("utf-8", "replace"))


def _text(part: Message) -> str:
    if part.is_multipart() or part.get_content_maintype() not in ("text", "message"):
        return ""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    for charset in (part.get_content_charset("utf-8"), "utf-8", "gb18030"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", "replace")


def _typed(value: object) -> str:
    """The address of `rfc822; somebody@example`; some systems leave the type out or add brackets."""
    found = _ADDRESS.search(_clean(value).rpartition(";")[2])
    return found.group(0).lower() if found else ""


def _clean(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""


def _decoded(mail: Message, name: str) -> str:
    """A header with its encoded words read; as it stands where they cannot be."""
    value = _clean(mail.get(name))
    try:
        reader = EmailMessage(policy=policy.default)
        reader[name] = value
        return str(reader[name])
    except (ValueError, LookupError, IndexError, AttributeError):
        return value


@cache
def _words() -> dict[str, tuple[str, ...]]:
    return {name: tuple(found) for name, found in tomllib.loads(_WORDS.read_text("utf-8")).items()}
