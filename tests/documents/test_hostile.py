"""Files made to do harm: each is answered soon, in little memory, in words, and nothing else happens."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents.hostile import READ
from tests.models.rules.corpus import BAD

ROOT = Path(__file__).parents[2]
PATIENCE = 2
_READ_AS_USUAL = {
    "tables in tables": "read: NoneType NoneType",
    "much text": "read: NoneType NoneType",
    "a cell as wide as the world": "read: NoneType NoneType",
    "heads without end": "read: NoneType NoneType",
    "a form of fifteen thousand cells": "read: FoundForm NoneType",
    "text turned round": "read: FoundForm NoneType",
    "a formula in a text": "read: FoundForm NoneType",
    "a link that fetches": "read: NoneType NoneType",
    "sheet that says it is huge": "read: NoneType NoneType",
}


@pytest.fixture(scope="module")
def answers() -> dict[str, dict[str, object]]:
    """Every file read in a process with 200 MB beside what it began with."""
    command = [sys.executable, "-m", "tests.documents.hostile"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    return {one["name"]: one for one in map(json.loads, done.stdout.splitlines())}


def test_every_file_is_answered_in_time_and_memory(answers: dict[str, dict[str, object]]) -> None:
    slow = {name: one["seconds"] for name, one in answers.items() if float(str(one["seconds"])) >= PATIENCE}

    assert slow == {}
    assert len(answers) == len(BAD) + len(READ) + 1


def test_every_refusal_says_what_to_do(answers: dict[str, dict[str, object]]) -> None:
    silent = {name: one["answer"] for name, one in answers.items() if "请" not in str(one["answer"])}

    assert silent == _READ_AS_USUAL


def test_nothing_is_called_started_or_written(answers: dict[str, dict[str, object]]) -> None:
    assert {name: one["did"] for name, one in answers.items() if one["did"]} == {}
