"""Every page for every role, with records of one's own and of others: seen exactly by whom section 15 lets see it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx2 import Response
from starlette.routing import Route

from console.web.access import Access
from console.web.api.interface import ROUTES
from console.web.pages import ALL
from models.rules.access import has_right
from tests.console.web.conftest import copied
from tests.console.web.keys import (
    APART,
    FEWER,
    NO_RIGHT,
    NOT_NOW,
    PAGES,
    POSTS,
    UNTOUCHED,
    WITHOUT_OBJECT,
    Key,
    examples,
)
from tests.console.web.ledger import watching
from tests.console.web.roles import CAST, MORE, ROLES, Scene, foreign_marks, office_of, person_of, viewer_of
from tests.console.web.staging import staged
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.factory import Bench

TRIED = 40
"""So many objects of a kind and group are looked at in search of one that is seen and one that is not."""
LONG = 6
"""A first part of a key that is longer than this says which object it is, and may be repeated alone."""
SHOWN = frozenset({200, 303})


@dataclass(frozen=True)
class Chosen:
    """Some objects of a kind as they are to somebody: seen, theirs but with nothing to see now, not theirs."""

    seen: tuple[str, ...]
    closed: tuple[str, ...]
    foreign: tuple[str, ...]


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

    def chosen(self, role: str, key: Key) -> Chosen:
        """Of every group of objects up to two of each sort; of many groups one."""
        with self.visits.bench.house.look() as work:
            viewer = viewer_of(work, self.scene, role)
            groups = examples(work, key)
            most = 2 if len(groups) == 1 else 1
            sorts: tuple[list[str], list[str], list[str]] = ([], [], [])
            for found in groups.values():
                of_group: tuple[list[str], list[str], list[str]] = ([], [], [])
                for one in self._tried(role, found):
                    mine = key.allowed(work, viewer, one)
                    stands = mine and key.stands(work, viewer, one)
                    of_group[0 if stands else 1 if mine else 2].append(one)
                for sort, some in zip(sorts, of_group, strict=True):
                    sort += list(dict.fromkeys(some))[:most]
            return Chosen(*(tuple(sort) for sort in sorts))

    def unknown(self, role: str, key: Key) -> list[str]:
        """Some of what is not theirs, of which they may not even know that it is there."""
        found = self.chosen(role, key).foreign
        with self.visits.bench.house.look() as work:
            viewer = viewer_of(work, self.scene, role)
            return [one for one in found if not key.known(work, viewer, one)]

    def _tried(self, role: str, found: list[str]) -> list[str]:
        """The scene's own objects first, then every so-many-th of all."""
        names = {self.scene.pair, self.scene.recipient, office_of(self.scene, role)}
        own = [one for one in found if any(name in one for name in names)]
        return [*own, *found[:: max(1, len(found) // TRIED)]]


@pytest.fixture(scope="module")
def walk(played: Bench, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    bench, scene = staged(played, tmp_path_factory.mktemp("home"))
    return Walk(visiting(bench), scene)


@pytest.fixture(scope="module")
def spare(played_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    """The same house once more, in which forms may be sent that write."""
    folder = tmp_path_factory.mktemp("spare")
    bench, scene = staged(copied(played_file, folder), folder)
    yield Walk(visiting(bench), scene)
    bench.house.engine.dispose()


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


def keyed_posts() -> list[Route]:
    return [route for route in routes("POST") if "{" in route.path and route.path not in WITHOUT_OBJECT]


def plain_posts() -> list[Route]:
    """Forms of no object: the register's acts and what is sent without an address of its own."""
    every = [route for route in routes("POST") if not access_of(route).public]
    return [route for route in every if "{" not in route.path and not route.path.startswith("/api/")]


def test_key_of_every_route_is_known() -> None:
    unknown = sorted(
        f"{method} {route.path}"
        for method, known in (("GET", PAGES), ("POST", POSTS))
        for route in routes(method)
        if "{" in route.path and route.path not in WITHOUT_OBJECT and route.path not in known
    )

    assert unknown == [], "Say for these routes in tests/console/web/keys.py who sees which of their objects."


def test_no_route_is_known_that_is_not_there() -> None:
    wrong = [
        path
        for method, known in (("GET", PAGES), ("POST", POSTS))
        for path in set(known) - {route.path for route in routes(method)}
    ]

    assert wrong == []


@pytest.mark.parametrize(("method", "known"), [("GET", PAGES), ("POST", POSTS)])
def test_of_every_route_something_is_seen_by_one_and_refused_to_another(
    walk: Walk, method: str, known: Mapping[str, Key]
) -> None:
    """Else the walk below would show nothing."""
    idle: list[str] = []
    for path, key in known.items():
        found = {part: walk.chosen(part, key) for part in CAST}
        seen = any(one.seen for one in found.values())
        refused = any(one.foreign for one in found.values())
        idle += [] if seen and refused else [f"{method} {path} {seen=} {refused=}"]

    assert idle == UNTOUCHED[method]


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


@pytest.mark.parametrize("part", CAST)
def test_pages_of_objects_are_seen_by_whom_they_concern(walk: Walk, part: str) -> None:
    guest, marks = walk.guest(part), walk.marks(part)
    wrong: list[tuple[object, ...]] = []

    with watching(walk.visits.bench) as watch:
        for route in keyed_pages():
            key = PAGES[route.path]
            chosen = walk.chosen(part, key)
            for sort, ones, statuses in sorts_of(route, key, chosen, part):
                for one in ones:
                    answer = guest.get(address(route, one))
                    if answer.status_code not in statuses:
                        wrong.append((answer.url.path, answer.status_code, sort))
                    said = one if sort == "is not theirs" else ""
                    wrong += leaks(
                        str(answer.url.path), answer, frozenset(mark for mark in marks if mark not in said)
                    )

        assert (wrong, watch.written) == ([], False)


@pytest.mark.parametrize("part", CAST)
def test_what_is_foreign_looks_like_what_is_not_there(walk: Walk, part: str) -> None:
    guest, different = walk.guest(part), []

    for route in keyed_pages():
        key = PAGES[route.path]
        if key.refused == NO_RIGHT or not access_of(route).allows_role(MORE.get(part, part)):
            continue
        for one in walk.unknown(part, key)[:3]:
            there, missing = (guest.get(address(route, each)) for each in (one, absent(one)))
            if neutral(there, one) != neutral(missing, absent(one)):
                different.append(there.url.path)

    assert different == []


@pytest.mark.parametrize("part", CAST)
def test_forms_about_what_is_not_ones_own_are_refused(walk: Walk, part: str) -> None:
    guest, marks = walk.guest(part), walk.marks(part)
    wrong: list[tuple[object, ...]] = []

    with watching(walk.visits.bench) as watch:
        for route in keyed_posts():
            key = POSTS[route.path]
            unknown = walk.unknown(part, key)
            for one in walk.chosen(part, key).foreign:
                answer = guest.post(address(route, one), **key.fields)
                # The answer is a refusal: a page with anything to read in it would tell more.
                tells = one in unknown and read_page(answer).rows
                if answer.status_code not in key.refused | NO_RIGHT or tells:
                    wrong.append((answer.url.path, answer.status_code))
                wrong += leaks(
                    str(answer.url.path), answer, frozenset(mark for mark in marks if mark not in one)
                )
                if watch.written:
                    wrong.append((answer.url.path, "written"))
                    watch.again()

    assert wrong == []


@pytest.mark.parametrize("part", CAST)
def test_forms_without_the_sessions_token_are_refused(walk: Walk, part: str) -> None:
    guest, wrong = walk.guest(part), []

    with watching(walk.visits.bench) as watch:
        for route in [*keyed_posts(), *plain_posts()]:
            key = POSTS.get(route.path)
            own = walk.chosen(part, key).seen[:1] if key else ("",)
            for one in own:
                for token in (None, "x" * 32):
                    answer = guest.post(address(route, one), csrf=token, **(key.fields if key else {}))
                    wrong += [(route.path, answer.status_code)] if answer.status_code != 403 else []

        assert (wrong, watch.written) == ([], False)


@pytest.mark.parametrize("part", CAST)
def test_forms_about_ones_own_are_read(spare: Walk, part: str) -> None:
    """They are answered for what stands in them, which is nearly nothing: not for who sends them."""
    guest, marks = spare.guest(part), spare.marks(part)
    wrong: list[tuple[object, ...]] = []

    for route in keyed_posts():
        key = POSTS[route.path]
        chosen = spare.chosen(part, key)
        for one in chosen.seen[:4]:
            answer = guest.post(address(route, one), **key.fields)
            if answer.status_code not in SHOWN | NOT_NOW:
                wrong.append((answer.url.path, answer.status_code, read_page(answer).text[:300]))
            wrong += leaks(str(answer.url.path), answer, marks)
        for one in chosen.closed[:4]:
            answer = guest.post(address(route, one), **key.fields)
            wrong += (
                [] if answer.status_code in key.closed else [(answer.url.path, answer.status_code, "closed")]
            )

    assert wrong == []


def sorts_of(
    route: Route, key: Key, chosen: Chosen, part: str
) -> list[tuple[str, tuple[str, ...], frozenset[int]]]:
    """Each sort of objects with the statuses by which the page answers for them."""
    may_come = access_of(route).allows_role(MORE.get(part, part))
    return [
        ("is theirs", chosen.seen, SHOWN),
        ("has nothing to see", chosen.closed, key.closed),
        ("is not theirs", chosen.foreign, key.refused if may_come else NO_RIGHT),
    ]


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


def address(route: Route, one: str) -> str:
    """The address of an object's page; an example of several parts fills the parameters in their order."""
    path = route.path
    for name, value in zip(re.findall(r"\{([a-z_0-9]+)(?::path)?\}", path), one.split(APART), strict=False):
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
    named, apart, others = key.partition(APART)
    first, colon, rest = named.partition(":")
    if first.isalpha():
        return f"{named}9{apart}{others}"
    return f"{first}9{colon}{rest}{apart}{others}"


def neutral(answer: Response, key: str) -> str:
    """An answer without what differs by itself: keys of forms, and the key that was asked for."""
    body = re.sub(r'name="once" value="[^"]*"', "", answer.text)
    key = key.partition(APART)[0]
    first = key.partition(":")[0]
    for said in (key, quote(key, safe=":+/")):
        # Where it is the key: digits of a year or a batch stand elsewhere, too.
        body = re.sub(rf'(?<=[/“"=]){re.escape(said)}(?=[”/"?&<])', "KEY", body)
    return f"{answer.status_code} " + (body.replace(first, "FIRST") if len(first) > LONG else body)
