"""Documents from the pages of what they are about: a click, a file; what is not theirs is not there."""

import io

import docx
import pytest

from tests.console.web.visiting import visiting
from tests.factory import PROVINCE
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
