"""Appendix 2: generated from the city's list, with a hash that changes with the applications, in the printed layout."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from models.application import Application
from tasks.queries.summary_table import SummaryTable, footnote, summary_table
from tasks.queries.summary_table_sheet import write_summary_xlsx
from tasks.refusal import NotFound
from tests.factory import Bench
from tests.tasks.applying import email, rank, recommended_bench
from tests.tasks.scenes import row_of

COLUMNS = ["序号", "机构名称", "单位性质", "接受帮扶社会工作人才数量", "联系人", "电话", "邮箱", "推选单位"]


def table_of(bench: Bench, city: str = "430100") -> SummaryTable:
    """Changsha's table as it is now."""
    with bench.house.look() as work:
        return summary_table(work, 1, city)


def listed_bench(url: str, count: int = 2) -> tuple[Bench, list[str]]:
    """Changsha has ranked so many, the last recommended first."""
    bench, keys = recommended_bench(url, count)
    keys.reverse()
    rank(bench.at("2022-03-09T10:00"), *keys)
    return bench, keys


def test_table_shows_the_list_in_order_of_rank(database_url: str) -> None:
    bench, keys = listed_bench(database_url)

    found = table_of(bench)

    assert found.title == "市（州）推选受援机构基本信息汇总表"
    assert found.header == {
        "city": "长沙市",
        "filled_by": "长沙市民政局经办人",
        "filled_on": "2022-03-09",
        "seal": "",
    }
    assert [found.labels[key] for key in found.rows[0]] == COLUMNS
    assert [key for key, _version in found.applications] == keys
    assert list(found.rows[0].values()) == [
        1,
        f"样例机构{keys[0].split('-')[1][-4:]}（示例）",
        "社会工作服务机构",
        3,
        "样例联系人",
        "13800138001",
        "contact@people.example",
        "长沙县民政局",
    ]
    assert re.fullmatch("[0-9a-f]{64}", found.digest)
    assert found.digest in footnote(found)


def test_hash_stays_while_the_applications_do_and_changes_with_a_version(sqlite_url: str) -> None:
    bench, keys = listed_bench(sqlite_url)
    before = table_of(bench).digest
    email(bench, *keys)
    bench.at("2022-03-16T10:00")
    assert (table_of(bench).digest, table_of(bench).header["filled_on"]) == (before, "2022-03-09")

    with bench.work() as work:
        work.session.get_one(Application, keys[0]).version += 1

    assert table_of(bench).digest != before


@pytest.mark.parametrize(
    ("city", "code"),
    [
        pytest.param("430300", "summary_table.no_list", id="K23-no-list"),
        pytest.param("440300", "summary_table.no_city", id="F01-not-a-city-of-the-programme"),
    ],
)
def test_city_without_a_list_has_no_table(sqlite_url: str, city: str, code: str) -> None:
    bench, _ = listed_bench(sqlite_url, 1)

    with pytest.raises(NotFound) as refused:
        table_of(bench, city)

    assert refused.value.code == code
    assert "请" in refused.value.text


def test_city_that_sends_nobody_has_an_empty_table(sqlite_url: str) -> None:
    bench, _ = recommended_bench(sqlite_url, 0)
    rank(bench)
    email(bench)

    assert table_of(bench).rows == ()


def test_sheet_has_the_printed_layout(sqlite_url: str, tmp_path: Path) -> None:
    bench, _ = listed_bench(sqlite_url)
    found = table_of(bench)

    write_summary_xlsx(found, tmp_path / "summary.xlsx")

    sheet = load_workbook(tmp_path / "summary.xlsx").worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    assert (lines[0][0], lines[1][0]) == ("附件2", found.title)
    assert (
        lines[2][0]
        == "市（州）：长沙市    填报人：长沙市民政局经办人    填报日期：2022-03-09    民政局盖章："
    )
    assert list(lines[3]) == COLUMNS
    assert [line[0] for line in lines[4:7]] == [1, 2, 3]
    assert list(lines[4]) == list(found.rows[0].values())
    assert lines[6][1:] == (None,) * 7
    assert found.digest in str(lines[7][0])


@pytest.mark.parametrize("name", ["=1+1", "+86", "-1", "@SUM(A1)"])
def test_text_that_a_spreadsheet_would_calculate_is_escaped(
    sqlite_url: str, tmp_path: Path, name: str
) -> None:
    bench, keys = listed_bench(sqlite_url, 1)
    with bench.work() as work:
        application = work.session.get_one(Application, keys[0])
        application.form = {**application.form, "contact_name": name}
    assert row_of(bench, Application, keys[0]).form["contact_name"] == name

    write_summary_xlsx(table_of(bench), tmp_path / "summary.xlsx")

    sheet = load_workbook(tmp_path / "summary.xlsx").worksheets[0]
    assert (sheet.cell(5, 5).value, sheet.cell(5, 5).data_type) == (f"'{name}", "s")
