"""Whether an .odt or an old .doc is harmless enough to be converted: by its directory, without opening it."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator

from models.rules.upload_office import OfficeFault, end_fault, entries_fault

ODT, DOC = ".odt", ".doc"
_ODT_TYPE = b"application/vnd.oasis.opendocument.text"
_SCRIPTS = ("basic/", "scripts/", "dialogs/")
_CHUNK = 256 * 1024
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_SCRIPTED = re.compile(rb"<(?:script:|office:scripts>\s*<office:script)|vnd\.sun\.star\.script:")
_ENCRYPTED = b"manifest:encryption-data"
_FETCHED = re.compile(
    rb"<(?:draw:image|draw:object|draw:object-ole|draw:plugin|text:section-source)[^>]*"
    rb"xlink:href=\"(?:https?|ftp|file|smb|/)"
)
_KEPT = 512

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER, _ENTRY = 512, 128
_SECTOR_SHIFTS = (9, 12)
_MOST_SECTORS = 4_096
_NO_SECTOR = 0xFFFFFFFA
_MACROS = ("macros", "_vba_project_cur", "_vba_project", "vba")
_ENCRYPTION = ("encryptedpackage", "encryptioninfo")
_FIB_FLAGS, _FIB_ENCRYPTED = 0x0A, 0x0100


def odt_fault(content: bytes) -> OfficeFault | None:
    """The first reason to refuse an .odt; parts are unpacked once, bounded, and let go."""
    try:
        fault = end_fault(content)
        if fault:
            return fault
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
            fault = entries_fault(entries)
            if fault:
                return fault
            names = {one.filename for one in entries}
            if (
                "mimetype" not in names
                or package.read("mimetype").strip() != _ODT_TYPE
                or "content.xml" not in names
            ):
                return OfficeFault("shape")
            if any(name.lower().startswith(_SCRIPTS) for name in names):
                return OfficeFault("macros")
            for one in entries:
                fault = _part_fault(_pieces(package, one))
                if fault and one.filename.lower().endswith((".xml", ".rdf")):
                    return fault
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError):
        return OfficeFault("damaged")
    return None


def _pieces(package: zipfile.ZipFile, one: zipfile.ZipInfo) -> Iterator[bytes]:
    with package.open(one) as part:
        while piece := part.read(_CHUNK):
            yield piece


def _part_fault(pieces: Iterator[bytes]) -> OfficeFault | None:
    kept, found = b"", None
    for piece in pieces:
        seen = kept + piece
        if found is None:
            found = _markup_fault(seen)
        kept = seen[-_KEPT:]
    return found


def _markup_fault(seen: bytes) -> OfficeFault | None:
    if _DECLARED.search(seen):
        return OfficeFault("declared")
    if _SCRIPTED.search(seen):
        return OfficeFault("macros")
    if _ENCRYPTED in seen:
        return OfficeFault("encrypted")
    return OfficeFault("external") if _FETCHED.search(seen) else None


def doc_fault(content: bytes) -> OfficeFault | None:
    """The first reason to refuse a .doc: no compound file, no Word document in it, macros, a password."""
    if not content.startswith(_OLE) or len(content) < 3 * _HEADER:
        return OfficeFault("shape")
    try:
        names = list(_names(content))
    except (ValueError, IndexError):
        return OfficeFault("damaged")
    plain = {name.lower().strip("\x00\x01\x03\x05") for name in names}
    if plain.intersection(_ENCRYPTION):
        return OfficeFault("encrypted")
    if "worddocument" not in plain:
        return OfficeFault("shape")
    if plain.intersection(_MACROS):
        return OfficeFault("macros")
    return OfficeFault("encrypted") if _is_encrypted(content) else None


def _names(content: bytes) -> Iterator[str]:
    """The names in the directory of a compound file, its sectors followed at most once each."""
    shift = int.from_bytes(content[30:32], "little")
    if shift not in _SECTOR_SHIFTS:
        raise ValueError(shift)
    size = 1 << shift
    table = _allocation(content, size)
    sector, seen = int.from_bytes(content[48:52], "little"), set[int]()
    while sector < _NO_SECTOR:
        if sector in seen or len(seen) > _MOST_SECTORS:
            raise ValueError(sector)
        seen.add(sector)
        begin = (sector + 1) * size
        block = content[begin : begin + size]
        if len(block) < size:
            raise ValueError(sector)
        for place in range(0, size, _ENTRY):
            length = int.from_bytes(block[place + 64 : place + 66], "little")
            if 2 <= length <= 64:
                yield block[place : place + length - 2].decode("utf-16-le", "replace")
        sector = table[sector]


def _allocation(content: bytes, size: int) -> list[int]:
    """Which sector follows which; the first 109 sectors of the table, enough for 7 MB, stand in the header."""
    table: list[int] = []
    for place in range(76, _HEADER, 4):
        sector = int.from_bytes(content[place : place + 4], "little")
        if sector >= _NO_SECTOR:
            break
        block = content[(sector + 1) * size : (sector + 2) * size]
        table += [int.from_bytes(block[at : at + 4], "little") for at in range(0, len(block), 4)]
    return table


def _is_encrypted(content: bytes) -> bool:
    """The flag in Word's own header, which begins with its magic number at the beginning of a sector."""
    for place in range(_HEADER, min(len(content), 64 * _HEADER), _HEADER):
        if content[place : place + 2] == b"\xec\xa5":
            flags = int.from_bytes(content[place + _FIB_FLAGS : place + _FIB_FLAGS + 2], "little")
            return bool(flags & _FIB_ENCRYPTED)
    return False
