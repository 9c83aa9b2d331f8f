"""Documents from the pages of what they are about: a click, a file; what is not theirs is not there."""

import io
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from documents.writing.templates import FOLDER
from tests.console.web.visiting import visiting
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import county_code, draft, key_of, opened_bench, register
from tests.tasks.scenes import COUNTY_PAIR, events, signing_bench

CODE = county_code(1)


@pytest.mark.parametrize(("form", "begins"), [("pdf", b"%PDF-"), ("docx", b"PK\x03\x04")])
def test_the_agreement_comes_from_its_page(sqlite_url: str, form: str, begins: bytes) -> None:
    bench = signing_bench(sqlite_url)
    guest = visiting(bench).as_(f"{PROVINCE}.officer")
    page = guest.page(f"/agreement/{COUNTY_PAIR}")

    answer = guest.send(page.form(f"/documents/{COUNTY_PAIR}/agreement"), format=form)

    assert (answer.status_code, answer.content.startswith(begins)) == (200, True)
    assert "attachment" in answer.headers["content-disposition"]
    assert [facts["format"] for _, _, facts in events(bench, "documents.issue")] == [form]


def test_the_empty_form_is_there_for_whoever_begins(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)
    guest = visiting(bench).as_(f"{CODE}.officer")
    page = guest.page("/applications/new")

    answer = guest.send(page.form("/documents/1/application_form_empty"), format="docx")

    words = [
        cell.text for row in docx.Document(io.BytesIO(answer.content)).tables[1].rows for cell in row.cells
    ]
    assert "所在市州" in words


def test_a_foreign_application_has_no_document(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    for code in (CODE, county_code(2)):
        register(bench, code)
        draft(bench, code)
    guest = visiting(bench).as_(f"{CODE}.officer")

    answer = guest.post(f"/documents/{key_of(county_code(2))}/application_form", format="pdf")

    assert (answer.status_code, events(bench, "documents.issue")) == (404, [])


@pytest.mark.parametrize(
    ("path", "document"),
    [(f"/agreement/{COUNTY_PAIR}", f"{COUNTY_PAIR}/agreement"), ("/pairing/1", "1/pairing_list")],
)
def test_the_page_tells_which_documents_were_made(sqlite_url: str, path: str, document: str) -> None:
    bench = signing_bench(sqlite_url)
    guest = visiting(bench).as_(f"{PROVINCE}.officer")
    page = guest.page(path)
    before = "已生成的文件" in page.text

    for _ in range(2):
        guest.send(page.form(f"/documents/{document}"), format="docx")

    after = guest.page(path).text
    sha256 = events(bench, "documents.issue")[0][2]["sha256"]
    assert (before, "已生成的文件" in after, after.count(sha256[:12])) == (False, True, 1)


def test_a_faulty_template_is_a_sentence_on_the_page(sqlite_url: str, tmp_path: Path) -> None:
    made = signing_bench(sqlite_url)
    bench = Bench(replace(made.house, home=tmp_path), made.clock)
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "agreement.docx").write_bytes(b"PK")
    guest = visiting(bench).as_(f"{PROVINCE}.officer")
    page = guest.page(f"/agreement/{COUNTY_PAIR}")

    answer = guest.send(page.form(f"/documents/{COUNTY_PAIR}/agreement"), format="pdf")

    assert (answer.status_code, events(bench, "documents.issue")) == (409, [])
    assert "“agreement.docx”不能用作模板" in answer.text
