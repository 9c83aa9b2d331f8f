"""The catcher's page: a read-only list of caught mails on loopback, each with its text and, in a sandbox, its HTML."""

from __future__ import annotations

from collections import defaultdict
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from functools import cache
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from notifications.catcher_store import CatcherStore
from notifications.facts import wording

PAGES = Path(__file__).with_name("pages")
PER_PAGE = 100
LONGEST_NUMBER = 16
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "[::1]")

_PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'"
)
# A caught mail is shown without scripts, without origin, and cannot fetch anything.
_MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


@cache
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(PAGES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class CatcherPage(BaseHTTPRequestHandler):
    """Answers GET and nothing else; each request opens the store anew, as each has a thread of its own."""

    server_version = "catcher"
    sys_version = ""
    home: Path

    def do_GET(self) -> None:
        # A page elsewhere that points its own name at 127.0.0.1 must not read the mails.
        if _host(self.headers.get("Host", "")) not in LOOPBACK_HOSTS:
            self._answer(HTTPStatus.FORBIDDEN, "text/plain", b"loopback only\n")
            return
        with CatcherStore(self.home) as store:
            self._route(store)

    def _route(self, store: CatcherStore) -> None:
        address = urlsplit(self.path)
        match address.path.strip("/").split("/"):
            case [""]:
                self._page(HTTPStatus.OK, list_page(store, parse_qs(address.query)))
            case ["style.css"]:
                self._answer(HTTPStatus.OK, "text/css", (PAGES / "style.css").read_bytes())
            case ["letters", number, *part] if number.isdecimal() and len(number) < LONGEST_NUMBER:
                self._letter(store.raw(int(number)), int(number), part)
            case _:
                self._missing()

    def _letter(self, raw: bytes | None, number: int, part: list[str]) -> None:
        match part:
            case _ if raw is None:
                self._missing()
            case []:
                self._page(HTTPStatus.OK, letter_page(raw, number))
            case ["html"]:
                self._answer(HTTPStatus.OK, "text/html", _body(_parsed(raw), "html").encode(), _MAIL_POLICY)
            case ["raw"]:
                self._answer(HTTPStatus.OK, "text/plain", raw)
            case _:
                self._missing()

    def _missing(self) -> None:
        self._page(HTTPStatus.NOT_FOUND, _pages().get_template("missing.html").render())

    def _page(self, status: HTTPStatus, page: str) -> None:
        self._answer(status, "text/html", page.encode())

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, rules: str = _PAGE_POLICY) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", rules)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the base class's name)
        """Says nothing: the addresses asked for are people's."""


def page_handler(home: Path) -> type[CatcherPage]:
    """The request handler for the store in `home`."""
    return type("CatcherPageHere", (CatcherPage,), {"home": home})


def list_page(store: CatcherStore, query: dict[str, list[str]]) -> str:
    """The list, newest first; `recipient` narrows it, `offset` turns the pages."""
    recipient = query.get("recipient", [""])[0] or None
    offset_text = query.get("offset", ["0"])[0]
    offset = int(offset_text) if offset_text.isdecimal() and len(offset_text) < LONGEST_NUMBER else 0
    count = store.count(recipient)
    words = wording()["catcher"]
    turns = []
    if offset > 0:
        turns.append((words["newer"], max(0, offset - PER_PAGE)))
    if offset + PER_PAGE < count:
        turns.append((words["older"], offset + PER_PAGE))
    lines = [
        {
            "id": line.id,
            "at": line.received_at.strftime("%Y-%m-%d %H:%M:%S"),
            "recipient": line.recipient,
            "subject": line.subject,
            "key": line.key,
        }
        for line in store.lines(recipient, limit=PER_PAGE, offset=offset)
    ]
    selected: defaultdict[str, Markup] = defaultdict(Markup)
    if recipient is not None:
        selected[recipient] = Markup(" selected")
    return (
        _pages()
        .get_template("list.html")
        .render(
            count=count,
            recipients=store.recipients(),
            selected=selected,
            lines=lines,
            pages=[
                {"label": label, "href": "/?" + urlencode({"recipient": recipient or "", "offset": to})}
                for label, to in turns
            ],
        )
    )


def letter_page(raw: bytes, number: int) -> str:
    """One mail: its headers, its text, and a frame for its HTML."""
    mail = _parsed(raw)
    labels: dict[str, str] = wording()["catcher"]["headers"]
    return (
        _pages()
        .get_template("letter.html")
        .render(
            id=number,
            subject=str(mail["Subject"] or ""),
            headers=[(label, _written(mail, name)) for name, label in labels.items()],
            text=_body(mail, "plain"),
        )
    )


def _written(mail: EmailMessage, name: str) -> str:
    """A header as it was written. Between two encoded words there is no blank (RFC 2047), which Python's own reading of
    a long Chinese display name leaves in.
    """
    for header, raw in mail.raw_items():
        if header.lower() == name.lower():
            return str(make_header(decode_header(str(raw))))
    return ""


def _parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def _body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        return str(wording()["catcher"]["no_text"])
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)


def _host(header: str) -> str:
    """The Host header without its port; IPv6 keeps its brackets."""
    if header.startswith("["):
        return header.partition("]")[0] + "]"
    return header.partition(":")[0].lower()
