"""Appendix 2 is found by the heads of its columns, in a document and in a sheet."""

import io

import docx
import pytest
from openpyxl import Workbook

from documents.reading.opened import read_document
from documents.reading.summary_table import FoundSummary, find_summary
from models.programme import load_programme
from tests.documents.forms import form_file

PROGRAMME = load_programme()
HEADS = ["序号", "机构名称", "单位性质", "接受帮扶社会工作人才数量", "联系人", "电话", "邮箱", "推选单位"]
ROWS = [
    ["1", "样例甲中心", "社会工作服务机构", "4", "甄样例", "13800000001", "a@jia.example", "长沙县民政局"],
    ["2", "样例乙中心", "儿童福利机构", "3", "贾样例", "13800000002", "b@yi.example", "长沙市民政局"],
]
HEADER = "市（州）：长沙市   填报人：易样例     填报日期：2024年3月1日     民政局盖章"


def sheet(heads: list[str], rows: list[list[str]]) -> tuple[str, bytes]:
    book = Workbook()
    book.active.append(["附件2"])
    book.active.append([HEADER])
    for row in (heads, *rows, ["3"]):
        book.active.append(row)
    body = io.BytesIO()
    book.save(body)
    return "汇总表.xlsx", body.getvalue()


def document(heads: list[str], rows: list[list[str]]) -> tuple[str, bytes]:
    made = docx.Document()
    made.add_paragraph(HEADER)
    table = made.add_table(len(rows) + 2, len(heads))
    for number, row in enumerate((heads, *rows, ["3"])):
        for place, text in enumerate(row):
            table.cell(number, place).text = text
    body = io.BytesIO()
    made.save(body)
    return "汇总表.docx", body.getvalue()


def found_in(name: str, content: bytes) -> FoundSummary | None:
    return find_summary(read_document(name, content), PROGRAMME)


@pytest.mark.parametrize("make", [sheet, document])
def test_rows_and_header_are_read(make) -> None:
    found = found_in(*make(HEADS, ROWS))

    assert found is not None
    keys = ("number", "institution", "nature", "trainees", "contact", "phone", "email", "nominator")
    assert [[row.values.get(key) for key in keys] for row in found.rows] == ROWS
    assert found.header == {"city": "长沙市", "filled_by": "易样例", "filled_on": "2024-03-01"}
    assert found.missing == ()


def test_columns_in_another_order_with_blanks_in_their_heads() -> None:
    heads = ["推选 单位", "机构　名称", "电话", "联 系 人", "序号"]
    rows = [["长沙县民政局", "样例甲中心", "13800000001", "甄样例", "1"]]

    found = found_in(*document(heads, rows))

    assert found is not None
    assert found.rows[0].values == {
        "nominator": "长沙县民政局",
        "institution": "样例甲中心",
        "phone": "13800000001",
        "contact": "甄样例",
        "number": "1",
    }
    assert set(found.missing) == {"单位性质", "接受帮扶社会工作人才数量", "邮箱"}


def test_a_cell_of_a_sheet_is_named_by_its_address() -> None:
    found = found_in(*sheet(HEADS, ROWS))

    assert found is not None
    assert "B4" in found.rows[0].places["institution"].text


def test_the_application_form_is_no_summary_table() -> None:
    assert found_in("申报表.docx", form_file()) is None
