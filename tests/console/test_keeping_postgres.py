"""`qianshou backup` and `restore` on PostgreSQL: one archive, into an empty database only, by programs that fit."""

import shutil
import tarfile
from pathlib import Path

import pytest

from models.db import make_engine
from models.schema import migrate
from tasks import backup_postgres
from tasks.file_store import place_of
from tests.console.test_bad_input import CommandLine, installed, said
from tests.factory import Bench
from tests.postgres import Cluster
from tests.tasks.filing import PDF, add, sent, with_folder
from tests.tasks.scenes import COUNTY, COUNTY_PAIR, signing_bench

pytestmark = pytest.mark.skipif(shutil.which("pg_dump") is None, reason="no pg_dump on this machine")


def living(url: str, home: Path) -> tuple[CommandLine, Bench, Path]:
    """A house on PostgreSQL with one attachment; the file's place."""
    bench = with_folder(signing_bench(url), home)
    one = sent(bench)
    add(bench, COUNTY, ("agreement", COUNTY_PAIR), [one])
    return installed(bench, url, home), bench, place_of(home, one.sha256)


def test_backup_is_restored_into_an_empty_database(
    postgres_cluster: Cluster, postgres_url: str, tmp_path: Path
) -> None:
    line, _bench, place = living(postgres_url, tmp_path / "home")
    backup = tmp_path / "backup.tar"
    told, before = line.run("backup", str(backup)), _trail(postgres_url)
    place.unlink()
    with postgres_cluster.fresh_database() as url:
        other = CommandLine(url, line.home, line.at)

        found = other.run("restore", str(backup))
        again = other.run("restore", str(backup))

        assert (told.exit_code, found.exit_code) == (0, 0), found.output + told.output
        assert (_trail(url), place.read_bytes()) == (before, PDF)
        assert (again.exit_code, "已经有表" in said(again)) == (2, True)
    with tarfile.open(backup) as archive:
        assert archive.getnames() == ["qianshou.pgdump", f"files/{place.name}"]


def test_restored_database_counts_and_guards_as_before(postgres_cluster: Cluster, tmp_path: Path) -> None:
    with postgres_cluster.fresh_database() as source, postgres_cluster.fresh_database() as target:
        engine = make_engine(source)
        migrate(engine)
        engine.dispose()
        backup = tmp_path / "backup.tar"
        (tmp_path / "home").mkdir()
        backup_postgres.write_postgres_backup(source, tmp_path / "home", backup)

        backup_postgres.read_postgres_backup(backup, target, tmp_path / "home")

        assert _triggers(target) == _triggers(source) != []


def _trail(url: str) -> list[tuple[int, str]]:
    """The audit trail's numbers and hashes: equal trails are equal houses."""
    engine = make_engine(url)
    with engine.connect() as connection:
        found = [(int(seq), str(digest)) for seq, digest in connection.exec_driver_sql(TRAIL)]
    engine.dispose()
    return found


TRAIL = "SELECT seq, hash FROM event ORDER BY seq"


def _triggers(url: str) -> list[str]:
    engine = make_engine(url)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1")
        names = [str(one) for one in found.scalars()]
    engine.dispose()
    return names


def test_what_is_no_backup_changes_nothing(postgres_url: str, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"no archive")
    line = CommandLine(postgres_url, tmp_path, "2022-03-01T08:00+08:00")

    found = line.run("restore", str(tmp_path / "b.tar"))

    assert (found.exit_code, "不是 qianshou 的备份" in said(found)) == (2, True)


def test_missing_program_is_said_with_what_to_install(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, _bench, _place = living(postgres_url, tmp_path / "home")
    monkeypatch.setenv("PATH", str(tmp_path))

    found = line.run("backup", str(tmp_path / "b.tar"))

    assert (found.exit_code, "postgresql-client" in said(found)) == (3, True)
    assert not (tmp_path / "b.tar").exists()


def test_program_that_is_older_than_the_server_is_not_used(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line, _bench, _place = living(postgres_url, tmp_path / "home")
    old = tmp_path / "bin"
    old.mkdir()
    (old / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.1'\n")
    (old / "pg_dump").chmod(0o755)
    monkeypatch.setenv("PATH", f"{old}:/bin")
    monkeypatch.setattr(shutil, "which", _without_config(shutil.which))

    found = line.run("backup", str(tmp_path / "b.tar"))

    assert (found.exit_code, "比数据库服务器" in said(found)) == (3, True)


def _without_config(plain):
    return lambda name, **options: None if name == "pg_config" else plain(name, **options)
