"""`qianshou import`: forms into drafts, tables against lists, faults by their places, exit codes."""

import json
from pathlib import Path

from openpyxl import load_workbook

from models.application import Application
from tests.console.test_bad_input import CommandLine, installed
from tests.documents.forms import FILLED, form_file
from tests.factory import Bench
from tests.tasks.applying import county_code, draft, key_of, opened_bench, rank, recommended_bench, register
from tests.tasks.scenes import row_of

CODE = county_code(1)
KEY = key_of(CODE)


def drafted(url: str, home: Path) -> tuple[Bench, CommandLine]:
    bench = opened_bench(url)
    register(bench, CODE)
    draft(bench, CODE)
    return bench, installed(bench, url, home)


def form_of_institution(bench: Bench, path: Path, **changes: object) -> Path:
    name = row_of(bench, Application, KEY).form["institution_name"]
    path.write_bytes(form_file({**FILLED, "uscc": CODE, "institution_name": name, **changes}))
    return path


def test_a_form_goes_into_its_draft(sqlite_url: str, tmp_path: Path) -> None:
    bench, line = drafted(sqlite_url, tmp_path)
    file = form_of_institution(bench, tmp_path / "form.docx", address="新地址")

    found = line.run("import", str(file), "--batch", "1", "--as", f"{CODE}.officer", "--json")

    (row,) = json.loads(found.stdout)
    assert (row["application"], row["saved"]) == (KEY, True)
    assert row_of(bench, Application, KEY).form["address"] == "新地址"


def test_a_dry_run_changes_nothing_and_names_the_faults(sqlite_url: str, tmp_path: Path) -> None:
    bench, line = drafted(sqlite_url, tmp_path)
    file = form_of_institution(bench, tmp_path / "form.docx", funds_fiscal_wan="24000元")
    before = row_of(bench, Application, KEY).form

    found = line.run("import", str(file), "--batch", "1", "--dry-run")

    assert (found.exit_code, row_of(bench, Application, KEY).form) == (1, before)
    assert "第1张表第17行第3格，“财政资金”（F23）填的是“24000元”" in "".join(found.stderr.split())


def test_a_file_that_cannot_be_read_is_bad_input(sqlite_url: str, tmp_path: Path) -> None:
    _, line = drafted(sqlite_url, tmp_path)
    (tmp_path / "form.docx").write_bytes(form_file(rows=[["事项", "说明"]]))

    found = line.run("import", str(tmp_path / "form.docx"), "--dry-run")

    assert (found.exit_code, "既没有申报表" in found.stderr) == (2, True)


def test_a_summary_is_held_against_the_list_line_by_line(sqlite_url: str, tmp_path: Path) -> None:
    bench, keys = recommended_bench(sqlite_url, 2)
    rank(bench, *keys)
    line = installed(bench, sqlite_url, tmp_path)
    path = tmp_path / "summary.xlsx"
    line.run("summary-table", "1", "430100", "--output", str(path))
    same = line.run("import", str(path), "--batch", "1", "--json")
    book = load_workbook(path)
    book.active["F5"] = "13999999999"
    book.active.delete_rows(6)
    book.save(path)

    other = line.run("import", str(path), "--batch", "1", "--json")

    assert (same.exit_code, json.loads(same.stdout)[0]["problems"]) == (0, [])
    problems = json.loads(other.stdout)[0]["problems"]
    assert (other.exit_code, len(problems)) == (1, 2)
    assert "F5 格" in problems[0]
    assert "13999999999" in problems[0]
    assert "汇总表里没有这一行" in problems[1]
