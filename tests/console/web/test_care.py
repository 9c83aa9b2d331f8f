"""What surrounds every answer: headers, the size of a request, forms without a token."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from console.web.careful import HEADERS, MAX_BODY
from console.web.pages import ALL
from console.web.routes import Pages
from tests.console.web.ledger import watching
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.factory import make_bench

OFFICER = "430121-mz.officer"

PLACES = {
    "page": ("/todo", 200),
    "redirect": ("/", 303),
    "static": ("/static/style.css", 200),
    "missing file": ("/static/none.css", 404),
    "missing page": ("/no/such/page", 404),
    "foreign object": ("/step/S05:1", 404),
    "wrong method": ("/sign-out", 405),
    "wrong input": ("/bulk", 400),
    "health": ("/healthz", 200),
}


@pytest.fixture
def visits(sqlite_url: str) -> Visiting:
    return visiting(make_bench(sqlite_url))


@pytest.fixture
def guest(visits: Visiting) -> Guest:
    return visits.as_(OFFICER)


@pytest.mark.parametrize(("path", "status"), PLACES.values(), ids=PLACES)
def test_every_answer_is_careful(guest: Guest, path: str, status: int) -> None:
    answer = guest.get(path)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    is_file = path.startswith("/static/")
    assert answer.headers.get("cache-control") == (None if is_file else "no-store")


def test_policy_lets_nothing_in_but_our_own_files() -> None:
    policy = HEADERS["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"} <= set(policy.split("; "))


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/no/such/page", 404, "没有“/no/such/page”这一页"),
        ("/sign-out", 405, "不接受 GET 请求"),
        ("/todo/%E4%BD%A0", 404, "没有"),
    ],
)
def test_page_that_is_not_there_keeps_the_way_through(
    guest: Guest, path: str, status: int, says: str
) -> None:
    answer = guest.get(path)

    page = read_page(answer)
    assert (answer.status_code, says in page.text) == (status, True)
    assert page.link("我的待办") == "/todo"


def test_wrong_method_names_the_right_one(guest: Guest) -> None:
    assert guest.get("/sign-out").headers["allow"] == "POST"


def test_too_long_a_body_is_refused_unread(guest: Guest) -> None:
    answer = guest.client.post("/sign-out", content=b"", headers={"content-length": str(MAX_BODY + 1)})

    assert (answer.status_code, "超过 12 MB" in read_page(answer).text) == (413, True)


@pytest.mark.parametrize("length", ["-1", "many", "1e9"])
def test_length_that_is_no_number_is_refused(guest: Guest, length: str) -> None:
    assert guest.client.post("/sign-out", content=b"", headers={"content-length": length}).status_code == 413


def test_too_long_a_body_is_refused_when_it_comes_in_pieces(guest: Guest) -> None:
    def pieces() -> Iterator[bytes]:
        for _ in range(13):
            yield b"a" * 1024 * 1024

    answer = guest.client.post(
        "/sign-out", content=pieces(), headers={"content-type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == 413
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


ODD_PART = b'--a\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--a--'
BODIES = {
    "no boundary": ("multipart/form-data", b"--"),
    "no parts": ("multipart/form-data; boundary=a", b"--a\r\nnonsense"),
    "no such charset": ("multipart/form-data; boundary=a; charset=none", ODD_PART),
    "too many fields": (
        "application/x-www-form-urlencoded",
        b"&".join(b"a%d=1" % one for one in range(4_001)),
    ),
}


@pytest.mark.parametrize(("kind", "body"), BODIES.values(), ids=BODIES)
def test_body_that_is_no_form_is_refused(guest: Guest, kind: str, body: bytes) -> None:
    answer = guest.client.post("/sign-out", content=body, headers={"content-type": kind})

    assert answer.status_code in (400, 403)
    assert guest.get("/todo").status_code == 200


def posts() -> list[str]:
    return sorted(
        route.path for pages in ALL for route in pages.routes if "POST" in (route.methods or ())
    )  # fmt: skip


@pytest.mark.parametrize("token", [None, "", "wrong", "of another"])
def test_no_post_is_heard_without_the_token_of_its_session(visits: Visiting, token: str | None) -> None:
    guest = visits.as_(OFFICER)
    other = visits.as_("430100-mz.officer")
    given = other.csrf if token == "of another" else token
    fields: dict[str, Any] = {
        "person": OFFICER,
        "organisation": "430121-mz",
        "identity": "430121-mz|",
        "at": "08:00",
    }

    with watching(visits.bench) as watch:
        answers = {
            path: guest.post(filled(path), csrf=given, **fields).status_code for path in posts()
        }  # fmt: skip

        assert (set(answers.values()), watch.written) == ({403}, False), answers


def test_no_post_is_heard_from_nobody(visits: Visiting) -> None:
    guest = visits.stranger()
    public = {"/sign-in", "/demonstration/enter", "/demonstration/advance"}

    with watching(visits.bench) as watch:
        answers = {path: guest.post(filled(path)) for path in posts() if path not in public}

        assert watch.written is False
    wrong = {
        path: answer.status_code
        for path, answer in answers.items()
        if answer.status_code != 403 and not answer.headers.get("location", "").startswith("/sign-in")
    }
    assert wrong == {}


def test_token_may_come_in_a_header(guest: Guest) -> None:
    answer = guest.client.post("/sign-out", headers={"X-CSRF-Token": guest.csrf})

    assert answer.headers["location"] == "/sign-in"


def test_every_route_has_an_access_rule() -> None:
    without = [route.path for pages in ALL for route in pages.routes if not hasattr(route.endpoint, "access")]

    assert (without, all(isinstance(pages, Pages) for pages in ALL)) == ([], True)


def filled(path: str) -> str:
    """An address of a route with something in its places; what is there does not matter before the token."""
    return re.sub(r"\{[a-z_]+(:path)?\}", "settings.choose_digest", path)
