"""Where the tests of accounts begin: a house with its offices, one officer with a password of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

from models.account import Account
from models.event import Event
from tasks.accounts import open_account, set_password
from tasks.refusal import Refusal
from tasks.sign_in import Entered, Visitor, sign_in, visitor
from tasks.work import MACHINE
from tests.factory import Bench, make_bench
from tests.tasks.scenes import row_of, rows

OFFICE = "430121-mz"
OFFICER, FINANCE = f"{OFFICE}.officer", f"{OFFICE}.finance"
PASSWORD = "correct horse battery"
WRONG = "wrong horse battery"


def signed_bench(url: str, at: str = "2022-03-07T09:00") -> Bench:
    """A house in which the county's officer has an account and has chosen a password."""
    bench = make_bench(url, at)
    with_account(bench, OFFICER)
    return bench


def with_account(bench: Bench, person: str) -> None:
    """Opens a person's account and sets the password."""
    with bench.work() as work:
        open_account(work, person)
    set_password(bench.house, person, password=PASSWORD, actor=MACHINE)


def demonstration(bench: Bench) -> Bench:
    """The same house as a sample house."""
    return Bench(replace(bench.house, sample=True), bench.clock)


def enter(bench: Bench, person: str = OFFICER, password: str = PASSWORD, **given: Any) -> Entered:
    """Signs somebody in."""
    return sign_in(bench.house, person, password, **given)


def seen(bench: Bench, token: str) -> Visitor | None:
    """Who comes with a token now."""
    with bench.house.look() as work:
        return visitor(work, token)


def account(bench: Bench, person: str = OFFICER) -> Account:
    """A person's account as it stands."""
    found: Account = row_of(bench, Account, person)
    return found


def deeds(bench: Bench, prefix: str = "account.") -> list[str]:
    """The acts of the trail that begin so, in order."""
    found = sorted(rows(bench, Event), key=lambda event: event.seq)
    return [event.act for event in found if event.act.startswith(prefix)]


def together(*doings: Callable[[], Any]) -> list[Any]:
    """Lets all begin at the same moment, each in a thread of its own; returns results and refusals."""
    start = Barrier(len(doings))

    def do(doing: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return doing()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(doings)) as pool:
        return list(pool.map(do, doings))
