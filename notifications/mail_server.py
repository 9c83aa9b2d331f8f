"""The mail server as its URL describes it: where it is, how the way there is kept secret, what it reports."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from notifications.misconfigured import PostMisconfigured

LOOPBACK = ("localhost", "127.0.0.1", "::1")
Choice = TypeVar("Choice", bound=StrEnum)

FORM = "smtp://[user:password@]host[:port] or smtps://…"


class MailUrlInvalid(PostMisconfigured):
    """QIANSHOU_SMTP_URL is not `smtp://[user:password@]host[:port][?starttls=…&ca=…&dsn=…]` or `smtps://…`."""


class StartTls(StrEnum):
    """Whether a connection that begins in the clear goes on under TLS; the certificate is checked whenever it does."""

    REQUIRED = "required"
    OFFERED = "offered"
    NEVER = "never"


class Reports(StrEnum):
    """Which delivery status notifications (RFC 3461) the server is asked for, where it offers them.

    `default` leaves it to the servers on the way; `failure` and `failure,delay` ask for just these.
    """

    DEFAULT = "default"
    FAILURE = "failure"
    DELAY = "failure,delay"
    NEVER = "never"


@dataclass(frozen=True)
class MailServer:
    """Where and how to connect. A password never travels in the clear, save on this machine."""

    host: str
    port: int
    user: str | None
    password: str | None
    tls_from_start: bool
    start_tls: StartTls
    reports: Reports
    authorities: Path | None

    @property
    def name(self) -> str:
        """How it stands in the records: without the password."""
        return f"{self.host}:{self.port}"

    def tls(self) -> ssl.SSLContext:
        """What a certificate is checked against: the machine's authorities or those of `ca`, and the host's name."""
        return _verification(self.authorities)


@cache
def _verification(authorities: Path | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=authorities)
    except OSError as error:
        raise MailUrlInvalid(f"mail server: ca={authorities}: {error}") from error


def mail_server(url: str) -> MailServer:
    """Reads the URL; raises MailUrlInvalid, which never repeats a password.

    `starttls` is `required` (the default wherever a password is sent to another machine), `offered` (the default
    elsewhere) or `never`; `ca` a file of authorities in place of the machine's own; `dsn` the reports asked for.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MailUrlInvalid(f"mail server: {error}") from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
        raise MailUrlInvalid(f"mail server: expected {FORM}")
    secure = parts.scheme == "smtps"
    given = _options(parts.query)
    secret = parts.username is not None and parts.hostname not in LOOPBACK
    server = MailServer(
        host=parts.hostname,
        port=port or (465 if secure else 587 if parts.username else 25),
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password or "") if parts.username else None,
        tls_from_start=secure,
        start_tls=_choice(StartTls, given, "starttls", StartTls.REQUIRED if secret else StartTls.OFFERED),
        reports=_choice(Reports, given, "dsn", Reports.DEFAULT),
        authorities=Path(given["ca"]) if "ca" in given else None,
    )
    if secure and "starttls" in given:
        raise MailUrlInvalid(
            "mail server: smtps:// is under TLS from the start, so starttls= says nothing there"
        )
    if secret and not secure and server.start_tls is not StartTls.REQUIRED:
        raise MailUrlInvalid(
            f"mail server: a password would travel in the clear to {server.name}; leave starttls={server.start_tls} out"
        )
    return server


def _options(query: str) -> dict[str, str]:
    given = dict(parse_qsl(query, keep_blank_values=True))
    unknown = ", ".join(sorted(given.keys() - {"starttls", "ca", "dsn"}))
    if unknown:
        raise MailUrlInvalid(f"mail server: there is no option {unknown}; there are starttls, ca and dsn")
    return given


def _choice(kind: type[Choice], given: dict[str, str], name: str, otherwise: Choice) -> Choice:
    if name not in given:
        return otherwise
    try:
        return kind(given[name])
    except ValueError:
        known = ", ".join(kind)
        raise MailUrlInvalid(f"mail server: {name}={given[name]!r} is not one of {known}") from None
