"""A server with every fault at every stage and three days of outage: no letter lost, none out of its person's order."""

import random
import socket
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text

from models.clock import VirtualClock
from notifications.archive import read_archive
from notifications.outbox import message_id_of
from notifications.transport import SmtpTransport
from tests.notifications.archive_box import Mailbox
from tests.notifications.letters import NOON, draft
from tests.notifications.proofs import FAULTY, SEED
from tests.notifications.scripted import ScriptedServer
from tests.notifications.test_dispatch import post

KINDS = ("decision_approved", "payment_made", "digest")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OUTAGE = (NOON + HOUR, NOON + HOUR + 3 * DAY)
SILENCE = 0.4
"""So many seconds a reply is waited for; the server is silent for longer."""

TEMPORARY = {
    "connect": ("421 too many connections", "cut", "silent"),
    "ehlo": ("421 closing",),
    "mail": ("421 closing", "slow"),
    "rcpt": ("421 closing", "450 greylisted", "cut", "silent"),
    "data": ("421 closing", "slow"),
    "text": ("cut",),
    "dot": ("421 closing", "451 error in processing", "cut", "silent"),
    "after": ("cut", "slow"),
    "quit": ("cut", "421 closing"),
}
"""Each with one chance in ten whenever the stage is reached."""

FOR_GOOD = {"nobody": ("rcpt", "550 nobody here"), "full": ("dot", "552 mailbox full")}
"""Each for one letter in ten, at every attempt."""


class Fate:
    """Throws the dice at each stage; whatever it was, is counted."""

    def __init__(self, archive):
        self.archive = archive
        self.chance = random.Random(SEED)
        self.seen: Counter = Counter()

    def __call__(self, stage, to):
        if to == self.archive:
            return self.one_in_ten("archive", "550 no archive today")
        where, reply = FOR_GOOD.get(to.partition("-")[0], ("", ""))
        if stage == where:
            self.seen[stage, reply] += 1
            return reply
        return next((told for fault in TEMPORARY[stage] if (told := self.one_in_ten(stage, fault))), "")

    def one_in_ten(self, stage, fault):
        if self.chance.random() < 0.1:
            self.seen[stage, fault] += 1
            return fault
        return ""


def letter(number):
    habit = {0: "nobody", 1: "full"}.get(number % 10, "officer")
    return draft(
        f"{number:05}", kind=KINDS[number % 3], to=f"{habit}-{number}@city.example",
        person_code=f"person-{number % max(FAULTY // 5, 1)}",
    )  # fmt: skip


async def test_every_fault_and_three_days_of_outage(small_outbox):
    small_outbox.write(letter(number) for number in range(FAULTY))
    clock, turns = VirtualClock(NOON), 0
    clock_at_noon = clock.now()

    with Mailbox() as box, nobody_listens() as dead:
        archive = read_archive(box.url)
        dice = Fate(archive.mailbox)
        with ScriptedServer(dice) as server:
            up = SmtpTransport(server.url, timeout=SILENCE, per_connection=5, archive=archive)
            while (moment := next_moment(small_outbox)) is not None:
                turns += 1
                assert turns < 50_000
                clock.set(max(moment, clock.now() + timedelta(minutes=1)))
                down = OUTAGE[0] <= clock.now() < OUTAGE[1]
                transport = replace(up, url=f"smtp://127.0.0.1:{dead}") if down else up
                if down:
                    clock.set(min(clock.now() + 5 * HOUR, OUTAGE[1]))
                box.message_ids = held_by_archive(server, archive.mailbox)
                report = await post(small_outbox, transport, clock=clock, owner=f"turn-{turns}")
                assert not down or report.sent == 0
            box.message_ids = held_by_archive(server, archive.mailbox)
            await post(small_outbox, up, clock=clock, owner="last")

    judge(small_outbox, server, dice, box, turns, clock.now() - clock_at_noon)


def judge(outbox, server, dice, box, turns, took):
    states, kinds, replies = outbox.states(), outbox.column("kind"), outbox.column("reply")
    ids = {key: message_id_of(key, "qianshou.example") for key in states}
    accepted = {key: server.accepted[ids[key]] for key in states}
    fates = attempts_by_fate(outbox)
    print(
        f"{FAULTY} letters, {sum(dice.seen.values())} faults of {len(dice.seen)} kinds, {turns} turns, {took}:"
        f" {dict(Counter(states.values()))}"
    )
    known = {(stage, fault) for stage, faults in TEMPORARY.items() for fault in faults}
    known |= {*FOR_GOOD.values(), ("archive", "550 no archive today")}
    # A small run may miss a rare one.
    assert dice.seen.keys() <= known
    assert len(dice.seen) >= (len(known) if FAULTY >= 1_000 else len(known) - 3)
    assert set(states.values()) <= {"sent", "refused", "in_doubt"}
    # None lost: what counts as sent was taken; what was not taken is refused for good or waits for a person.
    assert [key for key, state in states.items() if state == "sent" and not accepted[key]] == []
    assert [
        key
        for key, state in states.items()
        if state == "refused" and not was_refused(replies[key], fates[key])
    ] == []
    assert [key for key, state in states.items() if state == "in_doubt" and not fates[key]["in_doubt"]] == []
    # No legal or money letter twice; a light one only after a doubt.
    assert [key for key in states if accepted[key] > 1 and kinds[key] != "digest"] == []
    assert [key for key in states if accepted[key] > 1 + fates[key]["in_doubt"]] == []
    # What the archive holds waits for nobody.
    held = set(box.message_ids)
    assert [
        key
        for key, state in states.items()
        if state == "in_doubt" and kinds[key] != "digest" and ids[key] in held
    ] == []
    # Order per person, as the server saw it.
    people = outbox.column("person_code")
    for person in set(people.values()):
        seen = [key for key in server.keys if people[key] == person]
        assert seen == sorted(seen)


def was_refused(reply, fates):
    """Refused by a 5xx, or given up after five days of trying."""
    return reply.startswith("55") or fates["deferred"] > 12


def held_by_archive(server, mailbox):
    return [message_id for message_id, envelope in list(server.envelopes.items()) if mailbox in envelope]


def next_moment(outbox):
    """When the next of the letters that are each first of their person may go; None when nothing is left."""
    states, moments, people = outbox.states(), outbox.column("next_try_at"), outbox.column("person_code")
    first: dict = {}
    for key in sorted(states):
        if states[key] == "queued":
            first.setdefault(people[key], moments[key])
    return min(first.values(), default=None)


def attempts_by_fate(outbox):
    statement = "SELECT l.key, a.fate FROM letter_attempt AS a JOIN letter AS l ON l.id = a.letter_id"
    found: dict[str, Counter[str]] = {key: Counter() for key in outbox.states()}
    with outbox.engine.connect() as connection:
        for key, fate in connection.execute(text(statement)):
            found[key][fate] += 1
    return found


class nobody_listens:  # noqa: N801
    """A port of this machine at which nobody listens for as long as the test lasts."""

    def __enter__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        return self._socket.getsockname()[1]

    def __exit__(self, *_):
        self._socket.close()
