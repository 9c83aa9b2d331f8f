"""`qianshou rehearse`: what people read, what programs read, and what another date would change."""

import json
from pathlib import Path

import pytest

from tests.console.test_bad_input import CommandLine, installed
from tests.tasks.scenes import signing_bench

STEP = "S13:P1-430100-02:430121-mz"


@pytest.fixture
def line(sqlite_url: str, tmp_path: Path) -> CommandLine:
    return installed(signing_bench(sqlite_url), sqlite_url, tmp_path)


def test_rehearsal_for_people_and_for_programs(line: CommandLine) -> None:
    told = line.run("rehearse", "--days", "30")
    found = json.loads(line.run("rehearse", "--days", "30", "--json").stdout)

    assert told.exit_code == 0
    first = next(one for one in found if one["kind"] == "digest" and one["person"] == "430121-mz.officer")
    assert (first["day"], first["address"]) == ("2022-05-18", "430121-mz.officer@people.example")
    assert [(one["step"], one["level"], one["clauses"]) for one in first["lines"]] == [
        (STEP, "T-10", ["K27", "K28", "K36"])
    ]


def test_another_date_is_compared_and_nothing_is_moved(line: CommandLine) -> None:
    before = line.run("rehearse", "--days", "30", "--json").stdout

    told = line.run("rehearse", "--days", "30", "--extend", f"{STEP}=2022-07-01")
    found = json.loads(line.run("rehearse", "--extend", f"{STEP}=2022-07-01", "--json").stdout)

    assert (told.exit_code, {one["change"] for one in found} >= {"gone"}) == (0, True)
    assert line.run("rehearse", "--days", "30", "--json").stdout == before


def test_sheet_and_outline(line: CommandLine, tmp_path: Path) -> None:
    sheet = line.run("rehearse", "--output", str(tmp_path / "letters.xlsx"), "--json")
    outline = json.loads(line.run("rehearse", "--outline", "--json").stdout)

    assert (sheet.exit_code, json.loads(sheet.stdout)["letters"]) == (0, len(outline))
    assert (tmp_path / "letters.xlsx").stat().st_size > 1000


@pytest.mark.parametrize(
    "options",
    [
        ("--days", "9999"),
        ("--output", "letters.txt"),
        ("--extend", "S13"),
        ("--extend", "S13=someday"),
        ("--submit-by", "2022-03-11"),
        ("--batch", "7"),
    ],
    ids=" ".join,
)
def test_bad_options_are_said_in_words(line: CommandLine, options: tuple[str, ...]) -> None:
    found = line.run("rehearse", *options)

    assert (found.exit_code, bool(found.stderr.strip()), "Traceback" in found.stderr) == (2, True, False)


def test_a_deputy_acts_with_for_and_is_refused_without_an_absence(line: CommandLine) -> None:
    found = line.run(
        "act", "do", "deadlines.end_absence", "person=430121-mz.officer", "back_on=2022-05-30",
        "--as", "430121-mz.finance", "--for", "430121-mz.officer",
    )  # fmt: skip

    assert (found.exit_code, "430121-mz.officer" in found.stderr) == (1, True)
