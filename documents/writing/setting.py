"""Sets a filled .docx as a Typst source: the same words, lines and tables, nothing taken for markup."""

import io
import re
from collections.abc import Iterator
from typing import Any

import docx
from docx.oxml.ns import qn

from documents.writing.looks import Looks, RunLook
from documents.writing.table_looks import CellLook, RowLook, TableLook, table_look

_EMU_MM = 36_000
_LONG_CODE = re.compile(r"[!-~]{13,}")
"""Codes and addresses longer than this may break anywhere, as in Word; Typst would let them run out of a cell."""


def typst_source(content: bytes, *, serif: tuple[str, ...], sans: tuple[str, ...]) -> bytes:
    """The source of a document that has been checked; its texts are string literals, so that no value is markup."""
    document = docx.Document(io.BytesIO(content))
    section = document.sections[0]
    looks = Looks(document)
    body = _Story(document.part, looks)
    lines = [
        "#set document(date: none)",
        f"#let serif = {_names(serif)}",
        f"#let sans = {_names(sans)}",
        # A line of text is as high as its signs are large: what is between the lines is all ours.
        '#set text(font: serif, lang: "zh", region: "cn", cjk-latin-spacing: none, top-edge: 0.88em,'
        " bottom-edge: -0.12em)",
        "#set par(spacing: 0pt)",
        "#set block(spacing: 0pt)",
        f"#set page(width: {_mm(section.page_width)}, height: {_mm(section.page_height)},"
        f" margin: (top: {_mm(section.top_margin)}, right: {_mm(section.right_margin)},"
        f" bottom: {_mm(section.bottom_margin)}, left: {_mm(section.left_margin)}),"
        f" header: {_beside(section.header, looks)}, footer: {_beside(section.footer, looks)})",
    ]
    lines += body.blocks(document.element.body)
    return "\n".join(lines).encode()


def _names(families: tuple[str, ...]) -> str:
    return "(" + ", ".join(_literal(one) for one in families) + ",)"


def _beside(story: Any, looks: Looks) -> str:
    """A header or footer."""
    if story.is_linked_to_previous:
        return "none"
    return "[" + "\n".join(_Story(story.part, looks).blocks(story._element)) + "]"


class _Story:
    """What is written in one part of a document: its body, its header or its footer."""

    def __init__(self, part: Any, looks: Looks) -> None:
        self._part, self._looks = part, looks

    def blocks(self, parent: Any) -> Iterator[str]:
        """The paragraphs and tables within an element."""
        for element in parent.iterchildren():
            if element.tag == qn("w:p"):
                yield from self._paged(element)
            elif element.tag == qn("w:tbl"):
                yield self._table(table_look(element))
            elif element.tag == qn("w:sdt"):
                for held in element.iterchildren(qn("w:sdtContent")):
                    yield from self.blocks(held)

    def _paged(self, paragraph: Any) -> Iterator[str]:
        """A paragraph with the page breaks that stand before or behind its words."""
        breaks = [one for one in paragraph.iter(qn("w:br")) if one.get(qn("w:type")) == "page"]
        begins = bool(breaks) and not _words_before(paragraph, breaks[0])
        if begins or self._looks.paragraph(paragraph).new_page:
            yield "#pagebreak(weak: true)"
        if not breaks or _words_before(paragraph, None):
            yield self._paragraph(paragraph)
        if breaks and not begins:
            yield "#pagebreak(weak: true)"

    def _paragraph(self, paragraph: Any) -> str:
        look = self._looks.paragraph(paragraph)
        inner = "".join(
            self._counter(run, asked, paragraph) if asked else self._run(run, paragraph)
            for run, asked in _runs(paragraph)
        )
        has_picture = next(paragraph.iter(qn("w:drawing")), None) is not None
        leading = 0.0 if has_picture else look.line - look.size
        if not inner:
            inner = f"#v({look.size:.2f}pt)"
        first = f"#h({look.first:.2f}pt)" if look.first else ""
        return (
            f"#block(width: 100%, above: {look.before:.2f}pt, below: {look.after:.2f}pt,"
            f" sticky: {_truth(look.holds)}, inset: (left: {look.left:.2f}pt, right: {look.right:.2f}pt,"
            f" y: {leading / 2:.2f}pt))[#set align({look.align})\n#set text(size: {look.size}pt)\n"
            f"#set par(leading: {leading:.2f}pt, justify: {_truth(look.justified)})\n{first}{inner}]"
        )

    def _run(self, run: Any, paragraph: Any) -> str:
        look = self._looks.run(run, paragraph)
        looks = _as_text(look)
        parts: list[str] = []
        for child in run.iterchildren():
            if child.tag == qn("w:t"):
                parts += [f"#text({looks}, {one})" for one in _pieces(child.text or "")]
            elif child.tag == qn("w:tab"):
                parts.append("#h(2em)")
            elif child.tag == qn("w:br") and child.get(qn("w:type")) != "page":
                parts.append("#linebreak()")
            elif child.tag == qn("w:drawing"):
                parts.append(self._picture(child))
        made = "".join(parts)
        return f"#underline(offset: 0.15em)[{made}]" if look.underlined and made else made

    def _counter(self, run: Any, asked: str, paragraph: Any) -> str:
        """The page's number, or how many there are."""
        counted = "final().first()" if asked.split()[0] == "NUMPAGES" else "display()"
        return f"#text({_as_text(self._looks.run(run, paragraph))})[#context counter(page).{counted}]"

    def _picture(self, drawing: Any) -> str:
        embedded = next(drawing.iter(qn("a:blip")))
        extent = next(drawing.iter(qn("wp:extent")))
        blob = self._part.related_parts[embedded.get(qn("r:embed"))].blob
        numbers = ", ".join(str(one) for one in blob)
        return f"#box(image(bytes(({numbers},)), width: {_mm(int(extent.get('cx')))}))"

    def _table(self, look: TableLook) -> str:
        columns = ", ".join(f"{width:.2f}pt" if width else "1fr" for width in look.widths)
        rows = [",\n".join(self._cell(cell, row, look) for cell in row.cells) for row in look.rows]
        heading = ",\n".join(rows[: look.headings])
        body = ([f"table.header(repeat: true,\n{heading})"] if heading else []) + rows[look.headings :]
        made = (
            f"table(columns: ({columns},), inset: (x: {look.inset_x:.2f}pt, y: {look.inset_y:.2f}pt),"
            f" stroke: {'0.5pt' if look.ruled else 'none'},\n" + ",\n".join(one for one in body if one) + ")"
        )
        return f"#block(breakable: {_truth(not look.holds)}, width: 100%, align({look.align}, {made}))"

    def _cell(self, cell: CellLook, row: RowLook, table: TableLook) -> str:
        inner = "\n".join(self.blocks(cell.element))
        if cell.is_post:
            # A row is as high as its highest cell: an invisible post keeps the height that the template asks for.
            least = max(0.0, row.height - 2 * table.inset_y)
            inner = f"#grid(columns: (0pt, 1fr), box(width: 0pt, height: {least:.2f}pt), [{inner}])"
        options = [f"colspan: {cell.across}, rowspan: {cell.down}, align: {cell.upright}"]
        options.append(f"breakable: {_truth(not row.whole)}")
        if cell.fill:
            options.append(f"fill: rgb({_literal(cell.fill)})")
        if cell.bare:
            options.append("stroke: (" + ", ".join(f"{side}: none" for side in cell.bare) + ")")
        return f"table.cell({', '.join(options)})[{inner}]"


def _words_before(paragraph: Any, mark: Any) -> str:
    """What a paragraph says before one of its elements, or at all; blanks do not count, pictures do."""
    words = []
    for element in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:drawing")):
        if element is mark:
            break
        words.append("." if element.tag == qn("w:drawing") else element.text or "")
    return "".join(words).strip()


def _truth(value: object) -> str:
    return "true" if value else "false"


def _as_text(look: RunLook) -> str:
    font, weight = "sans" if look.is_sans else "serif", "bold" if look.bold else "regular"
    return f'size: {look.size}pt, font: {font}, weight: "{weight}", fill: rgb({_literal(look.color)})'


def _runs(parent: Any) -> Iterator[tuple[Any, str]]:
    """The runs of a paragraph; a field's as one with what it asks for, without the answer that it had in Word."""
    first, asked, is_open = None, "", False
    for run in _every_run(parent):
        marks = [one.get(qn("w:fldCharType")) for one in run.iterchildren(qn("w:fldChar"))]
        if run.getparent().tag == qn("w:fldSimple"):
            if run is next(run.getparent().iterchildren(qn("w:r"))):
                yield run, run.getparent().get(qn("w:instr"), "")
            continue
        if "begin" in marks:
            first, asked, is_open = run, "", True
        if not is_open:
            yield run, ""
            continue
        said = "".join(one.text or "" for one in run.iter(qn("w:instrText")))
        asked, first = asked + said, run if said else first
        if "end" in marks:
            is_open = False
            if asked.split():
                yield first, asked


def _every_run(parent: Any) -> Iterator[Any]:
    for element in parent.iterchildren():
        if element.tag == qn("w:r"):
            yield element
        elif element.tag in (qn("w:fldSimple"), qn("w:sdt"), qn("w:sdtContent")):
            yield from _every_run(element)


def _pieces(text: str) -> Iterator[str]:
    """Literals of a text; between the signs of a long code stands a box of no width, where a line may break."""
    place = 0
    for found in _LONG_CODE.finditer(text):
        if found.start() > place:
            yield _literal(text[place : found.start()])
        signs = ", ".join(f"[#{_literal(sign)}]" for sign in found[0])
        yield f"({signs}).join(box())"
        place = found.end()
    if place < len(text):
        yield _literal(text[place:])


def _mm(length: Any) -> str:
    return f"{(length or 0) / _EMU_MM:.2f}mm"


def _literal(text: str) -> str:
    """A Typst string that is exactly this text."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{quoted}"'
