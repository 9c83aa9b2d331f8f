"""A mail becomes one receipt: registered, recognised, filed, answered; what nobody can place waits for an officer."""

from pathlib import Path

import pytest

from documents.reading.application_form import Problem
from models.application import Application
from models.intake import ReceivedMail
from models.mail import Letter
from models.organisation import Person
from models.stored_file import Attachment
from notifications.incoming import NoMail
from tasks.form_reading import sentences
from tasks.intake.answering import MOST_A_DAY
from tasks.intake.receiving import receive_mail
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.todos import open_todo
from tests.documents.forms import FILLED, form_file
from tests.factory import PROVINCE, Bench
from tests.mails import mail_of, scan
from tests.models.rules.corpus import BAD
from tests.tasks.applying import (
    draft,
    key_of,
    opened_bench,
    submit,
)
from tests.tasks.intake.writing import (
    CITY,
    CODE,
    own_form,
    ranked_bench,
    receive,
    registered_bench,
    sender_of,
)
from tests.tasks.scenes import events, letters, row_of, rows


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Bench:
    """Batch 1 is open, one county institution is registered."""
    return registered_bench(sqlite_url, tmp_path / "home")


@pytest.fixture
def ranked(sqlite_url: str, tmp_path: Path) -> Bench:
    """Changsha has ranked two applications."""
    return ranked_bench(sqlite_url, tmp_path / "home")


def test_a_form_becomes_a_draft_of_the_right_city(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench)))

    found = row_of(bench, Application, key_of(CODE))
    assert (mail.number, mail.state, mail.city) == ("收2022-0001", "filed", "430100")
    assert (found.state, found.nominator, found.form["address"]) == ("draft", "430121-mz", FILLED["address"])
    assert "430121198001010011" not in str(found.form)
    assert [(one["kind"], one["about"], one["problems"]) for one in mail.findings] == [
        ("form", found.key, [])
    ]


def test_the_sender_hears_what_came_and_until_when(bench: Bench) -> None:
    receive(bench, mail_of(sender_of(bench), own_form(bench, funds_fiscal_wan="24000元")))

    ((_, facts),) = letters(bench, "mail_received")
    assert [one["kind"] for one in facts["files"]] == ["申报表（附件1）"]
    assert ["F23" in one["sentence"] for one in facts["problems"]] == [True]
    assert facts["due_on"] == "2022-03-10"


def test_the_same_mail_twice_has_one_effect(bench: Bench) -> None:
    raw = mail_of(sender_of(bench), own_form(bench))
    again = raw.replace(b"To: shouli@hunan.example", b"To: shouli@hunan.example\nReceived: from elsewhere")

    first, second, third = (receive_mail(bench.house, one) for one in (raw, raw, again))

    assert [new for _, new in (first, second, third)] == [True, False, False]
    assert len(rows(bench, ReceivedMail)) == 1
    assert len(letters(bench, "mail_received")) == 1
    assert len(events(bench, "application.draft")) == 1


def test_two_mails_of_one_number_are_two(bench: Bench) -> None:
    address = sender_of(bench)

    receive(bench, mail_of(address, number="7"))
    receive(bench, mail_of(address, number="7", text="另一封"))

    assert [one.number for one in rows(bench, ReceivedMail)] == ["收2022-0001", "收2022-0002"]


def test_scans_lie_with_the_citys_list_and_what_is_missing_is_said(ranked: Bench) -> None:
    receive(ranked, mail_of(sender_of(ranked), scan("甲.pdf"), scan("乙.pdf")))

    filed = [one for one in rows(ranked, Attachment) if one.subject_type == "submission"]
    assert [(one.subject, one.purpose, one.name) for one in filed] == [
        ("1:430100", "scan", "甲.pdf"),
        ("1:430100", "scan", "乙.pdf"),
    ]
    ((_, facts),) = letters(ranked, "mail_received")
    assert "收到 2 件，应为 3 件" in facts["missing"][0]["sentence"]


def test_a_form_of_an_application_that_stands_is_compared_and_changes_nothing(ranked: Bench) -> None:
    key = key_of(CODE)
    before = row_of(ranked, Application, key).form

    mail = receive(ranked, mail_of(sender_of(ranked), own_form(ranked, address="别处")))

    assert (row_of(ranked, Application, key).form, mail.state) == (before, "waiting")
    assert "通讯地址" in "".join(mail.findings[0]["problems"])


def test_an_institution_nobody_knows_waits_for_an_officer(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), ("表.docx", form_file())))

    assert (mail.state, "没有登记" in mail.findings[0]["problems"][0]) == ("waiting", True)
    with bench.work() as work:
        assert open_todo(work, "mail", mail.number) is not None


def test_a_stranger_gets_no_answer(bench: Bench) -> None:
    mail = receive(bench, mail_of("somebody@elsewhere.example", own_form(bench)))

    assert (mail.answer, letters(bench, "mail_received")) == ("stranger", [])


@pytest.mark.parametrize(
    "sender",
    ["somebody@elsewhere.example", "430300-mz.officer@people.example", "430102-mz.officer@people.example"],
)
def test_nobody_files_what_is_anothers(bench: Bench, sender: str) -> None:
    mail = receive(bench, mail_of(sender, own_form(bench), scan("甲.pdf")))

    assert (mail.state, rows(bench, Application)) == ("waiting", [])
    places = {(one.subject_type, one.subject) for one in rows(bench, Attachment)}
    assert places <= {("received_mail", mail.number), ("submission", "1:430300")}
    with bench.work() as work:
        assert open_todo(work, "mail", mail.number) is not None


@pytest.mark.parametrize("sender", ["430121-mz.officer@people.example", f"{CODE}@people.example"])
def test_an_office_or_institution_files_its_own(bench: Bench, sender: str) -> None:
    mail = receive(bench, mail_of(sender, own_form(bench)))

    assert (mail.state, mail.findings[0]["about"]) == ("filed", key_of(CODE))


def test_an_offices_own_address_is_answered_there(bench: Bench) -> None:
    receive(bench, mail_of(f"{CITY}@offices.example", own_form(bench)))

    (letter,) = (one for one in rows(bench, Letter) if one.kind == "mail_received")
    assert (letter.person_code, letter.organisation_code, letter.address) == (
        None,
        CITY,
        f"{CITY}@offices.example",
    )


def test_a_program_files_nothing(bench: Bench) -> None:
    mail = receive(
        bench, mail_of(sender_of(bench), own_form(bench), headers=[("Auto-Submitted", "auto-replied")])
    )

    assert (mail.state, mail.answer, rows(bench, Application)) == ("waiting", "automatic", [])


@pytest.mark.parametrize(
    "header",
    [
        ("Auto-Submitted", "auto-replied"),
        ("Precedence", "bulk"),
        ("Return-Path", "<>"),
        ("List-Id", "<a.b>"),
        ("List-Unsubscribe", "<mailto:a@b.example>"),
        ("X-Autoreply", "yes"),
    ],
    ids=lambda header: header[0],
)
def test_machines_are_not_answered(bench: Bench, header: tuple[str, str]) -> None:
    mail = receive(bench, mail_of(sender_of(bench), headers=[header]))

    assert (mail.answer, letters(bench, "mail_received")) == ("automatic", [])


@pytest.mark.parametrize(
    "sender",
    ["MAILER-DAEMON@mail.example", "no-reply@x.example", "bounces+1@x.example", "post@qianshou.example"],
)
def test_machines_are_known_by_their_addresses_too(bench: Bench, sender: str) -> None:
    with bench.work() as work:
        work.session.get_one(Person, f"{CITY}.officer").email = sender

    assert receive(bench, mail_of(sender)).answer == "automatic"


def test_one_address_is_answered_so_often_a_day(bench: Bench) -> None:
    address = sender_of(bench)

    given = [receive(bench, mail_of(address, number=str(n))).answer for n in range(MOST_A_DAY + 2)]
    bench.at("2022-03-10T00:30")
    later = receive(bench, mail_of(address, number="x")).answer

    assert (given, later) == (["sent"] * MOST_A_DAY + ["enough"] * 2, "sent")


def test_a_file_that_breaks_a_reader_keeps_no_mail_out(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    # Nothing known breaks a reader; what is not known yet must not stop the mails behind it.
    def breaks(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("tasks.intake.recognising.found_paper", breaks)

    mail = receive(bench, mail_of(sender_of(bench), own_form(bench)))

    assert (mail.state, [one["kind"] for one in mail.findings]) == ("waiting", ["refused"])


def test_a_resident_number_is_masked_in_what_is_kept_and_sent(bench: Bench) -> None:
    number = "430121198001010011"
    problem = Problem("documents.form.registered", "F14", "身份证号码", found=number, expected="—")

    with bench.house.look() as work:
        (told,) = sentences(work, [problem])

    assert (number in told, number[-4:] in told) == (False, True)


def test_our_own_letters_are_not_answered(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), headers=[("X-Qianshou-Key", "digest:a:b")]))

    assert mail.answer == "automatic"


def test_a_refused_file_is_named_and_stops_nothing(bench: Bench) -> None:
    name, make, _ = BAD["macros"]

    mail = receive(bench, mail_of(sender_of(bench), (name, make()), own_form(bench)))

    assert [(one["kind"], bool(one["problems"])) for one in mail.findings] == [
        ("refused", True),
        ("form", False),
    ]
    assert mail.state == "waiting"


def test_a_name_in_a_broken_encoding_is_read(bench: Bench) -> None:
    raw = (
        f"From: =?gb2312?B?s6TJsw==?= <{sender_of(bench)}>\r\n"
        "Subject: =?GBK?B?yeqxqLHt?=\r\nMessage-ID: <9@city.example>\r\nDate: never\r\n\r\nhello"
    ).encode()

    mail = receive(bench, raw)

    assert (mail.subject, mail.sender_name, mail.sent_at) == ("申报表", "长沙", None)


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"no header at all"])
def test_what_is_no_mail_is_refused(bench: Bench, raw: bytes) -> None:
    with pytest.raises(NoMail):
        receive_mail(bench.house, raw)


def test_without_a_data_folder_nothing_is_registered(sqlite_url: str) -> None:
    made = opened_bench(sqlite_url)

    with pytest.raises(BadInput):
        receive_mail(made.house, mail_of("a@b.example"))

    assert rows(made, ReceivedMail) == []


def test_an_officer_places_what_waited(ranked: Bench) -> None:
    mail = receive(ranked, mail_of("somebody@elsewhere.example", scan("甲.pdf")))

    ranked.act("intake.place", PROVINCE, mail=mail.number, batch=1, city="430100", remark="市局来电确认")

    assert row_of(ranked, ReceivedMail, mail.number).state == "filed"
    assert ("submission", "1:430100") in [(one.subject_type, one.subject) for one in rows(ranked, Attachment)]
    with ranked.work() as work:
        assert open_todo(work, "mail", mail.number) is None


def test_what_is_left_out_of_account_keeps_its_reason(bench: Bench) -> None:
    mail = receive(bench, mail_of("somebody@elsewhere.example", subject="推广"))

    bench.act("intake.dismiss", PROVINCE, mail=mail.number, reason="与本方案无关")

    found = row_of(bench, ReceivedMail, mail.number)
    assert (found.state, found.remark) == ("dismissed", "与本方案无关")


def test_a_form_waits_beside_a_draft_until_an_officer_takes_it(bench: Bench) -> None:
    draft(bench, CODE)
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench, address="别处路2号", lead_id_number="")))
    before = row_of(bench, Application, key_of(CODE)).form

    bench.act(
        "intake.take_form", PROVINCE, mail=mail.number, application=key_of(CODE), reason="以来件为准（示例）"
    )

    after, taken = row_of(bench, Application, key_of(CODE)).form, row_of(bench, ReceivedMail, mail.number)
    assert (mail.state, before["address"], after["address"]) == ("waiting", "样例路1号", "别处路2号")
    assert after["sealed_numbers"]["lead_id_number"] == before["sealed_numbers"]["lead_id_number"]
    assert after["sealed_numbers"]["contact_id_number"] != before["sealed_numbers"]["contact_id_number"]
    assert FILLED["contact_id_number"] not in str(mail.findings) + str(after)
    assert (taken.findings[0]["done"], "given" in taken.findings[0]) == ("taken", False)
    with pytest.raises(NotFound):
        bench.act("intake.take_form", PROVINCE, mail=mail.number, application=key_of(CODE), reason="x")


def test_a_form_is_not_taken_into_what_was_handed_in(bench: Bench) -> None:
    draft(bench, CODE)
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench)))
    submit(bench, CODE)

    with pytest.raises(AlreadyDone):
        bench.act("intake.take_form", PROVINCE, mail=mail.number, application=key_of(CODE), reason="x")
