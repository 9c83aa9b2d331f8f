"""Every page that the navigation reaches, by every role, large and small: accessible and within its width."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error

from tests.console.web.roles import ROLES, Scene, person_of, scene_of
from tests.e2e.browser import SIZES, Seat, seat
from tests.factory import Bench

EVERY = bool(os.environ.get("PROOF_PAGES"))
"""Whether axe looks at every page of every role; else at those that have something which no page before had."""
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
OUTLINE = """
() => [...new Set([...document.body.querySelectorAll("*")].map((one) =>
  [one.parentElement, one].map((each) =>
    ["class", "type", "role"].reduce((said, name) => `${said} ${each.getAttribute(name) ?? ""}`, each.localName)
  ).join(" > ")))]
"""
"""What stands on a page, each kind of element in its kind of place once."""
FIRST_LINKS = """
() => [
  ...document.querySelectorAll("nav a, .tabs a"),
  ...[...document.querySelectorAll("main table")].flatMap(
    (table) => [...(table.tBodies[0]?.rows[0]?.querySelectorAll("a") ?? [])]),
  ...[...document.querySelectorAll("main .button")].slice(0, 6),
].map((link) => link.getAttribute("href")).filter((path) => path && path.startsWith("/"))
"""
"""The navigation, the tabs, the first row of each table, and the first buttons: one page of each kind."""


@pytest.fixture(scope="module")
def scene(played: Bench) -> Scene:
    return scene_of(played)


@pytest.fixture(scope="module")
def looked_at() -> dict[str, set[str]]:
    """What axe has seen in this run, by the size of the window."""
    return {size: set() for size in SIZES}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("role", ROLES)
def test_pages_within_reach(
    browser: Browser,
    base: str,
    played: Bench,
    scene: Scene,
    looked_at: dict[str, set[str]],
    role: str,
    size: str,
) -> None:
    office = "operator" if role == "operator" else ""
    with seat(browser, base, played, person_of(scene, role), office, size=size) as sitting:
        seen = None if EVERY else looked_at[size]
        found = [(path, fault) for path in reached(sitting) for fault in faults(sitting, path, seen)]

        assert (found, sitting.complaints) == ([], [])


def test_sign_in_page(browser: Browser, base: str, played: Bench) -> None:
    with seat(browser, base, played, "430000-mz.officer") as sitting:
        sitting.context.clear_cookies()

        assert [fault for path in ("/sign-in", "/no/such/page") for fault in faults(sitting, path)] == []


def test_refused_form_is_accessible(browser: Browser, base: str, played: Bench) -> None:
    with seat(browser, base, played, "430000-mz.officer") as sitting:
        sitting.open("/act/opening.extend_batch?batch=2&fixed=batch")
        sitting.press("延")

        assert violations(sitting) == []


def test_keyboard_skips_to_the_text(browser: Browser, base: str, played: Bench) -> None:
    with seat(browser, base, played, "430000-mz.officer") as sitting:
        sitting.open("/todo")
        sitting.page.keyboard.press("Tab")
        first = sitting.page.evaluate("document.activeElement.getAttribute('href')")
        sitting.page.keyboard.press("Enter")

        assert (first, sitting.path) == ("#main", "/todo#main")
        assert sitting.page.evaluate("document.activeElement.id") == "main"


def reached(sitting: Seat) -> Iterator[str]:
    """Pages from the first one on: two steps deep, one of each kind."""
    kinds: set[str] = set()
    todo, depth = ["/todo"], {"/todo": 0}
    while todo:
        path = todo.pop(0)
        kind = kind_of(path)
        if kind in kinds:
            continue
        kinds.add(kind)
        yield path
        if depth[path] >= 2:
            continue
        for link in sitting.page.evaluate(FIRST_LINKS):
            if link not in depth:
                depth[link] = depth[path] + 1
                todo.append(link)


def kind_of(path: str) -> str:
    """The pages that look alike: an act by its name, an object by its page."""
    parts = urlsplit(path).path.strip("/").split("/")
    return (
        "/".join(parts[:2]) if parts[0] == "act" or len(parts) < 2 else f"{parts[0]}/…/{'/'.join(parts[2:])}"
    )


def faults(sitting: Seat, path: str, seen: set[str] | None = None) -> list[str]:
    """What is wrong with one page; axe is asked only where something stands on it that is not among the seen."""
    try:
        status = sitting.open(path)
    except Error as fault:
        # A file is kept, not shown.
        return [] if "Download is starting" in fault.message else [fault.message]
    found = [] if status in (200, 404 if "no/such" in path else 200) else [f"status {status}"]
    if sitting.page.locator("body").count() == 0 or "html" not in str(
        sitting.page.evaluate("document.contentType")
    ):
        return found
    # Every landmark of the page, the page's width, and axe.
    wide = sitting.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    if wide > 0:
        found.append(f"scrolls sideways by {wide} pixels")
    if seen is not None:
        outline = set(sitting.page.evaluate(OUTLINE))
        if outline <= seen:
            return found
        seen |= outline
    return found + violations(sitting)


def violations(sitting: Seat) -> list[str]:
    """What axe finds, with the first place of each."""
    result = Axe().run(sitting.page, options=RULES)
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['target']} {one['nodes'][0]['html'][:120]}"
        for one in result.response["violations"]
    ]
