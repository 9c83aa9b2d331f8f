"""Dispatchers that are killed again and again, or run side by side, lose no letter and double none silently."""

import os
import random
import signal
import time
from collections import Counter

from sqlalchemy import text

from models.clock import SystemClock
from notifications.outbox import message_id_of
from tests.notifications.letters import draft
from tests.notifications.proofs import KILLS, LETTERS, SEED
from tests.notifications.scripted import ScriptedServer
from tests.notifications.victim import LEASE, nursery

KINDS = ("decision_approved", "payment_made", "digest")
STOCK = 400
"""So many letters wait when a dispatcher is started, so that the kill finds it busy."""


def test_killed_dispatchers_lose_and_double_nothing(small_outbox):
    chance = random.Random(SEED)
    clock = SystemClock()
    url = str(small_outbox.engine.url)
    written = 0

    with ScriptedServer() as server, nursery(url, server.port) as children:
        for number in range(KILLS):
            missing = STOCK - in_state(small_outbox, "queued")
            new = [letter(written + more) for more in range(max(0, missing))]
            small_outbox.write(new, clock.now())
            written += len(new)
            victim = children.start(f"victim-{number}")
            time.sleep(chance.uniform(0.05, 0.3))
            os.kill(victim, signal.SIGKILL)
        time.sleep(LEASE.total_seconds() + 0.2)
        assert children.run("survivor") == 0

    states, kinds = small_outbox.states(), small_outbox.column("kind")
    accepted = {key: server.accepted[message_id_of(key, "qianshou.example")] for key in states}
    doubts = doubts_by_letter(small_outbox)
    sent = sum(state == "sent" for state in states.values())
    doubled = [key for key in states if accepted[key] > 1]
    print(
        f"{KILLS} kills, {written} letters: {sent} sent, {len(states) - sent} in doubt,"
        f" {sum(doubts.values())} doubts announced, {len(doubled)} doubled after one"
    )
    assert set(states.values()) <= {"sent", "in_doubt"}
    assert [key for key, state in states.items() if state == "sent" and accepted[key] == 0] == []
    assert [key for key in doubled if kinds[key] != "digest"] == []
    assert [key for key in states if accepted[key] > 1 + doubts[key]] == []
    assert [key for key, state in states.items() if state == "in_doubt" and not doubts[key]] == []
    # At most the eight sessions' letters come into doubt by a kill.
    assert sum(doubts.values()) <= 8 * KILLS


def test_dispatchers_side_by_side_send_nothing_twice_and_keep_each_persons_order(outbox):
    """Four at once; each person gets several letters, and all dispatchers may take them."""
    people = max(LETTERS // 8, 1)
    outbox.write(
        [letter(number, person_code=f"person-{number % people}") for number in range(LETTERS)],
        SystemClock().now(),
    )

    with (
        ScriptedServer() as server,
        nursery(outbox.engine.url.render_as_string(hide_password=False), server.port) as children,
    ):
        for number in range(4):
            children.start(f"one-of-four-{number}")
        patience = time.monotonic() + 60 + LETTERS / 20
        while in_state(outbox, "sent") < LETTERS and time.monotonic() < patience:
            time.sleep(0.2)
        assert children.run("last") == 0

    assert Counter(outbox.states().values()) == {"sent": LETTERS}
    assert set(server.accepted.values()) == {1}
    assert len(server.accepted) == LETTERS
    orders = [
        [key for key in server.keys if int(key) % people == person] for person in range(min(people, 200))
    ]
    assert orders == [sorted(order) for order in orders]


def letter(number, **changes):
    return draft(f"{number:06}", kind=KINDS[number % 3], **changes)


def in_state(outbox, state):
    with outbox.engine.connect() as connection:
        found = connection.execute(text(f"SELECT COUNT(*) FROM letter WHERE state = '{state}'"))
        return int(found.scalar_one())


def doubts_by_letter(outbox):
    statement = """
    SELECT l.key, COUNT(*) FROM letter_attempt AS a JOIN letter AS l ON l.id = a.letter_id
     WHERE a.fate = 'in_doubt' GROUP BY l.key
    """
    with outbox.engine.connect() as connection:
        return Counter(dict(connection.execute(text(statement)).tuples().all()))
