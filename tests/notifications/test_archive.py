"""The archive: blind copies of what weighs, and a look by Message-ID before anybody is asked or anything goes again."""

from datetime import timedelta

import pytest

from models.clock import VirtualClock
from notifications.archive import ArchiveUnreachable, ArchiveUrlInvalid, read_archive
from notifications.attempts import attempts_of
from notifications.settings import read_settings
from notifications.transport import SmtpTransport
from tests.notifications.archive_box import Mailbox
from tests.notifications.letters import NOON, draft
from tests.notifications.scripted import ScriptedServer
from tests.notifications.test_dispatch import post

MAILBOX = "archive@office.example"


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("imaps://archive%40office.example:p@imap.example", ("imap.example", 993, MAILBOX, "INBOX", MAILBOX, True)),
        (
            "imaps://reader:p@imap.example:1993/Sent%20copies?address=archive@office.example",
            ("imap.example", 1993, "reader", "Sent copies", MAILBOX, True),
        ),
        ("imap://archive%40office.example:p@127.0.0.1", ("127.0.0.1", 143, MAILBOX, "INBOX", MAILBOX, False)),
    ],
)  # fmt: skip
def test_archive_is_read_from_its_url(url, found):
    archive = read_archive(url)

    assert found == (
        archive.host,
        archive.port,
        archive.user,
        archive.folder,
        archive.mailbox,
        archive.secure,
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("imaps://imap.example", "expected imaps://"),
        ("https://u:secret@imap.example", "expected imaps://"),
        ("imaps://u:secret@imap.example:port", "port"),
        ("imap://u%40b.example:secret@imap.example", "in the clear"),
        ("imaps://reader:secret@imap.example", "'reader' is no address"),
        ("imaps://a%40b.example:secret@imap.example?tls=yes", "expected imaps://"),
        ("imaps://a%40b.example:secret@imap.example/Sent%0Acopies", "can be printed"),
    ],
)
def test_other_urls_are_refused_without_their_password(url, reason):
    with pytest.raises(ArchiveUrlInvalid) as refusal:
        read_archive(url)

    assert reason in str(refusal.value)
    assert "secret" not in str(refusal.value)


def test_archive_is_a_setting():
    url = "imaps://archive%40office.example:p@imap.example"

    assert read_settings({}).archive is None
    assert read_settings({"QIANSHOU_ARCHIVE_URL": url}).archive == read_archive(url)


def test_look_up_reads_the_folder_and_changes_nothing():
    with Mailbox("<a@x.example>", "<b@x.example>") as box:
        found = read_archive(box.url).look_up(["<b@x.example>", "<c@x.example>"])

    assert found == {"<b@x.example>": "Sent copies UID 2 (127.0.0.1)", "<c@x.example>": None}
    assert {command.partition(" ")[0] for command in box.commands} <= {
        "CAPABILITY", "LOGIN", "EXAMINE", "UID", "LOGOUT"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [(("pass%20word", "wrong"), "AUTHENTICATIONFAILED"), (("Sent%20copies", "Other"), "no such folder")],
)
def test_archive_that_cannot_be_asked_says_why(change, reason):
    with Mailbox() as box, pytest.raises(ArchiveUnreachable, match=reason):
        read_archive(box.url.replace(*change)).look_up(["<a@x.example>"])


async def test_legal_and_money_letters_go_to_the_archive_too(small_outbox):
    kinds = {"legal": "decision_approved", "money": "payment_made", "light": "digest"}
    small_outbox.write(draft(key, kind=kind, to=f"{key}@city.example") for key, kind in kinds.items())

    with Mailbox() as box, ScriptedServer() as server:
        await post(
            small_outbox,
            SmtpTransport(server.url, sessions=1, archive=read_archive(box.url)),
            until_empty=True,
        )

    envelopes = [line for line in server.lines if line.startswith("RCPT")]
    assert envelopes == [
        "RCPT TO:<legal@city.example>",
        f"RCPT TO:<{MAILBOX}>",
        "RCPT TO:<money@city.example>",
        f"RCPT TO:<{MAILBOX}>",
        "RCPT TO:<light@city.example>",
    ]


def cut_after(stage, to):
    return "cut" if stage == "after" else ""


def history(outbox, key="a"):
    number = outbox.column("id")[key]
    with outbox.transactions() as session:
        return [row["fate"] for row in attempts_of(session, number)]


async def test_letter_that_the_archive_holds_was_sent(outbox):
    outbox.write([draft("a")])

    with Mailbox(outbox.column("message_id")["a"]) as box, ScriptedServer(cut_after) as server:
        report = await post(outbox, SmtpTransport(server.url, archive=read_archive(box.url)))

    assert (report.in_doubt, report.archive_fault) == (1, None)
    assert outbox.states() == {"a": "sent"}
    assert outbox.column("sent_at") == {"a": NOON}
    assert outbox.column("resolution") == {"a": "archive \u00b7 Sent copies UID 1 (127.0.0.1)"}
    assert history(outbox) == ["in_doubt", "in_archive"]


async def test_letter_that_the_archive_does_not_hold_waits_with_that_fact(outbox):
    outbox.write([draft("a")])
    clock = VirtualClock(NOON)

    with Mailbox() as box, ScriptedServer(cut_after) as server:
        transport = SmtpTransport(server.url, archive=read_archive(box.url))
        for hours in range(3):
            clock.set(NOON + timedelta(hours=hours))
            await post(outbox, transport, clock=clock)
        waiting, told = outbox.states(), history(outbox)
        box.message_ids.append(outbox.column("message_id")["a"])
        await post(outbox, transport, clock=clock)

    assert (waiting, told) == ({"a": "in_doubt"}, ["in_doubt", "not_in_archive"])
    assert (outbox.states(), history(outbox)) == ({"a": "sent"}, ["in_doubt", "not_in_archive", "in_archive"])
    assert sum(server.accepted.values()) == 1


async def test_archive_that_is_down_leaves_the_doubt_and_says_so(small_outbox):
    small_outbox.write([draft("a"), draft("b", kind="digest", to="quick@city.example")])
    with Mailbox() as box:
        url = box.url.replace("pass%20word", "wrong")
        with ScriptedServer(lambda stage, to: cut_after(stage, to) if "officer" in to else "") as server:
            report = await post(small_outbox, SmtpTransport(server.url, archive=read_archive(url)))

    assert "AUTHENTICATIONFAILED" in str(report.archive_fault)
    assert small_outbox.states() == {"a": "in_doubt", "b": "sent"}


async def test_light_letters_are_not_looked_up(small_outbox):
    small_outbox.write([draft("a", kind="digest")])
    clock = VirtualClock(NOON)

    with Mailbox() as box, ScriptedServer(cut_after) as server:
        for hours in range(3):
            clock.set(NOON + timedelta(hours=hours))
            await post(small_outbox, SmtpTransport(server.url, archive=read_archive(box.url)), clock=clock)

    assert small_outbox.states() == {"a": "in_doubt"}
    assert box.commands == []
