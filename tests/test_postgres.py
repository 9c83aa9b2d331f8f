"""The tests' own databases: separate, prepared once, and gone afterwards."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, text

from tests import postgres
from tests.postgres import Cluster


def tables(url: str) -> list[str]:
    """Return the names of a database's tables."""
    engine = create_engine(url)
    try:
        return sorted(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def make_table(url: str) -> None:
    """Fill an empty database with one table."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE thing (id integer PRIMARY KEY)"))
    engine.dispose()


@pytest.mark.parametrize("turn", [1, 2])
def test_database_url_names_an_empty_database_each_time(database_url: str, turn: int) -> None:
    before = tables(database_url)

    make_table(database_url)

    assert (before, tables(database_url)) == ([], ["thing"])


def test_fresh_database_is_a_copy_of_what_was_prepared_once(postgres_cluster: Cluster) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        make_table(url)

    seen = []
    for _ in range(3):
        with postgres_cluster.fresh_database(prepare) as url:
            seen.append(tables(url))

    assert (len(prepared), seen) == (1, [["thing"]] * 3)


def test_missing_postgres_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(postgres, "DEBIAN_PROGRAMS", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(postgres.PostgresMissing, match="apt-get install postgresql"):
        postgres.server_programs()


def test_killed_test_process_leaves_no_server_behind() -> None:
    script = (
        "import sys; from tests.postgres import start_cluster\n"
        "with start_cluster() as cluster:\n"
        "    print(cluster.server_id, cluster.folder, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        server_id, folder = process.stdout.readline().split()
        process.send_signal(signal.SIGKILL)

    server = int(server_id)
    give_up = time.monotonic() + 20
    while is_running(server) and time.monotonic() < give_up:
        time.sleep(0.05)
    shutil.rmtree(folder)

    assert not is_running(server)


def is_running(process_id: int) -> bool:
    """Tell whether a process exists and is more than a zombie."""
    try:
        os.kill(process_id, 0)
        return ") Z " not in Path(f"/proc/{process_id}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return False
