"""What of an .xlsx is hidden from whoever opens it: sheets, and the rows and columns of those that are shown."""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from posixpath import normpath
from typing import IO
from xml.etree import ElementTree

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_TRUE = ("1", "true")
SHOWN = 20
"""So many hidden rows of a sheet are named."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """The names of hidden sheets, and of each shown sheet the numbers of its hidden rows (the first of them)."""

    sheets: tuple[str, ...]
    rows: Mapping[str, tuple[int, ...]]


def hidden_parts(content: bytes) -> Hidden:
    """Reads it from the bytes of a file that has been judged and opened before; what is not told is not hidden."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = set(package.namelist())
        if _RELATIONS not in names:
            return Hidden((), {})
        targets = {
            one.get("Id", ""): one.get("Target", "")
            for one in ElementTree.fromstring(package.read(_RELATIONS)).iter()
        }
        sheets, rows = [], {}
        for one in ElementTree.fromstring(package.read(_BOOK)).iter():
            if not one.tag.endswith("}sheet"):
                continue
            title = one.get("name", "")
            part = _part(targets.get(one.get(_ID) or one.get(_STRICT_ID) or "", ""))
            if one.get("state", "visible") != "visible":
                sheets.append(title)
            elif part in names:
                with package.open(part) as source:
                    rows[title] = _hidden_rows(source)
    return Hidden(tuple(sheets), {title: found for title, found in rows.items() if found})


def _part(target: str) -> str:
    """Where a relation of the workbook leads inside the package."""
    return target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")


def _hidden_rows(source: IO[bytes]) -> tuple[int, ...]:
    found: list[int] = []
    for _, element in ElementTree.iterparse(source):
        if element.tag.endswith("}row"):
            number = element.get("r", "")
            if element.get("hidden") in _TRUE and number.isdecimal() and len(found) < SHOWN:
                found.append(int(number))
            element.clear()
    return tuple(found)
