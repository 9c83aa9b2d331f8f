"""The heartbeat is renewed by a sound watch alone; its absence by the pack's hour is an alarm, in three places."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import text

from models.clock import as_instant
from models.db import make_engine
from tasks.deadlines import sweep
from tasks.heartbeat import HEARTBEAT, read_heartbeat, watch_and_beat
from tasks.queries.doctor import diagnoses, readiness
from tests.factory import Bench
from tests.tasks.watching import CITY, FIRST, signing_bench, sweep_until


@contextmanager
def listener(status: int) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that notes who asks and answers with a status."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/ping", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def home_bench(url: str, home: Path, heartbeat_url: str | None = None) -> Bench:
    bench = signing_bench(url)
    home.mkdir(exist_ok=True)
    return Bench(replace(bench.house, home=home, heartbeat_url=heartbeat_url), bench.clock)


def codes(bench: Bench) -> set[str]:
    with bench.house.look() as work:
        found = diagnoses(work, catcher_port=1, home=bench.house.home)
    return {one.code for one in found} & {"heartbeat_late", "sweep_missed", "watch"}


def test_a_sound_watch_leaves_its_instant_and_nothing_else(database_url: str, tmp_path: Path) -> None:
    bench = home_bench(database_url, tmp_path / "home")
    sweep_until(bench, FIRST)

    watched = watch_and_beat(bench.house)

    assert watched is not None
    assert (watched.is_sound, watched.renewed) == (True, True)
    assert [one.name for one in (tmp_path / "home").iterdir()] == [HEARTBEAT]
    assert read_heartbeat(bench.house.home) == as_instant("2022-06-02T09:00")


def test_a_fault_keeps_the_old_heartbeat(sqlite_url: str, tmp_path: Path) -> None:
    bench = home_bench(sqlite_url, tmp_path / "home")
    sweep_until(bench, FIRST)
    watch_and_beat(bench.house)
    bench.at("2022-06-06T09:00")
    sweep(bench.house)
    with bench.work() as work:
        work.session.connection().execute(text("UPDATE step SET next_on = NULL WHERE state = 'open'"))

    watched = watch_and_beat(bench.house)

    assert watched is not None
    assert ([one.wrong for one in watched.faults], watched.renewed) == (["next_missing"], False)
    assert read_heartbeat(bench.house.home) == as_instant("2022-06-02T09:00")
    assert codes(bench.at("2022-06-06T10:00")) == {"heartbeat_late", "watch"}


def test_a_day_off_has_no_watch(sqlite_url: str, tmp_path: Path) -> None:
    bench = home_bench(sqlite_url, tmp_path / "home").at("2022-06-03T09:00")

    assert watch_and_beat(bench.house) is None


@pytest.mark.parametrize("status", [200, 500])
def test_the_address_outside_is_told_and_cannot_spoil_the_watch(
    sqlite_url: str, tmp_path: Path, status: int
) -> None:
    with listener(status) as (url, asked):
        bench = home_bench(sqlite_url, tmp_path / "home", url)
        sweep_until(bench, FIRST)

        watched = watch_and_beat(bench.house)

    assert watched is not None
    assert (asked, watched.renewed, watched.unreached == "") == (["/ping"], True, status == 200)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "file:///etc/hostname", "http://", "nonsense"])
def test_an_address_that_cannot_be_reached_is_named_only(sqlite_url: str, tmp_path: Path, url: str) -> None:
    bench = home_bench(sqlite_url, tmp_path / "home", url)
    sweep_until(bench, FIRST)

    watched = watch_and_beat(bench.house)

    assert watched is not None
    assert (watched.renewed, watched.unreached != "") == (True, True)


@pytest.mark.parametrize(
    ("instant", "alarmed"),
    [
        pytest.param("2022-06-06T09:59", False, id="before-the-hour"),
        pytest.param("2022-06-06T10:00", True, id="at-the-hour"),
        pytest.param("2022-06-04T12:00", False, id="a-saturday-after-a-watched-day"),
        pytest.param("2022-06-07T08:00", True, id="the-morning-after-a-missed-day"),
    ],
)
def test_no_heartbeat_by_the_hour_of_a_working_day_is_an_alarm(
    sqlite_url: str, tmp_path: Path, instant: str, alarmed: bool
) -> None:
    bench = home_bench(sqlite_url, tmp_path / "home")
    sweep_until(bench, FIRST)
    watch_and_beat(bench.house)

    bench.at(instant)

    assert ("heartbeat_late" in codes(bench)) is alarmed
    assert any("值守核对" in reason for reason in readiness(bench.house)) is alarmed


def test_a_house_without_open_steps_owes_no_heartbeat(sqlite_url: str, tmp_path: Path) -> None:
    bench = home_bench(sqlite_url, tmp_path / "home").at("2022-06-06T10:00")
    with bench.work() as work:
        work.session.connection().execute(text("DELETE FROM step_party"))
        work.session.connection().execute(text("DELETE FROM step"))

    assert (codes(bench), readiness(bench.house)) == (set(), [])


@pytest.mark.parametrize("content", ["", "yesterday", "2022-06-02T09:00"])
def test_a_heartbeat_that_is_no_instant_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / HEARTBEAT).write_text(content)

    assert read_heartbeat(tmp_path) is None


def test_a_house_without_its_database_is_not_ready(sqlite_url: str, tmp_path: Path) -> None:
    bench = home_bench(sqlite_url, tmp_path / "home")
    engine = make_engine(f"sqlite:///{tmp_path}/nowhere/lost.sqlite")
    lost = replace(bench.house, engine=engine)

    assert [reason.startswith("数据库") for reason in readiness(lost)] == [True]
    engine.dispose()


def test_the_day_of_the_heartbeat_is_looked_at_again(sqlite_url: str, tmp_path: Path) -> None:
    bench = home_bench(sqlite_url, tmp_path / "home")
    sweep_until(bench, FIRST)
    watch_and_beat(bench.house)
    with bench.work() as work:
        work.session.connection().execute(
            text("DELETE FROM notice WHERE person = :person"), {"person": f"{CITY}.officer"}
        )

    watched = watch_and_beat(bench.house)

    assert watched is not None
    assert [one.person for one in watched.faults] == [f"{CITY}.officer"]
