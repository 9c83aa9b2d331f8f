"""A played house, the console over it on a port of this machine, and a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.console.web.conftest import played, played_file  # noqa: F401  (fixtures)
from tests.e2e.browser import launched, listening, require_chromium
from tests.factory import Bench


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for a file: playwright keeps an event loop running, which no other file's tests must meet."""
    require_chromium()
    with sync_playwright() as playwright:
        chromium = launched(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def base(browser: Browser, played: Bench) -> Iterator[str]:  # noqa: F811
    with listening(played) as address:
        yield address
