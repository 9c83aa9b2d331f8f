"""SMTP servers that behave as the recipient's name says: `grey-7@city.example` is greylisted, and so on."""

import asyncio
import ssl
import threading
from collections import Counter
from email import message_from_bytes, policy
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

RCPT_REPLIES = {
    "nobody": "550 5.1.1 no such mailbox",
    "grey": "450 4.2.0 come again",
    "busy": "421 4.3.2 closing",
    "locked": "530 5.7.0 authentication required",
}
DATA_REPLIES = {"full": "552 5.2.2 mailbox full", "error": "451 4.3.0 error in processing"}


def habit(address: str) -> str:
    return address.partition("@")[0].partition("-")[0]


def cut(server: SMTP) -> None:
    """Breaks the connection without a word."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


class _Server(SMTP):
    async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
        if "silent-" in arg:
            await asyncio.sleep(2)
        if "hangup-" in arg:
            cut(self)
            return
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        assert self.envelope is not None
        if self.envelope.rcpt_tos and habit(self.envelope.rcpt_tos[0]) == "cutbefore":
            await self.push("354 go on")
            await self._reader.readline()
            cut(self)
            return
        await super().smtp_DATA(arg)


class Sink(Controller):
    """Counts what it accepted by Message-ID; what was accepted before a cut is counted too."""

    def __init__(self, *, login: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self.accepted: Counter[str] = Counter()
        self.recipients: list[str] = []
        self.texts: list[bytes] = []
        self.keys: list[str] = []
        self.patient = False
        self.sessions: set[int] = set()
        self._login = login
        self._lock = threading.Lock()
        super().__init__(self, hostname="127.0.0.1", port=0, ready_timeout=10, ssl_context=tls)

    def factory(self) -> SMTP:
        return _Server(self, **self.options())

    def options(self) -> dict[str, Any]:
        options: dict[str, Any] = {"enable_SMTPUTF8": False, "hostname": "sink"}
        if self._login:
            options |= {
                "auth_required": True,
                "auth_require_tls": False,
                "authenticator": lambda *_: AuthResult(success=False, handled=False),
            }
        return options

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        reply = None if self.patient else RCPT_REPLIES.get(habit(address))
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 ok"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        name = habit(envelope.rcpt_tos[0])
        if name in DATA_REPLIES:
            return DATA_REPLIES[name]
        mail = message_from_bytes(envelope.content, policy=policy.default)
        with self._lock:
            self.accepted[str(mail["Message-ID"])] += 1
            self.recipients.extend(envelope.rcpt_tos)
            self.keys.append(str(mail["X-Qianshou-Key"]))
            self.texts.append(envelope.content)
            self.sessions.add(id(session))
        if name == "cutafter":
            cut(server)
        return "250 2.0.0 taken"

    def __enter__(self) -> "Sink":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop(no_assert=True)
