"""Any document that offices hand in, read by the end of its name, after the rules of upload have judged every byte."""

from collections.abc import Callable, Mapping

from documents.reading.office_program import convert_to_docx
from documents.reading.table import Cell, Document, Line, Place, Table, Unreadable
from documents.reading.word import read_word
from documents.reading.workbook import read_workbook
from models.rules.upload import DOC, DOCX, ODT, XLSX, ending_of, plain_name, upload_fault

__all__ = ["READABLE", "Cell", "Document", "Line", "Place", "Table", "Unreadable", "read_document"]


def read_document(name: str, content: bytes) -> Document:
    """The tables and lines of a .docx, .xlsx, .odt or .doc.

    Raises Unreadable with a sentence for what may not be uploaded, is no document, is damaged, is too much, or needs
    LibreOffice where there is none. Nothing is fetched and nothing is written outside a temporary folder.
    """
    plain = plain_name(name)
    fault = upload_fault(plain, content)
    if fault is not None:
        raise Unreadable(f"upload.{fault.code}", fault.facts)
    read = _READERS.get(ending_of(plain))
    if read is None:
        raise Unreadable("documents.no_text", {"name": plain})
    return read(plain, content)


def _read_converted(name: str, content: bytes) -> Document:
    """What LibreOffice made is judged like what people hand in."""
    made = convert_to_docx(name, content, ending_of(name))
    fault = upload_fault(f"converted{DOCX}", made)
    if fault is not None:
        raise Unreadable(f"upload.{fault.code}", fault.facts)
    return read_word(name, made)


_READERS: Mapping[str, Callable[[str, bytes], Document]] = {
    DOCX: read_word,
    XLSX: read_workbook,
    ODT: _read_converted,
    DOC: _read_converted,
}
READABLE = tuple(_READERS)
"""The ends of names whose content can be read."""
