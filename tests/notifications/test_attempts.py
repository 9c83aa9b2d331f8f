"""Every attempt of a letter stands in the records with the server's words, and its text as it was handed over."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DatabaseError

from models.clock import VirtualClock
from notifications.attempts import attempts_of, sum_of, texts_of
from notifications.catcher_store import CatcherStore
from notifications.layout import message
from notifications.outbox_claim import claim
from notifications.outbox_marks import NO_MARK, find_in_doubt, mark_handing
from notifications.transport import ShelfTransport, SmtpTransport
from tests.notifications.letters import LEASE, NOON, draft
from tests.notifications.sink import Sink
from tests.notifications.test_dispatch import post
from tests.notifications.test_outbox import texts

MINUTE = timedelta(minutes=1)


@pytest.fixture
def sink():
    with Sink() as running:
        yield running


def history(outbox, key="a"):
    number = outbox.column("id")[key]
    with outbox.transactions() as session:
        return [
            (row["number"], row["fate"], row["code"], row["server"]) for row in attempts_of(session, number)
        ]


def kept(outbox, key="a"):
    number = outbox.column("id")[key]
    with outbox.transactions() as session:
        return texts_of(session, number)


async def test_each_attempt_is_one_row(outbox, sink):
    outbox.write([draft("a", to="grey-1@city.example")])
    clock = VirtualClock(NOON)
    for minutes in (0, 1, 2):
        clock.set(NOON + minutes * MINUTE)
        await post(outbox, SmtpTransport(sink.url), clock=clock)
    sink.patient = True
    clock.set(NOON + 10 * MINUTE)

    await post(outbox, SmtpTransport(sink.url), clock=clock)

    server = f"127.0.0.1:{sink.port}"
    assert history(outbox) == [
        (1, "deferred", 450, server),
        (2, "deferred", 450, server),
        (3, "sent", 250, server),
    ]


@pytest.mark.parametrize(
    ("habit", "fate", "code"),
    [
        ("nobody", "refused", 550),
        ("busy", "deferred", 421),
        ("hangup", "deferred", None),
        ("full", "refused", 552),
        ("error", "deferred", 451),
        ("cutafter", "in_doubt", None),
    ],
)
async def test_attempt_keeps_the_servers_code(small_outbox, sink, habit, fate, code):
    small_outbox.write([draft("a", to=f"{habit}-1@city.example")])

    await post(small_outbox, SmtpTransport(sink.url, sessions=1))

    assert [(found[1], found[2]) for found in history(small_outbox)] == [(fate, code)]


async def test_text_is_kept_to_the_byte(outbox, sink):
    outbox.write([draft("a")])

    await post(outbox, SmtpTransport(sink.url))

    (text,) = kept(outbox)
    words = text.words
    made = message(words.head, words.text, words.html)
    assert made == sink.texts[0] or made.rstrip(b"\r\n") == sink.texts[0].rstrip(b"\r\n")
    assert words.sha256 == sum_of(made)
    assert text.handed_at == NOON


async def test_text_is_kept_only_when_the_server_was_about_to_see_it(small_outbox, sink):
    small_outbox.write([draft("a", to="nobody-1@city.example")])

    await post(small_outbox, SmtpTransport(sink.url))

    assert kept(small_outbox) == []


def test_dead_dispatcher_leaves_an_attempt_without_an_outcome(outbox):
    outbox.write([draft("a")])
    with outbox.transactions() as session:
        ids = [letter.id for letter in claim(session, "dead", 1, NOON, LEASE)]
        mark_handing(session, "dead", texts(ids), NOON, LEASE)
    with outbox.transactions() as session:
        find_in_doubt(session, NOON + 2 * LEASE)

    with outbox.transactions() as session:
        (row,) = attempts_of(session, ids[0])
    assert (row["fate"], row["code"], row["reply"]) == ("in_doubt", None, NO_MARK)
    assert len(kept(outbox)) == 1


async def test_shelf_leaves_an_attempt_too(small_outbox, tmp_path):
    small_outbox.write([draft("a")])
    with CatcherStore(tmp_path) as store:
        await post(small_outbox, ShelfTransport(store))

    assert history(small_outbox) == [(1, "sent", None, "catcher")]


@pytest.mark.parametrize("table", ["letter_attempt", "letter_text"])
async def test_nobody_can_change_what_was_kept(outbox, sink, table):
    outbox.write([draft("a")])
    await post(outbox, SmtpTransport(sink.url))

    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET letter_id = 2"):
        with pytest.raises(DatabaseError, match="append-only"), outbox.engine.begin() as connection:
            connection.exec_driver_sql(statement)
