"""Opens a file that somebody handed in: its bytes are judged first, then read by the reader of its kind."""

from collections.abc import Callable, Mapping

from documents.reading.document import Document, Unreadable
from documents.reading.office_suite import converted
from documents.reading.sheets import read_sheets
from documents.reading.word import read_word
from models.rules.upload import DOCX, MAX_BYTES, XLSX, plain_name, upload_fault
from models.rules.upload_legacy import DOC, ODT, doc_fault, odt_fault
from models.rules.upload_office import OfficeFault

READABLE = (DOCX, XLSX, ODT, DOC)
"""The ends of names of files that can be read."""

_LEGACY: Mapping[str, Callable[[bytes], OfficeFault | None]] = {ODT: odt_fault, DOC: doc_fault}


def read_document(name: str, content: bytes) -> Document:
    """The tables of a .docx, .xlsx, .odt or .doc. Raises Unreadable with what is wrong and what to do about it."""
    name = plain_name(name)
    ending = ending_of(name)
    if ending in _LEGACY:
        _refuse_legacy(name, content, ending)
        name, content, ending = f"{name}{DOCX}", converted(name, content, ending), DOCX
    elif ending not in READABLE:
        raise Unreadable("documents.kind", {"name": name})
    fault = upload_fault(name, content)
    if fault is not None:
        raise Unreadable(f"upload.{fault.code}", fault.facts)
    return read_sheets(name, content) if ending == XLSX else read_word(name, content)


def ending_of(name: str) -> str:
    """The end of a name from its last point, in small letters."""
    _, point, last = name.rpartition(".")
    return f"{point}{last}".lower()


def _refuse_legacy(name: str, content: bytes, ending: str) -> None:
    fault = upload_fault(f"{name}{DOCX}", content[: MAX_BYTES + 1])
    if fault is not None and fault.code.startswith(("name_", "empty", "large")):
        raise Unreadable(f"upload.{fault.code}", fault.facts)
    found = _LEGACY[ending](content)
    if found is not None:
        raise Unreadable(f"upload.office_{found.code}", found.facts)
