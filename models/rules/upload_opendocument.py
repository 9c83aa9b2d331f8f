"""Whether an .odt is harmless: a zip whose first part names its kind, without scripts, keys or ways to elsewhere."""

import re
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

from models.rules.upload_office import OfficeFault, markup_fault, package_fault, picture_fault, pieces_of

MAX_XML = 8 * 1024 * 1024
"""All its XML together: a form has less than one."""

_KIND = b"application/vnd.oasis.opendocument.text"
_MANIFEST = "META-INF/manifest.xml"
_MAIN = "content.xml"
_SCRIPTS = ("basic/", "scripts/", "dialogs/")
_EMBEDDED = ("object ", "objectreplacements/object ")
_XLINK = "http://www.w3.org/1999/xlink href"
_CLICKED = frozenset(
    {
        "urn:oasis:names:tc:opendocument:xmlns:text:1.0 a",
        "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0 a",
    }
)
_TEMPLATE = "urn:oasis:names:tc:opendocument:xmlns:meta:1.0 template"
_CLICKABLE = ("http://", "https://", "mailto:", "#")
_SCRIPT = "urn:oasis:names:tc:opendocument:xmlns:script:1.0 "
_ENCRYPTED = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0 encryption-data"
_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//|\\\\|/|\.\.)", re.IGNORECASE)
_REMOTE = re.compile(r"^(?:(?!file:)[a-z][a-z0-9+.-]+:|file://[^/]|//|\\\\)", re.IGNORECASE)
_DYNAMIC = frozenset({"dde-source", "dde-connection-decl"})


def opendocument_fault(content: bytes) -> OfficeFault | None:
    """The first reason to refuse an .odt; never unpacks more than it says and we allow."""
    return package_fault(content, _judge)


def _judge(package: zipfile.ZipFile) -> OfficeFault | None:
    entries = package.infolist()
    return _shape_fault(package, entries) or _parts_fault(package, entries)


def _shape_fault(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> OfficeFault | None:
    names = [one.filename for one in entries]
    first = entries[0] if entries else None
    if first is None or first.filename != "mimetype" or first.file_size != len(_KIND):
        return OfficeFault("shape")
    if package.read(first) != _KIND or _MAIN not in names or _MANIFEST not in names:
        return OfficeFault("shape")
    lower = [name.lower() for name in names]
    if any(name.startswith(_SCRIPTS) for name in lower):
        return OfficeFault("macros")
    if any(name.startswith(_EMBEDDED) for name in lower):
        return OfficeFault("embedded")
    written = sum(one.file_size for one in entries if one.filename.lower().endswith((".xml", ".rdf")))
    return OfficeFault("bomb") if written > MAX_XML else None


def _parts_fault(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> OfficeFault | None:
    for one in entries:
        if one.filename.lower().endswith((".xml", ".rdf")):
            content = b"".join(pieces_of(package, one))
            fault = markup_fault(iter((content,))) or _Walk().fault_of(iter((content,)))
        else:
            fault = picture_fault(pieces_of(package, one))
        if fault:
            return fault
    return None


class _Walk:
    """Goes through the elements of one part without keeping any."""

    def __init__(self) -> None:
        self._fault: OfficeFault | None = None

    def fault_of(self, pieces: Iterator[bytes]) -> OfficeFault | None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._begin
        try:
            for piece in pieces:
                parser.Parse(piece, False)
            parser.Parse(b"", True)
        except expat.ExpatError:
            return self._fault or OfficeFault("damaged")
        return self._fault

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        if self._fault is None:
            self._fault = _element_fault(name, attributes)


def _element_fault(name: str, attributes: dict[str, str]) -> OfficeFault | None:
    if name.startswith(_SCRIPT):
        return OfficeFault("macros")
    if name == _ENCRYPTED:
        return OfficeFault("encrypted")
    if name.rpartition(" ")[2] in _DYNAMIC:
        return OfficeFault("external")
    target = attributes.get(_XLINK, "").strip()
    if not target:
        return None
    if name in _CLICKED:
        leads_away = bool(_ELSEWHERE.match(target)) and not target.lower().startswith(_CLICKABLE)
    elif name == _TEMPLATE:
        # Where the file began, on its author's own disk; a program that converts does not look there.
        leads_away = bool(_REMOTE.match(target))
    else:
        leads_away = bool(_ELSEWHERE.match(target))
    return OfficeFault("external") if leads_away else None
