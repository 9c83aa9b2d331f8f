"""Appendix 1 as offices fill it in: the printed layout, and the ways in which it comes back bent."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import docx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table

FILLED: dict[str, Any] = {
    "city": "长沙市",
    "nominator": "长沙县民政局",
    "institution_name": "样例县星火社会工作服务中心",
    "uscc": "52430121MJJ000018T",
    "founded_on": "2016年5月12日",
    "legal_representative": "甄样例",
    "address": "湖南省长沙市长沙县样例路1号",
    "inspection_result": "合格",
    "grade": "3A级",
    "awards": "无",
    "lead_name": "贾样例",
    "lead_mobile": "13800000001",
    "lead_email": "lead@xinghuo.example",
    "lead_id_number": "430121198001010011",
    "contact_name": "易样例",
    "contact_mobile": "13800000002",
    "contact_email": "contact@xinghuo.example",
    "contact_id_number": "430121199002020025",
    "beneficiaries": "1200",
    "institutions_developed": "1",
    "professionals_trained": "5",
    "training_person_times": "60",
    "funds_fiscal_wan": "2.4",
    "funds_lottery_wan": "1.6",
    "funds_own_wan": "0.5",
    "background": "本机构现有社工六名。\n承接项目三个，服务老年人和未成年人。",
    "proposal": "希望得到督导支持；\n可提供办公场地与食宿。",
    "budget": [("食宿支持", "1.2"), ("服务经费", "0.8")],
}
EXPECTED: dict[str, Any] = {
    **FILLED,
    "city": "430100",
    "founded_on": "2016-05-12",
    "inspection_result": "qualified",
    "grade": "3A",
    **{
        key: int(FILLED[key])
        for key in (
            "beneficiaries",
            "institutions_developed",
            "professionals_trained",
            "training_person_times",
        )
    },
    "budget": [{"item": "食宿支持", "wan": "1.2"}, {"item": "服务经费", "wan": "0.8"}],
}
BACKGROUND = (
    "400字以内，主要说明受援机构目前工作开展情况，专业人员配备情况，"
    "已承接项目内容、数量及规模，机构发展方向等。"
)
PROPOSAL = "800字以内，详细说明受援机构项目预计实施方案，包括援助需求、预期援助实现方式、可提供的有利条件。"
PEOPLE = ("姓  名", "手  机", "电子邮箱", "身份证号码")
PARTS = ("name", "mobile", "email", "id_number")


def rows_of(given: Mapping[str, Any]) -> list[list[str]]:
    """The rows of the printed form with these values."""
    budget = given.get("budget") or []
    return [
        ["所在市州", given.get("city", ""), "推选单位", given.get("nominator", "")],
        ["申报机构", given.get("institution_name", "")],
        [
            "社会信用代码",
            given.get("uscc", ""),
            "成立时间",
            given.get("founded_on", ""),
            "法定代表人",
            given.get("legal_representative", ""),
        ],
        ["通讯地址", given.get("address", "")],
        ["上年度年检结果", given.get("inspection_result", ""), "考核等级", given.get("grade", "")],
        ["曾获何种奖励", given.get("awards", "")],
        ["项目负责人", *PEOPLE],
        ["", *(given.get(f"lead_{part}", "") for part in PARTS)],
        ["项目联系人", *PEOPLE],
        ["", *(given.get(f"contact_{part}", "") for part in PARTS)],
        ["绩效指标（实施 “牵手计划”在机构发展等方面预期达到的数量指标）", "指标", "数量"],
        ["", "预期服务受益人群数量", f"{given.get('beneficiaries', '')}（人）"],
        ["", "发展社会工作服务机构数量（选填）", f"{given.get('institutions_developed', '')}（家）"],
        ["", "培养社会工作专业人才数量", f"{given.get('professionals_trained', '')}（名）"],
        ["", "接受社会工作专业培训人数", f"{given.get('training_person_times', '')}（人次）"],
        ["资金保障（推选单位及申报单位可用于“牵手计划”的资金）", "来源", "金额（单位：万元）"],
        ["", "财政资金", given.get("funds_fiscal_wan", "")],
        ["", "彩票公益金", given.get("funds_lottery_wan", "")],
        ["", "社会资金（机构自筹）", given.get("funds_own_wan", "")],
        ["申报单位", "我单位保证项目申报材料真实、合法、有效。\n法定代表人签字：\n（单位盖章)\n2024年3月1日"],
        ["推选单位意见", "（单位盖章)\n年   月   日"],
        ["审批意见", "经评审委员会评审通过，现予以立项。\n年   月   日"],
        ["具体实施方案及预算等见下页"],
        ["项目背景", BACKGROUND],
        ["", given.get("background", "")],
        ["项目方案", PROPOSAL],
        ["", given.get("proposal", "")],
        ["项目预算", "可提供的食宿支持、服务经费等费用预算"],
        ["", "\n".join(f"{item}：{wan}万元" for item, wan in budget)],
    ]


Bend = Callable[[Document, Table], None]


def form_file(
    given: Mapping[str, Any] | None = None,
    *,
    rows: list[list[str]] | None = None,
    bend: Bend | None = None,
) -> bytes:
    """A .docx of appendix 1, merged as it is printed; `bend` changes it before it is saved."""
    rows = rows_of(FILLED if given is None else given) if rows is None else rows
    document = docx.Document()
    document.add_paragraph("附件1")
    document.add_paragraph("2022-2023年社会工作服务机构“牵手计划”申报表")
    table = document.add_table(rows=len(rows), cols=6)
    for number, texts in enumerate(rows):
        cells = table.rows[number].cells
        for place, text in enumerate(texts):
            last = place == len(texts) - 1
            cell = cells[place].merge(cells[5]) if last and place < 5 else cells[place]
            write(cell, text)
    _merge_down(table, rows)
    if bend is not None:
        bend(document, table)
    body = io.BytesIO()
    document.save(body)
    return body.getvalue()


def write(cell: Any, text: str) -> None:
    """Writes a text into a cell, one paragraph a line."""
    lines = str(text).split("\n")
    cell.paragraphs[0].text = lines[0]
    for line in lines[1:]:
        cell.add_paragraph(line)


def _merge_down(table: Table, rows: list[list[str]]) -> None:
    """What has an empty first cell belongs to the label above it."""
    first = 0
    for number in range(1, len(rows) + 1):
        if number < len(rows) and rows[number][0] == "" and len(rows[number]) > 1:
            continue
        if number - first > 1:
            table.cell(first, 0).merge(table.cell(number - 1, 0))
        first = number


def tracked(run: Any, kind: str) -> None:
    """Turns a run into a tracked insertion (`ins`) or deletion (`del`)."""
    mark = OxmlElement(f"w:{kind}")
    element = run._r
    element.addprevious(mark)
    mark.append(element)
    if kind == "del":
        for text in element.findall(qn("w:t")):
            text.tag = qn("w:delText")


def controlled(element: Any) -> None:
    """Puts a content control around a run, a paragraph, a cell or a row."""
    control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
    control.append(OxmlElement("w:sdtPr"))
    control.append(content)
    element.addprevious(control)
    content.append(element)
