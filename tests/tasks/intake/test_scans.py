"""A stamped scan lies with the application it is of: by code, name or the form beside it; lists stay with offices."""

from pathlib import Path

import pytest

from models.application import Application
from models.organisation import Organisation
from models.stored_file import Attachment
from tasks.papers.issuing import issue_document
from tasks.parties import name_of
from tests.factory import Bench, actor
from tests.mails import mail_of, scan
from tests.tasks.applying import county_code, key_of
from tests.tasks.intake.writing import CODE, own_form, ranked_bench, receive, sender_of
from tests.tasks.scenes import rows

KEY, OTHER_KEY = key_of(CODE), key_of(county_code(2))
LIST = "1:430100"


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Bench:
    """Changsha has ranked two applications of one county."""
    return ranked_bench(sqlite_url, tmp_path / "home")


def name(bench: Bench, code: str = CODE) -> str:
    with bench.work() as work:
        return name_of(work, code)


def printed(bench: Bench) -> bytes:
    return issue_document(bench.house, actor(CODE), "application_form", KEY, "pdf").content


def places(bench: Bench, file: str) -> set[str]:
    return {
        one.subject
        for one in rows(bench, Attachment)
        if one.name == file and one.subject_type != "received_mail"
    }


def test_a_scan_lies_with_the_application_of_its_code(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), ("扫描0001.pdf", printed(bench))))

    assert places(bench, "扫描0001.pdf") == {KEY, LIST}
    assert (mail.findings[0]["about"], mail.findings[0]["done"]) == (KEY, "with_both")


def test_a_scan_lies_with_the_institution_that_its_name_names(bench: Bench) -> None:
    file = f"{name(bench, county_code(2))} 申报表（盖章）.pdf"

    receive(bench, mail_of(sender_of(bench), scan(file), scan("乙.pdf")))

    assert places(bench, file) == {OTHER_KEY, LIST}
    assert places(bench, "乙.pdf") == {LIST}


def test_the_code_goes_before_the_name(bench: Bench) -> None:
    file = f"{name(bench, county_code(2))}.pdf"

    receive(bench, mail_of(sender_of(bench), (file, printed(bench))))

    assert places(bench, file) == {KEY, LIST}


def test_a_scan_beside_the_only_form_is_of_it(bench: Bench) -> None:
    receive(bench, mail_of(sender_of(bench), scan("扫描.pdf"), own_form(bench)))

    assert places(bench, "扫描.pdf") == {KEY, LIST}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param(["汇总表扫描.pdf"], id="a list by its name"),
        pytest.param(["附件2.pdf"], id="a list by its number"),
        pytest.param(["一.pdf", "二.pdf"], id="two scans"),
    ],
)
def test_what_may_be_a_list_lies_with_the_list_alone(bench: Bench, files: list[str]) -> None:
    receive(bench, mail_of(sender_of(bench), own_form(bench), *(scan(one) for one in files)))

    assert [places(bench, one) for one in files] == [{LIST}] * len(files)


def test_a_list_that_names_an_institution_is_a_list(bench: Bench) -> None:
    file = f"汇总表（{name(bench)}等）.pdf"

    receive(bench, mail_of(sender_of(bench), scan(file)))

    assert places(bench, file) == {LIST}


def test_a_longer_name_is_meant_before_one_within_it(bench: Bench) -> None:
    with bench.work() as work:
        longer = f"{name_of(work, CODE)}星沙分站"
        work.session.get_one(Organisation, county_code(2)).name = longer
    file = f"{name(bench, county_code(2))}.pdf"

    receive(bench, mail_of(sender_of(bench), scan(file)))

    assert places(bench, file) == {OTHER_KEY, LIST}


def test_a_name_of_two_institutions_is_of_neither(bench: Bench) -> None:
    file = f"{name(bench)}、{name(bench, county_code(2))}.pdf"

    receive(bench, mail_of(sender_of(bench), scan(file)))

    assert places(bench, file) == {LIST}


def test_an_institution_sends_its_own_scan(bench: Bench) -> None:
    file = f"{name(bench)}.pdf"

    mail = receive(bench, mail_of(f"{CODE}@people.example", scan(file)))

    assert places(bench, file) == {KEY}
    assert (mail.state, mail.findings[0]["done"]) == ("filed", "with_application")


@pytest.mark.parametrize("sender", ["430300-mz.officer@people.example", f"{county_code(2)}@people.example"])
def test_nobody_files_a_scan_with_anothers_application(bench: Bench, sender: str) -> None:
    receive(bench, mail_of(sender, ("扫描.pdf", printed(bench)), scan(f"{name(bench)}.pdf")))

    assert KEY not in places(bench, "扫描.pdf") | places(bench, f"{name(bench)}.pdf")


def test_an_old_version_is_flagged_where_it_lies(bench: Bench) -> None:
    content = printed(bench)
    with bench.work() as work:
        found = work.session.get_one(Application, KEY)
        found.form = {**found.form, "address": "别处"}

    mail = receive(bench, mail_of(sender_of(bench), ("旧.pdf", content)))

    assert places(bench, "旧.pdf") == {KEY, LIST}
    assert (mail.state, len(mail.findings[0]["problems"])) == ("waiting", 1)
