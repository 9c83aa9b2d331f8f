"""The pace is kept exactly: never more in any window, never less than allowed, over dispatchers, runs and crashes."""

from datetime import timedelta

import pytest

from models.clock import VirtualClock
from notifications import outbox_claim
from notifications.pace import Limit, Pace, PaceInvalid, read_pace
from notifications.settings import DEFAULT_PACE, PostSettingInvalid, read_settings
from notifications.transport import SmtpTransport
from tests.notifications.letters import LEASE, NOON, Outbox, draft
from tests.notifications.scripted import ScriptedServer
from tests.notifications.test_dispatch import post

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FIVE_AN_HOUR = Pace((Limit("slow.example", 5, HOUR),))


def slow(number, domain="slow.example"):
    return draft(f"{domain}-{number:03}", to=f"officer-{number}@{domain}")


def claim(outbox, pace, *, owner="a", now=NOON, limit=10):
    with outbox.transactions() as session:
        return outbox_claim.claim(session, owner, limit, now, LEASE, pace)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("163.com=50/900", [Limit("163.com", 50, 15 * MINUTE)]),
        ("A.example=1/60, *=200/3600 all=9/1", [
            Limit("a.example", 1, MINUTE), Limit("*", 200, HOUR), Limit("all", 9, timedelta(seconds=1))
        ]),
        ("", []),
    ],
)  # fmt: skip
def test_pace_is_read(text, limits):
    assert read_pace(text) == Pace(tuple(limits))


@pytest.mark.parametrize(
    "text", ["163.com", "163.com=50", "=5/60", "a=0/60", "a=5/0", "a=x/60", "a=-1/60", "a=5/60/7"]
)
def test_pace_that_lets_nothing_leave_is_refused(text):
    with pytest.raises(PaceInvalid):
        read_pace(text)


def test_settings_without_a_mail_server_hold_nothing_back():
    settings = read_settings({})

    assert (settings.pace, settings.per_connection) == (Pace(), None)


def test_settings_with_a_mail_server_are_cautious():
    settings = read_settings({"QIANSHOU_SMTP_URL": "smtp://post.example"})

    assert (settings.pace, settings.per_connection) == (read_pace(DEFAULT_PACE), 10)


def test_settings_are_chosen():
    chosen = {"QIANSHOU_POST_PACE": "*=3/60", "QIANSHOU_POST_PER_CONNECTION": "7"}
    freed = {
        "QIANSHOU_SMTP_URL": "smtp://h",
        "QIANSHOU_POST_PACE": "none",
        "QIANSHOU_POST_PER_CONNECTION": "0",
    }

    assert read_settings(chosen).pace == Pace((Limit("*", 3, MINUTE),))
    assert read_settings(chosen).per_connection == 7
    assert (read_settings(freed).pace, read_settings(freed).per_connection) == (Pace(), None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"QIANSHOU_LEASE_SECONDS": "soon"},
        {"QIANSHOU_LEASE_SECONDS": "0"},
        {"QIANSHOU_LEASE_SECONDS": "nan"},
        {"QIANSHOU_POST_PER_CONNECTION": "-1"},
    ],
)
def test_settings_that_make_no_sense_are_named(wrong):
    with pytest.raises(PostSettingInvalid, match=next(iter(wrong))):
        read_settings(wrong)


def test_domain_that_is_full_does_not_hold_up_the_others(outbox):
    outbox.write(
        [slow(number) for number in range(20)] + [slow(number, "quick.example") for number in range(3)]
    )

    taken = [letter.address.partition("@")[2] for letter in claim(outbox, FIVE_AN_HOUR)]

    assert (taken.count("slow.example"), taken.count("quick.example")) == (5, 3)


def test_what_another_dispatcher_holds_counts(outbox):
    outbox.write([slow(number) for number in range(20)])

    assert [len(claim(outbox, FIVE_AN_HOUR, owner=owner, limit=3)) for owner in "abc"] == [3, 2, 0]


def test_limit_in_all_counts_every_domain(outbox):
    outbox.write([slow(number, f"{number}.example") for number in range(20)])

    assert len(claim(outbox, read_pace("all=7/60"), limit=50)) == 7
    assert claim(outbox, read_pace("all=7/60"), limit=50) == []


def test_each_other_domain_has_its_own_count(outbox):
    outbox.write(
        [slow(number, domain) for domain in ("a.example", "b.example", "c.example") for number in range(9)]
    )

    taken = [
        letter.address.partition("@")[2]
        for letter in claim(outbox, read_pace("*=2/60 c.example=4/60"), limit=50)
    ]

    assert [taken.count(f"{name}.example") for name in "abc"] == [2, 2, 4]


@pytest.mark.parametrize("step", [7 * MINUTE, 20 * MINUTE])
async def test_no_window_sees_more_and_none_wastes_any(small_outbox, step):
    """Two dispatchers take turns; what left is read from the server's side, at the moment it took the letter."""
    small_outbox.write([slow(number) for number in range(32)])
    other = Outbox(str(small_outbox.engine.url))
    clock, left = VirtualClock(NOON), []

    with ScriptedServer() as server:
        for turn in range(200):
            clock.set(NOON + turn * step)
            before = sum(server.accepted.values())
            await post(
                (small_outbox, other)[turn % 2],
                SmtpTransport(server.url, sessions=2, pace=FIVE_AN_HOUR),
                clock=clock,
                owner=f"turn-{turn}",
            )
            left += [clock.now()] * (sum(server.accepted.values()) - before)
            if len(left) == 32:
                break

    other.engine.dispose()
    windows = [sum(start <= moment < start + HOUR for moment in left) for start in left]
    assert max(windows) == 5
    # The first five at once; each other as soon as a turn finds room again.
    turns_an_hour = -(-HOUR // step)
    assert left == [NOON + (number // 5) * turns_an_hour * step for number in range(32)]


async def test_letters_that_a_server_refused_count_too(small_outbox):
    small_outbox.write([slow(number) for number in range(8)])
    clock = VirtualClock(NOON)

    with ScriptedServer(lambda stage, to: "550 nobody" if stage == "rcpt" else "") as server:
        transport = SmtpTransport(server.url, pace=FIVE_AN_HOUR)
        first = await post(small_outbox, transport, clock=clock)
        second = await post(small_outbox, transport, clock=clock)
        clock.set(NOON + HOUR)
        third = await post(small_outbox, transport, clock=clock)

    assert (first.refused, second.refused, third.refused) == (5, 0, 3)
