"""A house in which the cast has played two years, made once a process and copied for whoever visits it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.clock import VirtualClock, as_instant
from models.db import make_engine
from models.schema import migrate
from notifications.catcher_store import CatcherStore
from simulation.replay import replay
from tasks.lifecycle import advance
from tasks.work import House
from tests.factory import Bench, divisions, programme, workdays

BEGAN, UNTIL = "2022-02-25T08:00", "2024-03-08T18:00"
"""At its end the first batch is closed and half of the second batch's cities have handed in."""


@pytest.fixture(scope="session")
def played_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of two years; copy it before writing to it."""
    home = tmp_path_factory.mktemp("played")
    bench = _bench(home / "qianshou.sqlite", BEGAN)
    migrate(bench.house.engine)
    replay(
        bench.house,
        began_at=as_instant(BEGAN),
        until=as_instant(UNTIL),
        seed=1,
        store=CatcherStore(home),
        advance=advance,
    )
    bench.house.engine.dispose()
    return home / "qianshou.sqlite"


@pytest.fixture(scope="module")
def played(played_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Two years of the programme for the tests of one module, on a Friday evening."""
    bench = copied(played_file, tmp_path_factory.mktemp("visited"))
    yield bench
    bench.house.engine.dispose()


def copied(played_file: Path, folder: Path) -> Bench:
    """The played house once more, in a folder of its own."""
    return _bench(Path(shutil.copy(played_file, folder / "qianshou.sqlite")), UNTIL)


def _bench(path: Path, at: str) -> Bench:
    engine = make_engine(f"sqlite:///{path}", durable=False)
    clock = VirtualClock(as_instant(at))
    return Bench(House(engine, clock, programme(), workdays(), divisions(), sample=True), clock)
