"""Documents made from the record: what each says, who may have it, equal bytes, its hash in the audit trail."""

import hashlib
import io
import re
from datetime import date

import docx
import pypdfium2
import pytest
import zxingcpp

from documents.reading.application_form import find_form
from documents.reading.document import read_document
from documents.reading.summary_table import find_summary
from documents.version_code import parse_code
from models.application import Application
from tasks.paper_form import form_from_file
from tasks.papers.issuing import Issued, issue_document
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.scan_versions import version_code
from tests.factory import PROVINCE, Bench, actor, add_decision
from tests.tasks.applying import (
    COUNTY,
    county_code,
    draft,
    key_of,
    opened_bench,
    rank,
    recommended_bench,
    register,
    submit,
)
from tests.tasks.scenes import (
    ALL_THREE,
    COUNTY_PAIR,
    events,
    pairing_bench,
    proposed,
    row_of,
    run_chores,
    signing_bench,
)
from tests.tasks.scenes import draft as draft_agreement
from tests.tasks.yearend import evaluate, pay, working_bench

CODE = county_code(1)
KEY = key_of(CODE)
OFFICE = "430100-mz"


def applied(url: str) -> Bench:
    bench = opened_bench(url)
    register(bench, CODE)
    draft(bench, CODE)
    submit(bench, CODE)
    return bench


def issue(bench: Bench, organisation: str, document: str, subject: str, form: str = "docx") -> Issued:
    return issue_document(bench.house, actor(organisation), document, subject, form)


def words_of(issued: Issued) -> str:
    """Everything that is written in a document, without blanks."""
    if issued.name.endswith(".pdf"):
        pages = pypdfium2.PdfDocument(issued.content)
        return squeezed("".join(page.get_textpage().get_text_bounded() for page in pages))
    return squeezed(
        " ".join(
            one.text
            for one in docx.Document(io.BytesIO(issued.content)).element.body.iter()
            if one.tag.endswith("}t") and one.text
        )
    )


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\ufffe\u00ad]+", "", text)


def test_the_form_that_is_printed_is_read_back_as_it_was_sent(sqlite_url: str) -> None:
    bench = applied(sqlite_url)

    issued = issue(bench, CODE, "application_form", KEY)

    with bench.work() as work:
        sent = work.session.get_one(Application, KEY).form
        code = version_code(work, work.session.get_one(Application, KEY))
    found = find_form(read_document(issued.name, issued.content), bench.house.programme)
    assert found is not None
    assert [one.text for one in found.problems] == []
    with bench.work() as work:
        read, problems = form_from_file(work, found, 1)
    beside = ("lead_id_number", "contact_id_number", "commitment_signed_on")
    compared = {key: value for key, value in read.items() if key not in beside}
    assert (problems, len(compared) > 20) == ((), True)
    assert compared == {key: sent[key] for key in compared}
    assert found.code == code


def test_the_form_bears_the_day_of_the_decision_and_of_no_file(sqlite_url: str) -> None:
    bench = applied(sqlite_url)
    with bench.work() as work:
        found = work.session.get_one(Application, KEY)
        found.form = {**found.form, "decision_signed_on": "1999-09-09"}
    before = words_of(issue(bench, CODE, "application_form", KEY))
    with bench.work() as work:
        work.session.get_one(Application, KEY).state = "approved"
        add_decision(work, date(2022, 3, 30), approved=1)

    after = words_of(issue(bench, CODE, "application_form", KEY))

    assert ("2022年3月30日" in after, after.count("年月日")) == (True, before.count("年月日") - 1)
    assert "1999" not in before + after


def test_numbers_are_whole_for_the_applicant_alone(sqlite_url: str) -> None:
    bench = applied(sqlite_url)

    own, offices = (words_of(issue(bench, who, "application_form", KEY)) for who in (CODE, COUNTY))

    assert re.findall(r"\d{17}[\dX]", offices) == []
    assert len(re.findall(r"\d{17}[\dX]", own)) == 2


def test_the_code_in_the_corner_of_the_print_is_the_version(sqlite_url: str) -> None:
    bench = applied(sqlite_url)

    issued = issue(bench, CODE, "application_form", KEY, "pdf")

    picture = pypdfium2.PdfDocument(issued.content)[0].render(scale=3).to_pil()
    found = parse_code(zxingcpp.read_barcodes(picture)[0].text)
    with bench.work() as work:
        assert found == version_code(work, work.session.get_one(Application, KEY))


def test_an_empty_form_can_be_filled_in_and_read(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)

    issued = issue(bench, CODE, "application_form_empty", "1")

    found = find_form(read_document(issued.name, issued.content), bench.house.programme)
    assert found is not None
    filled = {key: one.raw for key, one in found.fields.items() if one.value is not None}
    assert (filled, found.missing_labels) == ({}, ())
    assert events(bench, "documents.issue") == []


def test_the_summary_table_says_what_the_list_says(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 2)
    rank(bench, *keys)

    issued = issue(bench, OFFICE, "summary_table", "1:430100")

    found = find_summary(read_document(issued.name, issued.content), bench.house.programme)
    assert found is not None
    assert [row.fields["institution"].raw for row in found.rows] == [
        row_of(bench, Application, key).form["institution_name"] for key in keys
    ]
    assert found.header["city"].raw == "长沙市"


def test_the_cover_sheet_counts_the_copies(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 2)
    rank(bench, *keys)

    said = words_of(issue(bench, OFFICE, "cover_sheet", "1:430100"))

    assert "2家申报表各4份、汇总表1份，共9件" in said


def test_the_agreement_has_its_parties_and_sums_in_capitals(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft_agreement(bench, COUNTY_PAIR)

    said = words_of(issue(bench, COUNTY, "agreement", COUNTY_PAIR))

    assert "以下4方" in said
    assert said.count("（盖章）") == 4
    assert "人民币叁万元整" in said


def test_the_account_is_whole_for_those_who_pay_alone(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft_agreement(bench, COUNTY_PAIR)
    number = "6222020200112233"

    payer, other = (words_of(issue(bench, who, "agreement", COUNTY_PAIR)) for who in (OFFICE, "430100-xz"))

    assert ("*" in payer.partition("账号")[2][:30], "*" in other.partition("账号")[2][:30]) == (
        False,
        True,
    ), number


def test_the_notice_of_a_payment_and_the_certificate(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    voucher = pay(bench, "A", 2022, [COUNTY_PAIR], PROVINCE, OFFICE, "fiscal")
    run_chores(bench, "evaluation")
    evaluate(bench, COUNTY_PAIR)

    notice = words_of(issue(bench, OFFICE, "payment_notice", voucher))
    certificate = words_of(issue(bench, PROVINCE, "certificate", f"{COUNTY_PAIR}:2022"))

    assert "大写：人民币叁万元整" in notice
    assert "良好" in certificate


@pytest.mark.parametrize("form", ["docx", "pdf"])
def test_equal_records_give_equal_bytes_and_their_hash_is_in_the_trail(sqlite_url: str, form: str) -> None:
    bench = signing_bench(sqlite_url)

    first, second = (issue(bench, PROVINCE, "agreement", COUNTY_PAIR, form) for _ in range(2))

    assert first == second
    assert hashlib.sha256(first.content).hexdigest() == first.sha256
    noted = [facts for _, _, facts in events(bench, "documents.issue")]
    assert (
        noted
        == [{"paper": "agreement", "format": form, "sha256": first.sha256, "template": first.template}] * 2
    )


def test_the_print_says_what_the_file_for_editing_says(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft_agreement(bench, COUNTY_PAIR)

    printed, edited = (
        words_of(issue(bench, PROVINCE, "agreement", COUNTY_PAIR, form)) for form in ("pdf", "docx")
    )

    # The print repeats the footer on each page and numbers them; a line's order within a page is the table's.
    assert sorted(set(edited) - set(printed)) == []
    for part in ("以下4方", "人民币叁万元整", "最迟拨付日", "逐月确认受援机构填报的服务日"):
        assert (part in printed, part in edited) == (True, True)


def test_what_is_not_theirs_is_not_there(sqlite_url: str) -> None:
    bench = applied(sqlite_url)
    other = register(bench, county_code(2))

    with pytest.raises(NotFound):
        issue(bench, other, "application_form", KEY)
    with pytest.raises(NotFound):
        issue(bench, CODE, "summary_table", "1:430100")
    with pytest.raises(NotFound):
        issue(bench, CODE, "pairing_list", "1")

    assert events(bench, "documents.issue") == []


def test_what_is_too_early_or_unknown_is_said(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    with pytest.raises(NotFound):
        issue(bench, PROVINCE, "certificate", f"{COUNTY_PAIR}:2022")
    with pytest.raises(BadInput):
        issue(bench, PROVINCE, "certificate", f"{COUNTY_PAIR}:2022", "doc")
    with pytest.raises(BadInput):
        issue(bench, PROVINCE, "poster", "1")


def test_a_list_that_one_side_has_confirmed_is_no_list_yet(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))

    with pytest.raises(AlreadyDone) as refused:
        issue(bench, PROVINCE, "pairing_list", "1")

    assert "K26" in refused.value.text
