"""`qianshou outbox storm`: what waits, with its first letters; released or dropped by an officer with a reason."""

import json
from pathlib import Path

import pytest

from tests.console.test_bad_input import REFUSED, CommandLine, installed
from tests.tasks.test_storm import KIND, LIMIT, states, storm_bench, write

OFFICER = "430000-mz.officer"


def stormy(url: str, home: Path) -> CommandLine:
    bench = storm_bench(url)
    write(bench, LIMIT + 1)
    return installed(bench, url, home)


def test_list_shows_kinds_counts_and_first_letters(sqlite_url: str, tmp_path: Path) -> None:
    line = stormy(sqlite_url, tmp_path)

    people, programs = line.run("outbox", "storm"), line.run("outbox", "storm", "--json")

    (group,) = json.loads(programs.stdout)
    assert (group["kind"], group["count"], len(group["first"])) == (KIND, LIMIT + 1, 5)
    assert f"暂缓 {LIMIT + 1} 封" in people.stdout


@pytest.mark.parametrize(("verdict", "state"), [("release", "queued"), ("drop", "dropped")])
def test_verdicts_settle_the_kind_once(sqlite_url: str, tmp_path: Path, verdict: str, state: str) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT + 1)
    line = installed(bench, sqlite_url, tmp_path)
    words = ("outbox", "storm", verdict, KIND, "--reason", "核对（示例）", "--as", OFFICER)

    first, second = line.run(*words), line.run(*words)

    assert (first.exit_code, f"{LIMIT + 1} 封" in first.stdout, set(states(bench))) == (0, True, {state})
    assert (second.exit_code != 0, "没有因过多而暂缓" in second.stderr) == (True, True)
    assert line.run("outbox", "storm").stdout.strip() == "没有因过多而暂缓的信件。"


def test_a_city_may_not_release(sqlite_url: str, tmp_path: Path) -> None:
    line = stormy(sqlite_url, tmp_path)

    refused = line.run("outbox", "storm", "release", KIND, "--reason", "理由", "--as", "430100-mz.officer")

    assert refused.exit_code == REFUSED
