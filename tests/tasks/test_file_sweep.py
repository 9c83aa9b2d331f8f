"""Files that nothing refers to: named, cleared away when they are old, never from under somebody who hands them in."""

import os
from pathlib import Path
from typing import Any

import pytest

from models.event import Event
from models.intake import ReceivedMail
from tasks import file_sweep
from tasks.file_store import keep_file, place_of, put_content
from tasks.file_sweep import strays, sweep_strays
from tests.factory import Bench
from tests.tasks.filing import OTHER, PDF, add, sent, with_folder
from tests.tasks.scenes import COUNTY, COUNTY_PAIR, rows, signing_bench

DAY = 86_400


@pytest.fixture
def bench(database_url: str, tmp_path: Path) -> Bench:
    return with_folder(signing_bench(database_url), tmp_path / "home")


def home_of(bench: Bench) -> Path:
    assert bench.house.home is not None
    return bench.house.home


def aged(path: Path, days: float = 2) -> Path:
    """The file as if it had been written so many days ago."""
    was = path.stat().st_mtime - days * DAY
    os.utime(path, (was, was))
    return path


def orphan(bench: Bench, content: bytes = OTHER) -> Path:
    return place_of(home_of(bench), keep_file(home_of(bench), content, "orphan.pdf").sha256)


def found(bench: Bench) -> list[Path]:
    with bench.house.look() as work:
        return [one.path for one in strays(work, home_of(bench))]


def test_old_orphan_and_half_file_are_cleared_away_with_an_event(bench: Bench) -> None:
    old, half = aged(orphan(bench)), aged(orphan(bench, PDF))
    half = half.rename(half.with_name(f".{half.name}.ab12cd34.part"))

    assert sorted(found(bench)) == sorted([old, half])
    assert sweep_strays(bench.house) == (2, len(OTHER) + len(PDF))
    assert (old.exists(), half.exists(), found(bench)) == (False, False, [])
    (event,) = [one for one in rows(bench, Event) if one.act == "files.sweep"]
    assert event.facts == {"removed": 2, "size": len(OTHER) + len(PDF)}
    assert sweep_strays(bench.house) == (0, 0)


def test_fresh_orphan_stays(bench: Bench) -> None:
    path = aged(orphan(bench), days=0.9)

    assert (sweep_strays(bench.house), path.exists()) == ((0, 0), True)


def test_recorded_file_and_mail_stay_however_old(bench: Bench) -> None:
    one = sent(bench)
    add(bench, COUNTY, ("agreement", COUNTY_PAIR), [one])
    attached, mail = aged(place_of(home_of(bench), one.sha256)), aged(orphan(bench))
    with bench.work() as work:
        plain: dict[str, Any] = {
            "identity": "1",
            "message_id": "<1>",
            "sender": "a@people.example",
            "subject": "",
            "text": "",
        }
        work.session.add(ReceivedMail(number="L1", received_at=work.now, raw=mail.name, **plain))

    assert (sweep_strays(bench.house), found(bench)) == ((0, 0), [])
    assert (attached.exists(), mail.exists()) == (True, True)


def test_content_that_is_handed_in_again_is_fresh(bench: Bench) -> None:
    path = aged(orphan(bench))
    put_content(home_of(bench), path.name, OTHER)

    assert (sweep_strays(bench.house), path.read_bytes()) == ((0, 0), OTHER)


def test_content_handed_in_while_it_is_being_cleared_away_is_not_lost(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the rename somebody hands the same content in; and once more right after the rename."""
    path = aged(orphan(bench))
    plain = file_sweep._now
    times: list[float] = []

    def handed_in_meanwhile(folder: Path) -> float:
        # Asked first when the strays are looked up, then once for each that was set aside.
        times.append(plain(folder))
        if len(times) == 2:
            put_content(home_of(bench), path.name, OTHER)
        return times[-1]

    monkeypatch.setattr(file_sweep, "_now", handed_in_meanwhile)
    sweep_strays(bench.house)

    assert (len(times), path.read_bytes()) == (2, OTHER)


def test_fresh_file_that_was_set_aside_goes_back(bench: Bench) -> None:
    path = orphan(bench)
    stray = file_sweep.Stray(path, len(OTHER), hours=48)

    assert (file_sweep._clear(path.parent.parent, stray), path.read_bytes()) == (False, OTHER)


def test_recorded_file_that_a_killed_sweep_has_set_aside_is_put_back(bench: Bench) -> None:
    one = sent(bench)
    add(bench, COUNTY, ("agreement", COUNTY_PAIR), [one])
    path = place_of(home_of(bench), one.sha256)
    aged(path.rename(path.with_name(f".{path.name}.swept")))

    sweep_strays(bench.house)

    assert path.read_bytes() == PDF


def test_what_the_store_has_not_written_is_left_alone(bench: Bench) -> None:
    folder = orphan(bench).parent
    note = folder / "notes.txt"
    note.write_bytes(b"mine")
    aged(note)
    link = folder / ("0" * 64)
    link.symlink_to(note)

    sweep_strays(bench.house)

    assert (note.exists(), link.is_symlink()) == (True, True)
