"""A scan of another version than is filed is flagged, wherever it is shown; the right one is not."""

from pathlib import Path

import pytest

from models.application import Application
from models.stored_file import Attachment
from tasks.intake.receiving import receive_mail
from tasks.papers.issuing import issue_document
from tasks.scan_versions import version_on, version_problem
from tests.console.web.visiting import visiting
from tests.factory import Bench, actor
from tests.mails import mail_of
from tests.tasks.applying import county_code, key_of, rank, recommended_bench
from tests.tasks.filing import with_folder
from tests.tasks.scenes import rows

CODE = county_code(1)
KEY = key_of(CODE)


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Bench:
    made, keys = recommended_bench(sqlite_url, 2)
    rank(made, *keys)
    return with_folder(made, tmp_path / "home").at("2022-03-09T11:00")


def printed(bench: Bench) -> bytes:
    """Appendix 1 as the applicant prints it now; what comes back from the scanner shows the same code."""
    return issue_document(bench.house, actor(CODE), "application_form", KEY, "pdf").content


def change(bench: Bench) -> None:
    with bench.work() as work:
        found = work.session.get_one(Application, KEY)
        found.form = {**found.form, "address": "别处"}


def test_a_scan_of_the_filed_version_is_fine(bench: Bench) -> None:
    code = version_on(printed(bench), "application/pdf")

    with bench.work() as work:
        assert (code.startswith(f"QS1/{KEY}/1/"), version_problem(work, code)) == (True, "")


def test_a_scan_of_another_version_is_flagged_in_mail_and_page(bench: Bench) -> None:
    content = printed(bench)
    change(bench)

    mail, _ = receive_mail(bench.house, mail_of("somebody@elsewhere.example", ("扫描.pdf", content)))
    bench.act("intake.place", "430000-mz", mail=mail.number, batch=1, city="430100")

    page = visiting(bench).as_("430100-mz.officer").page("/submission/1:430100")
    assert "旧版扫描件" in page.text
    assert {one.code[:3] for one in rows(bench, Attachment)} == {"QS1"}


def test_a_code_of_nothing_we_know_is_said(bench: Bench) -> None:
    with bench.work() as work:
        assert "不是本系统里的申报" in version_problem(work, "QS1/9-52430121MJJ000018T-1/1/0123abcd")
        assert version_problem(work, "") == ""
