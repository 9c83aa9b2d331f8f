"""An officer says where a mail belongs: what waited is filed as if that city had sent it, and its sender hears."""

from pathlib import Path

import pytest

from models.application import Application
from models.intake import ReceivedMail
from models.organisation import Person
from models.stored_file import Attachment
from tasks.intake.answering import MOST_A_DAY
from tasks.refusal import AlreadyDone, BadInput
from tasks.todos import open_todo
from tests.documents.forms import FILLED
from tests.documents.paper import summary_docx
from tests.factory import PROVINCE, Bench
from tests.mails import mail_of, scan
from tests.tasks.applying import draft, key_of, opened_bench, register
from tests.tasks.filing import with_folder
from tests.tasks.intake.writing import CODE, STRANGER, own_form, ranked_bench, receive, sender_of
from tests.tasks.scenes import events, letters, row_of, rows

PLACE = "intake.place"
ANSWER = "mail_received"


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path) -> Bench:
    """Batch 1 is open; nobody has registered the institution yet."""
    return with_folder(opened_bench(sqlite_url), tmp_path / "home").at("2022-03-09T11:00")


@pytest.fixture
def ranked(sqlite_url: str, tmp_path: Path) -> Bench:
    """Changsha has ranked two applications."""
    return ranked_bench(sqlite_url, tmp_path / "home")


def place(bench: Bench, mail: ReceivedMail, city: str = "430100") -> ReceivedMail:
    bench.act(PLACE, PROVINCE, mail=mail.number, batch=1, city=city)
    found: ReceivedMail = row_of(bench, ReceivedMail, mail.number)
    return found


def known(bench: Bench, address: str) -> None:
    """The register learns an address: Changsha's officer writes from it."""
    with bench.work() as work:
        work.session.get_one(Person, "430100-mz.officer").email = address


def attached(bench: Bench) -> set[tuple[str, str, str]]:
    return {
        (one.subject_type, one.subject, one.name)
        for one in rows(bench, Attachment)
        if one.subject_type != "received_mail"
    }


def has_todo(bench: Bench, mail: ReceivedMail) -> bool:
    with bench.work() as work:
        return open_todo(work, "mail", mail.number) is not None


def test_a_strangers_form_becomes_a_draft_once_it_is_placed(bench: Bench) -> None:
    register(bench, CODE)
    mail = receive(bench, mail_of(STRANGER, own_form(bench)))
    before = rows(bench, Application)

    found = place(bench, mail)

    made = row_of(bench, Application, key_of(CODE))
    assert (before, made.state, made.city, made.form["received_with"]) == ([], "draft", "430100", mail.number)
    assert made.form["address"] == FILLED["address"]
    assert FILLED["lead_id_number"] not in str(made.form) + str(mail.findings) + str(found.findings)
    assert [(one["done"], one["about"], one["waits"]) for one in found.findings] == [
        ("drafted", made.key, "")
    ]
    assert (found.state, has_todo(bench, mail), "read" in found.findings[0]) == ("filed", False, False)
    assert attached(bench) == {("application", made.key, "申报表.docx")}


def test_placing_is_one_event_beside_the_draft(bench: Bench) -> None:
    register(bench, CODE)
    mail = receive(bench, mail_of(STRANGER, own_form(bench)))

    place(bench, mail)

    ((by, subject, facts),) = events(bench, PLACE)
    assert (by, subject) == (f"{PROVINCE}.officer", mail.number)
    assert (facts["from"], facts["to"], facts["waited"]) == ("waiting", "filed", ["申报表.docx: sender"])
    assert len(events(bench, "application.draft")) == 1


def test_what_was_placed_is_not_placed_again(bench: Bench) -> None:
    register(bench, CODE)
    mail = receive(bench, mail_of(STRANGER, own_form(bench)))
    place(bench, mail)

    with pytest.raises(AlreadyDone):
        place(bench, mail)

    assert (len(events(bench, PLACE)), len(rows(bench, Application))) == (1, 1)


def test_a_form_of_nobody_waits_on_and_may_be_placed_again(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench, name="样例"), scan("甲.pdf")))

    first = place(bench, mail)
    again = place(bench, mail)
    register(bench, CODE)
    last = place(bench, mail)

    assert [one.state for one in (first, again, last)] == ["waiting", "waiting", "filed"]
    assert [one.findings[0]["waits"] for one in (first, again, last)] == ["institution", "institution", ""]
    assert row_of(bench, Application, key_of(CODE)).state == "draft"
    assert has_todo(bench, mail) is False


def test_a_form_of_another_city_is_not_filed_by_a_placing_here(bench: Bench) -> None:
    register(bench, CODE)
    mail = receive(bench, mail_of(STRANGER, own_form(bench)))

    found = place(bench, mail, "430300")

    assert (found.state, rows(bench, Application)) == ("waiting", [])
    assert found.findings[0]["waits"] == "sender"


def test_a_form_beside_a_draft_waits_for_the_officer_after_placing(bench: Bench) -> None:
    register(bench, CODE)
    draft(bench, CODE)
    mail = receive(bench, mail_of(STRANGER, own_form(bench, address="别处路2号")))

    found = place(bench, mail)
    bench.act(
        "intake.take_form", PROVINCE, mail=mail.number, application=key_of(CODE), reason="核对无误（示例）"
    )

    assert (found.state, found.findings[0]["done"]) == ("waiting", "compared")
    assert row_of(bench, Application, key_of(CODE)).form["address"] == "别处路2号"
    assert (row_of(bench, ReceivedMail, mail.number).state, has_todo(bench, mail)) == ("filed", False)


def test_a_taken_form_leaves_a_mail_open_in_which_something_else_waits(bench: Bench) -> None:
    register(bench, CODE)
    draft(bench, CODE)
    other = ("乙.docx", own_form(bench, uscc="52430121MJJ000018T")[1])
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench, address="别处路2号"), other))

    bench.act(
        "intake.take_form", PROVINCE, mail=mail.number, application=key_of(CODE), reason="核对无误（示例）"
    )

    assert (row_of(bench, ReceivedMail, mail.number).state, has_todo(bench, mail)) == ("waiting", True)


def test_a_strangers_summary_is_compared_once_it_is_placed(ranked: Bench) -> None:
    mail = receive(ranked, mail_of(STRANGER, ("汇总表.docx", summary_docx())))

    found = place(ranked, mail)

    assert (mail.findings[0]["done"], mail.findings[0]["waits"]) == ("", "sender")
    assert (found.findings[0]["done"], found.findings[0]["about"]) == ("compared", "1:430100")
    assert found.findings[0]["problems"]


def test_a_sender_who_is_known_by_then_is_answered_once(bench: Bench) -> None:
    register(bench, CODE)
    mail = receive(bench, mail_of(STRANGER, own_form(bench)))
    known(bench, STRANGER)

    found = place(bench, mail)

    ((_, facts),) = letters(bench, ANSWER)
    assert (mail.answer, found.answer, facts["standing"]) == ("stranger", "sent", "filed")
    assert [one["done"] for one in facts["files"]] == ["已建立申报草稿"]


def test_a_stranger_hears_nothing_of_it(bench: Bench) -> None:
    register(bench, CODE)

    found = place(bench, receive(bench, mail_of(STRANGER, own_form(bench))))

    assert (found.answer, letters(bench, ANSWER)) == ("stranger", [])


def test_a_second_letter_says_only_what_is_new(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench, name="样例")))
    place(bench, mail)
    before = len(letters(bench, ANSWER))
    register(bench, CODE)

    place(bench, mail)

    told = [facts for _, facts in letters(bench, ANSWER)]
    assert (before, sorted(one["standing"] for one in told)) == (1, ["filed", "waiting"])
    assert [one["number"] for one in told] == [mail.number] * 2
    with pytest.raises(AlreadyDone):
        place(bench, mail)
    assert len(letters(bench, ANSWER)) == len(told)


def test_a_machine_hears_nothing_of_it(bench: Bench) -> None:
    register(bench, CODE)
    raw = mail_of(sender_of(bench), own_form(bench), headers=[("Auto-Submitted", "auto-replied")])

    found = place(bench, receive(bench, raw))

    assert (found.state, found.answer, letters(bench, ANSWER)) == ("filed", "automatic", [])


def test_a_dismissed_mail_can_be_placed(bench: Bench) -> None:
    mail = receive(bench, mail_of(STRANGER, own_form(bench, name="样例")))
    bench.act("intake.dismiss", PROVINCE, mail=mail.number, reason="误判（示例）")

    found = place(bench, mail)

    assert (found.state, has_todo(bench, mail)) == ("waiting", True)


def test_an_officer_is_done_with_a_mail_whose_form_still_waits(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), own_form(bench, name="样例")))

    bench.act("intake.settle", PROVINCE, mail=mail.number, reason="机构改由县局登记后重报（示例）")

    found = row_of(bench, ReceivedMail, mail.number)
    assert (found.state, found.remark, has_todo(bench, mail)) == (
        "filed",
        "机构改由县局登记后重报（示例）",
        False,
    )


def test_a_mail_without_a_place_is_not_done_with(bench: Bench) -> None:
    mail = receive(bench, mail_of(STRANGER, subject="推广"))

    with pytest.raises(BadInput):
        bench.act("intake.settle", PROVINCE, mail=mail.number, reason="x")


def test_a_mail_is_opened_again_and_placed_elsewhere(ranked: Bench) -> None:
    mail = receive(ranked, mail_of(STRANGER, scan("甲.pdf")))
    place(ranked, mail, "430300")

    ranked.act("intake.reopen", PROVINCE, mail=mail.number, reason="归错市州（示例）")
    opened = row_of(ranked, ReceivedMail, mail.number).state, has_todo(ranked, mail)
    found = place(ranked, mail)

    assert (opened, found.state, found.city) == (("waiting", True), "filed", "430100")
    assert ("submission", "1:430100", "甲.pdf") in attached(ranked)


def test_an_officer_answers_again_as_things_stand(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench), scan("甲.pdf")))

    for _ in range(2):
        bench.act("intake.answer", PROVINCE, mail=mail.number)

    assert len(letters(bench, ANSWER)) == 3
    assert len(events(bench, "intake.answer")) == 2


@pytest.mark.parametrize(
    ("sender", "headers"), [(STRANGER, []), ("430100-mz.officer@people.example", [("Precedence", "bulk")])]
)
def test_strangers_and_machines_are_not_answered_by_hand_either(
    bench: Bench, sender: str, headers: list[tuple[str, str]]
) -> None:
    mail = receive(bench, mail_of(sender, headers=headers))

    with pytest.raises(BadInput):
        bench.act("intake.answer", PROVINCE, mail=mail.number)

    assert letters(bench, ANSWER) == []


def test_an_address_is_not_answered_by_hand_more_often_than_may_be(bench: Bench) -> None:
    mail = receive(bench, mail_of(sender_of(bench)))
    for _ in range(MOST_A_DAY - 1):
        bench.act("intake.answer", PROVINCE, mail=mail.number)

    with pytest.raises(BadInput):
        bench.act("intake.answer", PROVINCE, mail=mail.number)
