"""The mailbox of a real IMAP server: folders, mails twice, a kill in between, readers side by side, large mails."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.intake import MailboxPlace, ReceivedMail
from notifications import programme_box
from notifications.bounce_box import BoxUnreachable
from notifications.programme_box import ArrivedMail, MailboxUrlInvalid, read_programme_box
from tasks.intake.fetching import Taken, take_mails
from tests.dovecot import PROGRAM, Dovecot, running_dovecot
from tests.factory import Bench
from tests.mails import mail_of
from tests.tasks.applying import opened_bench
from tests.tasks.filing import with_folder
from tests.tasks.scenes import rows

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="dovecot-imapd is not installed on this machine")


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    with running_dovecot(("Archive", "Done")) as running:
        yield running


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Bench:
    return with_folder(opened_bench(sqlite_url), tmp_path / "home").at("2022-03-09T11:00")


@pytest.fixture
def mails(server: Dovecot, request: pytest.FixtureRequest) -> list[bytes]:
    """Three mails that nothing else has put there."""
    made = [mail_of("a@b.example", number=f"{request.node.name}-{one}") for one in range(3)]
    for number, raw in enumerate(made):
        server.deliver(f"{request.node.name}-{number}", raw)
    return made


def identities(bench: Bench) -> set[str]:
    return {one.message_id for one in rows(bench, ReceivedMail)}


def numbers(mails: list[bytes]) -> set[str]:
    found = set()
    for raw in mails:
        line = next(line for line in raw.decode().splitlines() if line.startswith("Message-ID"))
        found.add(line.partition(": ")[2].strip())
    return found


def test_mails_are_taken_once(server: Dovecot, bench: Bench, mails: list[bytes]) -> None:
    box = read_programme_box(server.url)

    first, second = take_mails(bench.house, box), take_mails(bench.house, box)

    assert numbers(mails) <= identities(bench)
    assert (first.new >= 3, second) == (True, Taken())
    assert {one.arrived_at is not None for one in rows(bench, ReceivedMail)} == {True}


def test_a_mail_that_lies_in_two_folders_is_one(server: Dovecot, bench: Bench, mails: list[bytes]) -> None:
    server.deliver("copy", mails[0], "Archive")

    taken = take_mails(bench.house, read_programme_box(f"{server.url}&also=Archive"))

    assert len([one for one in rows(bench, ReceivedMail) if one.message_id in numbers(mails[:1])]) == 1
    assert taken.known >= 1
    assert len(rows(bench, MailboxPlace)) == 2


def test_what_is_done_can_be_moved_away(server: Dovecot, bench: Bench, mails: list[bytes]) -> None:
    take_mails(bench.house, read_programme_box(f"{server.url}&done=Done"))

    left = [path for part in ("new", "cur") for path in (server.mails / part).iterdir()]
    assert left == []
    assert numbers(mails) <= identities(bench)


def test_a_kill_between_registering_and_marking_loses_and_doubles_nothing(
    server: Dovecot, bench: Bench, mails: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    box = read_programme_box(server.url)
    register = "tasks.intake.fetching._note_place"

    def killed(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(register, killed)
        with pytest.raises(KeyboardInterrupt):
            take_mails(bench.house, box)
    take_mails(bench.house, box)

    taken = [one.message_id for one in rows(bench, ReceivedMail)]
    assert sorted(taken) == sorted(set(taken))
    assert numbers(mails) <= set(taken)


def test_two_readers_at_once_register_each_mail_once(
    server: Dovecot, bench: Bench, mails: list[bytes]
) -> None:
    box = read_programme_box(server.url)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: take_mails(bench.house, box), range(2)))

    taken = [one.message_id for one in rows(bench, ReceivedMail)]
    assert sorted(taken) == sorted(set(taken))
    assert numbers(mails) <= set(taken)
    assert sum(one.new for one in done) == len(taken)


def test_a_mail_too_large_is_registered_by_its_header(
    server: Dovecot, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programme_box, "LARGEST", 20_000)
    server.deliver("large", mail_of("a@b.example", ("大.pdf", b"%PDF-" + b"x" * 40_000), number="large"))

    take_mails(bench.house, read_programme_box(server.url))

    found = next(one for one in rows(bench, ReceivedMail) if one.message_id == "<large@city.example>")
    assert [one["kind"] for one in found.findings] == ["refused"]
    assert "太大" in found.findings[0]["problems"][0]


def test_a_wrong_password_is_said_without_it(server: Dovecot, bench: Bench) -> None:
    box = read_programme_box(server.url.replace("geheim", "falsch"))

    with pytest.raises(BoxUnreachable) as refused:
        take_mails(bench.house, box)

    assert "falsch" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["imap://a:b@mail.example/INBOX", "imaps://mail.example", "imaps://a:b@c/INBOX?x=1"]
)
def test_a_wrong_address_is_refused_at_start(url: str) -> None:
    with pytest.raises(MailboxUrlInvalid):
        read_programme_box(url)


def test_a_mail_knows_whether_it_was_fetched_whole() -> None:
    place = programme_box.Place("1", 1)

    assert not ArrivedMail("INBOX", b"", programme_box.LARGEST + 1, None, lambda: None, place).is_whole
