"""Appendix 2 as .docx and .xlsx: header and rows by their labels, wherever these stand."""

import io
from collections.abc import Sequence
from datetime import date, datetime

import openpyxl
import pytest

from documents.reading.document import read_document
from documents.reading.summary_table import FoundSummary, find_summary
from models.programme import Programme, load_programme
from tests.documents.paper import SUMMARY_COLUMNS, SUMMARY_ROWS, SUMMARY_TITLE, form_docx, summary_docx

ROWS = [
    {
        "institution": "浏阳市示例社会工作服务中心",
        "nature": "social_work",
        "trainees": 3,
        "contact": "示例丙",
        "phone": "13900000002",
        "email": "contact@people.example",
        "nominator": "浏阳市民政局",
    },
    {
        "institution": "宁乡市示例儿童福利院",
        "nature": "child_welfare",
        "trainees": 4,
        "contact": "示例丁",
        "phone": "13900000003",
        "email": "ning@people.example",
        "nominator": "宁乡市民政局",
    },
]


@pytest.fixture(scope="module")
def hunan() -> Programme:
    return load_programme()


def found_in(name: str, content: bytes, programme: Programme) -> FoundSummary:
    found = find_summary(read_document(name, content), programme)
    assert found is not None
    return found


def rows_of(found: FoundSummary) -> list[dict[str, object]]:
    return [{key: one.value for key, one in row.fields.items()} for row in found.rows]


def xlsx(rows: Sequence[Sequence[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    body = io.BytesIO()
    book.save(body)
    return body.getvalue()


@pytest.mark.parametrize(
    ("title", "header", "city"),
    [
        (f"长沙市{SUMMARY_TITLE}", "填报人：示例戊     填报日期: 2022年3月9日     民政局盖章", "长沙市"),
        (f"长沙{SUMMARY_TITLE}", "填报日期：2022.3.9  填 报 人：示例戊", "长沙"),
        ("长沙市推选受援机构基本信息汇总表", "填报人:示例戊\t填报日期:2022/3/9", "长沙市"),
        (SUMMARY_TITLE, "市（州）：长沙市 填报人：示例戊 填报日期：２０２２年３月９日", "长沙市"),
    ],
)
def test_summary_of_the_notice_is_read_whole(hunan: Programme, title: str, header: str, city: str) -> None:
    found = found_in("汇总表.docx", summary_docx(title=title, header=header), hunan)

    assert rows_of(found) == ROWS
    assert [row.number for row in found.rows] == ["1", "2"]
    assert {key: found.header[key].value for key in ("city", "filled_by", "filled_on")} == {
        "city": city,
        "filled_by": "示例戊",
        "filled_on": date(2022, 3, 9),
    }
    assert found.problems == ()


def test_workbook_is_read_like_a_document(hunan: Programme) -> None:
    content = xlsx(
        [
            [f"长沙市{SUMMARY_TITLE}"],
            ["填报人：", "示例戊", "", "填报日期", datetime(2022, 3, 9)],  # noqa: DTZ001
            [],
            list(SUMMARY_COLUMNS),
            [1, *SUMMARY_ROWS[0][1:3], 3, SUMMARY_ROWS[0][4], 13900000002, *SUMMARY_ROWS[0][6:]],
            list(SUMMARY_COLUMNS),
            [2, *SUMMARY_ROWS[1][1:]],
            [3],
        ]
    )

    found = found_in("汇总表.xlsx", content, hunan)

    assert rows_of(found) == ROWS
    assert found.rows[0].place.text == "工作表“Sheet”A5 格"
    assert {key: one.value for key, one in found.header.items() if one.raw} == {
        "city": "长沙市",
        "filled_by": "示例戊",
        "filled_on": date(2022, 3, 9),
    }


def test_columns_in_another_order_are_the_same(hunan: Programme) -> None:
    turned = [list(reversed(row)) for row in (SUMMARY_COLUMNS, *SUMMARY_ROWS)]

    assert rows_of(found_in("汇总表.xlsx", xlsx(turned), hunan)) == ROWS


def test_what_does_not_fit_is_said_with_its_place(hunan: Programme) -> None:
    row = ["1", "浏阳市示例社会工作服务中心", "公司", "若干", "示例丙", "1", "a", "b"]
    columns = [*SUMMARY_COLUMNS[:7], "备注"]

    found = found_in("汇总表.xlsx", xlsx([columns, row]), hunan)

    assert [one.text.partition("。")[0] for one in found.problems] == [
        "汇总表里没有“推选单位”这一列",
        "汇总表工作表“Sheet”C2 格，“单位性质”填的是“公司”，应为下列之一："
        "社会工作服务机构、儿童福利机构、老年人福利机构、救助保护机构、特困人员供养服务机构、其他（须说明，省厅认可）",
        "汇总表工作表“Sheet”D2 格，“接受帮扶社会工作人才数量”填的是“若干”，应为一个整数，单位为“名”",
    ]


def test_formula_in_a_row_is_said(hunan: Programme) -> None:
    row = ["1", '="浏阳"&A1', *SUMMARY_ROWS[0][2:]]

    found = found_in("汇总表.xlsx", xlsx([SUMMARY_COLUMNS, row]), hunan)

    assert ["是公式" in one.text for one in found.problems] == [True]


def test_form_is_no_summary(hunan: Programme) -> None:
    assert find_summary(read_document("申报表.docx", form_docx()), hunan) is None
