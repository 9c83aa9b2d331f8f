"""Whether a .docx or .xlsx is harmless: as a zip directory first, then part by part, bounded (DESIGN section 8)."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

from models.rules.upload_picture import MAX_PIXELS, picture_size

MAX_ENTRIES = 2_000
MAX_DIRECTORY = 1024 * 1024
MAX_PART = 30 * 1024 * 1024
MAX_TOTAL = 60 * 1024 * 1024
MAX_RATIO = 150
RATIO_FROM = 1024 * 1024
"""Below this size a high ratio is no danger, and common among small XML parts."""
MAX_RELATIONS = 1024 * 1024

_END, _END_SIZE = b"PK\x05\x06", 22
_LOCATOR, _LOCATOR_SIZE = b"PK\x06\x07", 20
_ENCRYPTED = 0x1
_CHUNK = 256 * 1024
_HEAD = 1024 * 1024
"""Within so much a picture says its size."""
_TYPES = "[Content_Types].xml"
_MAIN = {True: "word/document.xml", False: "xl/workbook.xml"}
_XML = (".xml", ".rels", ".vml")
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_LONGEST_MARK = len(b"<!DOCTYPE")
_LINK = "/hyperlink"
_LINKED = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class OfficeFault:
    """Why an Office file is refused."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)


def office_fault(content: bytes, *, is_document: bool) -> OfficeFault | None:
    """The first reason to refuse a .docx (`is_document`) or .xlsx; never unpacks more than it says and we allow."""

    def judge(package: zipfile.ZipFile) -> OfficeFault | None:
        entries = package.infolist()
        return _shape_fault(entries, is_document=is_document) or _parts_fault(package, entries)

    return package_fault(content, judge)


def package_fault(
    content: bytes, judge: Callable[[zipfile.ZipFile], OfficeFault | None]
) -> OfficeFault | None:
    """What is wrong with a zip file as such, else what `judge` says of its parts, whose sizes are bounded by then."""
    try:
        fault = _end_fault(content)
        if fault:
            return fault
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return _directory_fault(package.infolist()) or judge(package)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError):
        return OfficeFault("damaged")


def _end_fault(content: bytes) -> OfficeFault | None:
    """The end record, before anything reads the directory: how many entries, how long, and nothing before or behind."""
    end = content[-_END_SIZE:]
    if not end.startswith(_END) or int.from_bytes(end[20:22], "little"):
        return OfficeFault("damaged")
    if content[-_END_SIZE - _LOCATOR_SIZE : -_END_SIZE].startswith(_LOCATOR):
        return OfficeFault("damaged")
    count, size, begin = (int.from_bytes(end[a:b], "little") for a, b in ((10, 12), (12, 16), (16, 20)))
    if count > MAX_ENTRIES or size > MAX_DIRECTORY:
        return OfficeFault("entries", {"most": MAX_ENTRIES})
    return None if begin + size == len(content) - _END_SIZE else OfficeFault("damaged")


def _directory_fault(entries: list[zipfile.ZipInfo]) -> OfficeFault | None:
    if len(entries) > MAX_ENTRIES:
        return OfficeFault("entries", {"most": MAX_ENTRIES})
    if len({one.filename.lower() for one in entries}) != len(entries):
        return OfficeFault("damaged")
    for one in entries:
        # ZipInfo cuts a name at a NUL and turns other separators: what was written is judged.
        if _leads_out(one.orig_filename):
            return OfficeFault("path")
        if one.flag_bits & _ENCRYPTED:
            return OfficeFault("encrypted")
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return OfficeFault("damaged")
        if one.file_size > MAX_PART or _swells(one):
            return OfficeFault("bomb")
    return OfficeFault("bomb") if sum(one.file_size for one in entries) > MAX_TOTAL else None


def _swells(one: zipfile.ZipInfo) -> bool:
    return one.file_size > RATIO_FROM and one.file_size > MAX_RATIO * max(one.compress_size, 1)


def _leads_out(name: str) -> bool:
    if not name or not name.isprintable() or "\\" in name or ":" in name or name.startswith("/"):
        return True
    return ".." in name.split("/")


def _shape_fault(entries: list[zipfile.ZipInfo], *, is_document: bool) -> OfficeFault | None:
    names = {one.filename for one in entries}
    if _TYPES not in names or _MAIN[is_document] not in names:
        return OfficeFault("shape")
    if any("vbaproject" in name.lower() or "/activex/" in name.lower() for name in names):
        return OfficeFault("macros")
    if any("/embeddings/" in name.lower() and name.lower().endswith(".bin") for name in names):
        return OfficeFault("embedded")
    return None


def _parts_fault(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> OfficeFault | None:
    """Every part is unpacked once, in pieces that are let go: what lies about its size or checksum ends here."""
    for one in entries:
        name = one.filename.lower()
        if name.endswith(".rels"):
            fault = _relations_fault(package, one)
        elif name.endswith(_XML):
            fault = markup_fault(pieces_of(package, one))
        else:
            fault = picture_fault(pieces_of(package, one))
        if fault:
            return fault
    return None


def picture_fault(pieces: Iterator[bytes]) -> OfficeFault | None:
    """Goes through a part to its end; a picture that says it is huge is refused, as what shows it would decode it."""
    head = b""
    for piece in pieces:
        head += piece if len(head) < _HEAD else b""
    width, height = picture_size(head) or (0, 0)
    if width * height <= MAX_PIXELS:
        return None
    return OfficeFault("pixels", {"width": width, "height": height, "most": MAX_PIXELS // 10_000})


def pieces_of(package: zipfile.ZipFile, one: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a part, a piece at a time; raises BadZipFile where it is not what the directory says."""
    with package.open(one) as part:
        while piece := part.read(_CHUNK):
            yield piece


def markup_fault(pieces: Iterator[bytes]) -> OfficeFault | None:
    """No declarations of one's own, no macros announced, no encoding but UTF-8, in which these would look otherwise."""
    kept = b""
    for piece in pieces:
        seen = kept + piece
        if b"\x00" in piece or _DECLARED.search(seen):
            return OfficeFault("declared")
        if b"macroEnabled" in seen:
            return OfficeFault("macros")
        kept = seen[-_LONGEST_MARK - 4 :]
    return None


def _relations_fault(package: zipfile.ZipFile, one: zipfile.ZipInfo) -> OfficeFault | None:
    if one.file_size > MAX_RELATIONS:
        return OfficeFault("bomb")
    content = b"".join(pieces_of(package, one))
    fault = markup_fault(iter((content,)))
    if fault:
        return fault
    try:
        # Without a DOCTYPE, checked above, there is nothing that a parser could be made to fetch or multiply.
        found = ElementTree.fromstring(content.decode("utf-8-sig"))
    except ElementTree.ParseError:
        return OfficeFault("damaged")
    return OfficeFault("external") if any(_leads_away(relation) for relation in found.iter()) else None


def _leads_away(relation: ElementTree.Element) -> bool:
    """Whether a relation fetches something from elsewhere; a link that waits for a click does not."""
    if relation.get("TargetMode", "").lower() != "external":
        return False
    is_link = relation.get("Type", "").endswith(_LINK)
    return not (is_link and relation.get("Target", "").lower().startswith(_LINKED))
