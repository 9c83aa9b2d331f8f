"""A play in the browser: a small house whose clock stands in a file, its people at their desks, what they do there."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pytest
from playwright.sync_api import Browser, Locator

from models.clock import FileClock
from models.messages import say
from tasks.clockwork import days_until, goal_named
from tasks.lifecycle import advance
from tasks.operators import add_operator
from tasks.work import House
from tests.console.web.visiting import sample
from tests.e2e.browser import Seat, listening, seat
from tests.factory import Bench, make_bench, programme

DONE = "已办理"
WAIT_MS = 30_000


@dataclass
class Desk:
    """Somebody at work: what they owe, where they click, what they write."""

    name: str
    seat: Seat

    def owes(self) -> list[str]:
        """The kinds of steps on the own to-do list, in its order."""
        return self._listed("/todo")

    def _listed(self, path: str) -> list[str]:
        self.seat.open(path)
        titles = self._main.locator("table.list tbody td a[href^='/step/']").all_inner_texts()
        kinds = {one.title: one.id for one in programme().steps}
        return [kinds[title] for title in titles]

    def take_up(self, kind: str, act: str = "", *, about: str = "") -> Self:
        """Begins with the to-do list: opens a step of this kind, and the form of an act that it offers."""
        assert kind in self.owes(), f"{self.name} owes no {kind}: {self.text[:600]}"
        return self._take(kind, act, about)

    def stand_in(self, kind: str, act: str) -> Self:
        """As `take_up`, with the list of the whole office: what is another duty's and wants a second person."""
        assert kind in self._listed("/todo?office=1"), (
            f"{self.name}'s office owes no {kind}: {self.text[:600]}"
        )
        return self._take(kind, act, "")

    def _take(self, kind: str, act: str, about: str) -> Self:
        rows = self._main.locator("tbody tr", has=self.seat.page.get_by_role("link", name=_title(kind)))
        self._go(
            (rows.filter(has_text=about) if about else rows).first.get_by_role("link", name=_title(kind))
        )
        return self.follow(act) if act else self

    def visit(self, *places: str) -> Self:
        """Goes through the navigation and on by links."""
        with self.seat.page.expect_navigation():
            self.seat.page.get_by_label("栏目").get_by_role("link", name=places[0], exact=True).click()
        for place in places[1:]:
            self.follow(place)
        return self

    def follow(self, label: str) -> Self:
        """Follows the first link of the page that says just this, else the first that has it in its words."""
        exact = self._main.get_by_role("link", name=label, exact=True)
        self._go((exact if exact.count() else self._main.get_by_role("link", name=label)).first)
        return self

    def fill(self, **fields: str) -> Self:
        """Writes into the page's fields, chooses, ticks; a double underscore in a name stands for a point."""
        for name, value in fields.items():
            _answer(self._main.locator(f'[name="{name.replace("__", ".")}"]'), value)
        return self

    def press(self, label: str) -> Self:
        """Presses a button and is told that it was done."""
        with self.seat.page.expect_navigation():
            self._main.get_by_role("button", name=label).first.click()
        assert DONE in self.text, f"{self.name}, {label}: {self.text[:800]}"
        assert self.seat.complaints == [], self.text[:1500]
        return self

    @property
    def text(self) -> str:
        """What the page says."""
        return self._main.inner_text()

    @property
    def _main(self) -> Locator:
        return self.seat.page.locator("main")

    def _go(self, link: Locator) -> None:
        # A link into the page one stands on navigates nowhere: its place is on the screen already.
        before = self.seat.page.url.partition("#")[0]
        to = str(link.evaluate("(one) => one.href"))
        link.click()
        if to.partition("#")[0] != before:
            self.seat.page.wait_for_load_state()
        assert "未予办理" not in self.text, self.text[:600]


def _title(kind: str) -> str:
    return programme().step(kind).title


def _answer(controls: Locator, value: str) -> None:
    """Gives one question its answer, whatever kind of control asks it."""
    first = controls.first
    match first.evaluate("(one) => one.localName + ' ' + (one.type ?? '')"):
        case "select select-one":
            first.select_option(value)
        case "input checkbox" | "input radio":
            controls.and_(controls.page.locator(f'[value="{value}"]')).check()
        case _:
            first.fill(value)


@dataclass
class Play:
    """The house, its clock and the desks of everybody who has sat down."""

    browser: Browser
    base: str
    bench: Bench
    rest: ExitStack
    desks: dict[str, Desk] = field(default_factory=dict)
    broken: str = ""

    def at(self, person: str) -> Desk:
        """The desk of a person, whose browser stays open."""
        if person not in self.desks:
            sitting = self.rest.enter_context(seat(self.browser, self.base, self.bench, person))
            sitting.page.set_default_timeout(WAIT_MS)
            sitting.open("/")
            self.desks[person] = Desk(person, sitting)
        return self.desks[person]

    def owes(self, person: str) -> list[str]:
        """The kinds of steps on somebody's to-do list."""
        return self.at(person).owes()

    def until(self, day: str) -> None:
        """The clock goes on to the morning of a day; what falls due on the way is done."""
        for _ in days_until(self.bench.house, day):
            pass

    def press_clock(self, label: str) -> str:
        """The clock goes on by the demonstration's button; returns the instant it then shows."""
        page = next(iter(self.desks.values())).seat.page
        with page.expect_navigation():
            page.get_by_role("button", name=label).click()
        return self.bench.house.clock.now().isoformat()

    @contextmanager
    def act(self, name: str) -> Iterator[Self]:
        """One act of the play: it is not played after one that has failed."""
        if self.broken:
            pytest.skip(f"the play has ended with {self.broken}")
        self.broken = name
        yield self
        self.broken = ""


@contextmanager
def play(browser: Browser, url: str, clock: Path, at: str) -> Iterator[Play]:
    """A house with its offices and one operator, at an instant, before anything has been announced."""
    bench = _filed(sample(make_bench(url, at)), clock)
    with bench.work() as work:
        add_operator(work, "keeper", name="运行人员（示例）", email="keeper@people.example")
    advance(bench.house)

    def move(goal: str) -> Mapping[str, Any]:
        return {say("web.advanced.days"): len(list(days_until(bench.house, goal_named(bench.house, goal))))}

    with listening(bench, advance=move) as base, ExitStack() as rest:
        yield Play(browser, base, bench, rest)


def _filed(bench: Bench, file: Path) -> Bench:
    """The same house with its clock in a file."""
    file.write_text(bench.clock.now().isoformat())
    house: House = replace(bench.house, clock=FileClock(file))
    return Bench(house, bench.clock)
