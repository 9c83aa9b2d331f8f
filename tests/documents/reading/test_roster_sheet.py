"""Sheets of many lines: found by labels wherever they stand, each value with its cell, hostile ones answered."""

import io
import zipfile
from typing import Any

import pytest
from openpyxl import Workbook

from documents.reading.hidden import hidden_parts
from documents.reading.roster_sheet import MAX_LINES, FoundRoster, kind_of_sheet, read_roster
from documents.reading.table import Document, Unreadable
from documents.reading.workbook import read_workbook
from documents.rosters import kinds
from models.rules.upload import upload_fault
from tests.documents.rosters import CONTACT_HEADS, SENDER_HEADS, USER_HEADS, saved, sender_line, sheet

CONTACT = [1, "430100-mz", "经办人", "王某", "wang@people.example", "13800000000", ""]


def opened(content: bytes) -> Document:
    assert upload_fault("list.xlsx", content) is None
    return read_workbook("list.xlsx", content, most_rows=MAX_LINES + 10)


def read(content: bytes, kind: str = "contacts") -> FoundRoster:
    return read_roster(opened(content), kinds()[kind], hidden_parts(content))


def faults(found: FoundRoster) -> list[tuple[str, str]]:
    return [(one.place.cell, one.label) for one in found.faults]


def test_values_have_the_cells_they_stand_in() -> None:
    found = read(sheet(CONTACT_HEADS, CONTACT, above=2))

    (line,) = found.lines
    assert (line.row, line.values["organisation"], line.values["name"]) == (4, "430100-mz", "王某")
    assert {key: place.cell for key, place in line.places.items()} == {
        "number": "A4",
        "organisation": "B4",
        "duty": "C4",
        "name": "D4",
        "email": "E4",
        "mobile": "F4",
        "code": "G4",
    }
    assert (found.faults, found.ignored, found.remarks) == ((), (), ())


def test_columns_are_found_in_any_order_and_under_other_names() -> None:
    heads = ("备 注", "电　话：", "姓　名", "邮箱", "*单位名称（全称）", "岗位")
    found = read(
        sheet(heads, ["无", "１３８ ００００-0000", "王某", "ｗang@people.example", "某局", "经办人"])
    )

    (line,) = found.lines
    assert (line.values["mobile"], line.values["email"]) == ("13800000000", "wang@people.example")
    assert (line.values["name"], line.values["organisation"]) == ("王某", "某局")
    assert found.ignored == ("工作表“名册”A1 格“备 注”",)


def test_numbers_typed_as_numbers_are_what_they_show() -> None:
    line = sender_line(1, mobile=13800000000.0, number_of_account=620012345678)

    found = read(sheet(SENDER_HEADS, line), "senders")

    values = found.lines[0].values
    assert (values["contact_mobile"], values["account_number"]) == ("13800000000", "620012345678")


def test_number_that_lost_its_last_digits_is_told() -> None:
    found = read(sheet(SENDER_HEADS, sender_line(1, number_of_account=6.2001234567890123e18)), "senders")

    assert faults(found) == [("I2", "银行账号")]
    assert "文本格式" in found.faults[0].text


@pytest.mark.parametrize(
    ("value", "words"),
    [
        pytest.param("=cmd|' /C calc'!A0", "公式", id="command"),
        pytest.param('=HYPERLINK("http://x.example")', "公式", id="link"),
        pytest.param("#N/A", "出错", id="error"),
        pytest.param("", "没有填写", id="blank"),
        pytest.param("王" * 201, "超过 200 字", id="long"),
    ],
)
def test_cell_that_cannot_be_used_is_named(value: str, words: str) -> None:
    found = read(sheet(CONTACT_HEADS, [*CONTACT[:3], value, *CONTACT[4:]]))

    assert faults(found) == [("D2", "姓名")]
    assert words in found.faults[0].text


def test_example_row_is_refused() -> None:
    found = read(sheet(CONTACT_HEADS, ["样例", *CONTACT[1:]]))

    assert faults(found) == [("A2", "样例")]


def test_sheet_without_the_labels_is_refused_not_read_as_empty() -> None:
    with pytest.raises(Unreadable) as refused:
        read(sheet(("事项", "说明"), ["一", "二"]))

    assert "单位、岗位、姓名、电子邮箱" in refused.value.text


def test_heads_without_lines_are_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        read(sheet(CONTACT_HEADS))

    assert refused.value.code == "bulk.no_lines"


def test_missing_required_column_is_a_fault_of_its_own() -> None:
    found = read(sheet(("单位", "姓名", "电子邮箱"), ["某局", "王某", "wang@people.example"]))

    assert found.missing == ("duty",)
    assert faults(found) == [("A1", "岗位")]


def test_column_that_stands_there_twice_is_a_fault() -> None:
    found = read(sheet((*CONTACT_HEADS, "邮箱"), [*CONTACT, "other@people.example"]))

    assert faults(found) == [("H1", "邮箱")]


def test_hidden_rows_are_read_and_told_hidden_sheets_are_not_read() -> None:
    book = Workbook()
    page = book.active
    page.title = "名册"
    page.append(list(CONTACT_HEADS))
    page.append(CONTACT)
    page.append([2, *CONTACT[1:3], "李某", "li@people.example", "", ""])
    page.row_dimensions[3].hidden = True
    other = book.create_sheet("旧名册")
    other.append(list(CONTACT_HEADS))
    other.append([*CONTACT[:3], "赵某", "zhao@people.example", "", ""])
    other.sheet_state = "hidden"

    found = read(saved(book))

    assert [one.values["name"] for one in found.lines] == ["王某", "李某"]
    assert found.remarks == (
        "文件里有隐藏的工作表（旧名册），没有读取。",
        "工作表“名册”有隐藏的行（第 3 行），已一并读取，请确认是否都要导入。",
    )


@pytest.mark.parametrize(
    ("heads", "kind"), [(SENDER_HEADS, "senders"), (CONTACT_HEADS, "contacts"), (USER_HEADS, "users")]
)
def test_kind_is_told_by_the_labels(heads: tuple[str, ...], kind: str) -> None:
    found = kind_of_sheet(opened(sheet(heads, ["x"] * len(heads))))

    assert found is not None
    assert found.name == kind


def test_summary_table_is_no_such_sheet() -> None:
    heads = ("序号", "机构名称", "单位性质", "接受帮扶社会工作人才数量", "联系人", "电话", "邮箱", "推选单位")

    assert kind_of_sheet(opened(sheet(heads, ["1"] * len(heads)))) is None


def rewritten(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(body, "w") as target:
        for one in source.infolist():
            found = source.read(one)
            target.writestr(one, found.replace(old, new) if one.filename == part else found)
    return body.getvalue()


def test_what_a_sheet_says_of_its_size_is_not_believed() -> None:
    content = sheet(CONTACT_HEADS, CONTACT)
    giant = rewritten(content, "xl/worksheets/sheet1.xml", b'ref="A1:G2"', b'ref="A1:XFD1048576"')
    assert giant != content

    found = read(giant)

    assert len(found.lines) == 1


def test_line_at_the_end_of_the_sheet_is_too_many() -> None:
    content = sheet(CONTACT_HEADS, CONTACT)
    far = rewritten(content, "xl/worksheets/sheet1.xml", b'<row r="2"', b'<row r="1048576"')

    with pytest.raises(Unreadable) as refused:
        read(far)

    assert refused.value.code == "documents.too_much"


def test_shared_strings_that_swell_are_refused_before_anything_reads_them() -> None:
    body = io.BytesIO()
    plain = zipfile.ZipFile(io.BytesIO(sheet(CONTACT_HEADS, CONTACT)))
    with plain as source, zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as target:
        for one in source.infolist():
            target.writestr(one.filename, source.read(one))
        target.writestr("xl/sharedStrings2.xml", b"<sst>" + b"<si><t>x</t></si>" * 3_000_000 + b"</sst>")

    fault = upload_fault("list.xlsx", body.getvalue())

    assert fault is not None
    assert fault.code == "office_bomb"


def test_three_thousand_lines_are_read_in_a_few_seconds() -> None:
    lines: list[list[Any]] = [
        [n, "430100-mz", "经办人", f"人{n}", f"p{n}@people.example", "", ""] for n in range(MAX_LINES)
    ]

    found = read(sheet(CONTACT_HEADS, *lines))

    assert (len(found.lines), found.faults) == (MAX_LINES, ())


def test_more_lines_than_may_be_are_refused() -> None:
    lines = [[n, "430100-mz", "经办人", "王某", "w@people.example", "", ""] for n in range(MAX_LINES + 1)]

    with pytest.raises(Unreadable) as refused:
        read(sheet(CONTACT_HEADS, *lines))

    assert refused.value.code == "bulk.too_many"
