"""Appendix 1 is found by its labels however an office has bent the form, and every fault is named with its place."""

import io
import zipfile
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from docx.document import Document
from docx.oxml import OxmlElement
from docx.table import Table
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from documents.reading.application_form import find_form
from documents.reading.found import FoundForm
from documents.reading.opened import read_document
from models.programme import load_programme
from models.programme.divisions import load_divisions
from tests.documents.forms import EXPECTED, FILLED, controlled, form_file, rows_of, tracked, write

PROGRAMME, DIVISIONS = load_programme(), load_divisions()


def found_in(content: bytes, name: str = "申报表.docx") -> FoundForm:
    found = find_form(read_document(name, content), PROGRAMME, DIVISIONS)
    assert found is not None
    return found


def values(found: FoundForm) -> dict[str, Any]:
    return {key: found.values.get(key, "no such label") for key in EXPECTED}


def test_the_printed_form_is_read_in_full() -> None:
    found = found_in(form_file())

    assert (values(found), found.problems, found.missing) == (EXPECTED, (), ())
    assert found.signed == {"commitment": "2024-03-01"}


def test_an_empty_form_is_a_form_without_values() -> None:
    found = found_in(form_file({}))

    assert {key: value for key, value in found.values.items() if value} == {}
    assert (found.problems, found.missing) == ((), ())


def _moved(_: Document, table: Table) -> None:
    """The indicators and the funds before everything else."""
    rows = list(table._tbl.tr_lst)
    for row in rows[10:19]:
        table._tbl.remove(row)
    for row in reversed(rows[10:19]):
        table._tbl.insert_element_before(row, "w:tr")


def _blanks_in_labels(_: Document, table: Table) -> None:
    for row, text in ((1, "申 报　机 构："), (3, " 通讯\n地址 *"), (23, "项\n目\n背\n景")):
        cell = table.cell(row, 0)
        for paragraph in cell.paragraphs[1:]:
            paragraph._p.getparent().remove(paragraph._p)
        cell.paragraphs[0].text = text


def _controls(_: Document, table: Table) -> None:
    controlled(table.rows[3]._tr)
    controlled(table.rows[1]._tr.tc_lst[1])
    controlled(table.cell(0, 1).paragraphs[0]._p)
    controlled(table.cell(2, 1).paragraphs[0].runs[0]._r)


def _tracked(_: Document, table: Table) -> None:
    """A wrong address was struck out and the right one put in, both still marked."""
    paragraph = table.cell(3, 1).paragraphs[0]
    right = paragraph.runs[0]
    wrong = paragraph.add_run("湖南省株洲市旧址")
    tracked(right, "ins")
    tracked(wrong, "del")
    struck = deepcopy(table.rows[3]._tr)
    table.rows[3]._tr.addnext(struck)
    properties = struck.get_or_add_trPr()
    properties.append(OxmlElement("w:del"))
    # The row that was struck out says something else.
    struck.tc_lst[1].p_lst[0].clear_content()


def _repeated(_: Document, table: Table) -> None:
    """The form's head repeated on the second page, with the same name once more."""
    for number in (0, 1):
        table._tbl.append(deepcopy(table.rows[number]._tr))


def _full_width(_: Document, table: Table) -> None:
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    for row, column in ((7, 2), (11, 2), (12, 2), (13, 2), (14, 2), (16, 2), (17, 2), (18, 2)):
        cell = table.cell(row, column)
        cell.paragraphs[0].text = cell.paragraphs[0].text.translate(wide)


def _nested(_: Document, table: Table) -> None:
    """The budget as a table of its own inside its cell, with a heading and a total."""
    cell = table.cell(28, 1)
    for paragraph in cell.paragraphs[1:]:
        paragraph._p.getparent().remove(paragraph._p)
    cell.paragraphs[0].text = ""
    inner = cell.add_table(4, 3)
    for row, texts in enumerate(
        (
            ("序号", "项目", "金额（万元）"),
            ("1", "食宿支持", "1.2"),
            ("2", "服务经费", "0.8"),
            ("", "合计", "2.0"),
        )
    ):
        for place, text in enumerate(texts):
            inner.cell(row, place).text = text


def _split_label(_: Document, table: Table) -> None:
    """The label in two cells, as where somebody has divided it."""
    row = table.rows[3]._tr
    first = deepcopy(row.tc_lst[0])
    row.insert(0, first)
    for cell, text in zip(row.tc_lst[:2], ("通讯", "地址"), strict=True):
        for paragraph in cell.p_lst[1:]:
            cell.remove(paragraph)
        cell.p_lst[0].clear_content()
        run = OxmlElement("w:r")
        word = OxmlElement("w:t")
        word.text = text
        run.append(word)
        cell.p_lst[0].append(run)


BENT: dict[str, Callable[[Document, Table], None]] = {
    "rows moved": _moved,
    "blanks in labels": _blanks_in_labels,
    "content controls": _controls,
    "tracked changes": _tracked,
    "rows repeated": _repeated,
    "full-width digits": _full_width,
    "budget in a table of its own": _nested,
    "label in two cells": _split_label,
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_a_bent_form_says_the_same(bend: Callable[[Document, Table], None]) -> None:
    found = found_in(form_file(bend=bend))

    assert (values(found), [one.text for one in found.problems]) == (EXPECTED, [])


def test_label_and_value_in_one_cell() -> None:
    rows = rows_of(FILLED)
    rows[1] = [f"申报机构：{FILLED['institution_name']}\n通讯地址: {FILLED['address']}"]
    del rows[3]

    found = found_in(form_file(rows=rows))

    assert values(found) == EXPECTED


def test_people_side_by_side() -> None:
    rows = rows_of(FILLED)
    rows[6:8] = [
        ["项目负责人", "姓名", FILLED["lead_name"], "手机", FILLED["lead_mobile"]],
        ["", "电子邮箱", FILLED["lead_email"], "身份证号码", FILLED["lead_id_number"]],
    ]

    found = found_in(form_file(rows=rows))

    assert values(found) == EXPECTED


FAULTS = {
    "yuan": ("funds_fiscal_wan", "24000元", "F23", "换算成万元"),
    "no number": ("beneficiaries", "约一千人", "F19", "整数"),
    "no day": ("founded_on", "2016年13月40日", "F05", "日期"),
    "no city": ("city", "武汉市", "F01", "市州"),
    "no word of the list": ("inspection_result", "优秀", "F08", "基本合格"),
}


@pytest.mark.parametrize(("key", "text", "number", "says"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_place_label_what_was_found_and_what_is_expected(
    key: str, text: str, number: str, says: str
) -> None:
    found = found_in(form_file({**FILLED, key: text}))

    assert [one.key for one in found.problems] == [key]
    sentence = found.problems[0].text
    label = PROGRAMME.form_field(number).label.partition("（")[0]
    assert [part for part in ("表1第", label, number, text, says) if part not in sentence] == []


def test_one_label_twice_with_two_values_is_never_read_silently() -> None:
    def twice(_: Document, table: Table) -> None:
        table._tbl.append(deepcopy(table.rows[1]._tr))
        write(table.rows[-1].cells[1], "另一家机构")

    found = found_in(form_file(bend=twice))

    assert [(one.key, one.code) for one in found.problems] == [("institution_name", "documents.fault.twice")]


def test_labels_that_were_taken_out_are_named() -> None:
    rows = rows_of(FILLED)
    del rows[3]

    found = found_in(form_file(rows=rows))

    assert found.missing == ("通讯地址",)
    assert "通讯地址" in found.problems[0].text


def test_a_file_without_the_form_is_no_empty_form() -> None:
    letter = form_file(rows=[["事项", "说明"], ["申报机构", "某中心"], ["联系人", "某人"]])

    assert find_form(read_document("函.docx", letter), PROGRAMME, DIVISIONS) is None


def test_pages_are_named_where_the_file_knows_them() -> None:
    def broken(_: Document, table: Table) -> None:
        mark = OxmlElement("w:lastRenderedPageBreak")
        table.cell(22, 0).paragraphs[0].runs[0]._r.append(mark)

    found = found_in(form_file({**FILLED, "city": "武汉市"}, bend=broken))

    assert found.fields["background"].place.page == 2
    assert found.problems[0].text.startswith("第1页表1第1行")


TEXTS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp", "Co", "Cn"), exclude_characters="\u00a0"),
    min_size=1,
    max_size=300,
).map(str.strip)


@settings(max_examples=40, deadline=None)
@given(TEXTS, TEXTS)
def test_text_survives_exactly(awards: str, background: str) -> None:
    labels = {"项目背景", "曾获何种奖励"}
    given_ = {**FILLED, "awards": awards, "background": background}

    found = found_in(form_file(given_))

    if awards not in labels and background not in labels:
        assert (found.values["awards"], found.values["background"]) == (awards, background)


def test_a_form_in_a_sheet_is_read_too() -> None:
    book = Workbook()
    for row in rows_of(FILLED):
        book.active.append(row)
    body = io.BytesIO()
    book.save(body)

    found = found_in(body.getvalue(), "申报表.xlsx")

    assert (values(found), [one.text for one in found.problems]) == (EXPECTED, [])


def test_alternative_renderings_of_a_text_box_count_once() -> None:
    content = form_file()
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    box = (
        '<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<mc:Choice Requires='wps'><w:t>（盖章）</w:t></mc:Choice>"
        "<mc:Fallback><w:t>（盖章）</w:t></mc:Fallback></mc:AlternateContent></w:r>"
    )
    text = parts["word/document.xml"].decode()
    address = f"{FILLED['address']}</w:t></w:r>"
    parts["word/document.xml"] = text.replace(address, address + box, 1).encode()
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)

    assert found_in(body.getvalue()).values["address"] == f"{FILLED['address']}（盖章）"
