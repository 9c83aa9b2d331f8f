"""Where the tests of the watch begin: one agreement to be signed by a county, the sweep day by day, the post read."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from email import message_from_bytes, policy
from pathlib import Path

from sqlalchemy import text

from models.columns import CHINA
from models.mail import Letter
from notifications.catcher_store import CatcherStore
from notifications.report import DispatchReport
from notifications.transport import ShelfTransport
from tasks import steps
from tasks.deadlines import sweep
from tasks.parties import Scope
from tasks.post import post_now
from tests.factory import Bench, make_bench, set_batch
from tests.tasks.scenes import rows

COUNTY, CITY, PROVINCE, SHENZHEN = "430121-mz", "430100-mz", "430000-mz", "440300-mz"
PAIR = "P1-430100-01"
SIGNING = f"S13:{PAIR}:{COUNTY}"
CONFIRMED, DUE = date(2022, 5, 11), date(2022, 6, 1)
"""Fifteen working days: the agreement is due on the first of June; the third is a holiday."""

FIRST, THIRD, SEVENTH = date(2022, 6, 2), date(2022, 6, 7), date(2022, 6, 13)
TWELFTH, SEVENTEENTH = date(2022, 6, 20), date(2022, 6, 27)
"""Working days after the due date, counted on the official table."""


def signing_bench(url: str) -> Bench:
    """One open step S13 of a county, opened on the day of the list; nothing else is owed."""
    bench = make_bench(url, "2022-05-11T16:00")
    with bench.work() as work:
        set_batch(work, state="signing")
        steps.cancel_step(work, "S11", "1")
    open_signing(bench, COUNTY)
    return bench


def open_signing(bench: Bench, owner: str, pair: str = PAIR) -> None:
    """Opens the step of one party to an agreement."""
    with bench.work() as work:
        scope = Scope(batch=1, city="430100", county="430121", owner=owner)
        steps.open_step(work, "S13", f"{pair}:{owner}", scope=scope, anchors={"list_confirmed": CONFIRMED})


def mornings(bench: Bench, until: date) -> Iterator[date]:
    """Every morning at nine, days off too, up to a day."""
    day = bench.clock.now().date()
    while day < until:
        day += timedelta(days=1)
        bench.clock.set(datetime.combine(day, time(9), CHINA))
        yield day


def sweep_until(bench: Bench, until: date) -> None:
    """Sweeps every morning up to a day, it included."""
    for _day in mornings(bench, until):
        sweep(bench.house)


def occasions(bench: Bench) -> list[tuple[str, str, int, str, str]]:
    """Every occasion: step, nature, offset, nominal day, day made."""
    with bench.house.look() as work:
        found = work.session.connection().execute(
            text(
                "SELECT s.key, o.nature, o.day_offset, o.nominal_on, o.made_on FROM occasion AS o"
                " JOIN step AS s ON s.id = o.step_id ORDER BY o.made_on, o.day_offset, s.key"
            )
        )
        return [
            (key, nature, offset, str(nominal), str(made)) for key, nature, offset, nominal, made in found
        ]


def told(bench: Bench) -> dict[int, list[str]]:
    """Offset of an escalation → the people who have a notice of it."""
    with bench.house.look() as work:
        found = work.session.connection().execute(
            text(
                "SELECT o.day_offset, n.person FROM notice AS n JOIN occasion AS o ON o.id = n.occasion_id"
                " WHERE o.nature = 'escalation' ORDER BY o.day_offset, n.person"
            )
        )
        people: dict[int, list[str]] = {}
        for offset, person in found:
            people.setdefault(offset, []).append(person)
        return people


def next_of(bench: Bench, key: str = SIGNING) -> date | None:
    """When a step's next reminder or rung is due."""
    with bench.house.look() as work:
        return steps.step_of_key(work, key).next_on


def send(bench: Bench, home: Path) -> DispatchReport:
    """Sends everything that may leave now onto a shelf."""
    with CatcherStore(home) as store:
        return post_now(bench.house, ShelfTransport(store), owner="test")


def mail_of(home: Path, key: str) -> str:
    """The text of a letter that was sent."""
    with CatcherStore(home) as store:
        line = next(line for line in store.lines(limit=1000) if line.key == key)
        message = message_from_bytes(store.raw(line.id) or b"", policy=policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def letter_states(bench: Bench, kind: str = "digest") -> dict[str, str]:
    """Key of every letter of a kind → its state."""
    return {one.key: one.state for one in rows(bench, Letter) if one.kind == kind}
