"""`qianshou up` refuses before it writes: a real mail server in the demonstration, a house of the other kind."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.console import application
from models.messages import say
from notifications.settings import post_settings
from tasks.installation import read_settings
from tasks.refusal import BadInput
from tests.deploy.starting import Started, free_ports, run


def test_demonstration_refuses_a_real_mail_server(tmp_path: Path) -> None:
    ended = run(tmp_path / "var", "up", QIANSHOU_SMTP_URL="smtp://relay.example:25")

    assert (ended.returncode, (tmp_path / "var").exists()) == (2, False)
    assert "QIANSHOU_SMTP_URL" in ended.stderr


@pytest.mark.parametrize(
    ("mode", "kind", "sentence"),
    [("real", "demonstration", "demonstration_here"), ("", "real", "real_here")],
)
def test_house_of_the_other_kind_is_not_opened(tmp_path: Path, mode: str, kind: str, sentence: str) -> None:
    given = {"QIANSHOU_DEMONSTRATION": "1"} if kind == "demonstration" else {}
    assert run(tmp_path, "init", **given).returncode == 0
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}

    ended = run(tmp_path, "up", QIANSHOU_MODE=mode, **free_ports())

    assert ended.returncode == 2
    assert _flat(say(f"house.{sentence}", home=str(tmp_path))) in _flat(ended.stderr)
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir() if one.name != "up.lock"} == before


def test_service_that_does_not_start_ends_up_with_its_log_named(tmp_path: Path) -> None:
    nowhere = f"sqlite+aiosqlite:///{tmp_path}/nowhere/prefect.db"

    ended = run(tmp_path / "var", "up", PREFECT_SERVER_DATABASE_CONNECTION_URL=nowhere, **free_ports())

    assert ended.returncode == 3
    assert "prefect.log" in _flat(ended.stderr)


def test_replay_is_not_played_into_a_real_house(tmp_path: Path) -> None:
    assert run(tmp_path, "init").returncode == 0

    ended = run(tmp_path, "replay", "--to", "2022-03-01")

    assert ended.returncode == 2
    assert _flat(say("house.real_here", home=str(tmp_path))) in _flat(ended.stderr)


def test_real_house_refuses_the_samples_key(tmp_path: Path) -> None:
    ended = run(tmp_path / "var", "up", "--real", QIANSHOU_FIELD_KEY="sample", **free_ports())

    assert ended.returncode == 2
    assert "QIANSHOU_FIELD_KEY" in ended.stderr


def test_real_house_starts_with_offices_only_on_the_machines_clock(tmp_path: Path) -> None:
    house = Started(tmp_path / "var", free_ports(), {"QIANSHOU_MODE": "real"})
    try:
        house.wait_until_ready()

        doctor = run(house.home, "doctor", "--json")
        steps = run(house.home, "steps", "--json")
        exported = run(house.home, "export", "--canonical").stdout.splitlines()
    finally:
        code = house.stop()

    tables = {line.split('"', 2)[1] for line in exported}
    assert (code, steps.returncode, (house.home / "clock").exists()) == (0, 0, False)
    assert tables == {"batch", "duty", "event", "organisation", "person"}
    assert (house.home / "prefect.password").stat().st_mode & 0o077 == 0
    assert {row["code"] for row in json.loads(doctor.stdout)} >= {"no_address", "no_contact"}


@pytest.fixture
def _real_mail_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("QIANSHOU_SMTP_URL", "smtp://mail.example.org")
    post_settings.cache_clear()
    yield
    post_settings.cache_clear()


@pytest.mark.usefixtures("_real_mail_server")
def test_console_of_a_demonstration_refuses_a_real_mail_server(tmp_path: Path) -> None:
    settings = read_settings({"QIANSHOU_HOME": str(tmp_path), "QIANSHOU_DEMONSTRATION": "1"})

    with pytest.raises(BadInput) as refused:
        application(settings)

    assert refused.value.text == say("up.real_mail_server")
    assert list(tmp_path.iterdir()) == []


def _flat(text: str) -> str:
    return "".join(text.split())
