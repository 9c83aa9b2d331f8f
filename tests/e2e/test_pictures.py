"""The main pages as the README shows them: of a house in its third year, taken by this run where it is asked for."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import text

from tests.e2e.browser import seat
from tests.factory import PROVINCE, Bench

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
MOST_BYTES = 200 * 1024
MONTH = "2023-10"


@pytest.mark.parametrize("name", ["todo", "overview", "application", "agreement", "month", "phone-todo"])
def test_picture(browser: Browser, base: str, played: Bench, tmp_path: Path, name: str) -> None:
    person, path = shown(played)[name.removeprefix("phone-")]
    size = "phone" if name.startswith("phone-") else "desk"
    with seat(browser, base, played, person, size=size) as sitting:
        status = sitting.open(path)
        file = folder(tmp_path) / f"console-{name}.png"
        sitting.page.screenshot(path=file)

        assert (status, sitting.complaints) == (200, [])
        assert file.stat().st_size < MOST_BYTES


def folder(otherwise: Path) -> Path:
    """Where pictures go: among the documents with E2E_PICTURES=1, else nowhere that stays."""
    if os.environ.get("E2E_PICTURES") != "1":
        return otherwise
    PICTURES.mkdir(parents=True, exist_ok=True)
    return PICTURES


def shown(played: Bench) -> dict[str, tuple[str, str]]:
    """Page → who looks at it and where it is."""
    with played.work() as work:
        connection = work.session.connection()
        pair, recipient = connection.execute(
            text("SELECT key, recipient FROM pair WHERE batch = 1 ORDER BY key LIMIT 1")
        ).one()
        application = connection.execute(
            text("SELECT key FROM application WHERE batch = 2 AND state = 'emailed' ORDER BY key LIMIT 1")
        ).scalar_one()
    return {
        "todo": (f"{PROVINCE}.officer", "/todo"),
        "overview": (f"{PROVINCE}.officer", "/overview"),
        "application": (f"{PROVINCE}.officer", f"/application/{application}"),
        "agreement": (f"{PROVINCE}.officer", f"/agreement/{pair}"),
        "month": (f"{recipient}.officer", f"/fieldwork/{pair}:2023/month/{MONTH}"),
    }
