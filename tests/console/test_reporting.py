"""`qianshou summary-table`: what people read, what programs read, and the sheet."""

import json
from pathlib import Path

from openpyxl import load_workbook

from tests.console.test_bad_input import CommandLine, installed
from tests.tasks.applying import rank, recommended_bench


def listed(url: str, home: Path) -> tuple[CommandLine, list[str]]:
    """Changsha has ranked two."""
    bench, keys = recommended_bench(url, 2)
    rank(bench, *keys)
    return installed(bench, url, home), keys


def test_table_for_people_names_versions_and_hash(sqlite_url: str, tmp_path: Path) -> None:
    line, keys = listed(sqlite_url, tmp_path)

    found = line.run("summary-table", "1", "430100")

    assert found.exit_code == 0
    told = "".join(found.stdout.split())
    assert all(f"{key}第1版" in told for key in keys)
    assert "SHA-256" in told


def test_sheet_and_json_say_the_same(sqlite_url: str, tmp_path: Path) -> None:
    line, keys = listed(sqlite_url, tmp_path)

    found = line.run("summary-table", "1", "430100", "--output", str(tmp_path / "summary.xlsx"), "--json")

    table = json.loads(found.stdout)
    sheet = load_workbook(tmp_path / "summary.xlsx").worksheets[0]
    assert [one["application"] for one in table["applications"]] == keys
    assert [row["institution"] for row in table["rows"]] == [sheet.cell(row, 2).value for row in (5, 6)]
    assert table["sha256"] in str(sheet.cell(8, 1).value)


def test_sheet_is_xlsx_or_nothing(sqlite_url: str, tmp_path: Path) -> None:
    line, _ = listed(sqlite_url, tmp_path)

    found = line.run("summary-table", "1", "430100", "--output", str(tmp_path / "summary.csv"))

    assert (found.exit_code, (tmp_path / "summary.csv").exists()) == (2, False)
