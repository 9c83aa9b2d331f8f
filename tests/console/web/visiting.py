"""Where the tests of pages begin: a house opened as a demonstration, and people who come in and click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from secrets import token_urlsafe
from typing import Any, Self

from httpx2 import Response
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from console.web.app import make_app
from console.web.visit import BEFORE_COOKIE, COOKIE, Console
from tasks.operators import add_operator
from tasks.sign_in import enter_as
from tests.factory import Bench

SILENT_TAGS = frozenset({"script", "style", "title", "head", "option"})
EMPTY_TAGS = frozenset(
    {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass
class Form:
    """One form of a page: where it goes and what stands in it, as a browser would send it without a click."""

    action: str
    method: str
    values: list[tuple[str, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    options: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, **fields: Any) -> dict[str, Any]:
        """What is sent after these fields have been filled in; a list ticks several, None leaves a field out.

        A double underscore in a name stands for a point: `rows__0__day`.
        """
        body: dict[str, Any] = {}
        for name, value in self.values:
            kept = body.get(name)
            body[name] = value if kept is None else [*(kept if isinstance(kept, list) else [kept]), value]
        for name, value in fields.items():
            body[name.replace("__", ".")] = value
        return {name: value for name, value in body.items() if value is not None}


@dataclass
class Page:
    """What a page says: its visible words, its links, its forms, its tables row by row."""

    words: list[str] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    title: str = ""

    @property
    def text(self) -> str:
        """All visible words, a space between elements."""
        return " ".join(self.words)

    def form(self, action: str = "") -> Form:
        """The form that goes there, else the first with method post."""
        wanted = [one for one in self.forms if (one.action == action if action else one.method == "post")]
        if not action:
            wanted = [one for one in wanted if one.action not in _FRAME] or wanted
        if not wanted:
            raise LookupError(f"no form {action!r} among {[one.action for one in self.forms]}")
        return wanted[0]

    def link(self, label: str) -> str:
        """Where the first link leads whose words contain these."""
        for words, path in self.links:
            if label in words:
                return path
        raise LookupError(f"no link {label!r} among {[words for words, _ in self.links]}")


_FRAME = ("/sign-out", "/demonstration/advance")
"""Forms that stand on every page."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self._open: list[str] = []
        self._form: Form | None = None
        self._link: tuple[str, list[str]] | None = None
        self._select, self._chosen = "", False
        self._option: tuple[str | None, bool, list[str]] | None = None
        self._long: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        if tag not in EMPTY_TAGS:
            self._open.append(tag)
        match tag:
            case "form":
                self._form = Form(given.get("action", ""), given.get("method", "get"))
                self.page.forms.append(self._form)
            case "a":
                self._link = (given.get("href", ""), [])
            case "tr":
                self.page.rows.append([])
            case "td" | "th" if self.page.rows:
                self.page.rows[-1].append("")
            case "input" | "select" | "textarea" | "button" | "option":
                self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        if self._form is None:
            return
        name = given.get("name", "")
        match tag:
            case "option":
                self._option = (given.get("value"), "selected" in given, [])
            case "select":
                self._select, self._chosen = name, False
                self._form.names.append(name)
            case "button":
                self._form.buttons.append((name, given.get("value", "")))
            case "textarea":
                self._form.names.append(name)
                self._long = (name, [])
            case _:
                self._form.names.append(name)
                if given.get("type") in ("checkbox", "radio"):
                    self._form.options.setdefault(name, []).append(given.get("value", "on"))
                    if "checked" not in given:
                        return
                self._form.values.append((name, given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "option":
            self._end_option()
        elif tag == "select" and self._form and not self._chosen and self._form.options.get(self._select):
            self._form.values.append((self._select, self._form.options[self._select][0]))
        elif tag == "form":
            self._form = None
        elif tag == "a" and self._link:
            self.page.links.append(("".join(self._link[1]).strip(), self._link[0]))
            self._link = None
        elif tag == "textarea" and self._long and self._form:
            self._form.values.append((self._long[0], "".join(self._long[1])))
            self._long = None

    def _end_option(self) -> None:
        if self._option is None or self._form is None:
            return
        value, selected, words = self._option
        value = "".join(words).strip() if value is None else value
        self._form.options.setdefault(self._select, []).append(value)
        if selected:
            self._chosen = True
            self._form.values.append((self._select, value))
        self._option = None

    def handle_data(self, data: str) -> None:
        if self._long:
            self._long[1].append(data)
            return
        if self._option:
            self._option[2].append(data)
        if "title" in self._open:
            self.page.title += data
        if self._link:
            self._link[1].append(data)
        plain = " ".join(data.split())
        if not plain or SILENT_TAGS & set(self._open):
            return
        self.page.words.append(plain)
        if self.page.rows and self.page.rows[-1] and ({"td", "th"} & set(self._open)):
            self.page.rows[-1][-1] = f"{self.page.rows[-1][-1]} {plain}".strip()


def read_page(answer: Response) -> Page:
    """What an answer's page says."""
    reader = _Reader()
    reader.feed(answer.text)
    reader.close()
    return reader.page


Files = Sequence[tuple[str, str, bytes]]


@dataclass
class Guest:
    """Somebody with a browser of their own; redirects are not followed unless asked."""

    client: TestClient
    csrf: str = ""

    def get(self, path: str, /, **query: Any) -> Response:
        """Opens an address; `follow` goes where it leads."""
        follow = bool(query.pop("follow", False))
        return self.client.get(path, params=query or None, follow_redirects=follow)

    def page(self, path: str, **query: Any) -> Page:
        """Opens an address that must exist, and reads it."""
        answer = self.get(path, follow=True, **query)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {read_page(answer).text[:400]}"
        return read_page(answer)

    def post(self, path: str, /, **fields: Any) -> Response:
        """Sends a form with the session's token and a key of its own; `csrf=None` or `once=None` leaves those out.

        A double underscore in a name stands for a point; `follow` goes where the answer leads.
        """
        follow = bool(fields.pop("follow", False))
        body = {"csrf": self.csrf, "once": token_urlsafe(9), **fields}
        named = {key.replace("__", "."): value for key, value in body.items() if value is not None}
        return self.client.post(path, data=named, follow_redirects=follow)

    def send(self, form: Form, files: Files = (), /, **fields: Any) -> Response:
        """Sends a form of a page as it stands, with these fields filled in; `follow` goes where the answer leads.

        `files` are (purpose, name, content); with them the form goes as a browser sends one that has chosen files.
        """
        follow = bool(fields.pop("follow", False))
        body = form.filled(**fields)
        if form.method == "get":
            return self.client.get(form.action, params=body, follow_redirects=follow)
        chosen = [(f"file.{purpose}", (name, content)) for purpose, name, content in files]
        body = {name: value for name, value in body.items() if not (chosen and name.startswith("file."))}
        return self.client.post(form.action, data=body, files=chosen or None, follow_redirects=follow)

    def fill(self, path: str, /, **fields: Any) -> Response:
        """Opens a page and sends its form, the first or the one to `action`, with these fields filled in."""
        action, files = str(fields.pop("action", "")), fields.pop("files", ())
        return self.send(self.page(path).form(action), files, **fields)

    @property
    def token(self) -> str:
        """The session's token, empty where nobody is signed in."""
        return self.client.cookies.get(COOKIE) or ""


@dataclass
class Visiting:
    """A house that is visited. `as_` lets somebody in; `stranger` is nobody yet."""

    bench: Bench
    app: ASGIApp
    _guests: dict[tuple[str, str], Guest] = field(default_factory=dict)

    def at(self, instant: str) -> Self:
        """Moves the virtual clock."""
        self.bench.at(instant)
        return self

    def stranger(self) -> Guest:
        """A browser in which nobody is signed in; it has opened the sign-in page, so it has a token to post with."""
        guest = Guest(TestClient(self.app, follow_redirects=False))
        guest.get("/sign-in")
        guest.csrf = guest.client.cookies.get(BEFORE_COOKIE) or ""
        return guest

    def as_(self, person: str, organisation: str = "", in_place_of: str | None = None) -> Guest:
        """A sample person, signed in; the organisation is the part of their code before the last point unless given.

        The same person for the same office is the same browser.
        """
        office = organisation or person.rpartition(".")[0]
        key = (f"{person}>{in_place_of or ''}", office)
        if key not in self._guests:
            self._guests[key] = self.another(person, office, in_place_of)
        return self._guests[key]

    def another(self, person: str, organisation: str, in_place_of: str | None = None) -> Guest:
        """One more browser of a person, signed in."""
        entered = enter_as(self.bench.house, person, organisation, in_place_of)
        client = TestClient(self.app, follow_redirects=False)
        client.cookies.set(COOKIE, entered.token, domain="testserver.local", path="/")
        return Guest(client, entered.csrf)


def sample(bench: Bench) -> Bench:
    """The same house as a sample house, which may be entered without a password."""
    return Bench(replace(bench.house, sample=True), bench.clock)


def visiting(bench: Bench, **console: Any) -> Visiting:
    """The console over a bench, as a demonstration unless told otherwise."""
    own = sample(bench)
    return Visiting(own, make_app(Console(own.house, **{"demonstration": True, **console})))


class Browser(TestClient):
    """A browser of one person; `post_form` carries the session's token as the pages' forms do."""

    csrf: str = ""

    def post_form(self, path: str, **fields: Any) -> Any:
        """Posts a form with the token; redirects are not followed."""
        return self.post(path, data={"csrf": self.csrf, **fields}, follow_redirects=False)


def browse(bench: Bench, organisation: str, duty: str = "officer", **console: Any) -> Browser:
    """A browser in which the holder of a duty in an organisation has come in; without organisation nobody has."""
    house = replace(bench.house, sample=True)
    browser = Browser(
        make_app(Console(house, demonstration=True, **console)), base_url="http://console.example"
    )
    if organisation:
        entered = enter_as(house, f"{organisation}.{duty}", organisation)
        browser.cookies.set(COOKIE, entered.token)
        browser.csrf = entered.csrf
    return browser


def operate(bench: Bench, **console: Any) -> Browser:
    """A browser in which an operator has come in."""
    with bench.work() as work:
        add_operator(work, "operator.officer", name="运行人员（示例）")
    return browse(bench, "operator", **console)
