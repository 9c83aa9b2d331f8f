"""Appendix 1 as the notice prints it and as offices bend it: the same fields are found, by their labels."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import docx
import pytest
from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from documents.reading.application_form import find_form
from documents.reading.document import read_document
from documents.version_code import VersionCode
from models.programme import Programme, load_programme
from tests.documents.bends import DOCUMENTS, LAYOUTS, blocks_of, in_two_tables, refilled
from tests.documents.paper import VALUES, Box, Layout, W, document_of, form_docx, layout, saved, summary_docx

DATA = Path(__file__).parents[2] / "data"

EXPECTED: dict[str, object] = {
    **VALUES,
    "founded_on": date(2015, 6, 8),
    "inspection_result": "qualified",
    "grade": "4A",
    "beneficiaries": 1200,
    "institutions_developed": 1,
    "professionals_trained": 5,
    "training_person_times": 60,
    "funds_fiscal_wan": Decimal("1.5"),
    "funds_lottery_wan": Decimal(1),
    "funds_own_wan": Decimal(0),
    "commitment_signed_on": date(2022, 3, 1),
    "opinion_signed_on": date(2022, 3, 2),
    "decision_signed_on": None,
    "budget": (
        {"item": "食宿支持", "wan": Decimal("0.8")},
        {"item": "服务经费", "wan": Decimal("1.2")},
    ),
    "budget_total_wan": Decimal(2),
}
for printed in ("commitment", "opinion", "decision"):
    del EXPECTED[printed]


@pytest.fixture(scope="module")
def hunan() -> Programme:
    return load_programme()


def values_of(content: bytes, programme: Programme, name: str = "申报表.docx") -> dict[str, object]:
    """What was found in a file, by field."""
    found = find_form(read_document(name, content), programme)
    assert found is not None
    return {key: one.value for key, one in found.fields.items()}


def test_form_of_the_notice_is_read_whole(hunan: Programme) -> None:
    found = find_form(read_document("申报表.docx", form_docx()), hunan)

    assert found is not None
    assert {key: one.value for key, one in found.fields.items()} == EXPECTED
    assert found.problems == ()


@pytest.mark.parametrize("bend", LAYOUTS.values(), ids=LAYOUTS)
def test_form_is_read_however_its_table_is_laid_out(
    hunan: Programme, bend: Callable[[Layout], Layout]
) -> None:
    content = saved(document_of(bend(layout())))

    found = find_form(read_document("申报表.docx", content), hunan)

    assert found is not None
    assert {key: one.value for key, one in found.fields.items()} == EXPECTED
    assert [one.text for one in found.problems] == []


@pytest.mark.parametrize("bend", DOCUMENTS.values(), ids=DOCUMENTS)
def test_form_is_read_however_word_has_written_it(hunan: Programme, bend: Callable[[Docx], None]) -> None:
    document = document_of(layout())
    bend(document)

    found = find_form(read_document("申报表.docx", saved(document)), hunan)

    assert found is not None
    assert {key: one.value for key, one in found.fields.items()} == EXPECTED
    assert [one.text for one in found.problems] == []


@given(st.permutations(range(len(blocks_of(layout())))), st.sampled_from(sorted(DOCUMENTS)))
@settings(max_examples=40, deadline=None)
def test_order_of_the_rows_decides_nothing(order: list[int], bend: str) -> None:
    blocks = blocks_of(layout())
    document = document_of([row for one in order for row in blocks[one]])
    DOCUMENTS[bend](document)

    assert values_of(saved(document), load_programme()) == EXPECTED


def test_form_in_two_tables_is_one(hunan: Programme) -> None:
    assert values_of(saved(in_two_tables(layout())), hunan) == EXPECTED


def test_empty_form_is_a_form_with_nothing_in_it(hunan: Programme) -> None:
    printed = {
        "beneficiaries": "         （人）",
        "commitment": "  年   月   日",
        "training_person_times": "（人次）",
    }
    found = find_form(read_document("a.docx", saved(document_of(layout(printed, [("", "")])))), hunan)

    assert found is not None
    assert {one.value for one in found.fields.values()} == {None}
    assert found.problems == ()


def test_label_twice_with_different_values_is_never_decided(hunan: Programme) -> None:
    rows = [*layout(), [Box("通讯地址"), Box("浏阳市别的路 2 号", 5)]]

    found = find_form(read_document("a.docx", saved(document_of(rows))), hunan)

    assert found is not None
    assert "address" not in found.fields
    assert [one.text for one in found.doubles] == [
        "第 1 张表第 39 行第 2 格，“通讯地址”（F07）出现不止一处而内容不同：“浏阳市示例路 1 号”与“浏阳市别的路 2 号”。"
        "这一栏没有读入，请只保留正确的一处，或在页面上填写。"
    ]


def test_resident_number_twice_is_told_masked(hunan: Programme) -> None:
    rows = layout()
    again = layout({**VALUES, "lead_id_number": "11010119900307109X"})
    place = next(at for at, row in enumerate(rows) if row[0].text == "项目负责人")

    found = find_form(read_document("a.docx", saved(document_of([*rows, *again[place : place + 2]]))), hunan)

    assert found is not None
    assert [(one.field, "110101199003070337" in one.text) for one in found.doubles] == [("F14", False)]


def test_labels_that_are_gone_are_named(hunan: Programme) -> None:
    rows = [row for row in layout() if row[0].text not in ("通讯地址", "曾获何种奖励")]

    found = find_form(read_document("a.docx", saved(document_of(rows))), hunan)

    assert found is not None
    assert [one.id for one in found.missing_labels] == ["F07", "F10"]
    assert "“通讯地址”（F07）这一栏" in found.problems[0].text


@pytest.mark.parametrize(
    ("key", "written", "said"),
    [
        ("founded_on", "2015年6月", "应为完整的年月日"),
        ("founded_on", "2015年2月30日", "应为完整的年月日"),
        ("beneficiaries", "约五百人左右", "应为一个整数，单位为“人”"),
        ("training_person_times", "60（人）", "应为一个整数，单位为“人次”"),
        ("professionals_trained", "2.5", "应为一个整数，单位为“名”"),
        ("funds_fiscal_wan", "15000元", "应为一个数，单位为“万元”"),
        ("inspection_result", "良好", "应为下列之一：合格、基本合格"),
        ("inspection_result", "☑合格 ☑基本合格", "应为下列之一：合格、基本合格"),
        ("commitment", "2022年3月", "应为完整的年月日"),
    ],
)
def test_what_is_not_of_its_type_is_said_with_its_place(
    hunan: Programme, key: str, written: str, said: str
) -> None:
    found = find_form(read_document("a.docx", saved(document_of(refilled(**{key: written})))), hunan)

    assert found is not None
    assert [(written in one.text, said in one.text, "第 1 张表第" in one.text) for one in found.problems] == [
        (True, True, True)
    ]


def test_prompt_of_a_control_is_no_value(hunan: Programme) -> None:
    document = document_of(refilled(address="单击此处输入文字。"))
    cell = next(
        cell
        for cell in document.element.body.iter(qn("w:tc"))
        if "单击" in "".join(one.text or "" for one in cell.iter(qn("w:t")))
    )
    paragraph = cell.find(qn("w:p"))
    control = parse_xml(f"<w:sdt {W}><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent/></w:sdt>")
    paragraph.replace(paragraph.find(qn("w:r")), control)

    assert values_of(saved(document), hunan)["address"] is None


def test_pages_are_told_where_word_has_marked_them(hunan: Programme) -> None:
    document = document_of(refilled(founded_on="2015年", address="浏阳市\n别的路"))
    marks = [one for one in document.element.body.iter(qn("w:t")) if one.text == "别的路"]
    marks[0].addprevious(parse_xml(f"<w:lastRenderedPageBreak {W}/>"))
    found = find_form(read_document("a.docx", saved(document)), hunan)

    assert found is not None
    assert [found.fields[key].place.page for key in ("uscc", "inspection_result")] == [1, 2]
    assert found.problems[0].text.startswith("第 1 页第 1 张表第 3 行第 4 格，“成立时间”（F05）")


def test_version_code_is_found_anywhere(hunan: Programme) -> None:
    document = document_of(layout())
    document.sections[0].footer.paragraphs[0].text = "第 1 页 QS1/1-52430181MJK0000016-1/2/0123abcd"

    found = find_form(read_document("a.docx", saved(document)), hunan)

    assert found is not None
    assert found.code == VersionCode("1-52430181MJK0000016-1", 2, "0123abcd")


def test_other_documents_are_no_form(hunan: Programme) -> None:
    letter = docx.Document()
    letter.add_paragraph("申报机构：某机构")
    letter.add_table(2, 2).cell(0, 0).text = "申报机构"

    assert find_form(read_document("a.docx", saved(letter)), hunan) is None
    assert find_form(read_document("a.docx", summary_docx()), hunan) is None


def test_form_of_another_province_is_found_by_its_own_labels() -> None:
    sample = load_programme(DATA / "second-province.toml")
    document = docx.Document()
    table = document.add_table(2, 2)
    for at, (label, value) in enumerate(
        (("单 位 名 称：", "示例单位"), ("社会信用代码", "52430181MJK0000016"))
    ):
        table.cell(at, 0).text, table.cell(at, 1).text = label, value

    assert values_of(saved(document), sample) == {
        "institution_name": "示例单位",
        "uscc": "52430181MJK0000016",
    }
