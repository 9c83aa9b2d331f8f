"""What may be handed in as a file: its name, its size, and that the content is what the name says, without a parser."""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from models.rules.upload_office import office_fault

MAX_BYTES = 10 * 1024 * 1024
MAX_NAME = 120
MAX_PIXELS = 60_000_000
"""An A3 page scanned at 600 dpi has 70 million, at 400 dpi 31 million."""
_TAIL = 1024
"""Where the end mark of a whole file is looked for: some scanners append a few bytes."""
_MAX_SEGMENTS = 4_000
"""A JPEG says its size within its first few segments; more than this is made to keep us reading."""

DOCX, XLSX = ".docx", ".xlsx"
MEDIA_TYPES: Mapping[str, str] = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
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
    return MEDIA_TYPES[_ending(name)]


def _ending(name: str) -> str:
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
    if _ending(name) not in MEDIA_TYPES:
        return Fault("kind_unknown", {"found": name})
    return None


def _size_fault(content: bytes) -> Fault | None:
    if not content:
        return Fault("empty")
    return Fault("large") if len(content) > MAX_BYTES else None


def _content_fault(name: str, content: bytes) -> Fault | None:
    ending = _ending(name)
    found = _kind_of(content)
    if found == "ole":
        return Fault("ole")
    if found != _EXPECTED[ending]:
        return Fault("content_other", {"ending": ending, "name": name})
    if found == "zip":
        problem = office_fault(content, is_document=ending == DOCX)
        return Fault(f"office_{problem.code}", problem.facts) if problem else None
    return _CHECKS[found](content)


_EXPECTED = {".pdf": "pdf", ".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", DOCX: "zip", XLSX: "zip"}
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


def _png_fault(content: bytes) -> Fault | None:
    if content[12:16] != b"IHDR" or content[8:12] != b"\x00\x00\x00\x0d" or b"IEND" not in content[-_TAIL:]:
        return Fault("cut_off")
    return _size_of_picture(int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))


def _jpeg_fault(content: bytes) -> Fault | None:
    if b"\xff\xd9" not in content[-_TAIL:]:
        return Fault("cut_off")
    place = 2
    for _ in range(_MAX_SEGMENTS):
        marker, length = content[place : place + 2], int.from_bytes(content[place + 2 : place + 4])
        if len(marker) < len(_SOI) or marker[0] != _SOI[0]:
            break
        if marker[1] == _FILL:
            place += 1
            continue
        if marker[1] in _FRAMES:
            height, width = content[place + 5 : place + 7], content[place + 7 : place + 9]
            return _size_of_picture(int.from_bytes(width), int.from_bytes(height))
        if length < len(_SOI):
            break
        place += len(_SOI) + length
    return Fault("cut_off")


_SOI = b"\xff\xd8"
_FILL = 0xFF
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""The markers of a JPEG that are followed by its height and width."""


def _size_of_picture(width: int, height: int) -> Fault | None:
    if not width or not height:
        return Fault("cut_off")
    if width * height > MAX_PIXELS:
        return Fault("pixels", {"width": width, "height": height, "most": MAX_PIXELS // 10_000})
    return None


_CHECKS: Mapping[str, Callable[[bytes], Fault | None]] = {
    "pdf": _pdf_fault,
    "png": _png_fault,
    "jpeg": _jpeg_fault,
}
