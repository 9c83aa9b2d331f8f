"""The watchman over the replay's first spring: every morning sound, on both databases."""

from datetime import date
from pathlib import Path

import pytest

from models.clock import VirtualClock, as_instant
from models.db import make_engine
from models.schema import migrate
from notifications.catcher_store import CatcherStore
from simulation.replay import replay
from tasks.lifecycle import Advance, advance
from tasks.watchman import Fault, watch
from tasks.work import House
from tests.engines import keep
from tests.factory import divisions, programme, workdays

BEGAN = as_instant("2022-02-25T08:00")


def test_a_sound_spring_gives_the_watchman_nothing(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QIANSHOU_FIELD_KEY", "sample")
    engine = keep(make_engine(database_url, durable=False))
    migrate(engine)
    house = House(engine, VirtualClock(BEGAN), programme(), workdays(), divisions(), sample=True)
    faults: list[Fault] = []
    days: list[date] = []

    def watched(here: House) -> Advance:
        done = advance(here)
        today = here.clock.today()
        if here.workdays.is_workday(today):
            with here.look() as work:
                faults.extend(watch(work, through=today))
            days.append(today)
        return done

    replay(
        house,
        began_at=BEGAN,
        until=as_instant("2022-06-30T18:00"),
        seed=1,
        store=CatcherStore(tmp_path),
        advance=watched,
    )

    assert ([one.text for one in faults], len(days) > 80) == ([], True)
