"""What kind of house a folder holds: kept in it, read under the environment, never mixed up."""

import json
from pathlib import Path

import pytest

from models.messages import say
from models.privacy import keep_sample_key
from tasks.house_kind import HouseFacts, WrongKind, keep_facts, read_facts, require_kind
from tasks.installation import read_settings
from tasks.refusal import BadInput
from tests.factory import make_bench

DEMONSTRATION = HouseFacts(True, prefect_port=4300, catcher_port=4301, catcher_page_port=4302)
REAL = HouseFacts(False, prefect_port=4400, catcher_port=4401, catcher_page_port=4402)


@pytest.mark.parametrize("facts", [DEMONSTRATION, REAL], ids=["demonstration", "real"])
def test_facts_are_read_as_they_were_kept(tmp_path: Path, facts: HouseFacts) -> None:
    keep_facts(tmp_path, facts)

    assert read_facts(tmp_path) == facts


def test_settings_come_from_the_house_and_the_environment_goes_before(tmp_path: Path) -> None:
    keep_facts(tmp_path, DEMONSTRATION)

    plain = read_settings({"QIANSHOU_HOME": str(tmp_path)})
    told = read_settings(
        {"QIANSHOU_HOME": str(tmp_path), "QIANSHOU_CLOCK": "system", "QIANSHOU_PORT_PREFECT": "4900"}
    )

    assert (plain.demonstration, plain.clock, plain.prefect_port, plain.catcher_port) == (
        True,
        f"file:{tmp_path / 'clock'}",
        4300,
        4301,
    )
    assert (told.demonstration, told.clock, told.prefect_port, told.catcher_page_port) == (
        True,
        "system",
        4900,
        4302,
    )


def test_folder_without_facts_has_the_defaults(tmp_path: Path) -> None:
    found = read_settings({"QIANSHOU_HOME": str(tmp_path)})

    assert (found.demonstration, found.clock, found.prefect_port) == (False, "system", 4200)


@pytest.mark.parametrize(
    ("facts", "said", "code"),
    [(DEMONSTRATION, "0", "house.demonstration_here"), (REAL, "1", "house.real_here")],
)
def test_environment_cannot_turn_one_kind_into_the_other(
    tmp_path: Path, facts: HouseFacts, said: str, code: str
) -> None:
    keep_facts(tmp_path, facts)

    with pytest.raises(WrongKind) as refused:
        read_settings({"QIANSHOU_HOME": str(tmp_path), "QIANSHOU_DEMONSTRATION": said})

    assert refused.value.text == say(code, home=str(tmp_path))


def test_offices_tell_the_kind_where_the_folder_says_nothing(tmp_path: Path, database_url: str) -> None:
    make_bench(database_url)

    require_kind(tmp_path, database_url, demonstration=True)
    with pytest.raises(WrongKind):
        require_kind(tmp_path, database_url, demonstration=False)


def test_empty_folder_may_become_either(tmp_path: Path) -> None:
    for demonstration in (True, False):
        require_kind(tmp_path, f"sqlite:///{tmp_path}/none.sqlite", demonstration=demonstration)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", json.dumps({"kind": "both", "ports": {}}), '{"kind": "real", "ports": {"smtp": 1}}'],
)
def test_file_that_says_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "house.json").write_text(text)

    with pytest.raises(BadInput) as refused:
        read_facts(tmp_path)

    assert refused.value.code == "house.unreadable"


@pytest.mark.parametrize("said", ["0", "65536", "4200x", "-1", "４２００"])
def test_port_that_is_none_is_refused(tmp_path: Path, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_settings({"QIANSHOU_HOME": str(tmp_path), "QIANSHOU_PORT_SMTP": said})

    assert (refused.value.code, refused.value.field) == ("house.bad_port", "QIANSHOU_PORT_SMTP")


def test_samples_key_never_replaces_another(tmp_path: Path) -> None:
    (tmp_path / "field.key").write_bytes(b"a real house's key")

    assert (keep_sample_key(tmp_path), (tmp_path / "field.key").read_bytes()) == (
        False,
        b"a real house's key",
    )
