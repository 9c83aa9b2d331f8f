"""Links of letters: every kind's subject leads to a page, and a step's to the step."""

import pytest

from models.intake import ReceivedMail
from tests.console.web.visiting import browse
from tests.factory import PROVINCE, Bench
from tests.tasks.scenes import COUNTY, COUNTY_CASE, COUNTY_PAIR
from tests.tasks.working import working_bench


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return working_bench(sqlite_url)


@pytest.mark.parametrize(
    ("subject", "goal"),
    [
        pytest.param("2022-06-20", "/todo", id="digest"),
        pytest.param("1:430100", "/submission/1:430100", id="opening, arrival_alarm"),
        pytest.param("1:2022-03-11:2022-03-15", "/batch/1", id="dates_extended"),
        pytest.param(f"S16:{COUNTY_PAIR}:2022:1", f"/step/S16:{COUNTY_PAIR}:2022", id="step_extended"),
        pytest.param(
            f"S16:{COUNTY_PAIR}:2022:2022-06-20T10:00:00+08:00",
            f"/step/S16:{COUNTY_PAIR}:2022",
            id="handed over",
        ),
        pytest.param(f"S16:{COUNTY_PAIR}:2022", f"/step/S16:{COUNTY_PAIR}:2022", id="line of a digest"),
        pytest.param(f"1-{COUNTY_CASE}-1", f"/application/1-{COUNTY_CASE}-1", id="decision"),
        pytest.param(f"1-{COUNTY_CASE}-1:2", f"/application/1-{COUNTY_CASE}-1", id="returned, correction"),
        pytest.param(
            f"1-{COUNTY_CASE}-1:recommended", f"/application/1-{COUNTY_CASE}-1", id="recommendation"
        ),
        pytest.param(f"1-{COUNTY_CASE}-1:K17", f"/application/1-{COUNTY_CASE}-1", id="override"),
        pytest.param("1:1", "/pairing/1", id="pairing_list"),
        pytest.param(COUNTY_PAIR, f"/pair/{COUNTY_PAIR}", id="agreement_effective, replaced, offered"),
        pytest.param(f"{COUNTY_PAIR}:end", f"/pair/{COUNTY_PAIR}", id="agreement_amended"),
        pytest.param("A:2022:430000-mz:V-1", "/voucher/A:2022:430000-mz:V-1", id="payment"),
        pytest.param("2022:430100:province_civil", "/report/2022:430100", id="report_received"),
        pytest.param("1:2022", "/rollup/2022", id="rollup_published"),
        pytest.param("1", "/batch/1", id="batch_closed"),
    ],
)
def test_the_subject_of_a_letter_leads_to_its_page(bench: Bench, subject: str, goal: str) -> None:
    answer = browse(bench, PROVINCE).get(f"/go/{subject}", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, goal)


@pytest.mark.parametrize(
    ("office", "goal"), [(PROVINCE, "/mailbox/M-1"), ("430100-mz", "/mailbox/M-1"), (COUNTY, "/todo")]
)
def test_an_answered_mail_leads_to_the_mailbox_where_that_may_be_read(
    bench: Bench, office: str, goal: str
) -> None:
    with bench.work() as work:
        mail = ReceivedMail(
            number="M-1",
            identity="1",
            message_id="<1@people.example>",
            sender="a@people.example",
            subject="样例",
            text="",
            city="430100",
            received_at=work.now,
            raw="",
        )
        work.session.add(mail)

    visitor = browse(bench, office)
    answers = [visitor.get(f"/go/{one}", follow_redirects=False) for one in ("M-1", "M-1:2")]

    assert [one.headers["location"] for one in answers] == [goal, goal]


def test_the_opening_leads_a_county_to_its_applications(bench: Bench) -> None:
    answer = browse(bench, COUNTY).get("/go/1:430100", follow_redirects=False)

    assert answer.headers["location"] == "/applications?batch=1"


def test_a_link_leads_on_after_signing_in(bench: Bench) -> None:
    answer = browse(bench, "").get(f"/go/{COUNTY_PAIR}", follow_redirects=False)

    assert answer.headers["location"] == f"/sign-in?next=/go/{COUNTY_PAIR}"


def test_what_no_letter_names_leads_nowhere(bench: Bench) -> None:
    assert browse(bench, PROVINCE).get("/go/nothing").status_code == 404
