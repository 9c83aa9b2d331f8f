"""What is made to do harm is answered soon, within bounds and in words; what is old is converted where it can be."""

import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from openpyxl import Workbook

from documents.reading import office_suite
from documents.reading.document import Unreadable
from documents.reading.opened import read_document
from models.rules.upload_legacy import doc_fault, odt_fault
from tests.documents.forms import form_file
from tests.models.rules.corpus import BAD, office

PATIENCE_S, MEMORY = 2, 200 * 1024 * 1024
OPENABLE = {label: case for label, case in BAD.items() if case[0].lower().endswith((".docx", ".xlsx"))}
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def body_of(inner: str) -> bytes:
    whole = f'<w:document xmlns:w="{W}"><w:body>{inner}</w:body></w:document>'
    return b'<?xml version="1.0" encoding="UTF-8"?>' + whole.encode()


def odt(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", b"application/vnd.oasis.opendocument.text", zipfile.ZIP_STORED)
        for name, content in {"content.xml": b"<office:document-content/>", **parts}.items():
            package.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(("name", "make", "code"), OPENABLE.values(), ids=OPENABLE)
def test_what_the_rules_refuse_is_never_opened(name: str, make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_document(name, make())

    assert refused.value.code == f"upload.{code}"


NESTED = "<w:tbl><w:tr><w:tc>" * 60 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 60
WIDE = "<w:tbl><w:tr>" + "<w:tc><w:p/></w:tc>" * 30_000 + "</w:tr></w:tbl>"
HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "tables within tables": ("a.docx", lambda: office({"word/document.xml": body_of(NESTED)})),
    "cells without end": ("a.docx", lambda: office({"word/document.xml": body_of(WIDE)})),
    "no XML": ("a.docx", lambda: office({"word/document.xml": b"<w:document"})),
    "elements beyond any depth": ("a.docx", lambda: office({"word/document.xml": body_of("<w:x>" * 5_000)})),
    "not a workbook": ("a.xlsx", lambda: office({"xl/workbook.xml": b"<x/>"}, main="xl/workbook.xml")),
    "another kind": ("a.pdf", lambda: b"%PDF-1.7 %%EOF"),
    "an .odt with scripts": ("a.odt", lambda: odt(**{"Basic/Standard/script.xml": b"<a/>"})),
    "an .odt with a picture from elsewhere": (
        "a.odt",
        lambda: odt(**{"content.xml": b'<draw:image xlink:href="http://192.0.2.1/x.png"/>'}),
    ),
    "an .odt with a DOCTYPE": (
        "a.odt",
        lambda: odt(**{"content.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a/>'}),
    ),
    "an .odt with a password": (
        "a.odt",
        lambda: odt(**{"META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
    ),
    "a zip that calls itself .odt": ("a.odt", lambda: office()),
    "text that calls itself .doc": ("a.doc", lambda: b"hello" * 1000),
    "a .docx that calls itself .doc": ("a.doc", lambda: form_file()),
    "a cut compound file": ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 3000),
}


@pytest.mark.parametrize(("name", "make"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_made_to_harm_is_refused_in_words(name: str, make: Callable[[], bytes]) -> None:
    content = make()

    began = time.perf_counter()
    with pytest.raises(Unreadable) as refused:
        read_document(name, content)
    lasted = time.perf_counter() - began

    assert ("请" in refused.value.text, lasted < PATIENCE_S) == (True, True)


LIMITED = """
import json, resource, sys, time
from pathlib import Path
from documents.reading.document import Unreadable
from documents.reading.opened import read_document
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
content = Path(sys.argv[2]).read_bytes()
began = time.perf_counter()
try:
    read_document(sys.argv[1], content)
    said = ""
except Unreadable as refused:
    said = refused.code
lasted = time.perf_counter() - began
more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"said": said, "lasted": lasted, "more": more * 1024}))
"""


def _giant_dimensions() -> bytes:
    """A sheet that says it has seventeen thousand million cells and has one."""
    content = io.BytesIO()

    book = Workbook()
    book.active["A1"] = "x"
    book.save(content)
    with zipfile.ZipFile(content) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b'ref="A1"', b'ref="A1:XFD1048576"')
    parts["xl/worksheets/sheet1.xml"] = sheet
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("bomb.docx", lambda: office({"word/media/a.xml": b"\x20" * 100_000_000}), "upload.office_bomb"),
        ("wide.docx", HOSTILE["cells without end"][1], "documents.too_many_cells"),
        ("giant.xlsx", _giant_dimensions, ""),
    ],
    ids=["zip bomb of 100 MB", "cells without end", "giant dimensions"],
)
def test_time_and_memory_are_bounded(name: str, make: Callable[[], bytes], said: str, tmp_path: Path) -> None:
    path = tmp_path / "content"
    path.write_bytes(make())

    done = subprocess.run(
        [sys.executable, "-c", LIMITED, name, str(path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    measured = json.loads(done.stdout)

    assert measured["said"] == said
    assert (measured["lasted"] < PATIENCE_S, measured["more"] < MEMORY) == (True, True)
    assert [one.name for one in tmp_path.iterdir()] == ["content"]


def test_without_the_office_suite_the_sentence_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(Unreadable) as refused:
        read_document("申报表.odt", odt())

    assert refused.value.code == "documents.no_office"
    assert "另存为 .docx" in refused.value.text


@pytest.mark.skipif(not office_suite.is_installed(), reason="LibreOffice is not installed on this machine")
@pytest.mark.parametrize("ending", [".odt", ".doc"])
def test_old_kinds_say_the_same(ending: str, tmp_path: Path) -> None:
    (tmp_path / "form.docx").write_bytes(form_file())
    # LibreOffice loses the tables of a .docx that it saves as .doc, but not those of an .odt.
    _saved_as("odt", tmp_path / "form.docx")
    if ending == ".doc":
        _saved_as("doc:MS Word 97", tmp_path / "form.odt")
    content = (tmp_path / f"form{ending}").read_bytes()

    assert (odt_fault if ending == ".odt" else doc_fault)(content) is None
    before = [
        cell.text.strip() for table in read_document("a.docx", form_file()).tables for cell in table.cells()
    ]
    after = [
        cell.text.strip() for table in read_document(f"a{ending}", content).tables for cell in table.cells()
    ]
    assert after == before


def _saved_as(kind: str, path: Path) -> None:
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(path.parent),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)


def test_a_plain_document_is_read_with_its_text_outside_tables() -> None:
    made = docx.Document()
    made.add_paragraph("正文")
    made.sections[0].footer.paragraphs[0].text = "页脚"
    body = io.BytesIO()
    made.save(body)

    assert read_document("a.docx", body.getvalue()).texts == ("正文", "页脚")
