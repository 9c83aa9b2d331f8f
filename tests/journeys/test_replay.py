"""The replay: sound at its end, the same bytes from the same seed, also after kills, and on the money of section 11."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import text

from models.clock import VirtualClock, as_instant
from models.db import make_engine
from models.schema import migrate
from notifications.catcher_store import CatcherStore
from simulation.replay import replay
from tasks.lifecycle import advance, due_chores, perform_chore
from tasks.queries.audit import verify_audit
from tasks.queries.checks import check
from tasks.queries.export import export_canonical
from tasks.work import House
from tests.engines import keep
from tests.factory import divisions, programme, workdays

BEGAN = as_instant("2022-02-25T08:00")
SPRING, END = as_instant("2022-04-08T18:00"), as_instant("2026-01-31T18:00")
FEW_KILLS = 6
KILLS = int(os.environ.get("PROOF_REPLAY_KILLS", FEW_KILLS))
"""More than a few are spread over the whole programme: `make prove`."""
SILENT: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def sample_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QIANSHOU_FIELD_KEY", "sample")


def play(
    url: str, home: Path, until: str, *, seed: int = 1, advance: Callable[[House], object] = advance
) -> House:
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
    until = END if KILLS > FEW_KILLS else SPRING
    whole = play(f"sqlite:///{tmp_path}/whole.sqlite", tmp_path / "whole", until.isoformat())
    home = tmp_path / "killed"
    command = [sys.executable, "-m", "deploy.cli", "replay", "--to", until.date().isoformat()]
    given = {**os.environ, "QIANSHOU_HOME": str(home)}
    dice, stride = Random(1), size_of(tmp_path / "whole.sqlite") // KILLS

    killed_at = []
    for _ in range(KILLS):
        wanted = size_of(home / "qianshou.sqlite") + dice.randint(1, 2 * stride - 1)
        child = subprocess.Popen(command, cwd=ROOT, env=given, **SILENT)
        while child.poll() is None and size_of(home / "qianshou.sqlite") < wanted:
            time.sleep(0.002)
        # Not only where the file grows.
        time.sleep(dice.uniform(0, 0.02))
        child.send_signal(signal.SIGKILL)
        if child.wait() == -signal.SIGKILL:
            killed_at.append(size_of(home / "qianshou.sqlite"))
    subprocess.run(command, cwd=ROOT, env=given, check=True, **SILENT)

    assert len(set(killed_at)) > KILLS // 2, killed_at
    engine = keep(make_engine(f"sqlite:///{home}/qianshou.sqlite"))
    killed = House(engine, VirtualClock(until), programme(), workdays(), divisions(), sample=True)
    assert exported(killed) == exported(whole)


def test_a_morning_that_was_cut_off_is_not_done_on_an_earlier_day(tmp_path: Path) -> None:
    """Batch 2 opens with its cities, each in a transaction of its own, after days on which nothing was due."""
    end = "2024-02-26T18:00"
    whole = play(f"sqlite:///{tmp_path}/whole.sqlite", tmp_path / "a", end)

    with pytest.raises(PowerCut):
        play(f"sqlite:///{tmp_path}/cut.sqlite", tmp_path / "b", end, advance=cut_after_opening_batch_2)
    cut = play(f"sqlite:///{tmp_path}/cut.sqlite", tmp_path / "b", end)

    assert exported(cut) == exported(whole)


class PowerCut(Exception):
    """The machine stops here."""


def cut_after_opening_batch_2(house: House) -> object:
    """The machine's work of a day, until it has opened batch 2 and none of its cities."""
    for chore in due_chores(house, "opening"):
        if (chore.name, chore.batch) == ("open_batch", 2):
            perform_chore(house, chore)
            raise PowerCut
    return advance(house)


def size_of(database: Path) -> int:
    """How far another process has come: the replay keeps its database for itself, but its size is there to see."""
    return database.stat().st_size if database.exists() else 0
