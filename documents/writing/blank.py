"""Makes the .docx template of a layout, plainly formatted, so that an office can change it in Word or WPS."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from documents.writing.filling import PICTURE
from documents.writing.layout import Block, CellPlan, Layout
from documents.writing.packing import packed

SERIF, SANS, TITLE = "FangSong", "SimHei", "SimSun"
"""What offices have on their machines; `fonts.toml` says which of ours stands for each in print."""
_SHORT, _LONG = 210, 297
_TALL = 20
"""Text in a cell this high (mm) begins at its top, as people write."""
_CELL_MARGINS = {"top": 40, "left": 100, "bottom": 40, "right": 100}
"""Twentieths of a point between a cell's text and its lines."""
_CELL_LINE = 1.25
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@dataclass(frozen=True, slots=True)
class _Style:
    """Sizes and distances in points; lines are as high as `line` says, in every program the same."""

    size: float
    line: float
    align: str = "justify"
    bold: bool = False
    indent: bool = False
    before: float = 0
    after: float = 0
    font: str = SERIF
    holds: bool = False


_STYLES: Mapping[str, _Style] = {
    "title": _Style(18, 28, "center", bold=True, before=4, after=12, font=TITLE),
    "grand": _Style(34, 50, "center", bold=True, before=10, after=16, font=TITLE),
    "subtitle": _Style(14, 22, "center", after=8),
    "heading": _Style(13, 22, bold=True, before=8, after=4, font=SANS, holds=True),
    "body": _Style(12, 22, indent=True, before=3, after=2),
    "official": _Style(16, 28, indent=True, before=4, after=4),
    "addressee": _Style(16, 28, "left"),
    "plain": _Style(12, 22, "left"),
    "center": _Style(12, 22, "center"),
    "right": _Style(12, 22, "right", holds=True),
    "note": _Style(9, 14, "left", before=4, after=4),
    "large": _Style(20, 34, "center", before=6, after=6),
    "grade": _Style(30, 46, "center", bold=True, before=6, after=6, font=SANS),
}


def blank_template(layout: Layout) -> bytes:
    """The template's bytes: the same for the same layout."""
    document = docx.Document()
    _page(document, layout)
    body = document.element.body
    for element in list(body):
        if element.tag != qn("w:sectPr"):
            body.remove(element)
    pictures = frozenset(f"{{{{{name}}}}}" for name, key in layout.names.items() if key == PICTURE)
    for block in layout.blocks:
        _add(document, block, pictures)
    _footer(document, layout.footer)
    made = io.BytesIO()
    document.save(made)
    return packed(made.getvalue())


def _page(document: Any, layout: Layout) -> None:
    section = document.sections[0]
    wide, high = (_LONG, _SHORT) if layout.landscape else (_SHORT, _LONG)
    section.orientation = WD_ORIENT.LANDSCAPE if layout.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Mm(wide), Mm(high)
    top, right, bottom, left = layout.margins
    section.top_margin, section.right_margin = Mm(top), Mm(right)
    section.bottom_margin, section.left_margin = Mm(bottom), Mm(left)


def _add(document: Any, block: Block, pictures: frozenset[str]) -> None:
    match block.kind:
        case "text":
            _write(document.add_paragraph(), block.text, _STYLES[block.style])
        case "break":
            # Stands on the next paragraph's top in every program, unlike an empty paragraph with a break in it.
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.page_break_before = True
            _write(paragraph, block.text, _STYLES[block.style])
        case "table":
            _table(document, block, pictures)
        case _:
            raise ValueError(block.kind)


def _write(paragraph: Any, text: str, style: _Style) -> None:
    form = paragraph.paragraph_format
    form.space_before, form.space_after = Pt(style.before), Pt(style.after)
    # A line of fixed height would cut off the picture that takes this name's place.
    form.line_spacing = Pt(style.line) if style.line else 1.0
    form.keep_with_next = style.holds or None
    form.widow_control = False
    paragraph.alignment = _ALIGN[style.align]
    if style.indent:
        form.first_line_indent = Pt(2 * style.size)
    _font(paragraph.add_run(text), style.size, style.font, bold=style.bold)


def _font(run: Any, size: float, font: str, *, bold: bool) -> None:
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, font
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _table(document: Any, block: Block, pictures: frozenset[str]) -> None:
    table = document.add_table(rows=len(block.rows), cols=len(block.widths))
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    properties = table._tbl.tblPr
    properties.insert_element_before(_margins(), "w:tblLook")
    if block.ruled:
        table.style = "Table Grid"
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(block.rows):
        column = 0
        for plan in row:
            while (number, column) in taken:
                column += 1
            taken |= {
                (number + down, column + right) for down in range(plan.down) for right in range(plan.span)
            }
            cell = table.cell(number, column)
            if plan.span > 1 or plan.down > 1:
                cell = cell.merge(table.cell(number + plan.down - 1, column + plan.span - 1))
            _fill(cell, plan, block, pictures)
            column += plan.span
        _row(table.rows[number], block, number, max((plan.height for plan in row), default=0))
    for column, width in enumerate(block.widths):
        table.columns[column].width = Mm(width)
        for cell in table.columns[column].cells:
            if cell._tc.grid_span == 1:
                cell.width = Mm(width)


def _row(row: Any, block: Block, number: int, height: float) -> None:
    if height:
        row.height = Mm(height)
    marks = row._tr.get_or_add_trPr()
    if not block.splits:
        marks.append(OxmlElement("w:cantSplit"))
    if number < block.headings:
        marks.append(OxmlElement("w:tblHeader"))


def _margins() -> Any:
    made = OxmlElement("w:tblCellMar")
    for side, width in _CELL_MARGINS.items():
        mark = OxmlElement(f"w:{side}")
        mark.set(qn("w:w"), str(width))
        mark.set(qn("w:type"), "dxa")
        made.append(mark)
    return made


def _fill(cell: Any, plan: CellPlan, block: Block, pictures: frozenset[str]) -> None:
    size = plan.size or block.size
    for number, line in enumerate(plan.text.split("\n")):
        paragraph = cell.paragraphs[0] if number == 0 else cell.add_paragraph()
        align = "right" if line.startswith(_TO_THE_RIGHT) else plan.align
        height = 0 if line in pictures else size * _CELL_LINE
        style = _Style(size, height, align, bold=plan.bold, holds=block.holds)
        _write(paragraph, line.removeprefix(_TO_THE_RIGHT), style)
    mark = OxmlElement("w:vAlign")
    mark.set(qn("w:val"), "top" if plan.height > _TALL and plan.align != "center" else "center")
    cell._tc.get_or_add_tcPr().append(mark)


_TO_THE_RIGHT = ">"
"""A line of a cell that begins with it stands at the right: where seals and days stand."""


def _footer(document: Any, text: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    _write(paragraph, f"{text}\u3000" if text else "", _Style(9, 12, "center"))
    run = paragraph.add_run()
    _font(run, 9, SERIF, bold=False)
    for kind, words in (("begin", ""), ("", " PAGE "), ("end", "")):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = words
        run._r.append(mark)
