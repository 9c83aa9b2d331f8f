"""A person's letters leave in their order: a later one never overtakes an earlier one that is being retried."""

from datetime import timedelta

import pytest

from models.clock import VirtualClock
from notifications import outbox_claim, outbox_marks
from notifications.attempts import Tried
from notifications.transport import SmtpTransport
from tests.notifications.letters import LEASE, NOON, draft
from tests.notifications.sink import Sink
from tests.notifications.test_dispatch import post

MINUTE = timedelta(minutes=1)
ONE = {"person_code": "one"}


def claim(outbox, *, owner="a", now=NOON, limit=10):
    with outbox.transactions() as session:
        return outbox_claim.claim(session, owner, limit, now, LEASE)


def keys(letters):
    return [letter.key for letter in letters]


def defer(outbox, letter, now=NOON, *, owner="a"):
    with outbox.transactions() as session:
        outbox_marks.mark_deferred(session, owner, [Tried(letter.id, letter.attempts, "450 later", 450)], now)


def refuse(outbox, letter, *, owner="a"):
    with outbox.transactions() as session:
        outbox_marks.mark_refused(session, owner, [Tried(letter.id, 0, "550 nobody", 550)], NOON)


def test_later_letter_waits_for_the_one_before(outbox):
    outbox.write([draft("1", **ONE), draft("2", **ONE), draft("other")])

    assert keys(claim(outbox)) == ["1", "other"]
    assert keys(claim(outbox, owner="b")) == []


def test_later_letter_waits_while_the_one_before_is_retried(outbox):
    outbox.write([draft("1", **ONE)])
    (first,) = claim(outbox)
    defer(outbox, first)
    outbox.write([draft("2", **ONE)], NOON)

    assert keys(claim(outbox, owner="b")) == []
    assert keys(claim(outbox, owner="b", now=NOON + MINUTE)) == ["1"]


@pytest.mark.parametrize("end", ["refused", "in_doubt"])
def test_letter_that_will_not_leave_by_itself_holds_up_nothing(outbox, end):
    outbox.write([draft("1", **ONE), draft("2", **ONE)])
    (first,) = claim(outbox)
    if end == "refused":
        refuse(outbox, first)
    else:
        with outbox.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE letter SET state = 'in_doubt' WHERE key = '1'")

    assert keys(claim(outbox)) == ["2"]


def test_letter_for_tomorrow_does_not_hold_up_a_receipt(outbox):
    outbox.write([draft("tomorrow", not_before=NOON + timedelta(days=1), **ONE), draft("receipt", **ONE)])

    assert keys(claim(outbox)) == ["receipt"]


def test_retry_that_is_due_goes_before_what_was_written_meanwhile(outbox):
    outbox.write([draft("1", **ONE)])
    (first,) = claim(outbox)
    defer(outbox, first)
    outbox.write([draft("2", **ONE)], NOON)

    later = NOON + 2 * MINUTE
    assert [keys(claim(outbox, now=later, limit=1)) for _ in range(2)] == [["1"], []]


def test_letters_to_an_office_keep_the_order_of_its_mailbox(outbox):
    office: dict = {"person_code": None, "to": "office@city.example"}
    outbox.write([draft("1", **office), draft("2", **office), draft("3", person_code=None)])

    assert keys(claim(outbox)) == ["1", "3"]


async def test_one_run_sends_all_that_a_person_gets_in_order(small_outbox):
    small_outbox.write([draft(f"{number:02}", person_code=f"{number % 3}") for number in range(30)])

    with Sink() as sink:
        report = await post(small_outbox, SmtpTransport(sink.url))

    keys_sent = sink.keys
    assert report.sent == 30
    assert [[key for key in keys_sent if int(key) % 3 == person] for person in range(3)] == [
        [f"{number:02}" for number in range(person, 30, 3)] for person in range(3)
    ]


async def test_retried_letter_is_not_overtaken_in_a_run(small_outbox):
    small_outbox.write(
        [draft("1", to="grey-1@city.example", **ONE), draft("2", to="well@city.example", **ONE)]
    )
    clock = VirtualClock(NOON)

    with Sink() as sink:
        first = await post(small_outbox, SmtpTransport(sink.url), clock=clock)
        sink.patient = True
        clock.set(NOON + MINUTE)
        second = await post(small_outbox, SmtpTransport(sink.url), clock=clock)

    assert (first.deferred, first.sent, second.sent) == (1, 0, 2)
    assert sink.keys == ["1", "2"]
