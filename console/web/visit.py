"""One request: who visits, what was posted, and how a page is answered."""

import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.web.naming import named, speaks_of_keys
from console.web.rendering import DONE_COOKIE, page
from models.rules.access import Right, Viewer, may
from tasks.queries.whereabouts import whereabouts
from tasks.refusal import NotFound
from tasks.sign_in import Visitor, visitor
from tasks.work import MACHINE, Actor, House, Work

COOKIE = "qianshou"
BEFORE_COOKIE = "qianshou_before"
"""Carries the token of forms that are posted before anybody is signed in."""


@dataclass(frozen=True, slots=True)
class Console:
    """What all requests of one process share. `advance` moves the demonstration and returns what it caused."""

    house: House
    demonstration: bool = False
    secure: bool = False
    prefect: str = ""
    mail: str = ""
    advance: Callable[[str], Mapping[str, Any]] | None = None


class SignedOut(Exception):
    """Nobody is signed in, or no longer: the answer is the way to the sign-in page."""


class MustChange(Exception):
    """The visitor came in with a one-time password: the answer is the way to where they choose their own."""


class Forbidden(Exception):
    """The visitor's role has no right over this kind of object: the answer says which roles have."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class BadToken(Exception):
    """A post without the session's token: it was not sent from one of our pages, or the session is another."""


@dataclass(slots=True)
class Visit:
    """A request of somebody who is known. `work` is a reading transaction, open while a page is made."""

    console: Console
    request: Request
    known: Visitor | None
    form: FormData = field(default_factory=FormData)
    opened: Work | None = None
    fresh_token: str = ""

    @property
    def house(self) -> House:
        """The house that is visited."""
        return self.console.house

    @property
    def work(self) -> Work:
        """The reading transaction of a page that is shown."""
        if self.opened is None:
            raise RuntimeError("a post reads in its own look: with visit.house.look(visit.actor) as work")
        return self.opened

    @property
    def visitor(self) -> Visitor:
        """Who visits; raises SignedOut for nobody."""
        if self.known is None:
            raise SignedOut
        return self.known

    @property
    def viewer(self) -> Viewer:
        """Who visits, as the table of rights knows them."""
        return self.visitor.viewer

    @property
    def actor(self) -> Actor:
        """Who visits, as acts know them."""
        viewer = self.viewer
        return Actor(viewer.person, viewer.organisation, viewer.in_place_of)

    @property
    def query(self) -> Mapping[str, str]:
        """The address's parameters."""
        return self.request.query_params

    @property
    def csrf(self) -> str:
        """The token that this visit's forms carry: the session's, before sign-in one kept in a cookie."""
        if self.known is not None:
            return self.known.csrf
        kept = self.request.cookies.get(BEFORE_COOKIE)
        if not kept and not self.fresh_token:
            self.fresh_token = secrets.token_urlsafe(24)
        return kept or self.fresh_token

    def recognise(self) -> None:
        """Finds out who visits, before a page is made."""
        token = self.request.cookies.get(COOKIE)
        if token:
            with self.house.look() as work:
                self.known = visitor(work, token)

    def cookie_manners(self) -> dict[str, Any]:
        """How every cookie is set: not for scripts, not for other sites."""
        return {"httponly": True, "samesite": "lax", "secure": self.console.secure, "path": "/"}

    def path(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    @contextmanager
    def looking(self) -> Iterator[Work]:
        """The reading transaction of this visit; a post, which has none of its own, opens one."""
        if self.opened is not None:
            yield self.opened
            return
        with self.house.look(self.actor if self.known else MACHINE) as work:
            self.opened = work
            try:
                yield work
            finally:
                self.opened = None

    def sees(self, kind: str, key: str, right: Right | str = Right.READ) -> bool:
        """Whether the visitor may do this with that object."""
        with self.looking() as work:
            where = whereabouts(work, kind, key)
        return where is not None and may(self.viewer, right, kind, where)

    def require(self, kind: str, key: str, right: Right | str = Right.READ) -> None:
        """Raises NotFound unless the visitor may do this with that object; absent and foreign look the same."""
        if not self.sees(kind, key, right):
            raise NotFound("web.not_yours", subject=key)

    def render(self, template: str, /, status: int = 200, **facts: Any) -> Response:
        """A page from a template; every page knows the visit, and a problem is told in names (`console.web.naming`)."""
        problem = facts.get("problem")
        if problem is not None and self.known is not None and speaks_of_keys(problem.lines):
            with self.looking() as work:
                facts["problem"] = replace(problem, lines=named(work, self.viewer, problem.lines))
        return page(self, template, facts, status)

    def redirect(self, path: str, *, done: str = "") -> Response:
        """The way to another page of the console, after a post; `done` is the act that it says was done."""
        answer = RedirectResponse(local_path(path), status_code=303)
        if done:
            answer.set_cookie(DONE_COOKIE, done, max_age=60, **self.cookie_manners())
        return answer


def local_path(path: str) -> str:
    """A path of this console, or its first page for what leads elsewhere.

    Browsers take a backslash for a slash and drop control characters: what has either is not ours.
    """
    inside = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if inside else "/"
