"""Links in letters: each works once, for its purpose, until its day, where the pack allows it."""

import json
from datetime import timedelta

import pytest

from models.account import Link
from models.event import Event
from models.privacy import letter_token
from tasks.letters import Written
from tasks.links import give_links, link_of, take_link
from tasks.refusal import NotEntitled
from tests.factory import Bench, make_bench
from tests.tasks.scenes import rows
from tests.tasks.signing_in import OFFICE, OFFICER, together

PURPOSE, SUBJECT = "confirm_receipt", "B-P1-430100-01"


def linked(bench: Bench, *, person: str | None = None, letter: str = "letter", days: int = 7) -> str:
    with bench.work() as work:
        until = work.today + timedelta(days=days)
        give_links(work, PURPOSE, SUBJECT, [Written(letter, OFFICE, person)], until=until)
    return letter_token(letter)


def use(bench: Bench, token: str, purpose: str = PURPOSE) -> Link:
    with bench.work() as work:
        return take_link(work, token, purpose)


def test_link_works_once(database_url: str) -> None:
    bench = make_bench(database_url)
    token = linked(bench, person=OFFICER)

    with bench.house.look() as work:
        looked = link_of(work, token, PURPOSE)
    used = use(bench, token)

    assert (looked.subject, looked.used_at) == (SUBJECT, None)
    assert (used.subject, used.person, used.organisation) == (SUBJECT, OFFICER, OFFICE)
    assert used.used_at == bench.clock.now()
    with pytest.raises(NotEntitled):
        use(bench, token)


def test_two_hands_use_a_link_once(database_url: str) -> None:
    bench = make_bench(database_url)
    token = linked(bench)

    found = together(*(lambda: use(bench, token) for _ in range(3)))

    assert sorted(type(one).__name__ for one in found) == ["Link", "NotEntitled", "NotEntitled"]


def test_link_ends_with_its_days(database_url: str) -> None:
    bench = make_bench(database_url, "2022-03-01T09:00")
    week, day = linked(bench), linked(bench, letter="other", days=1)

    bench.at("2022-03-03T00:00")
    with pytest.raises(NotEntitled):
        use(bench, day)
    bench.at("2022-03-08T23:59:59")

    assert use(bench, week).subject == SUBJECT


def test_link_is_for_one_purpose(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    token = linked(bench)

    for given in ((token, "sign"), (token + "x", PURPOSE), (rows(bench, Link)[0].token_hash, PURPOSE)):
        with pytest.raises(NotEntitled):
            use(bench, *given)


def test_pack_may_forbid_links(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    token = linked(bench)
    strict = bench.reading("account.signed_links", False)

    with pytest.raises(NotEntitled):
        linked(strict)
    with pytest.raises(NotEntitled):
        use(strict, token)


def test_token_stands_nowhere(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    token = linked(bench)
    link = use(bench, token)

    trail = json.dumps([event.facts for event in rows(bench, Event)])

    assert token not in f"{trail} {link!r}"
    assert link.token_hash not in f"{trail} {link!r}"
