"""Files made to do harm to whoever reads them, each answered by a process of its own that may do next to nothing.

`python -m tests.documents.hostile` reads them all and prints one JSON line each; the test holds the lines to limits.
"""

import io
import json
import os
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import openpyxl

from documents.reading.application_form import find_form
from documents.reading.document import Unreadable, read_document
from documents.reading.summary_table import find_summary
from models.programme import load_programme
from tests.documents.paper import VALUES, document_of, layout, saved
from tests.models.rules.corpus import BAD, GOOD, office

MEMORY = 200 * 1024 * 1024
_WATCHED = (
    "socket.connect",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "urllib.Request",
)
_W = b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
_END = b"</w:body></w:document>"


def document_with(inside: bytes) -> bytes:
    """A .docx whose main part holds this."""
    return office({"word/document.xml": _W + inside + _END})


def sheet(*, cells: str = "", dimension: str = "A1:B2", styles: bytes = b"") -> bytes:
    """A .xlsx whose one sheet says that it is so large and holds these rows."""
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    body = io.BytesIO()
    book.save(body)
    made = io.BytesIO()
    with zipfile.ZipFile(body) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.infolist():
            content = old.read(one)
            if one.filename == "xl/worksheets/sheet1.xml":
                content = (
                    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
                    f'<dimension ref="{dimension}"/><sheetData>{cells}</sheetData></worksheet>'
                ).encode()
            if one.filename == "xl/styles.xml" and styles:
                content = styles
            new.writestr(one.filename, content)
    return made.getvalue()


def _last_cells(rows: int) -> str:
    """Rows whose one cell stands in the last column there can be."""
    return "".join(f'<row r="{one}"><c r="XFD{one}"><v>1</v></c></row>' for one in range(1, rows + 1))


def _stored(name: str, content: bytes) -> bytes:
    """A part of a zip that does not pack at all, so that its size is no bomb's."""
    body = io.BytesIO(office())
    with zipfile.ZipFile(body, "a", zipfile.ZIP_STORED) as package:
        package.writestr(name, content)
    return body.getvalue()


def _deep(depth: int) -> bytes:
    return b"<w:tbl><w:tr><w:tc>" * depth + b"<w:p/>" + b"</w:tc></w:tr></w:tbl>" * depth


READ: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "bomb of a hundred megabytes": (
        "申报表.docx",
        lambda: office({"word/document.xml": b"<a>" + b" " * 100_000_000}),
    ),
    "twenty thousand parts": ("申报表.docx", lambda: office({f"word/{n}.xml": b"" for n in range(20_000)})),
    "deep document": ("申报表.docx", lambda: document_with(b"<w:sdt>" * 5_000)),
    "tables in tables": ("申报表.docx", lambda: document_with(_deep(60))),
    "tables too deep": ("申报表.docx", lambda: document_with(_deep(5_000))),
    "a million cells": (
        "申报表.docx",
        lambda: document_with(b"<w:tbl>" + b"<w:tr><w:tc><w:p/></w:tc></w:tr>" * 150_000 + b"</w:tbl>"),
    ),
    "much text": (
        "申报表.docx",
        lambda: document_with(
            b"<w:p><w:r><w:t>"
            + bytes(33 + n % 26 + n // 97 % 30 for n in range(5_000_000))
            .replace(b"<", b"a")
            .replace(b"&", b"b")
            + b"</w:t></w:r></w:p>"
        ),
    ),
    "more text than is read": (
        "申报表.docx",
        lambda: document_with(b"<w:p/>" * 1_500_000),
    ),
    "a cell as wide as the world": (
        "申报表.docx",
        lambda: document_with(
            b'<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p/></w:tc></w:tr></w:tbl>'
        ),
    ),
    "wide cells one above the other": (
        "申报表.docx",
        lambda: document_with(
            b"<w:tbl>"
            + b'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="199"/><w:vMerge w:val="restart"/></w:tcPr><w:p/></w:tc></w:tr>'
            + b'<w:tr><w:tc><w:tcPr><w:gridSpan w:val="199"/><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr>'
            * 19_000
            + b"</w:tbl>"
        ),
    ),
    "labels without end": (
        "申报表.docx",
        lambda: document_with(
            b"<w:tbl>"
            + "<w:tr><w:tc><w:p><w:r><w:t>申报机构</w:t></w:r></w:p></w:tc></w:tr>".encode() * 15_000
            + b"</w:tbl>"
        ),
    ),
    "heads without end": (
        "申报表.docx",
        lambda: document_with(
            b"<w:tbl>"
            + ("<w:tr>" + "<w:tc><w:p><w:r><w:t>姓名</w:t></w:r></w:p></w:tc>" * 100 + "</w:tr>").encode()
            * 150
            + b"</w:tbl>"
        ),
    ),
    "a form of fifteen thousand cells": (
        "申报表.docx",
        lambda: saved(document_of([*layout(), *(layout() * 150)])),
    ),
    "a NUL": ("申报表.docx", lambda: document_with(b"<w:p><w:r><w:t>a\x00b</w:t></w:r></w:p>")),
    "letters that XML has not": (
        "申报表.docx",
        lambda: document_with(b"<w:p><w:r><w:t>&#0;</w:t></w:r></w:p>"),
    ),
    "text turned round": (
        "申报表.docx",
        lambda: saved(document_of(layout({**VALUES, "institution_name": "\u202e心中例示"}))),
    ),
    "a formula in a text": (
        "申报表.docx",
        lambda: saved(document_of(layout({**VALUES, "institution_name": "=cmd|'/c calc'!A1"}))),
    ),
    "a link that fetches": (
        "申报表.docx",
        lambda: document_with(
            b'<w:p><w:r><w:instrText>INCLUDEPICTURE "http://127.0.0.1:9/a.png"</w:instrText></w:r></w:p>'
        ),
    ),
    "sheet that says it is huge": ("汇总表.xlsx", lambda: sheet(dimension="A1:XFD1048576")),
    "sheet of last cells": ("汇总表.xlsx", lambda: sheet(cells=_last_cells(20_000))),
    "sheet with one last row": (
        "汇总表.xlsx",
        lambda: sheet(cells='<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
    ),
    "sheet with rows out of order": (
        "汇总表.xlsx",
        lambda: sheet(
            cells='<row r="5"><c r="A5"><v>1</v></c></row><row r="1"><c r="ZZ1"><v>x</v></c></row>'
        ),
    ),
    "sheet with no such string": (
        "汇总表.xlsx",
        lambda: sheet(cells='<row r="1"><c r="A1" t="s"><v>999</v></c></row>'),
    ),
    "sheet with a day before days": (
        "汇总表.xlsx",
        lambda: sheet(cells='<row r="1"><c r="A1" t="d"><v>0000-00-00</v></c></row>'),
    ),
    "sheet with a number too long": (
        "汇总表.xlsx",
        lambda: sheet(cells=f'<row r="1"><c r="A1"><v>{"9" * 400_000}</v></c></row>'),
    ),
    "sheet without end": ("汇总表.xlsx", lambda: sheet(cells="<row><c><v>1</v></c></row>" * 120_000)),
    "entities in a sheet": (
        "汇总表.xlsx",
        lambda: sheet(
            styles=b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><styleSheet>&b;</styleSheet>'
        ),
    ),
    "picture as a document": ("申报表.png", GOOD["png"][1]),
}
"""Files that the rules of upload let pass, or that only a reader would notice."""


def everything() -> dict[str, tuple[str, bytes]]:
    """All files by name; made before anything is measured."""
    made = {f"bad: {name}": (given, make()) for name, (given, make, _) in BAD.items()}
    return made | {name: (given, make()) for name, (given, make) in READ.items()}


def answer(name: str, content: bytes) -> str:
    """What reading this file comes to: a sentence, or what was found."""
    programme = load_programme()
    try:
        document = read_document(name, content)
    except Unreadable as refused:
        return refused.text
    found = [
        type(one).__name__ for one in (find_form(document, programme), find_summary(document, programme))
    ]
    return f"read: {' '.join(found)}"


def measured(name: str, content: bytes) -> dict[str, object]:
    """One file read in a process of its own: seconds, answer, and what it tried to do beside."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with os.fdopen(writing, "w") as out:
            out.write(json.dumps(_alone(name, content), ensure_ascii=False))
            out.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        line = told.read()
    os.waitpid(child, 0)
    return dict(json.loads(line)) if line else {"answer": "no answer", "seconds": 0, "did": []}


def _alone(name: str, content: bytes) -> dict[str, object]:
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    did: list[str] = []

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event in _WATCHED:
            did.append(event)
        writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        if writes:
            did.append(f"{event} {arguments[0]}")

    sys.addaudithook(watch)
    began = time.perf_counter()
    try:
        said = answer(name, content)
    except Exception as trouble:  # noqa: BLE001 (whatever it is, it is an answer that nobody should get)
        said = f"traceback: {trouble!r}"
    return {"answer": said, "seconds": time.perf_counter() - began, "did": did}


def main() -> None:
    load_programme()
    answer("申报表.docx", saved(document_of(layout())))
    with tempfile.TemporaryDirectory() as empty:
        os.chdir(empty)
        for name, (given, content) in everything().items():
            print(json.dumps({"name": name, **measured(given, content)}, ensure_ascii=False), flush=True)
        print(
            json.dumps(
                {
                    "name": "left",
                    "answer": "请",
                    "seconds": 0,
                    "did": sorted(one.name for one in Path(empty).iterdir()),
                }
            )
        )


if __name__ == "__main__":
    main()
