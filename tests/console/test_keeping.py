"""`qianshou backup`, `restore`, `check` and `doctor` over a house with files: all there, proved, put back."""

import json
import os
import sqlite3
import tarfile
from pathlib import Path

import pytest

from tasks.backup import write_backup
from tasks.file_store import keep_file, place_of
from tasks.queries.doctor import diagnoses
from tests.console.test_bad_input import CommandLine, installed, said
from tests.factory import Bench
from tests.tasks.filing import OTHER, PDF, add, sent, with_folder
from tests.tasks.scenes import COUNTY, COUNTY_PAIR, signing_bench

SUBJECT = ("agreement", COUNTY_PAIR)


def living(tmp_path: Path) -> tuple[CommandLine, Bench, Path]:
    """A house whose database lies in its data folder, with one attachment and one orphan; the file's place."""
    home = tmp_path / "home"
    home.mkdir()
    url = f"sqlite:///{home / 'qianshou.sqlite'}"
    bench = with_folder(signing_bench(url), home)
    one = sent(bench)
    add(bench, COUNTY, SUBJECT, [one])
    keep_file(home, OTHER, "orphan.pdf")
    return installed(bench, url, home), bench, place_of(home, one.sha256)


def findings(line: CommandLine) -> list[str]:
    """What `check` finds about files; the scene itself is no whole programme."""
    codes = [row["code"] for row in json.loads(line.run("check", "--json").stdout)]
    return [one for one in codes if one.startswith("file.")]


def test_backup_brings_back_database_and_files(tmp_path: Path) -> None:
    line, bench, place = living(tmp_path)
    backup = tmp_path / "backup.tar"
    told = line.run("backup", str(backup))
    before = line.exported()
    bench.house.engine.dispose()
    (line.home / "qianshou.sqlite").write_bytes(b"lost")
    place.unlink()

    found = line.run("restore", str(backup))

    assert (told.exit_code, found.exit_code) == (0, 0), found.output
    assert "附件文件 1 个" in "".join(found.stdout.splitlines())
    assert (place.read_bytes(), line.exported()) == (PDF, before)
    assert (line.home / "qianshou.before-restore").read_bytes() == b"lost"
    with tarfile.open(backup) as archive:
        assert archive.getnames() == ["qianshou.sqlite", f"files/{place.name}"]


def test_plain_copy_of_the_database_is_still_restored(tmp_path: Path) -> None:
    line, bench, place = living(tmp_path)
    bench.house.engine.dispose()
    plain = tmp_path / "plain.sqlite"
    with sqlite3.connect(line.home / "qianshou.sqlite") as source, sqlite3.connect(plain) as target:
        source.backup(target)
    source.close()
    target.close()

    found = line.run("restore", str(plain))

    assert (found.exit_code, place.read_bytes()) == (0, PDF)


def test_journal_of_the_old_database_is_moved_aside_with_it(tmp_path: Path) -> None:
    line, bench, _place = living(tmp_path)
    line.run("backup", str(tmp_path / "b.tar"))
    bench.house.engine.dispose()
    (line.home / "qianshou.sqlite-wal").write_bytes(b"old")

    line.run("restore", str(tmp_path / "b.tar"))

    assert (line.home / "qianshou.before-restore-wal").read_bytes() == b"old"
    assert not (line.home / "qianshou.sqlite-wal").exists()


@pytest.mark.parametrize("content", [b"", b"no archive", b"SQLite format 3\x00 no database"])
def test_what_is_no_backup_changes_nothing(tmp_path: Path, content: bytes) -> None:
    line, _bench, _place = living(tmp_path)
    (tmp_path / "b.tar").write_bytes(content)
    before = line.exported()

    found = line.run("restore", str(tmp_path / "b.tar"))

    assert (found.exit_code, "不是 qianshou 的备份" in said(found)) == (2, True)
    assert (line.exported(), (line.home / "qianshou.before-restore").exists()) == (before, False)


@pytest.mark.parametrize("name", ["files/../../outside", "/etc/outside", f"files/{'0' * 64}", "else"])
def test_archive_with_something_else_in_it_changes_nothing(tmp_path: Path, name: str) -> None:
    line, _bench, place = living(tmp_path)
    line.run("backup", str(tmp_path / "b.tar"))
    with tarfile.open(tmp_path / "b.tar", "a") as archive:
        archive.add(place, name)

    found = line.run("restore", str(tmp_path / "b.tar"))

    assert (found.exit_code, (line.home / "qianshou.before-restore").exists()) == (2, False)
    assert not (tmp_path / "outside").exists()


def test_backup_names_what_is_lost(tmp_path: Path) -> None:
    line, _bench, place = living(tmp_path)
    place.unlink()

    done = write_backup(line.home / "qianshou.sqlite", line.home, tmp_path / "b.tar")
    told = line.run("backup", str(tmp_path / "c.tar"))

    assert (done.files, done.lost) == (0, (place.name,))
    assert (told.exit_code, (tmp_path / "c.tar").exists()) == (1, True)


def test_check_names_files_that_are_lost_or_damaged(tmp_path: Path) -> None:
    line, _bench, place = living(tmp_path)
    sound = findings(line)

    place.write_bytes(OTHER)
    damaged = findings(line)
    place.unlink()
    lost = findings(line)

    assert (sound, damaged, lost) == ([], ["file.damaged"], ["file.lost"])
    assert "盖章页.pdf" in line.run("check").stdout


def test_doctor_names_a_missing_folder(tmp_path: Path) -> None:
    line, bench, _place = living(tmp_path)
    with bench.house.look() as work:
        before = [one.code for one in diagnoses(work, catcher_port=1, home=line.home)]
    (line.home / "files").rename(line.home / "elsewhere")

    with bench.house.look() as work:
        after = [
            one for one in diagnoses(work, catcher_port=1, home=line.home) if one.code == "files_missing"
        ]

    assert "files_missing" not in before
    assert [(one.grave, "1 个附件" in one.text) for one in after] == [(True, True)]


def test_files_are_checked_and_swept(tmp_path: Path) -> None:
    line, _bench, place = living(tmp_path)
    checked = line.run("files", "check", "--json")
    (stray,) = json.loads(checked.stdout)["strays"]
    old = (line.home / stray["path"]).stat().st_mtime - 2 * 86_400
    os.utime(line.home / stray["path"], (old, old))

    swept = line.run("files", "sweep", "--json")
    place.unlink()
    lost = line.run("files", "check")

    assert (checked.exit_code, json.loads(checked.stdout)["faults"]) == (0, [])
    assert json.loads(swept.stdout) == {"removed": 1, "size": len(OTHER)}
    assert (lost.exit_code, "盖章页.pdf" in lost.stdout) == (1, True)
