"""The mailbox in the browser: listed, read, placed, dismissed; a city sees its own mails alone."""

from pathlib import Path

import pytest

from models.intake import ReceivedMail
from tasks.intake.receiving import receive_mail
from tests.console.web.visiting import Visiting, visiting
from tests.factory import PROVINCE
from tests.mails import mail_of, scan
from tests.tasks.applying import rank, recommended_bench
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


def test_an_institution_has_no_mailbox(visits: Visiting) -> None:
    with visits.bench.work() as work:
        code = work.session.connection().exec_driver_sql("SELECT uscc FROM application").scalar()

    assert visits.as_(f"{code}.officer").get("/mailbox").status_code == 403
