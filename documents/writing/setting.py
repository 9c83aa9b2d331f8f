"""Sets a filled .docx as a Typst source: the same words, lines and tables, nothing taken for markup."""

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.shared import Emu
from docx.table import Table
from docx.text.paragraph import Paragraph

_MM, _PT = 36_000, 12_700
_ALIGN = {"center": "center", "right": "right", "end": "right", "both": "left", "distribute": "left"}
_DEFAULT_PT = 12.0
_TWIPS = 20
_HANGING = 0.3
_MAY_BREAK = "\u200b"
_UNBROKEN = re.compile(r"[!-~]{13,}")


def typst_source(content: bytes, *, fonts: tuple[str, ...]) -> bytes:
    """The source of a document that has been checked; its texts are string literals, so that no value is markup."""
    document = docx.Document(io.BytesIO(content))
    section = document.sections[0]
    families = "(" + ", ".join(_literal(one) for one in fonts) + ",)"
    lines = [
        "#set document(date: none)",
        f"#set page(width: {_mm(section.page_width)}, height: {_mm(section.page_height)},"
        f" margin: (top: {_mm(section.top_margin)}, right: {_mm(section.right_margin)},"
        f" bottom: {_mm(section.bottom_margin)}, left: {_mm(section.left_margin)}),"
        f" footer: {_footer(section)})",
        f'#set text(font: {families}, size: {_DEFAULT_PT}pt, lang: "zh", region: "cn", cjk-latin-spacing: none)',
        "#set par(spacing: 0pt, leading: 0.65em)",
        "#set table(stroke: 0.5pt, inset: (x: 5pt, y: 5pt))",
    ]
    lines += _blocks(document.element.body, document)
    return "\n".join(lines).encode()


def _blocks(parent: Any, document: Any) -> Iterator[str]:
    for element in parent.iterchildren():
        if element.tag == qn("w:p"):
            paragraph = Paragraph(element, document)
            if paragraph.paragraph_format.page_break_before:
                yield "#pagebreak(weak: true)"
            yield _paragraph(paragraph)
        elif element.tag == qn("w:tbl"):
            yield _table(Table(element, document), document)


def _paragraph(paragraph: Paragraph) -> str:
    form = paragraph.paragraph_format
    size = _size(paragraph)
    align = _ALIGN.get(_jc(paragraph), "left")
    indent = form.first_line_indent
    line = float(form.line_spacing) if isinstance(form.line_spacing, float) else 1.25
    inner = "".join(_run(run, paragraph) for run in paragraph.runs)
    if not inner.strip():
        inner = f"#box(height: {size}pt)"
    # Typst's lines end at the base line; what hangs below it needs its own room before a table.
    above, below = _pt(form.space_before), max(_pt(form.space_after), size * _HANGING)
    first = f"#h({indent / _PT:.2f}pt)" if indent else ""
    justify = "true" if _jc(paragraph) == "both" else "false"
    sticky = "true" if form.keep_with_next else "false"
    return (
        f"#block(sticky: {sticky}, above: {above + _gap(line, size):.2f}pt, below: {below:.2f}pt, width: 100%)["
        f"#set align({align})\n#set text(size: {size}pt)\n"
        f"#set par(leading: {_gap(line, size):.2f}pt, justify: {justify})\n{first}{inner}]"
    )


def _gap(line: float, size: float) -> float:
    """What stands between two lines: Word counts lines by the font's height, which is some 1.2 of its size."""
    return max(0.0, line * 1.2 - 0.9) * size


def _run(run: Any, paragraph: Paragraph) -> str:
    parts = []
    bold = _is_bold(run, paragraph)
    size = run.font.size.pt if run.font.size else _size(paragraph)
    for child in run._r.iterchildren():
        if child.tag == qn("w:t"):
            weight = '"bold"' if bold else '"regular"'
            words = _breakable(child.text or "")
            parts.append(f"#text(size: {size}pt, weight: {weight}, {_literal(words)})")
        elif child.tag == qn("w:tab"):
            parts.append("#h(2em)")
        elif child.tag == qn("w:br"):
            parts.append("#pagebreak()" if child.get(qn("w:type")) == "page" else "#linebreak()")
        elif child.tag == qn("w:drawing"):
            parts.append(_picture(child, paragraph))
    return "".join(parts)


def _picture(drawing: Any, paragraph: Paragraph) -> str:
    embedded = next(drawing.iter(qn("a:blip")), None)
    extent = next(drawing.iter(qn("wp:extent")), None)
    if embedded is None or extent is None:
        return ""
    blob = paragraph.part.related_parts[embedded.get(qn("r:embed"))].blob
    numbers = ", ".join(str(one) for one in blob)
    return f'#box(image(bytes(({numbers})), format: "png", width: {int(extent.get("cx")) / _MM:.2f}mm))'


def _table(table: Table, document: Any) -> str:
    widths = [int(one.get(qn("w:w"), "0")) for one in table._tbl.tblGrid.iterchildren(qn("w:gridCol"))]
    columns = ", ".join(f"{width / _TWIPS:.2f}pt" if width else "1fr" for width in widths)
    ruled = "0.5pt" if _is_ruled(table) else "none"
    rows = list(table._tbl.iterchildren(qn("w:tr")))
    cells = [text for number, row in enumerate(rows) for text in _row(rows, number, row, document)]
    body = ",\n".join(cells)
    return f"#align(center, table(columns: ({columns},), stroke: {ruled},\n{body}))"


def _row(rows: list[Any], number: int, row: Any, document: Any) -> Iterator[str]:
    height = row.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
    least = int(height.get(qn("w:val"), "0")) / _TWIPS if height is not None else 0
    column = 0
    for cell in row.iterchildren(qn("w:tc")):
        span = _span(cell)
        if _goes_on(cell):
            column += span
            continue
        down = 1
        while number + down < len(rows) and _continues(rows[number + down], column):
            down += 1
        inner = "\n".join(_blocks(cell, document))
        # A row is as high as its highest cell: an invisible post keeps the height that the template asks for.
        post = f"#place(box(width: 0pt, height: {least:.2f}pt))#v({least:.2f}pt, weak: true)" if least else ""
        upright = "horizon" if _v_align(cell) == "center" else "top"
        yield (
            f"table.cell(colspan: {span}, rowspan: {down}, align: {upright})[{_least(inner, least, down)}]"
            if least
            else f"table.cell(colspan: {span}, rowspan: {down}, align: {upright})[{inner}]{post}"
        )
        column += span


def _least(inner: str, least: float, down: int) -> str:
    """The contents beside a post of the height that the template asks for; of a merged cell its first row's."""
    if down > 1:
        return inner
    return f"#grid(columns: (0pt, 1fr), box(height: {max(0.0, least - 6):.2f}pt), [{inner}])"


def _continues(row: Any, column: int) -> bool:
    place = 0
    for cell in row.iterchildren(qn("w:tc")):
        if place == column:
            return _goes_on(cell)
        place += _span(cell)
    return False


def _span(cell: Any) -> int:
    mark = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return int(mark.get(qn("w:val"), "1")) if mark is not None else 1


def _goes_on(cell: Any) -> bool:
    mark = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return mark is not None and mark.get(qn("w:val"), "continue") == "continue"


def _v_align(cell: Any) -> str:
    mark = cell.find(f"{qn('w:tcPr')}/{qn('w:vAlign')}")
    return str(mark.get(qn("w:val"), "top")) if mark is not None else "top"


def _is_ruled(table: Table) -> bool:
    style = table._tbl.tblPr.find(qn("w:tblStyle"))
    borders = table._tbl.tblPr.find(qn("w:tblBorders"))
    return borders is not None or (style is not None and "Grid" in style.get(qn("w:val"), ""))


def _footer(section: Any) -> str:
    paragraph = section.footer.paragraphs[0]
    words = "".join(_run(run, paragraph) for run in paragraph.runs)
    number = next(paragraph._p.iter(qn("w:instrText")), None) is not None
    page = "#text(size: 9pt)[#context counter(page).display()]" if number else ""
    return f"[#set align(center)\n{words}{page}]"


def _jc(paragraph: Paragraph) -> str:
    for holder in (paragraph._p.pPr, *(one.element.pPr for one in _styles(paragraph))):
        mark = holder.find(qn("w:jc")) if holder is not None else None
        if mark is not None:
            return str(mark.get(qn("w:val"), ""))
    return ""


def _size(paragraph: Paragraph) -> float:
    for run in paragraph.runs:
        if run.font.size is not None:
            return float(run.font.size.pt)
    sizes = (one.font.size for one in _styles(paragraph))
    return next((float(size.pt) for size in sizes if size is not None), _DEFAULT_PT)


def _is_bold(run: Any, paragraph: Paragraph) -> bool:
    if run.font.bold is not None:
        return bool(run.font.bold)
    return next((bool(one.font.bold) for one in _styles(paragraph) if one.font.bold is not None), False)


def _styles(paragraph: Paragraph) -> Iterator[Any]:
    style: Any = paragraph.style
    while style is not None:
        yield style
        style = style.base_style


def _pt(length: Any) -> float:
    return float(length.pt) if length is not None else 0.0


def _mm(length: Emu | int | None) -> str:
    return f"{(length or 0) / _MM:.2f}mm"


def _breakable(text: str) -> str:
    """Lets long codes and addresses break anywhere, as Word does; Typst would let them run out of their cell."""
    return _UNBROKEN.sub(lambda found: _MAY_BREAK.join(found[0]), text)


def _literal(text: str) -> str:
    """A Typst string that is exactly this text."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{quoted}"'
