"""Values for every layout, and what is written in the documents made of them."""

import io
import re
from collections.abc import Mapping, Sequence

import docx
import pypdfium2
from docx.oxml.ns import qn

from documents.writing.filling import PICTURE, Values, fill
from documents.writing.layout import Layout, layout_of
from documents.writing.pdf import make_pdf
from documents.writing.templates import shipped_template
from tasks.papers.application import qr_picture

CODE = "QS1/1-52430100MJ00000012-1/2/0123abcd"


def sample_values(layout: Layout, rows: int = 2, **texts: str) -> Values:
    """Every name with a text that says which it is, every list with so many rows, changed as asked."""
    said = {key: f"{name}之值" for name, key in layout.names.items() if key != PICTURE}
    lists = {
        key: [
            {one: f"{name}{label}{number}" for label, one in names.items()} for number in range(1, rows + 1)
        ]
        for name, (key, names) in layout.lists.items()
    }
    has_picture = PICTURE in layout.names.values()
    return Values({**said, **texts}, lists, qr_picture(CODE) if has_picture else None)


def filled(code: str, values: Values | None = None, template: bytes | None = None) -> bytes:
    """The .docx of a layout with its sample values, from its shipped template."""
    layout = layout_of(code)
    return fill(template or shipped_template(code).content, layout, values or sample_values(layout))


def words_of_docx(content: bytes) -> str:
    """Everything that is written in body, header and footer, without blanks."""
    document = docx.Document(io.BytesIO(content))
    stories = [
        document.element.body,
        document.sections[0].header._element,
        document.sections[0].footer._element,
    ]
    return squeezed("".join(one.text or "" for story in stories for one in story.iter(qn("w:t"))))


def pages_of(content: bytes) -> list[str]:
    """What is written on each page of a PDF, without blanks."""
    pdf = pypdfium2.PdfDocument(content)
    return [squeezed(page.get_textpage().get_text_bounded()) for page in pdf]


def printed(code: str, values: Values | None = None) -> list[str]:
    """The pages of a layout with its sample values."""
    return pages_of(make_pdf(filled(code, values)))


def squeezed(text: str) -> str:
    """A text without blanks and without what a reader of PDF puts where a line ends."""
    return re.sub(r"[\s\ufffe\u00ad]+", "", text)


def rows_of(content: bytes, number: int) -> list[Sequence[str]]:
    """The cells of a table of a .docx, as they are written."""
    return [
        [cell.text for cell in row.cells] for row in docx.Document(io.BytesIO(content)).tables[number].rows
    ]


def with_texts(values: Values, texts: Mapping[str, str]) -> Values:
    """The same values with other texts."""
    return Values({**values.texts, **texts}, values.lists, values.picture)
