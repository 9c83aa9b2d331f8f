"""Whether a template can be used: names that are known and whole, and nothing that the print could not show."""

import difflib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zipfile import BadZipFile

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from documents.writing.filling import PICTURE, PLACE, is_picture, list_of, written_in
from documents.writing.layout import Layout
from models.messages import codes, say
from models.rules.upload import DOCX, upload_fault

_W = qn("w:p").removesuffix("p")
_PROPERTIES = ("pPr", "rPr", "tblPr", "tblPrEx", "trPr", "tcPr", "sectPr", "sdtPr", "sdtEndPr")
# fmt: off
_SHOWN = frozenset((
    "p", "r", "t", "br", "tab", "tbl", "tblGrid", "gridCol", "tr", "tc", "drawing", "fldChar", "fldSimple",
    "instrText", "sdt", "sdtContent", "proofErr", "bookmarkStart", "bookmarkEnd", "lastRenderedPageBreak",
    "permStart", "permEnd",
))
"""What may stand in a story; everything else would be missing or another thing in print."""
_LOST = frozenset((
    "numPr", "framePr", "pBdr", "textDirection", "i", "vanish", "strike", "dstrike", "vertAlign", "em",
    "eastAsianLayout", "bdr", "rStyle", "ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange",
    "tblPrChange", "trPrChange", "tcPrChange", "sectPrChange", "tblpPr", "titlePg", "bidi", "rtl",
    "bidiVisual",
))
# fmt: on
"""Properties whose loss would change what is read; a font or a width that is not known would not."""
_OFF = ("0", "false", "off", "none", "baseline", "lrTb")
_HOLDERS = tuple(qn(f"w:{name}") for name in ("body", "hdr", "ftr", "tc", "p", "sdtContent"))
"""Where a content control may stand: around words or paragraphs; around a cell or a row it would hide them."""
_FIELDS = ("PAGE", "NUMPAGES")
_WORDED = "documents.template.thing."


@dataclass(frozen=True, slots=True)
class _Story:
    """One part in which text may stand, and how its places are called."""

    name: str
    root: etree._Element


def template_faults(content: bytes, layout: Layout) -> tuple[str, ...]:
    """Every reason not to use a .docx as the template of a document, in sentences with places; none for a sound one."""
    fault = upload_fault(f"{layout.code}{DOCX}", content)
    if fault:
        return (say(f"upload.{fault.code}", **fault.facts),)
    try:
        document = docx.Document(io.BytesIO(content))
        if not document.sections:
            return (say("documents.template.damaged"),)
        section = document.sections[0]
        stories = [
            _Story("body", document.element.body),
            _Story("header", section.header._element),
            _Story("footer", section.footer._element),
        ]
        settings = document.settings.element
        styles = document.styles.element
    except (KeyError, ValueError, AttributeError, BadZipFile, PackageNotFoundError, etree.XMLSyntaxError):
        return (say("documents.template.damaged"),)
    found = [sentence for story in stories for sentence in _story_faults(story, layout)]
    if len(document.sections) > 1:
        found.append(say("documents.template.sections"))
    columns = section._sectPr.find(qn("w:cols"))
    if columns is not None and int(columns.get(qn("w:num"), "1")) > 1:
        found.append(say("documents.template.columns"))
    if settings.find(qn("w:evenAndOddHeaders")) is not None:
        found.append(say("documents.template.odd_pages"))
    found += _numbered(stories, styles)
    found += _missing(stories, layout)
    return tuple(dict.fromkeys(found))


def _story_faults(story: _Story, layout: Layout) -> Iterator[str]:
    for element in story.root.iter():
        thing = _thing(element)
        if thing:
            named = thing if f"{_WORDED}{thing}" in codes(_WORDED) else "other"
            words = say(f"{_WORDED}{named}", tag=thing)
            yield say("documents.template.unshown", place=_place(element, story), thing=words)
    for table in story.root.iter(qn("w:tbl")):
        if next(table.iterancestors(qn("w:tbl")), None) is not None:
            yield say("documents.template.nested", place=_place(table, story))
    for row in story.root.iter(qn("w:tr")):
        yield from _row_faults(row, story, layout)
    for paragraph in story.root.iter(qn("w:p")):
        yield from _name_faults(paragraph, story, layout)


def _thing(element: etree._Element) -> str:
    """What of an element the print could not show; nothing for what it shows."""
    if not isinstance(element.tag, str):
        return ""
    tag = etree.QName(element)
    above = {etree.QName(one).localname for one in element.iterancestors() if isinstance(one.tag, str)}
    if above & set(_PROPERTIES):
        is_on = element.get(qn("w:val"), "1") not in _OFF
        return tag.localname if tag.localname in _LOST and is_on else ""
    if "drawing" in above:
        return tag.localname if tag.localname in ("anchor", "txbxContent", "chart", "relIds", "wsp") else ""
    if tag.localname in (*_PROPERTIES, "body", "hdr", "ftr"):
        return ""
    if tag.localname == "fldSimple":
        return _field_fault(element.get(qn("w:instr"), ""))
    if tag.localname == "instrText":
        return _field_fault(element.text or "")
    if tag.localname == "sdt":
        return "" if element.getparent().tag in _HOLDERS else "sdt"
    if tag.localname == "br":
        return _break_fault(element)
    return "" if tag.localname in _SHOWN and tag.namespace == _W[1:-1] else tag.localname


def _field_fault(asked: str) -> str:
    return "" if not asked.split() or asked.split()[0] in _FIELDS else "field"


def _break_fault(mark: etree._Element) -> str:
    kind = mark.get(qn("w:type"), "textWrapping")
    if kind == "textWrapping":
        return ""
    if kind == "column" or next(mark.iterancestors(qn("w:tbl")), None) is not None:
        return "br"
    paragraph = next(mark.iterancestors(qn("w:p")))
    words = list(paragraph.iter(qn("w:t"), qn("w:br")))
    place = words.index(mark)
    is_within = all(
        any((one.text or "").strip() for one in part) for part in (words[:place], words[place + 1 :])
    )
    return "br" if is_within else ""


def _row_faults(row: etree._Element, story: _Story, layout: Layout) -> Iterator[str]:
    lists = {one[1] for one in PLACE.finditer(written_in(row)) if one[2]}
    known = sorted(lists & layout.lists.keys())
    if len(known) > 1:
        yield say("documents.template.two_lists", place=_place(row, story), lists=known)
    if list_of(row, layout) and next(row.iter(qn("w:vMerge")), None) is not None:
        yield say("documents.template.merged_row", place=_place(row, story), list=known[0])


def _name_faults(paragraph: etree._Element, story: _Story, layout: Layout) -> Iterator[str]:
    written, place = written_in(paragraph), _place(paragraph, story)
    if any(one in PLACE.sub("", written) for one in ("{{", "}}", "\uff5b\uff5b", "\uff5d\uff5d")):
        yield say("documents.template.broken", place=place, found=written.strip()[:_SHOWN_SIGNS])
    for one in PLACE.finditer(written):
        name = f"{one[1]}.{one[2]}" if one[2] else one[1]
        if name not in _known(layout):
            near = difflib.get_close_matches(name, _known(layout), n=3, cutoff=0.4) or list(_known(layout))
            yield say("documents.template.unknown", place=place, name=name, known=near)
        elif one[2] and (story.name != "body" or next(paragraph.iterancestors(qn("w:tr")), None) is None):
            yield say("documents.template.outside_row", place=place, name=name)
        elif layout.names.get(name) == PICTURE and (
            story.name != "body" or not is_picture(paragraph, layout)
        ):
            yield say("documents.template.picture_alone", place=place, name=name)


_SHOWN_SIGNS = 40


def _known(layout: Layout) -> Mapping[str, str]:
    """Every name that may stand in double braces → its key."""
    rows = {
        f"{name}.{label}": key for name, (_, names) in layout.lists.items() for label, key in names.items()
    }
    return {**layout.names, **rows}


def _missing(stories: list[_Story], layout: Layout) -> Iterator[str]:
    named = {
        one[1]
        for story in stories
        for part in story.root.iter(qn("w:p"))
        for one in PLACE.finditer(written_in(part))
    }
    for name in layout.required:
        if name not in named:
            shown = f"{name}.…" if name in layout.lists else name
            yield say("documents.template.missing", name=shown)


def _numbered(stories: list[_Story], styles: etree._Element) -> Iterator[str]:
    """Paragraphs that get a number from their style, which the print would not show."""
    numbering = {
        str(one.get(qn("w:styleId"))): str(one.get(qn("w:styleId")))
        for one in styles.iterchildren(qn("w:style"))
        if one.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    }
    for story in stories:
        for mark in story.root.iter(qn("w:pStyle")):
            if str(mark.get(qn("w:val"))) in numbering:
                words = say(f"{_WORDED}numPr")
                yield say("documents.template.unshown", place=_place(mark, story), thing=words)


def _place(element: etree._Element, story: _Story) -> str:
    """Where an element stands: a paragraph of a story by its number, or a cell of a table by row and column."""
    tables = [one for one in (element, *element.iterancestors()) if one.tag == qn("w:tbl")]
    if story.name != "body":
        return say(f"documents.template.place.{story.name}")
    if not tables:
        top = next(
            (one for one in (element, *element.iterancestors()) if one.getparent() is story.root), element
        )
        return say("documents.template.place.paragraph", number=_number(top, story.root, qn("w:p")))
    table = tables[-1]
    number = _number(table, story.root, qn("w:tbl"))
    row = next((one for one in (element, *element.iterancestors()) if one.getparent() is table), None)
    if row is None or row.tag != qn("w:tr"):
        return say("documents.template.place.table", table=number)
    cell = next((one for one in (element, *element.iterancestors()) if one.getparent() is row), None)
    place = _number(row, table, qn("w:tr"))
    if cell is None or cell.tag != qn("w:tc"):
        return say("documents.template.place.row", table=number, row=place)
    return say("documents.template.place.cell", table=number, row=place, cell=_number(cell, row, qn("w:tc")))


def _number(element: etree._Element, parent: etree._Element, tag: str) -> int:
    siblings = list(parent.iterchildren(tag))
    return siblings.index(element) + 1 if element in siblings else 0
