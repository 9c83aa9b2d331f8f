"""The service files and the operator's guide: units that systemd understands, commands and variables that exist."""

import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest
from typer.main import get_command

from deploy.children import STOP_S
from deploy.cli import app
from tests.house.tree import ROOT, programme_modules

UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
GUIDE = ROOT / "docs" / "operating.md"
PROGRAM = "/opt/qianshou/.venv/bin/qianshou"
CHILDREN = 3


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_units_are_understood_by_systemd(tmp_path: Path) -> None:
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))

    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(tmp_path / unit.name for unit in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (verified.returncode, verified.stderr) == (0, "")


def test_systemd_waits_until_all_children_have_stopped() -> None:
    unit = RawConfigParser(strict=False)
    unit.read(ROOT / "deploy" / "systemd" / "qianshou.service")

    assert unit.getint("Service", "TimeoutStopSec") > CHILDREN * STOP_S
    assert unit.get("Service", "RestartPreventExitStatus").split() == ["2", "4"]


def test_guide_and_services_name_commands_that_exist() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    texts = [GUIDE.read_text(), *(unit.read_text() for unit in UNITS)]

    named = {name for text in texts for name in re.findall(r"(?:`|/bin/)qianshou ([a-z]+)", text)}

    assert named - known == set()
    assert named >= {"up", "backup", "restore", "doctor", "check"}


def test_guide_names_variables_that_are_read() -> None:
    code = "\n".join(module.text for module in programme_modules())

    named = set(re.findall(r"QIANSHOU_[A-Z_]*[A-Z]", GUIDE.read_text()))

    assert {name for name in named if name not in code} == set()
