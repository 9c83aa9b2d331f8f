"""The dispatcher against servers that fail: nothing lost, nothing weighty twice, every fate where it belongs."""

import asyncio
import socket
from datetime import timedelta

import pytest

from models.clock import VirtualClock
from notifications.catcher_store import CatcherStore
from notifications.dispatch import dispatch
from notifications.mailer import Fate
from notifications.report import DispatchReport
from notifications.transport import ShelfTransport, SmtpTransport
from tests.notifications.letters import FRAME, LEASE, LINE, NOON, Outbox, draft
from tests.notifications.scripted import ScriptedServer
from tests.notifications.sink import Sink

HOUR = timedelta(hours=1)


@pytest.fixture
def sink():
    with Sink() as running:
        yield running


async def post(outbox, transport, *, clock=None, owner="one", limit=None, until_empty=True, lines=(LINE,)):
    return await dispatch(
        outbox.transactions,
        clock or VirtualClock(NOON),
        transport,
        owner=owner,
        until_empty=until_empty,
        limit=limit,
        frame=FRAME,
        lines_of=lambda letter: list(lines),
        lease=LEASE,
    )


async def test_letters_arrive_once_over_few_sessions(outbox, sink):
    outbox.write([draft(f"{number:03}") for number in range(100)])

    report = await post(outbox, SmtpTransport(sink.url))

    assert report == DispatchReport(sent=100)
    assert set(outbox.states().values()) == {"sent"}
    assert set(sink.accepted.values()) == {1}
    assert set(sink.accepted) == set(outbox.column("message_id").values())
    assert len(sink.sessions) <= 8


@pytest.mark.parametrize(
    ("habit", "kind", "state", "report"),
    [
        ("ok", "decision_approved", "sent", DispatchReport(sent=1)),
        ("nobody", "decision_approved", "refused", DispatchReport(refused=1)),
        ("grey", "decision_approved", "queued", DispatchReport(deferred=1)),
        ("busy", "decision_approved", "queued", DispatchReport(deferred=1)),
        ("hangup", "decision_approved", "queued", DispatchReport(deferred=1)),
        ("silent", "decision_approved", "queued", DispatchReport(deferred=1)),
        ("full", "decision_approved", "refused", DispatchReport(refused=1)),
        ("error", "decision_approved", "queued", DispatchReport(deferred=1)),
        ("cutbefore", "decision_approved", "in_doubt", DispatchReport(in_doubt=1)),
        ("cutafter", "payment_made", "in_doubt", DispatchReport(in_doubt=1)),
        (
            "locked",
            "decision_approved",
            "queued",
            DispatchReport(stopped="530 5.7.0 authentication required"),
        ),
    ],
)
async def test_fault_decides_the_fate(small_outbox, sink, habit, kind, state, report):
    small_outbox.write([draft("a", kind=kind, to=f"{habit}-1@city.example")])

    found = await post(small_outbox, SmtpTransport(sink.url, sessions=1, timeout=1), until_empty=False)

    assert found == report
    assert small_outbox.states() == {"a": state}


async def test_light_letter_is_cut_and_goes_once_more(small_outbox, sink):
    small_outbox.write([draft("a", kind="digest", to="cutafter-1@city.example")])

    clock = VirtualClock(NOON)
    reports = []
    for minute in range(3):
        clock.set(NOON + timedelta(minutes=minute))
        reports.append(await post(small_outbox, SmtpTransport(sink.url), clock=clock))

    assert [report.in_doubt for report in reports] == [1, 1, 0]
    assert small_outbox.states() == {"a": "in_doubt"}
    assert list(sink.accepted.values()) == [2]


async def test_faulty_letters_do_not_hold_up_the_others(small_outbox, sink):
    habits = ["ok", "nobody", "grey", "busy", "hangup", "full", "error", "cutbefore", "ok", "ok"]
    small_outbox.write(
        [draft(f"{number:02}", to=f"{habits[number % 10]}-{number}@city.example") for number in range(60)]
    )

    report = await post(small_outbox, SmtpTransport(sink.url))

    assert report == DispatchReport(sent=18, deferred=24, refused=12, in_doubt=6)
    assert set(sink.accepted.values()) == {1}


async def test_deferred_letters_go_when_their_time_comes(small_outbox, sink):
    small_outbox.write([draft("a", to="grey-1@city.example"), draft("b")])
    clock = VirtualClock(NOON)
    transport = SmtpTransport(sink.url)

    first = await post(small_outbox, transport, clock=clock)
    second = await post(small_outbox, transport, clock=clock)
    clock.set(NOON + HOUR)
    third = await post(small_outbox, transport, clock=clock)

    assert (first.sent, first.deferred) == (1, 1)
    assert second == DispatchReport()
    assert third.deferred == 1
    assert small_outbox.column("attempts") == {"a": 2, "b": 1}


async def test_no_server_leaves_the_queue_untouched(small_outbox):
    small_outbox.write([draft("a"), draft("b")])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    report = await post(small_outbox, SmtpTransport(f"smtp://127.0.0.1:{port}"))

    assert report.stopped is not None
    assert report.sent == report.deferred == 0
    assert small_outbox.states() == {"a": "queued", "b": "queued"}
    assert set(small_outbox.column("attempts").values()) == {0}


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_refused_login_stops_the_queue(small_outbox):
    small_outbox.write([draft("a")])

    with Sink(login=True) as sink:
        report = await post(small_outbox, SmtpTransport(sink.url.replace("smtp://", "smtp://user:wrong@")))

    assert report.stopped is not None
    assert "535" in report.stopped
    assert small_outbox.states() == {"a": "queued"}


async def test_what_was_settled_meanwhile_is_dropped(small_outbox, sink):
    small_outbox.write([draft("a", kind="digest"), draft("b")])

    report = await post(small_outbox, SmtpTransport(sink.url), lines=())

    assert report == DispatchReport(sent=1, dropped=1)
    assert small_outbox.states() == {"a": "dropped", "b": "sent"}


async def test_letter_that_cannot_be_laid_out_does_not_stop_the_post(small_outbox, sink):
    small_outbox.write([draft("a"), draft("b")])
    with small_outbox.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE letter SET facts = '{}' WHERE key = 'a'")

    report = await post(small_outbox, SmtpTransport(sink.url))

    assert report == DispatchReport(sent=1, refused=1)
    assert "decision_approved" not in sink.texts
    assert small_outbox.states() == {"a": "refused", "b": "sent"}


async def test_limit_is_kept(small_outbox, sink):
    small_outbox.write([draft(f"{number:03}") for number in range(90)])

    report = await post(small_outbox, SmtpTransport(sink.url), limit=70)

    assert report == DispatchReport(sent=70)
    assert sorted(small_outbox.states().values()) == ["queued"] * 20 + ["sent"] * 70


async def test_two_dispatchers_send_nothing_twice(outbox, database_url, sink):
    outbox.write([draft(f"{number:03}") for number in range(300)])
    second = Outbox(database_url)

    reports = await asyncio.gather(
        post(outbox, SmtpTransport(sink.url), owner="one"), post(second, SmtpTransport(sink.url), owner="two")
    )

    assert sum(report.sent for report in reports) == 300
    assert len(sink.accepted) == 300
    assert set(sink.accepted.values()) == {1}
    second.engine.dispose()


async def test_lines_that_fail_leave_every_letter_in_the_queue(small_outbox, sink):
    small_outbox.write([draft("a", kind="digest"), draft("b", kind="digest")])

    def broken(letter):
        raise RuntimeError("no lines")

    with pytest.raises(RuntimeError, match="no lines"):
        await dispatch(
            small_outbox.transactions, VirtualClock(NOON), SmtpTransport(sink.url), owner="one", until_empty=True,
            limit=None, frame=FRAME, lines_of=broken, lease=LEASE,
        )  # fmt: skip

    assert set(small_outbox.states().values()) == {"queued"}


async def test_shelf_takes_everything_once(outbox, tmp_path):
    outbox.write([draft(f"{number:03}") for number in range(300)] + [draft("daily", kind="digest")])
    with CatcherStore(tmp_path) as store:
        report = await post(outbox, ShelfTransport(store), lines=())

        assert report == DispatchReport(sent=300, dropped=1)
        assert store.count() == 300


async def test_shelf_after_a_crash_has_no_letter_twice(small_outbox, tmp_path):
    small_outbox.write([draft("a"), draft("b")])
    with CatcherStore(tmp_path) as store:
        await post(small_outbox, ShelfTransport(store))
        with small_outbox.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE letter SET state = 'queued', sent_at = NULL, attempts = 0")

        report = await post(small_outbox, ShelfTransport(store))

        assert report == DispatchReport(sent=2)
        assert store.count() == 2


def test_fates_are_stable():
    assert [fate.value for fate in Fate] == ["sent", "deferred", "refused", "stop", "unknown"]


async def test_run_that_is_cancelled_finishes_what_it_hands_over(small_outbox):
    small_outbox.write([draft(f"{number:03}") for number in range(60)])

    with ScriptedServer(lambda stage, to: "slow" if stage == "after" else "") as server:
        run = asyncio.create_task(post(small_outbox, SmtpTransport(server.url)))
        while len(server.keys) < 10:
            await asyncio.sleep(0.01)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run

    states = small_outbox.states()
    assert set(states.values()) == {"sent", "queued"}
    assert sorted(server.keys) == sorted(key for key, state in states.items() if state == "sent")


async def test_run_that_drains_gives_back_what_it_claimed(small_outbox, sink):
    small_outbox.write([draft(f"{number:03}") for number in range(60)])
    draining = asyncio.Event()
    draining.set()

    report = await dispatch(
        small_outbox.transactions, VirtualClock(NOON), SmtpTransport(sink.url), owner="one", until_empty=True,
        limit=None, frame=FRAME, lines_of=lambda letter: [LINE], lease=LEASE, draining=draining,
    )  # fmt: skip

    assert report == DispatchReport()
    assert set(small_outbox.states().values()) == {"queued"}


async def test_servers_answer_is_written_while_another_letter_is_still_waited_for(small_outbox):
    small_outbox.write([draft("quick"), draft("slow", to="slow-1@city.example")])

    with ScriptedServer(lambda stage, to: "silent" if to.startswith("slow") else "") as server:
        run = asyncio.create_task(post(small_outbox, SmtpTransport(server.url, sessions=2, timeout=1)))
        await asyncio.sleep(0.6)
        meanwhile = small_outbox.states()
        await run

    assert meanwhile["quick"] == "sent"
    assert meanwhile["slow"] in ("claimed", "handing")
