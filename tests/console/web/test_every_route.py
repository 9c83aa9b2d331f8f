"""Every page for every role, with records of one's own and of others: seen exactly by whom section 15 lets see it."""

import re
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from httpx2 import Response
from starlette.routing import Route

from console.web.access import Access
from console.web.api.interface import ROUTES
from console.web.pages import ALL
from models.rules.access import has_right
from tests.console.web.keys import FEWER, KEYS, WITHOUT_OBJECT, How, Key, examples
from tests.console.web.ledger import watching
from tests.console.web.roles import ROLES, Scene, foreign_marks, person_of, scene_of, viewer_of
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.factory import Bench

TRIED = 40
"""So many objects of a kind are looked at in search of one that is seen and one that is not."""


LONG = 6
"""A first part of a key that is longer than this says which object it is, and may be repeated alone."""


@dataclass(frozen=True)
class Walk:
    """The played house, visited."""

    visits: Visiting
    scene: Scene

    def guest(self, role: str) -> Guest:
        """Somebody of a role, signed in."""
        person = person_of(self.scene, role)
        return self.visits.as_(person, "operator" if role == "operator" else "")

    def marks(self, role: str) -> frozenset[str]:
        """What no answer to a role may contain."""
        with self.visits.bench.house.look() as work:
            return foreign_marks(work, self.scene, role)

    def chosen(self, role: str, key: Key) -> tuple[list[str], list[str]]:
        """Up to two keys that the role may see, and up to two that it may not."""
        seen: list[str] = []
        foreign: list[str] = []
        with self.visits.bench.house.look() as work:
            viewer = viewer_of(work, self.scene, role)
            found = examples(work, key)
            # The scene's own objects first, then every so-many-th of all.
            own = [one for one in found if self.scene.pair in one or self.scene.recipient in one]
            for one in [*own, *found[:: max(1, len(found) // TRIED)]]:
                (seen if key.allowed(work, viewer, one) else foreign).append(one)
        return list(dict.fromkeys(seen))[:2], list(dict.fromkeys(foreign))[:2]


@pytest.fixture(scope="module")
def walk(played: Bench) -> Walk:
    scene = scene_of(played)
    return Walk(visiting(played), scene)


def access_of(route: Route) -> Access:
    found: Access = route.endpoint.access  # type: ignore[attr-defined]
    return found


def routes(method: str) -> list[Route]:
    pages = [route for one in ALL for route in one.routes]
    operations = [route for route in ROUTES if isinstance(route, Route)]
    return [route for route in [*pages, *operations] if method in (route.methods or ())]


def plain_pages() -> list[Route]:
    """Pages without a key that are neither public nor the demonstration's."""
    return [route for route in routes("GET") if "{" not in route.path and not access_of(route).public]


def keyed_pages() -> list[Route]:
    return [route for route in routes("GET") if "{" in route.path and route.path not in WITHOUT_OBJECT]


def test_key_of_every_route_is_known() -> None:
    unknown = sorted(
        route.path
        for route in [*routes("GET"), *routes("POST")]
        if "{" in route.path and route.path not in WITHOUT_OBJECT and route.path not in KEYS
    )

    assert unknown == [], "Say for these routes in tests/console/web/keys.py which kind their key is."


def test_no_route_is_known_that_is_not_there() -> None:
    there = {route.path for route in [*routes("GET"), *routes("POST")]}

    assert sorted(set(KEYS) - there) == []


@pytest.mark.parametrize("role", ROLES)
def test_pages_without_a_key_are_seen_by_whom_they_are_for(walk: Walk, role: str) -> None:
    guest, marks = walk.guest(role), walk.marks(role)
    wrong: list[tuple[object, ...]] = []

    with watching(walk.visits.bench) as watch:
        for route in plain_pages():
            access = access_of(route)
            answer = guest.get(route.path)
            if not access.allows_role(role) or role not in FEWER.get(route.path, ROLES):
                wrong += [(route.path, answer.status_code)] if answer.status_code != 403 else []
            elif answer.status_code not in (200, 303, 400):
                wrong.append((route.path, answer.status_code))
            wrong += leaks(route.path, answer, marks)
            for path in exports(answer):
                wrong += leaks(path, guest.get(route.path + path), marks)

        assert (wrong, watch.written) == ([], False)


@pytest.mark.parametrize("role", ROLES)
def test_pages_of_objects_are_seen_by_whom_they_concern(walk: Walk, role: str) -> None:
    guest, marks = walk.guest(role), walk.marks(role)
    wrong: list[tuple[object, ...]] = []

    with watching(walk.visits.bench) as watch:
        for route in keyed_pages():
            key = KEYS[route.path]
            seen, foreign = walk.chosen(role, key)
            may_come = access_of(route).allows_role(role)
            for one in seen:
                answer = guest.get(address(route, key, one))
                allowed = {200, 303} if key.how is How.EXACT else {200, 303, 400, 403, 404, 409}
                allowed = allowed if may_come else {403, 404}
                if answer.status_code not in allowed:
                    wrong.append((answer.url.path, answer.status_code, "is theirs"))
                wrong += leaks(str(answer.url.path), answer, marks)
            for one in foreign:
                answer = guest.get(address(route, key, one))
                refused = {404} if may_come else {403, 404}
                if answer.status_code not in refused and key.how is not How.OPEN:
                    wrong.append((answer.url.path, answer.status_code, "is not theirs"))
                wrong += leaks(
                    str(answer.url.path), answer, frozenset(mark for mark in marks if mark not in one)
                )

        assert (wrong, watch.written) == ([], False)


@pytest.mark.parametrize("role", ["city_civil", "county_civil", "sender", "recipient", "reviewer"])
def test_what_is_foreign_looks_like_what_is_not_there(walk: Walk, role: str) -> None:
    guest, different = walk.guest(role), []

    for route in keyed_pages():
        key = KEYS[route.path]
        if key.how is How.OPEN or not access_of(route).allows_role(role):
            continue
        for one in walk.chosen(role, key)[1][:1]:
            there, missing = (guest.get(address(route, key, each)) for each in (one, absent(one)))
            if neutral(there, one) != neutral(missing, absent(one)):
                different.append(there.url.path)

    assert different == []


@pytest.mark.parametrize("role", ROLES)
def test_right_to_a_page_is_a_right_of_the_table(walk: Walk, role: str) -> None:
    """The navigation shows what may be seen, and what may not be seen answers 403 by the role alone."""
    guest = walk.guest(role)

    shown = {path for _, path in read_page(guest.get("/todo", follow=True)).links if path.count("/") == 1}

    by_path = {route.path: access_of(route) for route in plain_pages()}
    wrong = [path for path in shown if path in by_path and not by_path[path].allows_role(role)]
    kinds = {access.kind for access in by_path.values() if access.kind}
    assert (wrong, [kind for kind in kinds if not any(has_right(one, "R", kind) for one in ROLES)]) == (
        [],
        [],
    )


def address(route: Route, key: Key, one: str) -> str:
    """The address of an object's page."""
    names = re.findall(r"\{([a-z_]+)(?::path)?\}", route.path)
    path = route.path
    for number, name in enumerate(names):
        value = one if number == 0 else key.rest[name]
        path = re.sub(rf"\{{{name}(:path)?\}}", quote(value, safe=":+/"), path)
    return path


def leaks(path: str, answer: Response, marks: frozenset[str]) -> list[tuple[str, str]]:
    """Marks of others that stand in an answer."""
    if "text" not in answer.headers.get("content-type", "") and "json" not in answer.headers.get(
        "content-type", ""
    ):
        return []
    body = answer.text
    return [(path, mark) for mark in sorted(marks) if mark in body][:3]


def exports(answer: Response) -> list[str]:
    """The tables of a page as files: their addresses."""
    if answer.status_code != 200 or "html" not in answer.headers["content-type"]:
        return []
    return [path for _, path in read_page(answer).links if path.startswith("?") and "format=csv" in path]


def absent(key: str) -> str:
    """A key of the same shape that nothing has."""
    first, colon, rest = key.partition(":")
    return f"{first}9{colon}{rest}"


def neutral(answer: Response, key: str) -> str:
    """An answer without what differs by itself: keys of forms, and the key that was asked for."""
    body = re.sub(r'name="once" value="[^"]*"', "", answer.text)
    first = key.partition(":")[0]
    body = body.replace(key, "KEY").replace(quote(key, safe=":+/"), "KEY")
    return f"{answer.status_code} " + (body.replace(first, "FIRST") if len(first) > LONG else body)
