"""What offices do to the notice's form, each as a change of a layout or of the finished document's XML."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace

from docx.document import Document as Docx
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from tests.documents.paper import VALUES, Box, Layout, W, add_layout, document_of, layout

SINGLES = (
    "所在市州",
    "推选单位",
    "申报机构",
    "社会信用代码",
    "成立时间",
    "法定代表人",
    "通讯地址",
    "考核等级",
)
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")


def blocks_of(rows: Layout) -> list[Layout]:
    """Rows that belong together: a cell over several rows keeps them so."""
    blocks: list[Layout] = []
    left = 0
    for row in rows:
        if left <= 0:
            blocks.append([])
            left = max(box.height for box in row)
        blocks[-1].append(row)
        left -= 1
    return blocks


def moved(rows: Layout) -> Layout:
    return [row for block in reversed(blocks_of(rows)) for row in block]


def relabelled(rows: Layout, change: Callable[[str], str]) -> Layout:
    """Another way to write each label; what was filled in stays."""
    return [[replace(box, text=box.text if box.key else change(box.text)) for box in row] for row in rows]


def spaced(text: str) -> str:
    return " \u3000".join(text) if len(text) < 12 else text


def refilled(**values: str) -> Layout:
    return layout({**VALUES, **values})


def in_one_cell(rows: Layout) -> Layout:
    """Label, colon and value in the label's cell, which takes the other's place."""
    found: Layout = []
    for row in rows:
        pairs = list(zip(row[::2], row[1::2], strict=False))
        if len(row) == 2 * len(pairs) and all(label.text in SINGLES for label, _ in pairs):
            found.append([Box(f"{a.text}：{b.text}", a.width + b.width) for a, b in pairs])
        else:
            found.append(row)
    return found


def heads_below(rows: Layout) -> Layout:
    """The head stands in the row of the values, not over both."""
    found: Layout = []
    for row in rows:
        first = row[0]
        if first.text.startswith("项目") and first.height == 2 and len(row) == 5:
            found.append([Box(""), *row[1:]])
            head = replace(first, height=1)
        elif len(row) == 4 and row[0].key.endswith("_name"):
            found.append([head, *row])
        else:
            found.append(row)
    return found


def people_as_a_table(rows: Layout) -> Layout:
    """One row of headings, a row for each person."""
    below = heads_below(rows)
    second = next(at for at, row in enumerate(below) if row[0].text == "项目联系人")
    return [*below[: second - 1], *below[second:]]


def people_in_columns(rows: Layout) -> Layout:
    """Each person's particulars under each other, beside their labels."""
    found: Layout = []
    labels: list[Box] = []
    for row in rows:
        if row[0].text.startswith("项目") and len(row) == 5:
            head, *labels = row
        elif labels and row[0].key.endswith("_name"):
            for at, (label, value) in enumerate(zip(labels, row, strict=True)):
                pair = [Box(label.text, 2), Box(value.text, 3)]
                found.append([Box(head.text, 1, 4), *pair] if at == 0 else pair)
        else:
            found.append(row)
    return found


def headings_again(rows: Layout) -> Layout:
    """A page ends between the headings and the values: Word prints the headings once more."""
    found: Layout = []
    for row in rows:
        if row[0].text.startswith("项目") and len(row) == 5:
            found += [[replace(row[0], height=3), *row[1:]], list(row[1:])]
        else:
            found.append(row)
    return found


def split_label(rows: Layout) -> Layout:
    return [
        [Box("通讯"), Box("地址"), Box(row[1].text, 4)] if row[0].text == "通讯地址" else row for row in rows
    ]


def value_below(rows: Layout) -> Layout:
    found: Layout = []
    for row in rows:
        if row[0].text == "通讯地址":
            found += [[Box("通讯地址", 6)], [Box(row[1].text, 6)]]
        else:
            found.append(row)
    return found


def said_twice(rows: Layout) -> Layout:
    return [*rows, next(row for row in rows if row[0].text == "通讯地址")]


def plain_budget(rows: Layout) -> Layout:
    """The budget's rows as rows of the form's own table."""
    return [
        *rows[:-2],
        [Box("项目预算", 1, 4), Box("项目", 3), Box("金额（万元）", 2)],
        [Box("食宿支持", 3), Box("0.8", 2)],
        [Box("服务经费", 3), Box("1.2万元", 2)],
        [Box("合  计", 3), Box("２", 2)],
    ]


def budget_in_lines(rows: Layout) -> Layout:
    return [*rows[:-1], [Box("食宿支持：0.8万元；服务经费 1.2万元\n合计：2万元", 5)]]


def unmerged_plan(rows: Layout) -> Layout:
    """The long texts' label is not merged with the empty cell under it."""
    return [
        [replace(row[0], height=1), *row[1:]]
        if row[0].text in ("项目背景", "项目方案")
        else [Box(""), *row]
        if row[0].key in ("background", "proposal")
        else row
        for row in rows
    ]


def plan_across(rows: Layout) -> Layout:
    """Label, instruction and text of the long texts each across the whole width."""
    found: Layout = []
    for row in rows:
        if row[0].text in ("项目背景", "项目方案"):
            found += [[Box(row[0].text, 6)], [Box(row[1].text, 6)]]
        elif row[0].key in ("background", "proposal"):
            found.append([replace(row[0], width=6)])
        else:
            found.append(row)
    return found


LAYOUTS: Mapping[str, Callable[[Layout], Layout]] = {
    "rows moved": moved,
    "blanks in labels": lambda rows: relabelled(rows, spaced),
    "colons behind labels": lambda rows: relabelled(
        rows, lambda text: f"{text}：" if len(text) < 12 else text
    ),
    "numbers before labels": lambda rows: [
        [replace(one, text=f"3、{one.text}") if one.text in SINGLES else one for one in row] for row in rows
    ],
    "units in labels": lambda rows: relabelled(
        rows,
        lambda text: text.replace("财政资金", "财政资金（万元）").replace("成立时间", "成立时间(年月日)"),
    ),
    "the law's name of the code": lambda rows: relabelled(
        rows, lambda text: text.replace("社会信用代码", "统一社会信用代码")
    ),
    "half-width brackets": lambda rows: relabelled(
        rows, lambda text: text.replace("（", "(").replace("）", ")")
    ),
    "label and value in one cell": in_one_cell,
    "heads in the row of the values": heads_below,
    "people as a table": people_as_a_table,
    "people in columns": people_in_columns,
    "headings again": headings_again,
    "label over two cells": split_label,
    "value below its label": value_below,
    "one row twice": said_twice,
    "budget in the form's table": plain_budget,
    "budget in lines": budget_in_lines,
    "long texts not merged": unmerged_plan,
    "long texts across": plan_across,
    "full-width digits": lambda rows: [
        [
            replace(one, text=one.text.translate(FULL_WIDTH))
            if one.key and one.key not in ("address", "background")
            else one
            for one in row
        ]
        for row in rows
    ],
    "date with points": lambda _: refilled(founded_on="2015.6.8"),
    "date with blanks": lambda _: refilled(founded_on=" 2015 年 6 月 8 日 "),
    "date in Chinese numerals": lambda _: refilled(founded_on="二〇一五年六月八日"),
    "date of a spreadsheet": lambda _: refilled(founded_on="42163"),
    "grade of old": lambda _: refilled(grade="AAAA级"),
    "result ticked": lambda _: refilled(inspection_result="☑合格 □基本合格 □不合格 □未检"),
    "result ticked behind": lambda _: refilled(inspection_result="合格√ 基本合格□ 不合格□"),
    "thousands": lambda _: refilled(beneficiaries="1，200 人"),
    "number in words": lambda _: refilled(professionals_trained="五名"),
    "people counted otherwise": lambda _: refilled(professionals_trained="5人"),
}
"""Name of a bend → the layout it makes of the notice's; what is found must be the same."""


def tracked(document: Docx) -> None:
    """Every text was typed while changes were tracked: the old words deleted, the new ones inserted."""
    for run in list(document.element.body.iter(qn("w:r"))):
        parent = run.getparent()
        place = parent.index(run)
        gone = parse_xml(f'<w:del {W} w:id="1" w:author="a"><w:r><w:delText>旧</w:delText></w:r></w:del>')
        new = parse_xml(f'<w:ins {W} w:id="2" w:author="a"/>')
        parent.remove(run)
        new.append(run)
        parent.insert(place, gone)
        parent.insert(place + 1, new)


def controlled(document: Docx) -> None:
    """Every paragraph of a cell, some cells and some rows stand in content controls."""
    for number, paragraph in enumerate(list(document.element.body.iter(qn("w:p")))):
        if paragraph.getparent().tag == qn("w:tc"):
            _wrap(paragraph)
        for run in list(paragraph) if number % 2 else []:
            if run.tag == qn("w:r"):
                _wrap(run)
    for number, cell in enumerate(list(document.element.body.iter(qn("w:tc")))):
        if number % 3 == 0:
            _wrap(cell)
    for number, row in enumerate(list(document.element.body.iter(qn("w:tr")))):
        if number % 4 == 0:
            _wrap(row)


def tracked_and_controlled(document: Docx) -> None:
    tracked(document)
    controlled(document)


def _wrap(element) -> None:
    control = parse_xml(f"<w:sdt {W}><w:sdtPr/><w:sdtContent/></w:sdt>")
    element.getparent().replace(element, control)
    control[1].append(element)


def boxed(document: Docx) -> None:
    """The address stands in a text box, drawn once for new programs and once for old ones."""
    cell = _cell(document, VALUES["address"])
    text = f"<w:p><w:r><w:t>{VALUES['address']}</w:t></w:r></w:p>"
    spaces = (
        f'{W} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    drawing = parse_xml(
        f'<w:r {spaces}><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wps:txbx><w:txbxContent>{text}'
        f"</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox><w:txbxContent>{text}"
        "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    paragraph = cell.find(qn("w:p"))
    for run in list(paragraph):
        paragraph.remove(run)
    paragraph.append(drawing)


def in_pieces(document: Docx) -> None:
    """Each sign in a run of its own, as programs do after long editing."""
    for run in list(document.element.body.iter(qn("w:r"))):
        texts = run.findall(qn("w:t"))
        if len(texts) != 1 or not texts[0].text:
            continue
        parent, place = run.getparent(), run.getparent().index(run)
        parent.remove(run)
        for offset, sign in enumerate(texts[0].text):
            one = copy.deepcopy(run)
            one.find(qn("w:t")).text = sign
            one.find(qn("w:t")).set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            parent.insert(place + offset, one)


def with_a_deleted_row(document: Docx) -> None:
    """A row was deleted while changes were tracked: it is still in the file."""
    cell = _cell(document, VALUES["address"])
    row = next(cell.iterancestors(qn("w:tr")))
    gone = copy.deepcopy(row)
    for text in gone.iter(qn("w:t")):
        if text.text == VALUES["address"]:
            text.text = "旧地址"
    properties = gone.get_or_add_trPr()
    properties.append(parse_xml(f'<w:del {W} w:id="9" w:author="a"/>'))
    row.addprevious(gone)


def with_hidden_text(document: Docx) -> None:
    """Words that nobody sees stand beside the address."""
    paragraph = _cell(document, VALUES["address"]).find(qn("w:p"))
    paragraph.append(parse_xml(f"<w:r {W}><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r>"))


def in_a_layout_table(document: Docx) -> None:
    """The whole form stands inside the one cell of another table."""
    table = document.element.body.find(qn("w:tbl"))
    around = document.add_table(1, 1)._tbl
    table.addprevious(around)
    cell = next(around.iter(qn("w:tc")))
    cell.insert(1, table)


def _cell(document: Docx, text: str):
    return next(
        cell
        for cell in document.element.body.iter(qn("w:tc"))
        if "".join(one.text or "" for one in cell.iter(qn("w:t"))) == text
    )


DOCUMENTS: Mapping[str, Callable[[Docx], None]] = {
    "tracked changes": tracked,
    "content controls": controlled,
    "tracked changes in content controls": tracked_and_controlled,
    "a text box": boxed,
    "runs in pieces": in_pieces,
    "a deleted row": with_a_deleted_row,
    "hidden text": with_hidden_text,
    "a layout table around": in_a_layout_table,
}
"""Name of a bend → what it does to the document; what is found must be the same."""


def in_two_tables(rows: Layout) -> Docx:
    """The plan follows in a table of its own on the next page."""
    place = next(at for at, row in enumerate(rows) if row[0].text.startswith("具体实施方案"))
    document = document_of(rows[:place])
    document.add_page_break()
    add_layout(document, rows[place + 1 :])
    document.add_paragraph("")
    return document
