"""The mailbox in the browser: listed, read, placed, dismissed; a city sees its own mails alone."""

from pathlib import Path

import pytest

from models.application import Application
from models.intake import ReceivedMail
from models.organisation import Person
from tasks.intake.receiving import receive_mail
from tasks.parties import name_of
from tests.console.web.visiting import Visiting, visiting
from tests.documents.forms import FILLED, form_file
from tests.factory import PROVINCE, sample_uscc
from tests.mails import mail_of, scan
from tests.tasks.applying import draft, key_of, rank, recommended_bench, register, reopen
from tests.tasks.filing import with_folder
from tests.tasks.scenes import row_of

NUMBER = "收2022-0001"


@pytest.fixture
def visits(sqlite_url: str, tmp_path: Path) -> Visiting:
    """Changsha has ranked two applications, a mail of nobody known has come."""
    bench, keys = recommended_bench(sqlite_url, 2)
    rank(bench, *keys)
    bench = with_folder(bench, tmp_path / "home").at("2022-03-09T11:00")
    raw = mail_of(
        "somebody@elsewhere.example", scan("甲.pdf"), subject="<b>材料</b>", text="<script>1</script>"
    )
    receive_mail(bench.house, raw)
    return visiting(bench)


def test_the_province_reads_and_places_a_mail(visits: Visiting) -> None:
    guest = visits.as_(f"{PROVINCE}.officer")
    page = guest.page(f"/mailbox/{NUMBER}")

    answer = guest.fill(page.link("归档来件"), batch="1", city="430100")

    assert answer.status_code == 303
    assert row_of(visits.bench, ReceivedMail, NUMBER).state == "filed"
    assert "登记" in guest.page(f"/mailbox/{NUMBER}").text


def test_a_mail_that_is_looked_at_has_had_nothing_done_to_it(visits: Visiting) -> None:
    text = visits.as_(f"{PROVINCE}.officer").page(f"/mailbox/{NUMBER}").text

    assert ("已办理" in text, "已存入来件" in text) == (False, True)


def test_what_waits_is_counted_on_the_to_do_page_until_it_is_placed(visits: Visiting) -> None:
    guest = visits.as_(f"{PROVINCE}.officer")
    before = guest.page("/todo").text
    visits.bench.act("intake.place", PROVINCE, mail=NUMBER, batch=1, city="430100")

    assert ("1 封来件" in before, "封来件" in guest.page("/todo").text) == (True, False)


def test_the_province_compares_a_mailed_form_and_takes_it(visits: Visiting) -> None:
    bench, code = visits.bench, sample_uscc(9)
    register(bench, code)
    reopen(bench)
    draft(bench, code)
    with bench.work() as work:
        name, sender = name_of(work, code), work.session.get_one(Person, "430100-mz.officer").email
    form = form_file({**FILLED, "uscc": code, "institution_name": name, "address": "别处路2号"})
    found, _ = receive_mail(bench.house, mail_of(sender, ("申报表.docx", form), number="2"))
    guest = visits.as_(f"{PROVINCE}.officer")
    page = guest.page(f"/mailbox/{found.number}")

    answer = guest.fill(page.link("采用来件的申报表"), reason="以来件为准（示例）")

    assert ("样例路1号" in page.text, "别处路2号" in page.text, answer.status_code) == (True, True, 303)
    assert row_of(bench, Application, key_of(code)).form["address"] == "别处路2号"
    assert "已采用到申报" in guest.page(f"/mailbox/{found.number}").text


def test_what_a_mail_says_is_text(visits: Visiting) -> None:
    answer = visits.as_(f"{PROVINCE}.officer").get(f"/mailbox/{NUMBER}")

    assert ("<script>1" in answer.text, "&lt;script&gt;1" in answer.text) == (False, True)


def test_a_city_sees_its_own_mails_alone(visits: Visiting) -> None:
    city, other = visits.as_("430100-mz.officer"), visits.as_("430300-mz.officer")
    before = city.get(f"/mailbox/{NUMBER}").status_code
    visits.bench.act("intake.place", PROVINCE, mail=NUMBER, batch=1, city="430100")

    after = [one.get(f"/mailbox/{NUMBER}").status_code for one in (city, other)]

    assert (before, after) == (404, [200, 404])
    assert NUMBER not in other.get("/mailbox").text


def test_mails_are_filtered_by_state_city_and_batch(visits: Visiting) -> None:
    bench, sender = visits.bench, "430300-mz.officer@people.example"
    receive_mail(bench.house, mail_of(sender, scan("乙.pdf"), number="2"))
    guest = visits.as_(f"{PROVINCE}.officer")

    def numbers(query: str) -> list[str]:
        return [
            row[1] for row in guest.page(f"/mailbox{query}").rows if row[1:2] and row[1].startswith("收2")
        ]

    assert numbers("") == ["收2022-0002", NUMBER]
    assert numbers("?state=filed") == numbers("?city=430300") == ["收2022-0002"]
    assert numbers("?state=waiting&batch=1") == [NUMBER]


def test_the_list_is_exported_with_what_was_done(visits: Visiting) -> None:
    lines = visits.as_(f"{PROVINCE}.officer").get("/mailbox?format=csv").text.splitlines()

    assert lines[0].lstrip("\ufeff").split(",")[3:5] == ["批次", "市州"]
    assert ("第一批" in lines[1], "已存入来件 1" in lines[1], "指定批次和市州" in lines[1]) == (
        True,
        True,
        True,
    )


def test_several_mails_are_dismissed_at_once(visits: Visiting) -> None:
    receive_mail(visits.bench.house, mail_of("spam@elsewhere.example", number="2", subject="推广"))
    guest = visits.as_(f"{PROVINCE}.officer")
    keys = [NUMBER, "收2022-0002"]
    page = guest.page("/bulk", act="intake.dismiss:mail", key=keys, back="/mailbox")

    answer = guest.send(page.form("/bulk"), reason="与本方案无关（示例）")

    assert answer.status_code in (200, 303)
    assert [row_of(visits.bench, ReceivedMail, one).state for one in keys] == ["dismissed"] * 2


def test_a_city_places_nothing_in_bulk(visits: Visiting) -> None:
    visits.bench.act("intake.place", PROVINCE, mail=NUMBER, batch=1, city="430100")

    assert "归档来件" not in visits.as_("430100-mz.officer").page("/mailbox").text


def test_a_mail_is_had_as_it_came(visits: Visiting) -> None:
    guest = visits.as_(f"{PROVINCE}.officer")

    answer = guest.get(f"/mailbox/{NUMBER}/original")

    assert answer.content.startswith(b"From: somebody@elsewhere.example")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert visits.as_("430300-mz.officer").get(f"/mailbox/{NUMBER}/original").status_code == 404


def test_a_mail_tells_what_it_waits_for_and_what_happened(visits: Visiting) -> None:
    guest = visits.as_(f"{PROVINCE}.officer")
    before = guest.page(f"/mailbox/{NUMBER}").text
    visits.bench.act("intake.dismiss", PROVINCE, mail=NUMBER, reason="误判（示例）")
    visits.bench.act("intake.reopen", PROVINCE, mail=NUMBER, reason="核实后补办（示例）")

    after = guest.page(f"/mailbox/{NUMBER}").text

    assert ("等候指定批次和市州" in before or "等候核实发件人" in before, "登记来件" in before) == (
        True,
        True,
    )
    assert ("重新打开来件" in after, "核实后补办（示例）" in after) == (True, True)


def test_the_province_answers_a_sender_again_and_sees_the_letters(visits: Visiting) -> None:
    sender = "430100-mz.officer@people.example"
    found, _ = receive_mail(visits.bench.house, mail_of(sender, scan("乙.pdf"), number="2"))
    guest = visits.as_(f"{PROVINCE}.officer")
    page = guest.page(f"/mailbox/{found.number}")

    answer = guest.fill(page.link("再发回执"))

    letters = [
        link for _, link in guest.page(f"/mailbox/{found.number}").links if link.startswith("/letter/")
    ]
    assert (answer.status_code, len(letters)) == (303, 2)
    assert guest.get(letters[1]).status_code == 200


def test_a_doubtful_time_and_sender_are_flagged(visits: Visiting) -> None:
    raw = mail_of("somebody@elsewhere.example", number="3", sent_at="2030-01-01T00:00")
    found, _ = receive_mail(visits.bench.house, raw)

    text = visits.as_(f"{PROVINCE}.officer").page(f"/mailbox/{found.number}").text

    assert ("时间存疑" in text, "按收到时间 2022-03-09 11:00 计" in text) == (True, True)


def test_an_institution_has_no_mailbox(visits: Visiting) -> None:
    with visits.bench.work() as work:
        code = work.session.connection().exec_driver_sql("SELECT uscc FROM application").scalar()

    assert visits.as_(f"{code}.officer").get("/mailbox").status_code == 403
