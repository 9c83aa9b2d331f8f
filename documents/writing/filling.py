"""Fills a .docx template: names in double braces become values, rows of a list are repeated, nothing else is known."""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import docx
from docx.oxml.ns import qn
from docx.oxml.shape import CT_Inline
from docx.shared import Mm

from documents.writing.layout import Layout
from documents.writing.packing import packed

PLACE = re.compile(r"\{\{[ \u3000]*([^{}.\s]+)(?:\.([^{}.\s]+))?[ \u3000]*\}\}")
PICTURE = "qr"
"""The key of a value that is a picture: it comes as PNG and stands in a paragraph of its own name."""
_PICTURE_MM = 17
_UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff]"
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

    Each paragraph is filled once: a value is text, never a name to be replaced. What would turn the direction of
    writing or is no character at all is left out of it.
    """
    document = docx.Document(io.BytesIO(template))
    texts = {name: plain(values.texts.get(key, "")) for name, key in layout.names.items() if key != PICTURE}
    repeated = [row for row in document.element.body.iter(qn("w:tr")) if list_of(row, layout)]
    within = {paragraph for row in repeated for paragraph in row.iter(qn("w:p"))}
    for part in parts_of(document):
        for paragraph in part.iter(qn("w:p")):
            if paragraph not in within:
                _fill_paragraph(paragraph, layout, texts, values, document.part)
    for row in repeated:
        _repeat(row, layout, texts, values)
    made = io.BytesIO()
    document.save(made)
    return packed(made.getvalue())


def plain(text: str) -> str:
    """A value as it may stand in a document."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def parts_of(document: Any) -> Iterator[Any]:
    """Where text may stand: the body, headers and footers."""
    yield document.element.body
    for section in document.sections:
        yield section.header._element
        yield section.footer._element


def written_in(element: Any) -> str:
    """What is written in an element, line breaks and tabs as such."""
    return "".join(_sign(part) for part in element.iter(qn("w:t"), qn("w:br"), qn("w:tab")))


def list_of(row: Any, layout: Layout) -> str:
    """The list whose items a row of a table is repeated for; nothing for a row that stands once."""
    return next(
        (found[1] for found in PLACE.finditer(written_in(row)) if found[2] and found[1] in layout.lists), ""
    )


def is_picture(paragraph: Any, layout: Layout) -> bool:
    """Whether a paragraph holds the place of the picture."""
    found = PLACE.fullmatch(written_in(paragraph).strip())
    return found is not None and layout.names.get(found[1]) == PICTURE


def _sign(part: Any) -> str:
    if part.tag == qn("w:t"):
        return part.text or ""
    # A tab among a paragraph's properties is a stop, not a character.
    return ("\n" if part.tag == qn("w:br") else "\t") if part.getparent().tag == qn("w:r") else ""


def _repeat(row: Any, layout: Layout, texts: Mapping[str, str], values: Values) -> None:
    name = list_of(row, layout)
    key, names = layout.lists[name]
    for item in values.lists.get(key, ()):
        copy = deepcopy(row)
        given = {**texts, **{f"{name}.{label}": plain(item.get(one, "")) for label, one in names.items()}}
        for paragraph in copy.iter(qn("w:p")):
            _replace(paragraph, given)
        row.addprevious(copy)
    row.getparent().remove(row)


def _fill_paragraph(
    paragraph: Any, layout: Layout, texts: Mapping[str, str], values: Values, part: Any
) -> None:
    if not is_picture(paragraph, layout):
        _replace(paragraph, texts)
        return
    runs = list(paragraph.iter(qn("w:r")))
    for run in runs:
        for word in list(run.iter(qn("w:t"))):
            run.remove(word)
    if values.picture is not None:
        rel, image = part.get_or_add_image(io.BytesIO(values.picture))
        width, height = image.scaled_dimensions(Mm(_PICTURE_MM), None)
        runs[0].add_drawing(CT_Inline.new_pic_inline(part.next_id, rel, "", width, height))


def _replace(paragraph: Any, given: Mapping[str, str]) -> None:
    """Replaces every name where it begins; a program may have cut it into several runs, whose looks stay theirs."""
    words = [one for one in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab")) if _sign(one) or one.text]
    written = "".join(_sign(one) for one in words)
    found = [one for one in PLACE.finditer(written) if _name(one) in given]
    if not found:
        return
    starts, place = [], 0
    for one in words:
        starts.append(place)
        place += len(_sign(one))
    for one, start in zip(words, starts, strict=True):
        if one.tag == qn("w:t"):
            end = start + len(one.text or "")
            _write(one, _spliced(written, start, end, found, given))


def _spliced(
    written: str, start: int, end: int, found: Sequence[re.Match[str]], given: Mapping[str, str]
) -> str:
    """What a piece of a paragraph's text becomes: a value where its name begins, nothing where it goes on."""
    made, place = [], start
    for one in found:
        if one.end() <= start or one.start() >= end:
            continue
        made.append(written[place : max(one.start(), place)])
        if one.start() >= start:
            made.append(given[_name(one)])
        place = min(one.end(), end)
    return "".join([*made, written[place:end]])


def _name(found: re.Match[str]) -> str:
    return f"{found[1]}.{found[2]}" if found[2] else found[1]


def _write(word: Any, text: str) -> None:
    """Puts a text in place of a word; its lines and tabs become the elements that stand for them."""
    first = True
    for piece in re.split(r"([\n\t])", text):
        if piece in ("\n", "\t"):
            word.addprevious(word.makeelement(qn("w:br" if piece == "\n" else "w:tab"), {}))
        elif piece or first:
            made = word.makeelement(qn("w:t"), {qn("xml:space"): "preserve"})
            made.text = piece
            word.addprevious(made)
        first = False
    word.getparent().remove(word)
