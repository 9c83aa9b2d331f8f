"""The rollup as a workbook: Chinese headings from the pack, sums in yuan, nothing a spreadsheet would calculate."""

from pathlib import Path

import pytest
from openpyxl import load_workbook

from tasks.queries.rollup import rollup_of
from tasks.queries.rollup_workbook import escaped, write_rollup_xlsx
from tests.factory import divisions, programme
from tests.tasks.queries.story import told_bench


def test_a_workbook_has_a_row_for_each_city_and_the_province(sqlite_url: str, tmp_path: Path) -> None:
    bench = told_bench(sqlite_url)
    with bench.house.look() as work:
        figures = rollup_of(work, 2022, 1)

    write_rollup_xlsx(figures, tmp_path / "rollup.xlsx", programme(), divisions())

    sheet = load_workbook(tmp_path / "rollup.xlsx").worksheets[0]
    heading, *rows = sheet.iter_rows(values_only=True)
    assert [row[:4] for row in rows] == [("长沙市", 2, 6, 1.5), ("湘潭市", 1, 3, 0), ("全省合计", 3, 9, 1.5)]
    assert heading[:6] == (
        "市州",
        "结对数",
        "受训人数",
        "服务日（天）",
        "选派资深社会工作者（约定）",
        "选派资深社会工作者（完成）",
    )
    last = dict(zip(heading, rows[-1], strict=True))
    assert last["开展培训（完成）"] == 2
    assert last["省级补助拨付市级民政部门（元）"] == 90_000
    assert last["推选单位补助受援机构（元）"] == 30_000
    assert last["逾期办结（件）"] == 4


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_calculate_is_text(text: str) -> None:
    assert escaped(text) == f"'{text}"


def test_plain_text_stays_as_it_is() -> None:
    assert escaped("长沙市") == "长沙市"
