"""What may be handed in as a file: its name, its size, and that the content is what the name says, without a parser."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from models.rules.upload_compound import compound_fault
from models.rules.upload_office import OfficeFault, office_fault
from models.rules.upload_opendocument import opendocument_fault
from models.rules.upload_picture import MAX_PIXELS, picture_size

MAX_BYTES = 10 * 1024 * 1024
MAX_NAME = 120
_TAIL = 1024
"""Where the end mark of a whole file is looked for: some scanners append a few bytes."""

DOCX, XLSX, ODT, DOC = ".docx", ".xlsx", ".odt", ".doc"
MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ODT: "application/vnd.oasis.opendocument.text",
    DOC: "application/msword",
}
"""What may be handed in, by the end of its name → its media type."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is refused: the code of its sentence and the facts the sentence names."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)


def upload_fault(name: str, content: bytes) -> Fault | None:
    """The first reason to refuse a file, None for one that may be kept; nothing is decoded.

    `content` is read to at most one byte over MAX_BYTES by whoever asks.
    """
    return _name_fault(name) or _size_fault(content) or _content_fault(name, content)


def plain_name(name: str) -> str:
    """A name as it is kept: composed (NFC), without blanks around it."""
    return unicodedata.normalize("NFC", name).strip()


def media_type_of(name: str) -> str:
    """The media type of a name that was accepted; raises KeyError for another."""
    return MEDIA_TYPES[ending_of(name)]


def ending_of(name: str) -> str:
    """The end of a name from its last point on, in small letters."""
    _, point, last = name.rpartition(".")
    return f"{point}{last}".lower()


def _name_fault(name: str) -> Fault | None:
    if not name:
        return Fault("name_missing")
    if len(name) > MAX_NAME:
        return Fault("name_long", {"most": MAX_NAME, "found": len(name)})
    # Marks that turn the direction of writing (category Cf) make a .pdf of what ends otherwise.
    if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in name):
        return Fault("name_signs")
    if "/" in name or "\\" in name or ":" in name:
        return Fault("name_path")
    if name.startswith("."):
        return Fault("name_missing")
    if ending_of(name) not in MEDIA_TYPES:
        return Fault("kind_unknown", {"found": name})
    return None


def _size_fault(content: bytes) -> Fault | None:
    if not content:
        return Fault("empty")
    return Fault("large") if len(content) > MAX_BYTES else None


def _content_fault(name: str, content: bytes) -> Fault | None:
    ending = ending_of(name)
    found = _kind_of(content)
    if found == "ole" and ending != DOC:
        return Fault("ole")
    if found != _EXPECTED[ending]:
        return Fault("content_other", {"ending": ending, "name": name})
    if ending in _OFFICE:
        problem = _OFFICE[ending](content)
        return Fault(f"office_{problem.code}", problem.facts) if problem else None
    return _CHECKS[found](content)


_EXPECTED = {
    ".pdf": "pdf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    DOCX: "zip",
    XLSX: "zip",
    ODT: "zip",
    DOC: "ole",
}
_OFFICE: Mapping[str, Callable[[bytes], OfficeFault | None]] = {
    DOCX: partial(office_fault, is_document=True),
    XLSX: partial(office_fault, is_document=False),
    ODT: opendocument_fault,
    DOC: compound_fault,
}
_MAGIC = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"PK\x03\x04", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
)


def _kind_of(content: bytes) -> str:
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), "")


def _pdf_fault(content: bytes) -> Fault | None:
    return None if b"%%EOF" in content[-_TAIL:] else Fault("cut_off")


def _picture_fault(content: bytes) -> Fault | None:
    size = picture_size(content)
    if size is None:
        return Fault("cut_off")
    width, height = size
    if width * height > MAX_PIXELS:
        return Fault("pixels", {"width": width, "height": height, "most": MAX_PIXELS // 10_000})
    return None


def _png_fault(content: bytes) -> Fault | None:
    return _picture_fault(content) if b"IEND" in content[-_TAIL:] else Fault("cut_off")


def _jpeg_fault(content: bytes) -> Fault | None:
    return _picture_fault(content) if b"\xff\xd9" in content[-_TAIL:] else Fault("cut_off")


_CHECKS: Mapping[str, Callable[[bytes], Fault | None]] = {
    "pdf": _pdf_fault,
    "png": _png_fault,
    "jpeg": _jpeg_fault,
}
