"""`qianshou user` on a real installation: a password shown once, locks that hold, nothing secret in the list."""

import json

import pytest

from tasks.accounts import SignInRefused
from tests.console.test_bad_input import BAD_INPUT, installed, said
from tests.factory import Bench, make_bench
from tests.tasks.signing_in import OFFICER, enter


@pytest.fixture
def bench(sqlite_url) -> Bench:
    return make_bench(sqlite_url, "2022-03-07T09:00")


@pytest.fixture
def line(bench, sqlite_url, tmp_path):
    return installed(bench, sqlite_url, tmp_path)


def added(line, *words):
    found = line.run("user", "add", *words, "--json")
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout)


def listed(line):
    return {row["person"]: row for row in json.loads(line.run("user", "list", "--json").stdout)}


def test_added_person_signs_in(line, bench) -> None:
    given = added(line, OFFICER)

    entered = enter(bench, OFFICER, given["password"])

    assert entered.person == given["person"] == OFFICER
    assert listed(line)[OFFICER] == {
        "person": OFFICER,
        "name": listed(line)[OFFICER]["name"],
        "state": "must_change",
        "locked_until": None,
        "last_sign_in": "2022-03-07T09:00:00+08:00",
        "operator": False,
    }


def test_password_is_said_to_people_too(line, bench) -> None:
    found = line.run("user", "add", OFFICER).stdout.replace("\n", "")

    password = found.rpartition("：")[2]

    assert enter(bench, OFFICER, password).person == OFFICER
    table = line.run("user", "list").stdout
    assert password not in table
    assert "argon2" not in table + line.run("export", "--canonical").stdout


def test_operator_is_made_with_a_name(line, bench) -> None:
    given = added(line, "zhang", "--operator", "--name", "张三（示例）", "--email", "zhang@ops.example")

    assert given["person"] == "operator.zhang"
    assert listed(line)["operator.zhang"]["operator"]
    assert enter(bench, "zhang@ops.example", given["password"]).organisation == "operator"


def test_lock_unlock_and_close(line, bench) -> None:
    password = added(line, OFFICER)["password"]

    states = []
    for word in ("lock", "unlock", "close"):
        found = line.run("user", word, OFFICER, "--json")
        states.append(json.loads(found.stdout)["state"])
        if word == "unlock":
            assert enter(bench, OFFICER, password).person == OFFICER
        else:
            with pytest.raises(SignInRefused):
                enter(bench, OFFICER, password)
        assert line.run("user", word, OFFICER).exit_code == 0

    assert states == ["locked", "must_change", "closed"]


@pytest.mark.parametrize(
    "words",
    [
        ("add", "nobody"),
        ("add", "zhang", "--operator"),
        ("lock", OFFICER),
        ("unlock", OFFICER),
        ("close", "x"),
    ],
)
def test_unknown_people_are_refused_in_words(line, words) -> None:
    found = line.run("user", *words)

    assert (found.exit_code, found.stdout) == (BAD_INPUT, "")
    assert "Traceback" not in said(found)
    assert listed(line) == {}
    assert "user add" in line.run("user", "list").stdout
