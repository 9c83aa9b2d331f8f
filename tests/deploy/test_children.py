"""The house's processes: given up after some restarts, waited for, stopped however they take it."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.children import Children
from tests.deploy.starting import is_alive


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    kept = {one: signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)}
    yield
    for one, handler in kept.items():
        signal.signal(one, handler)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_child_that_dies_is_started_again_and_then_given_up(modules: Path) -> None:
    (modules / "dying.py").write_text("print('here', flush=True)\nraise SystemExit(1)\n")

    with Children(modules / "logs", restarts=2, pause=lambda _: 0.0) as children:
        children.start("dying", "dying")
        assert children.watch() == "dying"

    assert children.log_of("dying").read_text().count("here") == 3


def test_child_that_ends_is_not_waited_for(modules: Path) -> None:
    (modules / "ending.py").write_text("")

    with Children(modules / "logs") as children:
        children.start("ending", "ending")
        assert not children.wait_for("ending", lambda: False, patience_s=30)


def test_children_are_stopped_the_last_first(modules: Path) -> None:
    for name in ("first", "second"):
        (modules / f"{name}.py").write_text(
            "import pathlib, signal, time\n"
            "here = pathlib.Path(__file__)\n"
            "def leave(*_):\n"
            "    with here.with_name('said').open('a') as file: file.write(here.stem + ' ')\n"
            "    raise SystemExit\n"
            "signal.signal(signal.SIGTERM, leave)\n"
            "here.with_suffix('.ready').touch()\n"
            "time.sleep(60)\n"
        )

    with Children(modules / "logs") as children:
        for name in ("first", "second"):
            children.start(name, name)
            assert children.wait_for(name, (modules / f"{name}.ready").exists, patience_s=30)

    assert (modules / "said").read_text() == "second first "


def test_child_that_will_not_stop_is_killed(modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.children.STOP_S", 0.5)
    (modules / "stubborn.py").write_text(
        "import os, pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "here = pathlib.Path(__file__)\n"
        "here.with_suffix('.pid').write_text(str(os.getpid()) + chr(10))\n"
        "time.sleep(60)\n"
    )
    written = modules / "stubborn.pid"

    with Children(modules / "logs") as children:
        children.start("stubborn", "stubborn")
        assert children.wait_for(
            "stubborn", lambda: written.exists() and written.read_text().endswith("\n"), patience_s=30
        )
        began = time.monotonic()

    assert (time.monotonic() - began < 10, is_alive(int(written.read_text()))) == (True, False)
