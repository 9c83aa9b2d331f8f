"""Mails with a time that cannot be right, and mails whose From our own server does not believe."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.application import Application
from models.intake import ReceivedMail
from notifications.settings import post_settings
from tasks.intake.receiving import receive_mail
from tasks.intake.taking_up import take_up_mails
from tasks.queries.received_mails import registration_of
from tasks.refusal import BadInput
from tasks.todos import open_todo
from tests.factory import PROVINCE, Bench
from tests.mails import mail_of
from tests.tasks.applying import key_of, rank, recommended_bench
from tests.tasks.filing import with_folder
from tests.tasks.intake.writing import CODE, own_form, receive, registered_bench, sender_of
from tests.tasks.scenes import events, letters, row_of, rows

ANSWER = "mail_received"
FAILED = ("Authentication-Results", "mx.hunan.example; spf=fail; dmarc=fail header.from=people.example")


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Bench:
    """Batch 1 is open, the institution is registered."""
    return registered_bench(sqlite_url, tmp_path / "home")


@pytest.fixture
def guarded(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The same; our mail server's name is set."""
    monkeypatch.setenv("QIANSHOU_MAILBOX_AUTHSERV", "MX.hunan.example")
    post_settings.cache_clear()
    yield bench
    monkeypatch.undo()
    post_settings.cache_clear()


@pytest.mark.parametrize(
    ("sent_at", "word"), [("2022-03-09T12:01", "晚一小时以上"), ("2022-02-07T10:59", "早三十天以上")]
)
def test_a_doubtful_time_is_replaced_in_the_answer_with_a_reason(
    bench: Bench, sent_at: str, word: str
) -> None:
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench), sent_at=sent_at))

    ((_, facts),) = letters(bench, ANSWER)
    told = facts["problems"][0]
    assert facts["sent_at"] == facts["received_at"] == "2022-03-09T11:00:00+08:00"
    assert (told["name"], word in told["sentence"], sent_at.replace("T", " ") in told["sentence"]) == (
        "邮件时间",
        True,
        True,
    )
    assert mail.state == "filed"


def test_an_absent_time_is_replaced_by_the_mailboxs_own(bench: Bench) -> None:
    raw = b"\n".join(line for line in mail_of(sender_of(bench)).splitlines() if not line.startswith(b"Date:"))

    receive_mail(bench.house, raw, arrived_at=bench.house.clock.now().replace(hour=9))

    ((_, facts),) = letters(bench, ANSWER)
    assert facts["sent_at"] == "2022-03-09T09:00:00+08:00"
    assert "没有发送时间" in facts["problems"][0]["sentence"]


def test_a_plausible_time_stays(bench: Bench) -> None:
    receive(bench, mail_of(sender_of(bench), sent_at="2022-03-09T11:59"))

    ((_, facts),) = letters(bench, ANSWER)
    assert (facts["sent_at"], facts["problems"]) == ("2022-03-09T11:59:00+08:00", [])


def test_the_list_is_registered_by_the_time_that_counts(sqlite_url: str, tmp_path: Path) -> None:
    made, keys = recommended_bench(sqlite_url, 1)
    rank(made, *keys)
    bench = with_folder(made, tmp_path / "home").at("2022-03-11T08:00")
    late = receive(bench, mail_of(sender_of(bench), sent_at="2021-03-09T10:00"))

    with bench.work() as work:
        given = registration_of(work, late)

    assert given["sent_at"] == "2022-03-11T08:00"


def test_a_mail_that_failed_files_nothing_and_waits(guarded: Bench) -> None:
    mail = receive(guarded, mail_of(sender_of(guarded), own_form(guarded), headers=[FAILED]))

    assert (mail.state, mail.answer, mail.person) == ("waiting", "unproved", None)
    assert (rows(guarded, Application), letters(guarded, ANSWER)) == ([], [])
    assert "DMARC、SPF" in mail.remark
    ((_, _, facts),) = events(guarded, "intake.receive")
    assert facts["failed"] == "dmarc spf"
    with guarded.work() as work:
        assert open_todo(work, "mail", mail.number) is not None


def test_a_mail_without_files_that_failed_is_not_answered_either(guarded: Bench) -> None:
    mail = receive(guarded, mail_of(sender_of(guarded), headers=[FAILED]))

    assert (mail.state, mail.answer, letters(guarded, ANSWER)) == ("waiting", "unproved", [])


@pytest.mark.parametrize(
    "header",
    [
        ("Authentication-Results", "mx.hunan.example; spf=pass smtp.mailfrom=people.example; dmarc=pass"),
        ("Authentication-Results", "mx.elsewhere.example; dmarc=fail header.from=people.example"),
        ("Authentication-Results", "mx.hunan.example; spf=fail smtp.mailfrom=forwarder.example"),
        ("X-Other", "mx.hunan.example; dmarc=fail"),
    ],
    ids=["passed", "another server", "a forwarder", "another header"],
)
def test_what_did_not_fail_is_filed_as_ever(guarded: Bench, header: tuple[str, str]) -> None:
    mail = receive(guarded, mail_of(sender_of(guarded), own_form(guarded), headers=[header]))

    assert (mail.state, mail.answer) == ("filed", "sent")


def test_without_the_setting_nothing_changes(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench), headers=[FAILED]))

    assert (mail.state, mail.answer) == ("filed", "sent")


def test_an_officer_places_what_failed_and_answers_by_hand(guarded: Bench) -> None:
    mail = receive(guarded, mail_of(sender_of(guarded), own_form(guarded), headers=[FAILED]))
    with pytest.raises(BadInput):
        guarded.act("intake.answer", PROVINCE, mail=mail.number)

    guarded.act(
        "intake.place", PROVINCE, mail=mail.number, batch=1, city="430100", remark="已电话核实（示例）"
    )
    silent = letters(guarded, ANSWER)
    guarded.act("intake.answer", PROVINCE, mail=mail.number)

    found = row_of(guarded, ReceivedMail, mail.number)
    assert (row_of(guarded, Application, key_of(CODE)).state, found.state) == ("draft", "filed")
    assert (silent, len(letters(guarded, ANSWER)), found.answer) == ([], 1, "sent")


def test_the_machine_takes_nothing_up_that_failed(guarded: Bench) -> None:
    with guarded.work() as work:
        work.batch(1).state = "preparing"
    receive(guarded, mail_of(sender_of(guarded), own_form(guarded), headers=[FAILED]))
    with guarded.work() as work:
        work.batch(1).state = "open"

    assert (take_up_mails(guarded.house), rows(guarded, Application)) == (0, [])
