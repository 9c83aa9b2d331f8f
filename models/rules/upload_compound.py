"""Whether a .doc is harmless as far as its directory tells: one Word document, no macros, no objects, no password.

The compound file (MS-CFB) is read here in a bounded way: its header, the table of sectors as far as the directory
needs it, at most so many entries, and the first bytes of the document itself (MS-DOC, FibBase).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from models.rules.upload_office import OfficeFault

MAX_ENTRIES = 4_096

_HEADER = 512
_ENTRY = 128
_FREE_FROM = 0xFFFFFFFA
"""Sector numbers from here on are marks: end of chain, free, table."""
_SHIFTS = {3: 9, 4: 12}
"""Version of the format → sectors of 2 to this power bytes."""
_IN_HEADER = 109
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_DOCUMENT = "worddocument"
_MACROS = frozenset({"macros", "_vba_project", "vba", "_vba_project_cur", "attachedtoolbars"})
_OBJECTS, _NATIVE = "objectpool", "\x01ole10native"
_PACKAGE = frozenset({"encryptedpackage", "encryptioninfo"})
_LEAST = 4_096
"""A smaller stream lies elsewhere; a Word document never is that small."""
_WORD = 0xA5EC
_IS_ENCRYPTED = 0x0100


class _Broken(Exception):
    """The file is not what its header says."""


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    child: int
    start: int
    size: int


def compound_fault(content: bytes) -> OfficeFault | None:
    """The first reason to refuse a .doc."""
    try:
        file = _Compound(content)
        entries = list(file.entries())
    except (_Broken, struct.error):
        return OfficeFault("damaged")
    names = {one.name.lower() for one in entries}
    if names & _PACKAGE:
        return OfficeFault("encrypted")
    if names & _MACROS:
        return OfficeFault("macros")
    if _NATIVE in names or any(one.name.lower() == _OBJECTS and one.child < _FREE_FROM for one in entries):
        return OfficeFault("embedded")
    found = next((one for one in entries if one.name.lower() == _DOCUMENT and one.kind == _STREAM), None)
    if found is None:
        return OfficeFault("shape")
    head = file.sector(found.start)[:12] if found.size >= _LEAST else b""
    if len(head) < 12 or int.from_bytes(head[:2], "little") != _WORD:
        return OfficeFault("damaged")
    return OfficeFault("encrypted") if int.from_bytes(head[10:12], "little") & _IS_ENCRYPTED else None


class _Compound:
    """The sectors of a compound file; every chain is followed no further than there are sectors."""

    def __init__(self, content: bytes) -> None:
        if len(content) < _HEADER:
            raise _Broken
        version, order, shift = struct.unpack_from("<HHH", content, 26)
        if order != 0xFFFE or _SHIFTS.get(version) != shift:
            raise _Broken
        self._content = content
        self._size = 1 << shift
        self._most = len(content) // self._size
        (self._directory,) = struct.unpack_from("<I", content, 48)
        self._tables = self._table_sectors()

    def sector(self, number: int) -> bytes:
        begin = (number + 1) * self._size
        found = self._content[begin : begin + self._size]
        if number >= _FREE_FROM or not found:
            raise _Broken
        return found

    def entries(self) -> Iterator[_Entry]:
        """Everything the directory holds."""
        count = 0
        for number in self._chain(self._directory):
            sector = self.sector(number)
            for at in range(0, len(sector) - _ENTRY + 1, _ENTRY):
                count += 1
                if count > MAX_ENTRIES:
                    raise _Broken
                entry = _entry(sector[at : at + _ENTRY])
                if count == 1 and (entry is None or entry.kind != _ROOT):
                    raise _Broken
                if entry is not None:
                    yield entry

    def _chain(self, first: int) -> Iterator[int]:
        number = first
        for _ in range(self._most + 1):
            if number >= _FREE_FROM:
                return
            yield number
            number = self._next(number)
        raise _Broken

    def _next(self, number: int) -> int:
        each = self._size // 4
        table, place = divmod(number, each)
        if table >= len(self._tables):
            raise _Broken
        found: int = struct.unpack_from("<I", self.sector(self._tables[table]), place * 4)[0]
        return found

    def _table_sectors(self) -> list[int]:
        """The sectors that hold the table of sectors: the first in the header, further ones in a chain of their own."""
        wanted, chain = struct.unpack_from("<I", self._content, 44)[0], 0
        (at,) = struct.unpack_from("<I", self._content, 68)
        if wanted > self._most:
            raise _Broken
        found = list(struct.unpack_from(f"<{_IN_HEADER}I", self._content, 76))
        while at < _FREE_FROM and len(found) < wanted:
            chain += 1
            if chain > self._most:
                raise _Broken
            sector = self.sector(at)
            *more, at = struct.unpack(f"<{len(sector) // 4}I", sector)
            found += more
        return found[:wanted]


def _entry(raw: bytes) -> _Entry | None:
    (length,) = struct.unpack_from("<H", raw, 64)
    kind = raw[66]
    if kind not in (_STORAGE, _STREAM, _ROOT):
        return None
    if length % 2 or not 2 <= length <= 64:
        raise _Broken
    name = raw[: length - 2].decode("utf-16-le", errors="replace")
    (child,) = struct.unpack_from("<I", raw, 76)
    start, size = struct.unpack_from("<II", raw, 116)
    return _Entry(name, kind, child, start, size)
