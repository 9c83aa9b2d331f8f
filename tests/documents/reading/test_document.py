"""What is written in a file is what is read: exact text, places, and a sentence for what cannot be read."""

import io
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.reading import office_program
from documents.reading.application_form import find_form
from documents.reading.document import Unreadable, read_document
from models.programme import load_programme
from tests.documents.paper import Box, document_of, form_docx, saved
from tests.models.rules.corpus import doc, odt

needs_office = pytest.mark.skipif(
    office_program.office_program() is None, reason="LibreOffice is not installed: .doc and .odt are not read"
)
# What XML allows, without the carriage return, which XML itself reads as a line's end.
TEXT = st.text(
    st.one_of(
        st.sampled_from("牵手计划，。（） \u3000\t\n\u00a0\U0001f91d\U00020000\u0301\ufe0f"),
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
    ),
    max_size=40,
)


@given(TEXT)
def test_text_of_a_cell_survives_exactly(text: str) -> None:
    document = docx.Document()
    document.add_table(1, 1).cell(0, 0).text = text

    assert read_document("a.docx", saved(document)).table(1).rows[0][0].text == text


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_paragraphs_of_a_cell_are_its_lines(texts: Sequence[str]) -> None:
    document = document_of([[Box("\n".join(texts), 6)]])

    assert read_document("a.docx", saved(document)).table(1).rows[0][0].text == "\n".join(texts)


@given(TEXT.filter(lambda text: not text.startswith("=")))
def test_text_of_a_sheet_survives_exactly(text: str) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["B2"] = text
    sheet["B2"].data_type = "s"
    body = io.BytesIO()
    book.save(body)

    table = read_document("a.xlsx", body.getvalue()).table(1)

    assert [cell.text for cell in table.cells if cell.text] == ([text] if text else [])


def test_sheet_shows_days_numbers_and_formulas() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "汇总"
    sheet.append([datetime(2022, 3, 9), 3, 1.5, "=A1", True, "0012"])  # noqa: DTZ001 (a sheet has no zones)
    body = io.BytesIO()
    book.save(body)

    row = read_document("a.xlsx", body.getvalue()).table(1).rows[0]

    assert [cell.text for cell in row] == ["2022-03-09", "3", "1.5", "", "TRUE", "0012"]
    assert [cell.is_formula for cell in row] == [False, False, False, True, False, False]
    assert row[1].place.text == "工作表“汇总”B1 格"


def test_merged_cells_cover_the_grid() -> None:
    rows = [[Box("头", 1, 2), Box("甲", 3), Box("乙", 2)], [Box("丙", 2), Box("丁", 3)]]
    table = read_document("a.docx", saved(document_of(rows))).table(1)

    head, first = table.at(0, 0), table.at(0, 1)

    assert head is not None
    assert first is not None
    assert table.at(1, 0) is head
    assert [one.text for one in (table.right_of(head), table.below(first)) if one] == ["甲", "丙"]


def test_old_word_file_without_libreoffice_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    for name, content in (("申报表.doc", doc()), ("申报表.odt", odt())):
        with pytest.raises(Unreadable) as refused:
            read_document(name, content)

        assert refused.value.code == "documents.no_office"
        assert "另存为 .docx" in refused.value.text


@needs_office
@pytest.mark.parametrize("ending", ["odt", "doc"])
def test_form_in_another_format_is_the_same_form(tmp_path: Path, ending: str) -> None:
    (tmp_path / "a.docx").write_bytes(form_docx())
    program = office_program.office_program()
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [
            *(str(program), "--headless", f"-env:UserInstallation={profile}"),
            *("--convert-to", ending, "--outdir", str(tmp_path), str(tmp_path / "a.docx")),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )

    hunan = load_programme()
    own = find_form(read_document("a.docx", form_docx()), hunan)
    other = find_form(read_document(f"a.{ending}", (tmp_path / f"a.{ending}").read_bytes()), hunan)

    assert own is not None
    assert other is not None
    assert {key: one.value for key, one in other.fields.items()} == {
        key: one.value for key, one in own.fields.items()
    }


@needs_office
def test_file_that_libreoffice_cannot_read_is_refused() -> None:
    with pytest.raises(Unreadable) as refused:
        read_document("申报表.doc", doc())

    assert refused.value.code in ("documents.office_failed", "documents.damaged")
