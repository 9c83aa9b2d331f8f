"""`qianshou up`: one house is started with a short past, looked at from outside, stopped and started again."""

import json
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.deploy.starting import Started, free_ports, is_alive, run

UNTIL = "2022-03-02T09:30"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    """A demonstration with the first days of batch 1 behind it."""
    started = Started(
        tmp_path_factory.mktemp("house") / "var", free_ports(), {"QIANSHOU_DEMONSTRATION_UNTIL": UNTIL}
    )
    try:
        yield started.wait_until_ready()
    finally:
        started.stop(signal.SIGTERM)


def page(address: str, question: object = None) -> str:
    """A page as a browser asks for it, or the answer to a question in JSON."""
    body = None if question is None else json.dumps(question).encode()
    with urlopen(
        Request(address, body, {"accept": "text/html", "content-type": "application/json"}), timeout=10
    ) as answer:
        return str(answer.read().decode())


def asked(house: Started, what: str) -> Any:
    return json.loads(page(f"{house.address('QIANSHOU_PORT_PREFECT')}/api/{what}/filter", {}))


def states_of(house: Started) -> set[tuple[str, str]]:
    return {(one["name"], one["state_type"]) for one in asked(house, "flow_runs")}


def test_printed_addresses_answer(house: Started) -> None:
    assert "<title>Prefect" in page(f"{house.address('QIANSHOU_PORT_PREFECT')}/runs")
    assert "<html" in page(f"{house.address('QIANSHOU_PORT_MAIL')}/")
    assert "一键以任一身份进入" in page(f"{house.address('QIANSHOU_PORT_CONSOLE')}/")
    assert json.loads(page(f"{house.address('QIANSHOU_PORT_CONSOLE')}/healthz")) == {"status": "ok"}


def test_runs_of_the_past_are_named_and_tagged_in_chinese(house: Started) -> None:
    runs = asked(house, "flow_runs")

    assert {one["name"].split(" ")[0] for one in runs} == {"2022-02-25", "2022-03-02"}
    assert {one["name"].split(" ")[1] for one in runs} >= {"申报启动", "期限巡检", "信件发送", "每日推进"}
    assert all(one["state_type"] == "COMPLETED" and one["tags"] for one in runs)


def test_every_flow_is_served(house: Started) -> None:
    house.wait_until(lambda: len(asked(house, "deployments")) == 12)


def test_commands_of_another_terminal_need_no_variable_but_the_folder(house: Started) -> None:
    ended = [
        run(house.home, *words)
        for words in (
            ("advance", "--until", "2022-03-03"),
            ("steps", "--json"),
            ("check",),
            ("doctor",),
            ("rollup", "2022"),
            ("post", "--until-empty"),
        )
    ]

    assert [(one.returncode, one.stderr) for one in ended] == [(0, "")] * len(ended)
    assert (house.home / "clock").read_text().startswith("2022-03-03T09:00")
    steps = json.loads(ended[1].stdout)
    assert {"key", "matter", "owner", "due_on", "late"} < steps[0].keys()
    assert len(steps) > 14
    house.wait_until(lambda: ("2022-03-03 每日推进", "COMPLETED") in states_of(house))


def test_second_up_in_the_same_folder_finds_the_lock(house: Started) -> None:
    ended = run(house.home, "up")

    assert (ended.returncode, str(house.home) in ended.stderr.replace("\n", "")) == (4, True)


def test_taken_ports_are_named(house: Started, tmp_path: Path) -> None:
    ended = run(tmp_path / "other", "up", **house.ports)

    assert ended.returncode == 3
    assert all(port in ended.stderr for port in house.ports.values())


def test_interrupt_ends_everything_and_a_second_start_continues(house: Started) -> None:
    children = house.children()
    clock = (house.home / "clock").read_text()
    acts = _events(house.home)

    began = time.monotonic()
    assert house.stop() == 0
    assert time.monotonic() - began < 25
    assert [one for one in children if is_alive(one)] == []

    again = Started(house.home, house.ports, {"QIANSHOU_DEMONSTRATION_UNTIL": "2022-03-09T09:30"})
    try:
        began = time.monotonic()
        again.wait_until(lambda: again.printed.count(f"{again.address('QIANSHOU_PORT_MAIL')}/") == 2)
        assert time.monotonic() - began < 30
        assert (house.home / "clock").read_text() == clock
        assert _events(house.home) == acts
        children = again.children()
    finally:
        again.process.kill()
        again.process.wait()
    # Nobody can tell children to stop after a kill -9: they end because their parent has.
    deadline = time.monotonic() + 20
    while any(is_alive(one) for one in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert [one for one in children if is_alive(one)] == []


def _events(home: Path) -> int:
    with sqlite3.connect(home / "qianshou.sqlite") as connection:
        (count,) = connection.execute("SELECT COUNT(*) FROM event").fetchone()
    connection.close()
    return int(count)
