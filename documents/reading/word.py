"""A .docx read from its XML: exact text as a reader sees it, tracked changes accepted, nothing of the layout assumed.

Insertions are kept and deletions dropped; content controls, smart tags and links count as what they hold, and a control
that still shows its prompt as empty. Of two drawings for one place (AlternateContent) the first is taken.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from documents.reading.table import Cell, Document, Line, Place, Table, Unreadable

MAX_XML = 6 * 1024 * 1024
"""A form has less than one; a tree takes fifteen times as much memory."""
MAX_CELLS = 20_000
MAX_COLUMNS = 200
MAIN = "word/document.xml"

_DROPPED = frozenset(
    {
        *("del", "moveFrom", "delText", "instrText", "delInstrText", "rPr", "pPr", "sdtPr", "sdtEndPr", "rt"),
        *("sectPr", "tblPr", "tblGrid", "trPr", "tcPr", "Fallback", "footnoteReference", "endnoteReference"),
    }
)
_SIGNS: Mapping[str, str] = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_SYMBOLS: Mapping[tuple[str, int], str] = {
    ("wingdings", 0xFC): "\u2713",
    ("wingdings", 0xFE): "\u2611",
    ("wingdings", 0xFD): "\u2612",
    ("wingdings", 0xA8): "\u2610",
    ("wingdings", 0x6F): "\u2610",
    ("wingdings", 0x6E): "\u25a0",
    ("wingdings 2", 0x50): "\u2713",
    ("wingdings 2", 0x52): "\u2611",
    ("wingdings 2", 0xA3): "\u2610",
}
_OFF = ("0", "false", "off", "none")
_PRIVATE = 0xF000


def read_word(name: str, content: bytes) -> Document:
    """The document in a .docx that the rules of upload have passed; raises Unreadable."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _Reader(name, package).document()
    except (etree.XMLSyntaxError, RecursionError, zipfile.BadZipFile, KeyError, ValueError):
        raise Unreadable("documents.damaged", {"name": name}) from None


def safe_parser() -> etree.XMLParser:
    """Expands nothing, fetches nothing, and refuses trees that are made to be too deep or too large."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )


@dataclass
class _Paragraph:
    """Text that is being gathered, and whether the paragraph's own end was deleted."""

    pieces: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)
    runs_on: bool = False


@dataclass
class _Content:
    """What stands in a body or a cell: its paragraphs, and the numbers of its tables."""

    paragraphs: list[tuple[str, int | None]] = field(default_factory=list)
    inner: list[int] = field(default_factory=list)
    is_joined: bool = False

    @property
    def text(self) -> str:
        return "\n".join(text for text, _ in self.paragraphs)

    def add(self, text: str, page: int | None, *, runs_on: bool) -> None:
        if self.is_joined and self.paragraphs:
            before, first = self.paragraphs[-1]
            self.paragraphs[-1] = (before + text, first)
        else:
            self.paragraphs.append((text, page))
        self.is_joined = runs_on


class _Reader:
    """Walks the parts of one package; `_page` counts the breaks that the program which saved the file has marked."""

    def __init__(self, name: str, package: zipfile.ZipFile) -> None:
        self._name = name
        self._package = package
        self._tables: list[Table | None] = []
        self._page: int | None = None
        self._cells = 0

    def document(self) -> Document:
        names = self._package.namelist()
        if MAIN not in names:
            raise Unreadable("documents.damaged", {"name": self._name})
        beside = sorted(one for one in names if one.startswith(("word/header", "word/footer")))
        wanted = [MAIN, *(one for one in beside if one.endswith(".xml"))]
        if sum(self._package.getinfo(one).file_size for one in wanted) > MAX_XML:
            raise Unreadable("documents.too_much", {"name": self._name})
        lines: list[Line] = []
        for part in wanted:
            root = etree.fromstring(self._package.read(part), safe_parser())
            marked = any(True for one in root.iter("{*}lastRenderedPageBreak"))
            self._page = 1 if marked and part == MAIN else None
            content = _Content()
            self._block(root, content)
            lines += [Line(text, Place(page=page)) for text, page in content.paragraphs if text.strip()]
        return Document(self._name, tuple(one for one in self._tables if one is not None), tuple(lines))

    def _block(self, parent: etree._Element, into: _Content) -> None:
        """Paragraphs and tables, wherever controls and tracked changes have put them."""
        for child in _kept(parent):
            match _local(child):
                case "p":
                    self._paragraph(child, into)
                case "tbl":
                    into.inner.append(self._table(child))
                case _:
                    if not _shows_prompt(child):
                        self._block(child, into)

    def _paragraph(self, element: etree._Element, into: _Content) -> None:
        found = _Paragraph()
        page = self._page
        self._inline(element, found)
        mark = _path(element, "pPr", "rPr", "del")
        into.add("".join(found.pieces), page, runs_on=mark is not None)
        for box in found.boxes:
            self._block(box, into)

    def _inline(self, parent: etree._Element, into: _Paragraph) -> None:
        for child in _kept(parent):
            kind = _local(child)
            if kind == "t":
                into.pieces.append(child.text or "")
            elif kind in _SIGNS:
                if _attribute(child, "type") not in ("page", "column"):
                    into.pieces.append(_SIGNS[kind])
            elif kind == "sym":
                into.pieces.append(_symbol(child))
            elif kind == "lastRenderedPageBreak":
                self._page = self._page + 1 if self._page else None
            elif kind == "txbxContent":
                into.boxes.append(child)
            elif not (kind == "r" and _is_hidden(child)) and not _shows_prompt(child):
                self._inline(child, into)

    def _table(self, element: etree._Element) -> int:
        """Reads a table and returns its number; what stands inside its cells is numbered after it."""
        self._tables.append(None)
        number = len(self._tables)
        rows: list[list[Cell]] = []
        open_above: dict[int, tuple[int, int]] = {}
        for row in _rows(element):
            rows.append(self._row(row, number, rows, open_above))
        self._tables[number - 1] = Table(number, tuple(tuple(row) for row in rows))
        return number

    def _row(
        self,
        element: etree._Element,
        number: int,
        above: list[list[Cell]],
        open_above: dict[int, tuple[int, int]],
    ) -> list[Cell]:
        """One row; a cell that continues the one above makes that one higher. `open_above` is column → row, place."""
        row: list[Cell] = []
        at = len(above)
        column = _number(_path(element, "trPr", "gridBefore"))
        for place, cell in enumerate(_cells(element), start=1):
            self._cells += 1
            if self._cells > MAX_CELLS or column > MAX_COLUMNS:
                raise Unreadable("documents.too_much", {"name": self._name})
            width = min(max(1, _number(_path(cell, "tcPr", "gridSpan"))), MAX_COLUMNS)
            merged = _path(cell, "tcPr", "vMerge")
            goes_on = merged is not None and _attribute(merged, "val") in ("", "continue")
            if goes_on and column in open_above:
                first, index = open_above[column]
                above[first][index] = replace(above[first][index], height=at - first + 1)
                column += width
                continue
            content, page = _Content(), self._page
            self._block(cell, content)
            across = _path(cell, "tcPr", "hMerge")
            if across is not None and _attribute(across, "val") in ("", "continue") and row:
                row[-1] = replace(row[-1], width=row[-1].width + width)
                column += width
                continue
            open_above.pop(column, None)
            if merged is not None and not goes_on:
                open_above[column] = (at, len(row))
            where = Place(table=number, row=at + 1, column=place, page=page)
            row.append(Cell(content.text, where, at, column, width, inner=tuple(content.inner)))
            column += width
        return row


def _kept(parent: etree._Element) -> Iterator[etree._Element]:
    """The children that a reader sees; of AlternateContent one drawing only."""
    for child in parent:
        if not isinstance(child.tag, str):
            continue
        kind = _local(child)
        if kind == "AlternateContent":
            choice = next((one for one in child if isinstance(one.tag, str)), None)
            if choice is not None:
                yield from _kept(choice)
        elif kind not in _DROPPED:
            yield child


def _rows(parent: etree._Element) -> Iterator[etree._Element]:
    """The rows of a table that are not deleted, also those inside content controls."""
    for child in _kept(parent):
        if _local(child) == "tr":
            if _path(child, "trPr", "del") is None:
                yield child
        elif _local(child) != "p":
            yield from _rows(child)


def _cells(parent: etree._Element) -> Iterator[etree._Element]:
    for child in _kept(parent):
        if _local(child) == "tc":
            if _path(child, "tcPr", "cellDel") is None:
                yield child
        elif _local(child) != "p":
            yield from _cells(child)


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _path(element: etree._Element, *names: str) -> etree._Element | None:
    """The first descendant along a way of local names."""
    at: etree._Element | None = element
    for name in names:
        if at is None:
            return None
        at = next((one for one in at if isinstance(one.tag, str) and _local(one) == name), None)
    return at


def _attribute(element: etree._Element, name: str) -> str:
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _number(element: etree._Element | None) -> int:
    """The value of an element as a number of zero or more, 0 where it has none."""
    written = _attribute(element, "val") if element is not None else ""
    return int(written) if written.isascii() and written.isdigit() and len(written) < len("10000") else 0


def _shows_prompt(element: etree._Element) -> bool:
    """Whether a content control holds nothing but the words that ask for something to be typed."""
    prompt = _path(element, "sdtPr", "showingPlcHdr") if _local(element) == "sdt" else None
    return prompt is not None and _attribute(prompt, "val").lower() not in _OFF


def _is_hidden(run: etree._Element) -> bool:
    hidden = _path(run, "rPr", "vanish")
    return hidden is not None and _attribute(hidden, "val").lower() not in _OFF


def _symbol(element: etree._Element) -> str:
    """A sign of a symbol font: the ticks and boxes that forms use, else the sign of that number."""
    try:
        number = int(_attribute(element, "char"), 16)
    except ValueError:
        return ""
    plain = number - _PRIVATE if number >= _PRIVATE else number
    found = _SYMBOLS.get((_attribute(element, "font").casefold(), plain))
    return found or (chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "")
