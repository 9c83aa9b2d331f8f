"""A first start that is interrupted while the demonstration's past is played."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from tests.deploy.starting import Started, free_ports, is_alive


def test_interrupt_during_the_past_ends_everything_soon(tmp_path: Path) -> None:
    house = Started(tmp_path / "var", free_ports(), {"QIANSHOU_DEMONSTRATION_UNTIL": "2022-03-21T09:30"})
    try:
        house.wait_until(lambda: runs_in(house.home / "prefect" / "prefect.db") > 4)
        children = house.children()

        began = time.monotonic()
        code = house.stop()
    finally:
        house.stop()

    assert (code, time.monotonic() - began < 25) == (0, True)
    assert [one for one in children if is_alive(one)] == []
    assert not (house.home / "clock").exists()


def runs_in(database: Path) -> int:
    """How many flow runs Prefect's server has written down."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT COUNT(*) FROM flow_run").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
