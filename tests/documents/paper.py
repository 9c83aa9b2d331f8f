"""The notice's appendices as offices fill and bend them: made with python-docx, from labels that the pack prints."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

import docx
from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

TITLE = "2022-2023年社会工作服务机构“牵手计划”申报表"
BACKGROUND = (
    "400字以内，主要说明受援机构目前工作开展情况，专业人员配备情况，"
    "已承接项目内容、数量及规模，机构发展方向等。"
)
PROPOSAL = "800字以内，详细说明受援机构项目预计实施方案，包括援助需求、预期援助实现方式、可提供的有利条件。"
BUDGET = "可提供的食宿支持、服务经费等费用预算"
COMMITMENT = "我单位保证项目申报材料真实、合法、有效，已制定项目实施计划、方案，确保项目如期完成。"
WIDTH = 6
W = nsdecls("w")

VALUES: Mapping[str, str] = {
    "city": "长沙市",
    "nominator": "浏阳市民政局",
    "institution_name": "浏阳市示例社会工作服务中心",
    "uscc": "52430181MJK0000016",
    "founded_on": "2015年6月8日",
    "legal_representative": "示例甲",
    "address": "浏阳市示例路 1 号",
    "inspection_result": "合格",
    "grade": "4A级",
    "awards": "无",
    "lead_name": "示例乙",
    "lead_mobile": "13900000001",
    "lead_email": "lead@people.example",
    "lead_id_number": "110101199003070337",
    "contact_name": "示例丙",
    "contact_mobile": "13900000002",
    "contact_email": "contact@people.example",
    "contact_id_number": "11010119900307109X",
    "beneficiaries": "1200（人）",
    "institutions_developed": "1（家）",
    "professionals_trained": "5（名）",
    "training_person_times": "60（人次）",
    "funds_fiscal_wan": "1.5",
    "funds_lottery_wan": "1",
    "funds_own_wan": "0",
    "commitment": "2022年3月1日",
    "opinion": "2022年3月2日",
    "opinion_text": "同意推选。",
    "decision": "年   月   日",
    "background": "本机构现有社工十二名。\n承接项目三个。",
    "proposal": "需要督导；提供食宿。",
}
BUDGET_ROWS: Sequence[tuple[str, str]] = (("食宿支持", "0.8"), ("服务经费", "1.2"))


@dataclass(frozen=True)
class Box:
    """A cell of the layout: what is written there, over so many columns and rows; a nested table's rows."""

    text: str = ""
    width: int = 1
    height: int = 1
    table: Sequence[Sequence[str]] = ()
    key: str = field(default="", compare=False)


Layout = list[list[Box]]


def layout(values: Mapping[str, str] = VALUES, budget: Sequence[Sequence[str]] = ()) -> Layout:
    """Appendix 1 as the notice prints it."""
    rows = budget or (("项目", "金额（万元）"), *BUDGET_ROWS, ("合计", "2"))

    def own(key: str, width: int) -> Box:
        return Box(values.get(key, ""), width, key=key)

    def people(head: str, who: str) -> Layout:
        return [
            [Box(head, 1, 2), Box("姓  名"), Box("手  机"), Box("电子邮箱"), Box("身份证号码", 2)],
            [
                own(f"{who}_name", 1),
                own(f"{who}_mobile", 1),
                own(f"{who}_email", 1),
                own(f"{who}_id_number", 2),
            ],
        ]

    def listed(head: str, first: tuple[str, str], lines: Sequence[tuple[str, str]]) -> Layout:
        return [
            [Box(head, 1, 1 + len(lines)), Box(first[0], 3), Box(first[1], 2)],
            *([Box(label, 3), own(key, 2)] for label, key in lines),
        ]

    return [
        [Box("所在市州"), own("city", 1), Box("推选单位"), own("nominator", 3)],
        [Box("申报机构"), own("institution_name", 5)],
        [
            Box("社会信用代码"),
            own("uscc", 1),
            Box("成立时间"),
            own("founded_on", 1),
            Box("法定代表人"),
            own("legal_representative", 1),
        ],
        [Box("通讯地址"), own("address", 5)],
        [Box("上年度年检结果"), own("inspection_result", 2), Box("考核等级"), own("grade", 2)],
        [Box("曾获何种奖励"), own("awards", 5)],
        *people("项目负责人", "lead"),
        *people("项目联系人", "contact"),
        *listed(
            "绩效指标（实施 “牵手计划”在机构发展、人才培养、服务开展等方面预期达到的数量指标）",
            ("指标", "数量"),
            [
                ("预期服务受益人群数量", "beneficiaries"),
                ("发展社会工作服务机构数量（选填）", "institutions_developed"),
                ("培养社会工作专业人才数量", "professionals_trained"),
                ("接受社会工作专业培训人数", "training_person_times"),
            ],
        ),
        *listed(
            "资金保障（推选单位及申报单位可用于“牵手计划”的资金）",
            ("来源", "金额（单位：万元）"),
            [
                ("财政资金", "funds_fiscal_wan"),
                ("彩票公益金", "funds_lottery_wan"),
                ("社会资金（机构自筹）", "funds_own_wan"),
            ],
        ),
        [Box("申报单位", 1, 5), Box(COMMITMENT, 5)],
        [Box("", 5)],
        [Box("法定代表人签字：                  ", 5)],
        [Box("                     （单位盖章)", 5)],
        [Box(values.get("commitment", ""), 5)],
        [Box("推选单位意见", 1, 3), own("opinion_text", 5)],
        [Box("                              （单位盖章)", 5)],
        [Box(values.get("opinion", ""), 5)],
        [Box("审批意见", 1, 4), Box("经评审委员会评审通过，现予以立项。", 5)],
        [Box("", 5)],
        [Box("签字：           （湖南省民政厅慈善事业促进和社会工作处)", 5)],
        [Box(values.get("decision", ""), 5)],
        [Box("具体实施方案及预算等见下页", 6)],
        [Box("项目背景", 1, 2), Box(BACKGROUND, 5)],
        [own("background", 5)],
        [Box("项目方案", 1, 2), Box(PROPOSAL, 5)],
        [own("proposal", 5)],
        [Box("项目预算", 1, 2), Box(BUDGET, 5)],
        [Box("", 5, table=rows)],
    ]


def document_of(rows: Layout, *, width: int = WIDTH, title: str = TITLE) -> Docx:
    """A document with a title and one table; merged cells as Word merges them."""
    document = docx.Document()
    document.add_paragraph("附件1")
    document.add_paragraph(title)
    add_layout(document, rows, width)
    document.add_paragraph("")
    return document


def add_layout(document: Docx, rows: Layout, width: int = WIDTH) -> None:
    """Adds a table; merged cells are written as Word writes them."""
    document.element.body.insert(
        len(document.element.body) - 1, parse_xml(f"<w:tbl {W}>{_table(rows, width)}</w:tbl>")
    )


def _table(rows: Layout, width: int) -> str:
    written: list[str] = ["<w:tblPr/><w:tblGrid>", "<w:gridCol/>" * width, "</w:tblGrid>"]
    goes_on: dict[int, tuple[int, int]] = {}
    for row in rows:
        boxes, column = iter(row), 0
        written.append("<w:tr>")
        while column < width:
            if column in goes_on:
                wide, left = goes_on.pop(column)
                written.append(_cell(wide, "<w:vMerge/>", "<w:p/>"))
                if left > 1:
                    goes_on[column] = (wide, left - 1)
                column += wide
                continue
            box = next(boxes, Box())
            if box.height > 1:
                goes_on[column] = (box.width, box.height - 1)
            merge = '<w:vMerge w:val="restart"/>' if box.height > 1 else ""
            written.append(_cell(box.width, merge, _inside(box)))
            column += box.width
        written.append("</w:tr>")
    return "".join(written)


def _cell(width: int, merge: str, inside: str) -> str:
    return f'<w:tc><w:tcPr><w:gridSpan w:val="{width}"/>{merge}</w:tcPr>{inside}</w:tc>'


def _inside(box: Box) -> str:
    paragraphs = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>'
        for line in box.text.split("\n")
    )
    if not box.table:
        return paragraphs
    width = max(len(row) for row in box.table)
    inner = _table([[Box(text) for text in row] for row in box.table], width)
    return f"{paragraphs}<w:tbl>{inner}</w:tbl><w:p/>"


def saved(document: Docx) -> bytes:
    body = io.BytesIO()
    document.save(body)
    return body.getvalue()


def form_docx(values: Mapping[str, str] = VALUES) -> bytes:
    """Appendix 1 filled in, as .docx."""
    return saved(document_of(layout(values)))


SUMMARY_TITLE = "市（州）推选受援机构基本信息汇总表"
SUMMARY_COLUMNS = (
    "序号",
    "机构名称",
    "单位性质",
    "接受帮扶社会工作人才数量",
    "联系人",
    "电话",
    "邮箱",
    "推选单位",
)
SUMMARY_ROWS: Sequence[Sequence[str]] = (
    (
        "1",
        "浏阳市示例社会工作服务中心",
        "社会工作服务机构",
        "3",
        "示例丙",
        "13900000002",
        "contact@people.example",
        "浏阳市民政局",
    ),
    (
        "2",
        "宁乡市示例儿童福利院",
        "儿童福利机构",
        "4名",
        "示例丁",
        "13900000003",
        "ning@people.example",
        "宁乡市民政局",
    ),
    ("3", "", "", "", "", "", "", ""),
)


def summary_docx(
    rows: Sequence[Sequence[str]] = SUMMARY_ROWS,
    *,
    title: str = f"长沙市{SUMMARY_TITLE}",
    header: str = "填报人：示例戊           填报日期: 2022年3月9日                     民政局盖章",
) -> bytes:
    """Appendix 2 filled in, as .docx."""
    document = docx.Document()
    document.add_paragraph("附件2")
    document.add_paragraph(title)
    document.add_paragraph(header)
    add_layout(
        document, [[Box(one) for one in row] for row in (SUMMARY_COLUMNS, *rows)], len(SUMMARY_COLUMNS)
    )
    document.add_paragraph("")
    return saved(document)
