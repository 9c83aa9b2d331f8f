"""Fills a .docx template: names in double braces become values, rows of a list are repeated, nothing else is known."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.shared import Mm

from documents.writing.layout import Layout
from documents.writing.packing import packed

PLACE = re.compile(r"\{\{\s*([^{}.\s]+)(?:\.([^{}.\s]+))?\s*\}\}")
PICTURE = "qr"
"""The key of a value that is a picture: it comes as PNG and stands in a paragraph of its own name."""
_PICTURE_MM = 17
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)

Rows = Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Values:
    """What a document says: texts by key, rows by the list's key, and the picture of its version code."""

    texts: Mapping[str, str]
    lists: Mapping[str, Rows]
    picture: bytes | None = None


def fill(template: bytes, layout: Layout, values: Values) -> bytes:
    """The .docx with its values; equal templates and values give equal bytes. The template has been checked.

    A value is text, never markup: what would turn the direction of writing or is no character at all is left out.
    """
    document = docx.Document(io.BytesIO(template))
    for table in list(document.element.body.iter(qn("w:tbl"))):
        _repeat(table, layout, values)
    for part in _parts(document):
        for paragraph in list(part.iter(qn("w:p"))):
            _fill_paragraph(paragraph, layout, values)
    for paragraph in document.paragraphs:
        _place_picture(paragraph, layout, values)
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                for paragraph in cell.paragraphs:
                    _place_picture(paragraph, layout, values)
    made = io.BytesIO()
    document.save(made)
    return packed(made.getvalue())


def plain(text: str) -> str:
    """A value as it may stand in a document."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _parts(document: Any) -> Iterator[Any]:
    yield document.element.body
    for section in document.sections:
        yield section.header._element
        yield section.footer._element


def _repeat(table: Any, layout: Layout, values: Values) -> None:
    for row in list(table.iterchildren(qn("w:tr"))):
        named = {found[1] for found in PLACE.finditer(_text(row)) if found[2]}
        wanted = [name for name in named if name in layout.lists]
        if not wanted:
            continue
        key, names = layout.lists[wanted[0]]
        for item in values.lists.get(key, ()):
            copy = deepcopy(row)
            for paragraph in copy.iter(qn("w:p")):
                _replace(
                    paragraph,
                    {f"{wanted[0]}.{name}": plain(item.get(one, "")) for name, one in names.items()},
                )
            row.addprevious(copy)
        table.remove(row)


def _fill_paragraph(paragraph: Any, layout: Layout, values: Values) -> None:
    if "{{" not in _text(paragraph):
        return
    given = {name: plain(values.texts.get(key, "")) for name, key in layout.names.items() if key != PICTURE}
    _replace(paragraph, given)


def _replace(paragraph: Any, given: Mapping[str, str]) -> None:
    """Replaces within each run; where a program has cut a name into several runs, the first of them takes it all."""
    runs = [one for one in paragraph.iter(qn("w:r")) if one.find(qn("w:t")) is not None]
    if not runs:
        return
    if any(_is_cut(_text(run)) for run in runs):
        whole = "".join(_text(run) for run in runs)
        _write(runs[0], whole)
        for run in runs[1:]:
            for word in run.findall(qn("w:t")):
                run.remove(word)
        runs = runs[:1]
    for run in runs:
        text = _text(run)
        if "{{" in text:
            _write(run, PLACE.sub(lambda found: given.get(_name(found), found[0]), text))


def _is_cut(text: str) -> bool:
    rest = PLACE.sub("", text)
    return "{" in rest or "}" in rest


def _name(found: re.Match[str]) -> str:
    return f"{found[1]}.{found[2]}" if found[2] else found[1]


def _write(run: Any, text: str) -> None:
    for element in [*run.findall(qn("w:t")), *run.findall(qn("w:br"))]:
        run.remove(element)
    for number, line in enumerate(text.split("\n")):
        if number:
            run.append(run.makeelement(qn("w:br"), {}))
        word = run.makeelement(qn("w:t"), {qn("xml:space"): "preserve"})
        word.text = line
        run.append(word)


def _text(element: Any) -> str:
    """What is written in an element, a line break as such."""
    parts = element.iter(qn("w:t"), qn("w:br"))
    return "".join((part.text or "") if part.tag == qn("w:t") else "\n" for part in parts)


def _place_picture(paragraph: Any, layout: Layout, values: Values) -> None:
    name = next((label for label, key in layout.names.items() if key == PICTURE), None)
    if name is None or f"{{{{{name}}}}}" not in paragraph.text.replace(" ", ""):
        return
    for run in paragraph.runs:
        run.text = ""
    if values.picture is not None:
        paragraph.runs[0].add_picture(io.BytesIO(values.picture), width=Mm(_PICTURE_MM))
