"""The replay: sound at its end, the same bytes from the same seed, also after kills, and on the money of section 11."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from models.clock import VirtualClock, as_instant
from models.db import make_engine
from models.schema import migrate
from notifications.catcher_store import CatcherStore
from simulation.replay import replay
from tasks.lifecycle import advance
from tasks.queries.audit import verify_audit
from tasks.queries.checks import check
from tasks.queries.export import export_canonical
from tasks.work import House
from tests.engines import keep
from tests.factory import divisions, programme, workdays

BEGAN = as_instant("2022-02-25T08:00")
SPRING = as_instant("2022-04-08T18:00")
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def sample_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIANSHOU_FIELD_KEY", "sample")


def play(url: str, home: Path, until: str, *, seed: int = 1) -> House:
    engine = keep(make_engine(url, durable=False))
    migrate(engine)
    house = House(engine, VirtualClock(BEGAN), programme(), workdays(), divisions(), sample=True)
    replay(
        house,
        began_at=BEGAN,
        until=as_instant(until),
        seed=seed,
        store=CatcherStore(home),
        advance=advance,
    )
    return house


def exported(house: House) -> str:
    with house.look() as work:
        return "\n".join(export_canonical(work))


def test_replay_of_the_first_spring_is_sound_on_both_databases(database_url: str, tmp_path: Path) -> None:
    house = play(database_url, tmp_path, "2022-06-30T18:00")

    with house.look() as work:
        findings = [one.text for one in check(work)]
        pairs = (
            work.session.connection().execute(text("SELECT state, COUNT(*) FROM pair GROUP BY state")).all()
        )
        assert (findings, verify_audit(work), [tuple(one) for one in pairs]) == (
            [],
            None,
            [("effective", 20)],
        )


def test_replay_gives_the_same_bytes_in_one_go_and_in_two(tmp_path: Path) -> None:
    whole = play(f"sqlite:///{tmp_path}/whole.sqlite", tmp_path / "a", "2022-03-25T18:00")

    play(f"sqlite:///{tmp_path}/parts.sqlite", tmp_path / "b", "2022-03-09T18:00")
    parts = play(f"sqlite:///{tmp_path}/parts.sqlite", tmp_path / "b", "2022-03-25T18:00")

    assert exported(parts) == exported(whole)


def test_replay_with_another_seed_is_another_story(tmp_path: Path) -> None:
    one = play(f"sqlite:///{tmp_path}/one.sqlite", tmp_path / "a", "2022-03-11T18:00")

    other = play(f"sqlite:///{tmp_path}/other.sqlite", tmp_path / "b", "2022-03-11T18:00", seed=2)

    assert exported(one) != exported(other)


def test_killed_replay_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    whole = play(f"sqlite:///{tmp_path}/whole.sqlite", tmp_path / "whole", SPRING.isoformat())
    command = [sys.executable, "-m", "deploy.cli", "replay", "--from", "2022-02-25", "--to", "2022-04-08"]
    home = tmp_path / "killed"
    given = {
        **os.environ,
        "QIANSHOU_HOME": str(home),
        "QIANSHOU_FIELD_KEY": "sample",
        "QIANSHOU_DEMONSTRATION": "1",
    }

    kills = int(os.environ.get("QIANSHOU_TEST_KILLS", "6"))
    for number in range(kills):
        child = subprocess.Popen(
            command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(1.5 + 0.4 * (number % 5))
        child.send_signal(signal.SIGKILL)
        child.wait()
    subprocess.run(
        command, cwd=ROOT, env=given, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )

    engine = keep(make_engine(f"sqlite:///{home}/qianshou.sqlite"))
    killed = House(engine, VirtualClock(SPRING), programme(), workdays(), divisions(), sample=True)
    assert exported(killed) == exported(whole)
