"""Reads the tables of a .docx: tracked insertions count, deletions do not, content controls are looked through."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from documents.reading.document import Cell, Counted, Document, Place, Table, Unreadable

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHOICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MAIN = "word/document.xml"
_BESIDE = re.compile(r"word/(?:header|footer)\d*\.xml")

_LEFT_OUT = {f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "delText", "rt", "sectPr", "tblGrid")}
"""What is no text any more or never was: deletions, moved away, field codes, the reading above a word."""
_SIGNS = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "-",
    f"{_W}softHyphen": "",
}
_DEEPEST = 12
"""Tables within tables beyond this depth are no form."""


@dataclass(slots=True)
class _Pages:
    """Counts the pages as the program that saved the file saw them; None where it left no marks."""

    marks: str
    page: int = 1

    def pass_by(self, element: etree._Element) -> None:
        if (
            self.marks
            and element.tag == self.marks
            and (element.tag != f"{_W}br" or element.get(f"{_W}type") == "page")
        ):
            self.page += 1

    @property
    def known(self) -> int | None:
        return self.page if self.marks else None


def read_word(name: str, content: bytes) -> Document:
    """The document of a .docx whose bytes have been judged already. Raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            body = _parsed(package.read(_MAIN))
            beside = [_parsed(package.read(one)) for one in package.namelist() if _BESIDE.fullmatch(one)]
    except (KeyError, zipfile.BadZipFile, etree.XMLSyntaxError, OSError) as error:
        raise Unreadable("documents.damaged", {"name": name}) from error
    reader = _Reader(_Pages(_page_marks(body)))
    tables, texts = reader.blocks(body, 0)
    for part in beside:
        texts += [text for text in _paragraphs(part) if text]
    return Document(name, tuple(tables), tuple(texts))


def _parsed(content: bytes) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False
    )
    return etree.fromstring(content, parser)


def _page_marks(body: etree._Element) -> str:
    """Word marks each page it has set; other programs leave only the breaks that people made."""
    rendered = f"{_W}lastRenderedPageBreak"
    if next(body.iter(rendered), None) is not None:
        return rendered
    breaks = (one for one in body.iter(f"{_W}br") if one.get(f"{_W}type") == "page")
    return f"{_W}br" if next(breaks, None) is not None else ""


class _Reader:
    """Walks the document once, in its order."""

    def __init__(self, pages: _Pages) -> None:
        self._pages = pages
        self._tables = 0
        self._count = Counted()

    def blocks(self, parent: etree._Element, depth: int) -> tuple[list[Table], list[str]]:
        """The tables and the paragraphs of a body or a cell, in order; what wraps them is looked through."""
        tables: list[Table] = []
        texts: list[str] = []
        for element in _children(parent):
            if element.tag == f"{_W}tbl":
                if depth > _DEEPEST:
                    raise Unreadable("documents.too_deep")
                tables.append(self._table(element, depth))
            elif element.tag == f"{_W}p":
                texts.append(self._text(element))
                # A table inside a text box hangs on its paragraph.
                for box in _boxes(element):
                    inner, _ = self.blocks(box, depth + 1)
                    tables += inner
            else:
                inner, more = self.blocks(element, depth)
                tables += inner
                texts += more
        return tables, texts

    def _table(self, table: etree._Element, depth: int) -> Table:
        self._tables += 1
        number = self._tables
        rows = []
        for position, row in enumerate(_through(table, f"{_W}tr"), start=1):
            if row.find(f"{_W}trPr/{_W}del") is not None:
                continue
            found = list(self._row(row, number, position, depth))
            rows.append(tuple(found))
        return Table(tuple(rows))

    def _row(self, row: etree._Element, table: int, position: int, depth: int) -> Iterator[Cell]:
        before = row.find(f"{_W}trPr/{_W}gridBefore")
        column = _number(before)
        for cell in _through(row, f"{_W}tc"):
            self._count.one_more()
            properties = cell.find(f"{_W}tcPr")
            span = max(1, _number(properties.find(f"{_W}gridSpan")) if properties is not None else 1)
            place = Place(table, position, self._pages.known)
            tables, texts = self.blocks(cell, depth + 1)
            if not _goes_on(properties):
                yield Cell("\n".join(texts).strip("\n"), place, column, span, tuple(tables))
            column += span

    def _text(self, paragraph: etree._Element) -> str:
        found: list[str] = []
        self._gather(paragraph, found)
        return "".join(found)

    def _gather(self, element: etree._Element, found: list[str]) -> None:
        for child in _children(element):
            self._pages.pass_by(child)
            if child.tag == f"{_W}t":
                found.append(child.text or "")
            elif child.tag in _SIGNS:
                found.append(_SIGNS[child.tag])
            elif child.tag == f"{_W}sym":
                found.append(_symbol(child))
            elif child.tag == f"{_W}r" and _is_hidden(child):
                continue
            elif child.tag == f"{_W}txbxContent":
                texts = [self._text(one) for one in child.iterchildren(f"{_W}p")]
                found.append("\n" + "\n".join(texts))
            elif child.tag != f"{_W}tbl":
                self._gather(child, found)


def _children(element: etree._Element) -> Iterator[etree._Element]:
    """The children that count; of two renderings of one thing the first."""
    for child in element:
        if not isinstance(child.tag, str) or child.tag in _LEFT_OUT:
            continue
        if child.tag == f"{_CHOICE}AlternateContent":
            chosen = child.find(f"{_CHOICE}Choice")
            chosen = child.find(f"{_CHOICE}Fallback") if chosen is None else chosen
            if chosen is not None:
                yield chosen
            continue
        yield child


def _through(element: etree._Element, wanted: str) -> Iterator[etree._Element]:
    """The rows of a table or the cells of a row, looking through content controls and tracked insertions."""
    for child in _children(element):
        if child.tag == wanted:
            yield child
        elif child.tag != f"{_W}tbl":
            yield from _through(child, wanted)


def _boxes(paragraph: etree._Element) -> Iterable[etree._Element]:
    return [
        box
        for box in paragraph.iter(f"{_W}txbxContent")
        if not any(one.tag == f"{_CHOICE}Fallback" for one in box.iterancestors())
    ]


def _paragraphs(part: etree._Element) -> list[str]:
    reader = _Reader(_Pages(""))
    return [reader._text(one) for one in part.iter(f"{_W}p")]


def _goes_on(properties: etree._Element | None) -> bool:
    """Whether a cell only continues the one above it."""
    merge = properties.find(f"{_W}vMerge") if properties is not None else None
    return merge is not None and merge.get(f"{_W}val", "continue") == "continue"


def _number(element: etree._Element | None) -> int:
    value = element.get(f"{_W}val", "") if element is not None else ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else 0


def _symbol(element: etree._Element) -> str:
    try:
        return chr(int(element.get(f"{_W}char", ""), 16))
    except (ValueError, OverflowError):
        return ""


def _is_hidden(run: etree._Element) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val", "true") not in ("0", "false")
