"""Every check finds its planted violation and nothing else; a sound database has no finding."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from models.clock import VirtualClock
from models.db import make_engine
from models.messages import codes, places, sentence
from tasks.queries.checks import Finding, check
from tasks.queries.invariants import DEEDS, GONE
from tasks.work import House
from tests.factory import Bench, divisions, programme, workdays
from tests.tasks.queries.planted import PLANTED, Planted
from tests.tasks.queries.story import told_bench


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sound story in a file of its own, lived once."""
    path = tmp_path_factory.mktemp("story") / "sound.sqlite"
    bench = told_bench(f"sqlite:///{path}")
    bench.house.engine.dispose()
    return path


def findings(story: Path, folder: Path, *planted: str) -> list[Finding]:
    """What the check finds in a copy of the story after something was written past every guard."""
    path = folder / "planted.sqlite"
    shutil.copy(story, path)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for script in planted:
            connection.executescript(script)
    connection.close()
    bench = Bench(
        House(
            make_engine(f"sqlite:///{path}"),
            clock := VirtualClock("2023-01-11T09:00"),
            programme(),
            workdays(),
            divisions(),
        ),
        clock,
    )
    with bench.house.look() as work:
        return check(work)


def test_a_sound_database_has_no_finding(story: Path, tmp_path: Path) -> None:
    assert findings(story, tmp_path) == []


def test_a_sound_database_has_no_finding_on_either_kind(postgres_url: str) -> None:
    bench = told_bench(postgres_url)

    with bench.work() as work:
        assert check(work) == []


def codes_of(planted: Planted) -> str:
    """The name of a case: what it is to be found by."""
    return "+".join(sorted({code for code, _subject in planted[0]}))


@pytest.mark.parametrize("planted", PLANTED, ids=codes_of)
def test_a_planted_violation_is_found(story: Path, tmp_path: Path, planted: Planted) -> None:
    expected, script = planted

    found = findings(story, tmp_path, script)

    assert sorted(one.code for one in found) == sorted(code for code, _subject in expected)
    named = {(code, subject) for code, subject in expected if subject is not None}
    assert named - {(one.code, one.subject) for one in found} == set()
    assert [one.text for one in found if "{" in one.text] == []


_STEP = """
INSERT INTO step (key, kind, subject, owner, opened_at, anchor, anchor_on, provisional, policy, state, settled_at)
VALUES ('{kind}:planted', '{kind}', '{subject}', '430100-mz', '2022-12-01T02:00:00.000000Z', 'opened', '2022-12-01',
        FALSE, '', '{state}', {settled});
"""
_AT = "'2022-12-05T02:00:00.000000Z'"


@pytest.mark.parametrize("kind", sorted(DEEDS))
def test_a_step_settled_without_its_deed_is_found(story: Path, tmp_path: Path, kind: str) -> None:
    found = findings(
        story, tmp_path, _STEP.format(kind=kind, subject="nothing", state="settled", settled=_AT)
    )

    assert [(one.code, one.subject) for one in found] == [("step_settled_undone", f"{kind}:planted")]


@pytest.mark.parametrize(
    "kind", ["S13", "S15", "S16", "S17", "S18", "S19", "S19C", "S22", "S23", "S23C", "S24", "S24C"]
)
def test_a_step_left_open_after_its_deed_is_found(story: Path, tmp_path: Path, kind: str) -> None:
    script = (
        "UPDATE step SET state = 'open', settled_at = NULL WHERE id = "
        f"(SELECT MIN(id) FROM step WHERE kind = '{kind}' AND state = 'settled');"
        "DELETE FROM notice; DELETE FROM occasion;"
    )

    found = findings(story, tmp_path, script)

    assert [one.code for one in found] == ["step_done_open"]


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("S04", "1:430100"),
        ("S05", "1:430100"),
        ("S06", "1:430100"),
        ("S07", "1:430100"),
        ("S10", "1"),
        ("S12", "1:1"),
    ],
)
def test_a_citys_or_batchs_step_left_open_is_found(
    story: Path, tmp_path: Path, kind: str, subject: str
) -> None:
    found = findings(story, tmp_path, _STEP.format(kind=kind, subject=subject, state="open", settled="NULL"))

    assert [(one.code, one.subject) for one in found] == [("step_done_open", f"{kind}:planted")]


@pytest.mark.parametrize("kind", sorted(set(GONE) - {"S04"}))
def test_a_step_of_an_application_that_has_moved_on_is_found(story: Path, tmp_path: Path, kind: str) -> None:
    script = _STEP.format(kind=kind, subject="nothing", state="open", settled="NULL")
    script += "UPDATE step SET subject = (SELECT MIN(key) FROM application) WHERE subject = 'nothing';"

    found = findings(story, tmp_path, script)

    assert [(one.code, one.subject) for one in found] == [("step_done_open", f"{kind}:planted")]


def test_every_sentence_belongs_to_a_check_that_was_seen_to_find() -> None:
    planted = {code for expected, _script in PLANTED for code, _subject in expected}
    planted |= {"step_done_open", "step_settled_undone"}
    planted |= {"file.lost", "file.damaged"}  # planted in tests/console/test_keeping.py

    assert {code.removeprefix("check.") for code in codes("check.")} == planted


@pytest.mark.parametrize("code", codes("check."))
def test_a_sentence_names_its_subject_and_what_to_do(code: str) -> None:
    assert "subject" in places(code)
    assert "请" in sentence(code)
