"""A console that listens on this machine, and browsers in which people of the played house are signed in."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

from console.web.app import make_app
from console.web.visit import COOKIE, Console
from tasks.sign_in import enter_as
from tests.factory import Bench

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"desk": (1366, 768), "phone": (390, 844)}
WAIT_S = 20.0


def require_chromium() -> None:
    """Skips where there is no browser, never in CI: there it is installed."""
    if not CHROMIUM.exists() and not os.environ.get("CI"):
        pytest.skip("no /usr/bin/chromium here: apt-get install chromium fonts-noto-cjk")


def launched(playwright: Playwright) -> Browser:
    """Debian's Chromium, which calls nobody."""
    return playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(SWITCHES))


@contextmanager
def listening(bench: Bench, **console: object) -> Iterator[str]:
    """The console of a house on a free port; its address."""
    app = make_app(Console(bench.house, **{"demonstration": True, **console}))  # type: ignore[arg-type]
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    began = time.monotonic()
    while not server.started:
        if time.monotonic() - began > WAIT_S:
            raise TimeoutError("the console does not listen")
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(WAIT_S)


@dataclass
class Seat:
    """Somebody before a browser; `complaints` are what the browser's console said."""

    context: BrowserContext
    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> int:
        """Goes to an address; the answer's status."""
        answer = self.page.goto(self.base + path, wait_until="load")
        return answer.status if answer else 0

    @property
    def path(self) -> str:
        """Where the browser stands."""
        return self.page.url.removeprefix(self.base)

    def press(self, label: str) -> None:
        """Presses the first button that is called so, and waits for the page it leads to."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=label, exact=False).first.click()


@contextmanager
def seat(
    browser: Browser,
    base: str,
    bench: Bench,
    person: str,
    organisation: str = "",
    *,
    size: str = "desk",
    scripts: bool = True,
) -> Iterator[Seat]:
    """A browser window in which somebody is signed in."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN", java_script_enabled=scripts
    )
    entered = enter_as(bench.house, person, organisation or person.rpartition(".")[0])
    context.add_cookies([{"name": COOKIE, "value": entered.token, "url": base}])
    page = context.new_page()
    sitting = Seat(context, page, base)

    def heard(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            sitting.complaints.append(f"{page.url}: {message.text}")

    page.on("console", heard)
    page.on("pageerror", lambda error: sitting.complaints.append(f"{page.url}: {error}"))
    try:
        yield sitting
    finally:
        context.close()
