"""Laying out a letter: rendering by Jinja2, and MIME laid out once per kind and filled per letter.

`email.message.EmailMessage` costs more than everything else about a letter together; the same bytes come from a
prepared frame of multipart/alternative with base64 bodies, which the tests read back with the standard parser.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, TemplateError, select_autoescape

from models.privacy import letter_token
from notifications.addresses import is_deliverable
from notifications.attempts import Wording, sum_of
from notifications.catalogue import LetterKind, letter_kind
from notifications.facts import wording
from notifications.headers import mailbox, one_line, token, unstructured
from notifications.lines import DigestLine, sections, summary
from notifications.outbox import ClaimedLetter

INVITATION = "account_invited"
"""The kind of letter by whose link a person sets their own password."""
TEMPLATES = Path(__file__).with_name("templates")

# Base64 has no underscore, so no body can contain the boundary.
BOUNDARY = "=_qianshou_"
BASE64_WIDTH = 76
"""RFC 2045: no line of base64 is longer."""


class LayoutFailed(ValueError):
    """A letter's facts and its templates do not fit together; the letter goes to the operator, the others go on."""


class FrameIncomplete(ValueError):
    """What every letter shows is not complete; K03 wants the contact of the province's offices in each."""


@dataclass(frozen=True)
class Frame:
    """What every letter shares: the programme's title, the contact lines (K03), the console's address, the sender."""

    programme: str
    contacts: tuple[str, ...]
    link_base: str
    sender_name: str
    sender_address: str

    def __post_init__(self) -> None:
        if not self.contacts:
            raise FrameIncomplete("K03: the contact of the province's offices is shown in every letter")
        if not is_deliverable(self.sender_address):
            raise FrameIncomplete(f"the sender's address is not one: {self.sender_address!r}")

    def link(self, key: str) -> str:
        """Where a step or another subject is looked at and acted on: `BASE/go/KEY`."""
        return f"{self.base}/go/{quote(key, safe=':')}"

    @property
    def base(self) -> str:
        """The console's address without a slash at its end."""
        return self.link_base.rstrip("/")

    def one_time_link(self, letter: str) -> str:
        """Where whoever has the letter of this key confirms without an account: `BASE/link/TOKEN`."""
        return f"{self.base}/link/{letter_token(letter)}"

    def password_link(self, letter: str) -> str:
        """Where whoever has the letter of this key sets their own password: `BASE/password/TOKEN`."""
        return f"{self.base}/password/{letter_token(letter)}"


_TOKEN = re.compile(r"/(link|password)/[A-Za-z0-9_-]{20,}")
_LEFT_OUT = re.compile(r"/(link|password)/…")


def without_token(text: str) -> str:
    """A letter's words without the token of its one-time link, for whoever is not its recipient."""
    return _TOKEN.sub(r"/\1/…", text)


def with_token(text: str, letter: str) -> str:
    """The words as they were sent: the token that was left out follows from the letter's key."""
    return _LEFT_OUT.sub(lambda found: f"/{found[1]}/{letter_token(letter)}", text)


@dataclass(frozen=True)
class Page:
    """A letter's words."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class LaidOut:
    """A letter ready to leave: envelope, subject for the records, and the message as bytes with CRLF."""

    message_id: str
    key: str
    sender: str
    recipient: str
    subject: str
    content: bytes
    words: Wording


@dataclass(frozen=True)
class _Form:
    """What is the same in all letters of one kind."""

    kind: LetterKind
    subject: Template
    text: Template
    html: Template
    clauses: str


_CONTENT_HEAD = (
    "MIME-Version: 1.0\r\n"
    "Auto-Submitted: auto-generated\r\n"
    f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"\r\n'
    "\r\n"
    f"--{BOUNDARY}\r\n"
    'Content-Type: text/plain; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: base64\r\n\r\n"
).encode()
_CONTENT_MIDDLE = (
    f"\r\n--{BOUNDARY}\r\n"
    'Content-Type: text/html; charset="utf-8"\r\n'
    "Content-Transfer-Encoding: base64\r\n\r\n"
).encode()
_CONTENT_END = f"\r\n--{BOUNDARY}--\r\n".encode()


@cache
def templates() -> Environment:
    """The templates of this folder: StrictUndefined, HTML escaped, no cache invalidation at run time."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def _form(kind_name: str) -> _Form:
    kind = letter_kind(kind_name)
    return _Form(
        kind=kind,
        subject=_template(f"{kind.template}.subject.txt"),
        text=_template(f"{kind.template}.txt"),
        html=_template(f"{kind.template}.html"),
        clauses=str(wording()["summary"]["clauses"]).join(kind.clauses),
    )


def _template(name: str) -> Template:
    found = templates().get_template(name)
    # Jinja copies the globals into every rendering: from a dict ten times faster than from its chain of maps.
    found.globals = dict(found.globals)
    return found


def render(letter: ClaimedLetter, frame: Frame, lines: Sequence[DigestLine] = ()) -> Page:
    """The letter's subject, text and HTML; for a kind that gathers, with its lines. Raises LayoutFailed."""
    try:
        return _page(letter, frame, lines)
    except (LookupError, TypeError, ValueError, TemplateError) as error:
        raise LayoutFailed(f"letter {letter.key}: {type(error).__name__}: {error}") from error


def _page(letter: ClaimedLetter, frame: Frame, lines: Sequence[DigestLine]) -> Page:
    form = _form(letter.kind)
    context: dict[str, Any] = form.kind.shown(letter.facts)
    context.update(
        addressee=letter.recipient_name,
        frame=frame,
        clauses=form.clauses,
        link=frame.link(letter.subject_key),
        password_link=frame.password_link(letter.key) if letter.kind == INVITATION else "",
        one_time_links=[frame.one_time_link(letter.key)] if letter.facts.get("link_until") else [],
    )
    if form.kind.gathers:
        parts = sections(lines, frame.link)
        context.update(sections=parts, total=len(lines), summary=summary(parts))
    return Page(
        subject=one_line(form.subject.render(context)),
        text=form.text.render(context),
        html=form.html.render(context),
    )


def lay_out(letter: ClaimedLetter, frame: Frame, now: datetime, lines: Sequence[DigestLine] = ()) -> LaidOut:
    """The whole message; `now` stands in its Date. Raises LayoutFailed, also for an address that breaks a header."""
    if not is_deliverable(letter.address):
        raise LayoutFailed(f"letter {letter.key}: no deliverable address: {letter.address!r}"[:200])
    page = render(letter, frame, lines)
    head = (
        f"Message-ID: {letter.message_id}\r\n"
        f"Date: {_date(now)}\r\n"
        f"From: {mailbox(frame.sender_name, frame.sender_address)}\r\n"
        f"To: {mailbox(letter.recipient_name, letter.address)}\r\n"
        f"Subject: {unstructured(page.subject)}\r\n"
        f"X-Qianshou-Key: {token(letter.key)}\r\n"
    )
    content = message(head, page.text, page.html)
    return LaidOut(
        message_id=letter.message_id,
        key=letter.key,
        sender=frame.sender_address,
        recipient=letter.address,
        subject=page.subject,
        content=content,
        # What is kept as evidence has no token in it: `with_token` gives the very words back.
        words=Wording(head, without_token(page.text), without_token(page.html), sum_of(content)),
    )


# The letters of one run carry one instant.
_date = lru_cache(maxsize=16)(format_datetime)


def message(head: str, text: str, html: str) -> bytes:
    """The bytes of a message from its header and bodies; from those that were kept, the bytes that were sent."""
    return b"".join(
        (head.encode("ascii"), _CONTENT_HEAD, _body(text), _CONTENT_MIDDLE, _body(html), _CONTENT_END)
    )


def _body(text: str) -> bytes:
    coded = b64encode(text.replace("\n", "\r\n").encode("utf-8", "replace"))
    lines = [coded[start : start + BASE64_WIDTH] for start in range(0, len(coded), BASE64_WIDTH)]
    return b"\r\n".join([*lines, b""])
