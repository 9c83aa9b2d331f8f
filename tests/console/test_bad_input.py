"""Bad input on the real command line: a Chinese sentence with clause or field, an exit code, nothing written."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from deploy.cli import app
from models.db import make_engine
from models.programme.loader import SHIPPED
from models.schema import wanted_version
from tests.engines import keep
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import city_code, form_of, opened_bench, register
from tests.tasks.scenes import CITY, CITY_PAIR, COUNTY_PAIR, SENDERS, draft, signing_bench
from tests.tasks.working import name_of_code, pay, working_bench

CHINESE = re.compile("[\u4e00-\u9fff]{4,}")
ROOT = Path(__file__).resolve().parents[2]
REFUSED, BAD_INPUT, DEPENDENCY_DOWN = 1, 2, 3


@dataclass(frozen=True)
class CommandLine:
    """The command `qianshou` on a test's own installation, at the instant of its bench."""

    url: str
    home: Path
    at: str
    pack: Path | None = None

    def run(self, *words: str) -> Result:
        """Runs the command; what it prints for people is one line, however wide the terminal."""
        return CliRunner(env=self.environment()).invoke(app, list(words))

    def spawn(self, *words: str, smtp: str) -> subprocess.CompletedProcess[str]:
        """Runs the command in a process of its own, as what a process reads only once needs it."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *words],
            cwd=ROOT,
            env={**os.environ, **self.environment(), "QIANSHOU_SMTP_URL": smtp},
            capture_output=True,
            text=True,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        """What the environment says of this installation."""
        return {
            "QIANSHOU_HOME": str(self.home),
            "QIANSHOU_DATABASE_URL": self.url,
            "QIANSHOU_CLOCK": f"fixed:{self.at}",
            "QIANSHOU_PROGRAMME": str(self.pack) if self.pack else "",
        }

    def act(self, name: str, person: str, **form: Any) -> Result:
        """One act of a person, its form as JSON."""
        return self.run("act", "do", name, "--as", person, "--form", json.dumps(form, default=str))

    def exported(self) -> str:
        """The canonical export as the command writes it."""
        found = self.run("export", "--canonical")
        assert found.exit_code == 0, found.output
        return found.stdout


def installed(bench: Bench, url: str, home: Path) -> CommandLine:
    """A bench's database as the command finds it: of this program's version."""
    with bench.house.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(
            text("INSERT INTO alembic_version VALUES (:version)"), {"version": wanted_version()}
        )
    return CommandLine(url, home, bench.clock.now().isoformat())


def said(result: Result) -> str:
    """What the command said to people, without the terminal's line breaks."""
    return "".join(result.stderr.split("\n"))


def early_date(url: str, home: Path) -> tuple[CommandLine, Result]:
    """Batch 2 has no dates yet: nobody applies, and no deadline of it can be moved."""
    bench = opened_bench(url)
    code = register(bench, city_code(1))
    line = installed(bench, url, home)
    form = {"batch": 2, "uscc": code, "channel": "city", "nominator": CITY, "form": form_of(code, CITY)}
    return line, line.act("application.draft", f"{code}.officer", **form)


def early_extension(url: str, home: Path) -> tuple[CommandLine, Result]:
    line = installed(opened_bench(url), url, home)
    form = {"batch": 2, "submit_by": "2024-03-20", "post_by": "2024-03-25", "reason": "示例"}
    return line, line.act("opening.extend_batch", f"{PROVINCE}.officer", **form)


def fourth_signature(url: str, home: Path) -> tuple[CommandLine, Result]:
    bench = signing_bench(url)
    draft(bench, CITY_PAIR)
    line = installed(bench, url, home)
    form = {"pair": CITY_PAIR, "party": "county_civil", "signed_on": "2022-05-11"}
    seal = {"signatory": "样例签署人", "seal_file": "seal.pdf"}
    return line, line.act("agreement.sign", "430121-mz.officer", **form, **seal)


def payment(bench: Bench, line: CommandLine, leg: str, payer: str, payee: str, **form: Any) -> Result:
    plain = {
        "leg": leg,
        "year": 2022,
        "pairs": [COUNTY_PAIR],
        "number": f"{leg}-again",
        "paid_on": date(2022, 6, 20),
        "account_name": name_of_code(bench, payee),
        "source": "fiscal",
    }
    return line.act("disbursement.enter_payment", f"{payer}.finance", **{**plain, **form})


def leg_b_first(url: str, home: Path) -> tuple[CommandLine, Result]:
    bench = working_bench(url)
    line = installed(bench, url, home)
    return line, payment(bench, line, "B", CITY, SENDERS[0])


def second_payment(url: str, home: Path) -> tuple[CommandLine, Result]:
    bench = working_bench(url)
    payee = pay(bench, "C", COUNTY_PAIR).payee
    line = installed(bench, url, home)
    return line, payment(bench, line, "C", "430121-mz", payee)


def year_of_payment(url: str, home: Path) -> tuple[CommandLine, Result]:
    bench = working_bench(url)
    line = installed(bench, url, home)
    return line, payment(bench, line, "C", "430121-mz", SENDERS[0], year=2026)


def year_of_rollup(url: str, home: Path) -> tuple[CommandLine, Result]:
    line = installed(working_bench(url), url, home)
    return line, line.run("rollup", "2026")


def city_without_list(url: str, home: Path) -> tuple[CommandLine, Result]:
    line = installed(opened_bench(url), url, home)
    return line, line.run("summary-table", "1", "430300", "--output", str(home / "summary.xlsx"))


def unreadable_field(url: str, home: Path) -> tuple[CommandLine, Result]:
    line = installed(working_bench(url), url, home)
    return line, line.act("disbursement.enter_payment", "430121-mz.finance", leg="C", year="soon")


@pytest.mark.parametrize(
    ("deed", "code", "names"),
    [
        pytest.param(early_date, BAD_INPUT, ["K16", "第二批"], id="batch-2-before-its-dates"),
        pytest.param(early_extension, BAD_INPUT, ["K16", "第二批"], id="batch-2-extended-before-its-dates"),
        pytest.param(fourth_signature, REFUSED, ["K27"], id="four-signatures-where-three-are-due"),
        pytest.param(leg_b_first, REFUSED, ["K41"], id="leg-b-before-leg-a"),
        pytest.param(second_payment, REFUSED, ["K42"], id="second-payment-of-a-leg"),
        pytest.param(year_of_payment, REFUSED, ["K04"], id="payment-of-a-year-outside-the-programme"),
        pytest.param(year_of_rollup, BAD_INPUT, ["K04", "2026"], id="rollup-of-a-year-outside-the-programme"),
        pytest.param(city_without_list, BAD_INPUT, ["K22"], id="summary-table-without-a-list"),
        pytest.param(unreadable_field, BAD_INPUT, ["year", "K42"], id="field-that-cannot-be-read"),
    ],
)
def test_refusal_names_its_clause_and_writes_nothing(
    sqlite_url: str,
    tmp_path: Path,
    deed: Callable[[str, Path], tuple[CommandLine, Result]],
    code: int,
    names: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before: list[str] = []
    run = CommandLine.run

    def watched(line: CommandLine, *words: str) -> Result:
        if not before and words[0] != "export":
            before.append(run(line, "export", "--canonical").stdout)
        return run(line, *words)

    monkeypatch.setattr(CommandLine, "run", watched)
    line, found = deed(sqlite_url, tmp_path)

    assert (found.exit_code, found.stdout) == (code, "")
    assert CHINESE.search(said(found)), said(found)
    assert [name for name in names if name not in said(found)] == []
    assert "Traceback" not in said(found)
    assert line.exported() == before[0] != ""
    assert not (tmp_path / "summary.xlsx").exists()


def test_pack_with_an_unknown_key_is_refused_with_its_place(sqlite_url: str, tmp_path: Path) -> None:
    line = installed(opened_bench(sqlite_url), sqlite_url, tmp_path)
    before = line.exported()
    pack = tmp_path / "pack.toml"
    shutil.copy(SHIPPED.with_name("hunan.notice.txt"), tmp_path)
    shipped = SHIPPED.read_text(encoding="utf-8")
    pack.write_text(shipped.replace('[[legs]]\ncode = "B"', '[[legs]]\ncode = "B"\nsurprise = 1', 1), "utf-8")
    strange = CommandLine(line.url, line.home, line.at, pack=pack)

    for words in (["programme", "check"], ["programme", "check", str(pack)], ["steps"], ["advance"]):
        found = strange.run(*words)
        assert (found.exit_code, found.stdout) == (BAD_INPUT, "")
        assert "surprise" in said(found)
        assert "leg B" in said(found)
        assert CHINESE.search(said(found))

    assert line.exported() == before


def test_what_stands_in_brackets_is_said_too(tmp_path: Path) -> None:
    shutil.copy(SHIPPED.with_name("hunan.notice.txt"), tmp_path)
    pack = tmp_path / "pack.toml"
    shipped = SHIPPED.read_text(encoding="utf-8")
    pack.write_text(
        shipped.replace(
            'batches.unwritten_period" = {', 'batches.unwritten_period" = { options = ["later"],', 1
        ).replace('value = "programme_end"', 'value = "later"', 1),
        "utf-8",
    )

    found = CommandLine("", tmp_path, "2022-03-01T10:00").run("programme", "check", str(pack))

    assert found.exit_code == REFUSED
    assert "[words.option]" in found.stdout


def test_database_of_a_newer_version_is_left_alone(sqlite_url: str, tmp_path: Path) -> None:
    line = installed(opened_bench(sqlite_url), sqlite_url, tmp_path)
    before = line.exported()
    _set_version(sqlite_url, "9999")

    for words in (
        ["steps"],
        ["advance"],
        ["init"],
        ["migrate"],
        ["post"],
        ["act", "do", "opening.extend_batch", "batch=1", "--as", f"{PROVINCE}.officer"],
    ):
        found = line.run(*words)
        assert (found.exit_code, found.stdout) == (BAD_INPUT, ""), words
        assert "9999" in said(found)
        assert CHINESE.search(said(found))

    _set_version(sqlite_url, wanted_version())
    assert line.exported() == before


def _set_version(url: str, version: str) -> None:
    with keep(make_engine(url)).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})


def test_without_a_mail_server_letters_stay_and_the_doctor_says_so(sqlite_url: str, tmp_path: Path) -> None:
    bench = opened_bench(sqlite_url)
    line = installed(bench, sqlite_url, tmp_path)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
    before = _letters(sqlite_url)

    smtp = f"smtp://127.0.0.1:{port}"
    sent, doctor = line.spawn("post", smtp=smtp), line.spawn("doctor", smtp=smtp)

    assert before == {"queued": before["queued"]}
    assert _letters(sqlite_url) == before
    assert (sent.returncode, doctor.returncode) == (DEPENDENCY_DOWN, DEPENDENCY_DOWN)
    told = doctor.stdout.replace("\n", "")
    assert f"127.0.0.1:{port}" in told
    assert f"{before['queued']} 封信件保留在待发队列" in told


def _letters(url: str) -> dict[str, int]:
    """How many letters there are in each state."""
    with keep(make_engine(url)).connect() as connection:
        rows = connection.execute(text("SELECT state, COUNT(*) FROM letter GROUP BY state")).all()
    return {str(state): int(count) for state, count in rows}
