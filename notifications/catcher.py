"""The mail catcher: takes every mail on loopback, keeps it and shows it; nothing leaves the machine through it."""

from __future__ import annotations

import asyncio
import ipaddress
import threading
from email import message_from_bytes, policy
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from models.clock import Clock
from notifications.catcher_page import page_handler
from notifications.catcher_store import CatcherStore, Caught

HOST = "127.0.0.1"
LARGEST_MAIL = 32 * 1024 * 1024


class NotLoopback(ValueError):
    """The catcher was told to listen where others could reach it; it keeps people's letters and has no login."""


class Keeper:
    """What the SMTP side does with a mail: one row per recipient, stamped by the house's clock."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self._home = home
        self._clock = clock
        self._store: CatcherStore | None = None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keeps the mail and says 250; the name is aiosmtpd's."""
        if self._store is None:
            # Opened here, in the thread that will use it.
            self._store = CatcherStore(self._home)
        raw = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        mail = message_from_bytes(raw, policy=policy.default)
        for recipient in envelope.rcpt_tos:
            self._store.keep(
                Caught(
                    message_id=str(mail["Message-ID"] or ""),
                    key=str(mail["X-Qianshou-Key"] or ""),
                    recipient=recipient,
                    subject=str(mail["Subject"] or ""),
                    received_at=self._clock.now(),
                    raw=raw,
                )
            )
        return "250 kept"


class LoopbackController(Controller):
    """The SMTP side; with port 0 the system chooses one, and `port` then says which."""

    def _trigger_server(self) -> None:
        # The base class knocks at the port before it says that it is ready.
        if isinstance(self.server, asyncio.Server):
            self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


class Catcher:
    """Both servers of the catcher, running between `start` and `stop` (or within `with`)."""

    def __init__(self, home: Path, clock: Clock, *, smtp_port: int, http_port: int, host: str = HOST) -> None:
        refuse_unless_loopback(host)
        self._smtp = LoopbackController(
            Keeper(home, clock), hostname=host, port=smtp_port, data_size_limit=LARGEST_MAIL, ready_timeout=10
        )
        self._page = ThreadingHTTPServer((host, http_port), page_handler(home))
        self._page.daemon_threads = True
        self._thread = threading.Thread(target=self._page.serve_forever, name="catcher-page", daemon=True)

    @property
    def smtp_url(self) -> str:
        """What a mailer is told to reach the catcher, once it has started."""
        return f"smtp://{self._smtp.hostname}:{self._smtp.port}"

    @property
    def page_address(self) -> str:
        """Where the page is."""
        host, port = self._page.server_address[:2]
        return f"http://{host!s}:{port}/"

    def start(self) -> None:
        """Begins to listen on both ports."""
        self._smtp.start()
        self._thread.start()

    def stop(self) -> None:
        """Stops listening; what was accepted is stored."""
        self._smtp.stop(no_assert=True)
        self._page.shutdown()
        self._page.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def serve_catcher(
    home: Path, smtp_port: int, http_port: int, *, clock: Clock, until: threading.Event
) -> None:
    """Runs the catcher until `until` is set. Raises OSError when a port is taken."""
    with Catcher(home, clock, smtp_port=smtp_port, http_port=http_port):
        until.wait()


def refuse_unless_loopback(host: str) -> None:
    """Raises NotLoopback for every address but the machine's own."""
    try:
        own = ipaddress.ip_address(host).is_loopback
    except ValueError:
        own = host == "localhost"
    if not own:
        raise NotLoopback(f"the catcher listens on loopback only, not on {host!r}")
