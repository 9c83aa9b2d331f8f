"""The pages about letters: who sees which, why each was written, what waits for somebody's word."""

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from models.mail import Letter
from tasks.deadlines import sweep
from tests.console.web.visiting import browse, operate
from tests.factory import PROVINCE, SHENZHEN, Bench
from tests.tasks.scenes import (
    CITY,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_CASE,
    OTHER_COUNTY,
    OTHER_PAIR,
    events,
)
from tests.tasks.test_storm import LIMIT, storm_bench, write
from tests.tasks.working import OTHER_CITY, pay, working_bench


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    """Three pairs; the county's recipient has got a letter about its money."""
    bench = working_bench(sqlite_url)
    pay(bench, "C", COUNTY_PAIR)
    return bench


def money_letter(bench: Bench) -> str:
    with bench.work() as work:
        wanted = select(col(Letter.key)).where(col(Letter.kind) == "payment_made")
        return str(work.session.execute(wanted).scalar_one())


def stand(bench: Bench, state: str) -> str:
    """The letter stands in a state, as a dispatcher would have left it."""
    key = money_letter(bench)
    with bench.work() as work:
        work.session.connection().execute(text("UPDATE letter SET state = :to"), {"to": state})
    return key


def test_letters_are_seen_by_their_recipient_and_those_above(bench: Bench) -> None:
    listed = {
        office: "拨款通知</td>" in browse(bench, office).get("/letters").text
        for office in (COUNTY_CASE, COUNTY, CITY, PROVINCE, OTHER_CASE, OTHER_COUNTY, OTHER_CITY, SHENZHEN)
    }

    assert listed == {
        COUNTY_CASE: True,
        COUNTY: True,
        CITY: True,
        PROVINCE: True,
        OTHER_CASE: False,
        OTHER_COUNTY: False,
        OTHER_CITY: False,
        SHENZHEN: False,
    }


def test_a_letter_says_why_to_its_recipient_and_is_not_there_for_others(bench: Bench) -> None:
    path = f"/letter/{money_letter(bench)}"

    seen, foreign = browse(bench, COUNTY_CASE).get(path), browse(bench, OTHER_CASE).get(path)

    assert (seen.status_code, foreign.status_code) == (200, 404)
    assert "由下列办理引起：录入拨付凭证、复核并拨付" in seen.text
    assert "尚未向邮件服务器交付过正文" in seen.text


def test_the_operator_sees_that_a_letter_is_there_but_not_its_text(bench: Bench) -> None:
    browser = operate(bench)

    page = browser.get(f"/letter/{money_letter(bench)}")

    assert page.status_code == 200
    assert "运行人员不可见" in page.text
    assert "拨款通知" in browser.get("/letters").text


def test_letters_are_filtered_paged_and_exported(bench: Bench) -> None:
    browser = browse(bench, PROVINCE)

    none = browser.get("/letters", params={"kind": "opening"})
    older = browser.get("/letters", params={"after": "1"})
    file = browser.get("/letters", params={"format": "csv"})
    wrong = browser.get("/letters", params={"since": "gestern"})

    assert "没有这样的信件" in none.text
    assert "较新" not in older.text
    assert file.text.splitlines()[1].startswith("拨款通知,")
    assert wrong.status_code == 400


def test_a_letter_in_doubt_is_settled_once_with_an_event(bench: Bench) -> None:
    key = stand(bench, "in_doubt")
    browser = operate(bench)
    asked = browser.get("/letters/doubt").text

    form = {"letter": key, "verdict": "resend", "reason": "电话核实未收到", "back": "/letters/doubt"}
    first, second = browser.post_form("/letters/doubt", **form), browser.post_form("/letters/doubt", **form)

    assert "核实处理" in asked
    assert (first.status_code, first.headers["location"]) == (303, "/letters/doubt")
    assert second.status_code == 409
    assert [(actor, subject) for actor, subject, _ in events(bench, "post.resolve_letter")] == [
        ("operator.officer", key)
    ]
    with bench.work() as work:
        assert work.session.execute(select(col(Letter.state))).scalar_one() == "queued"


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_letter_is_not_settled_without_a_reason(bench: Bench, reason: str) -> None:
    key = stand(bench, "in_doubt")

    answer = browse(bench, PROVINCE).post_form("/letters/doubt", letter=key, verdict="sent", reason=reason)

    assert answer.status_code == 400
    assert events(bench, "post.resolve_letter") == []


def test_an_institution_settles_no_letter(bench: Bench) -> None:
    key = stand(bench, "in_doubt")
    browser = browse(bench, COUNTY_CASE)

    answers = (
        browser.get("/letters/doubt"),
        browser.get("/letters/storm"),
        browser.post_form("/letters/doubt", letter=key, verdict="resend", reason="x"),
    )

    assert [one.status_code for one in answers] == [403, 403, 403]


def test_a_storm_is_looked_at_and_released_by_the_province(sqlite_url: str) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT + 1)
    browser = browse(bench, PROVINCE)

    page = browser.get("/letters/storm").text
    form = browser.get("/act/post.release_storm?kind=step_extended&fixed=kind")
    done = browser.post_form(
        "/act/post.release_storm", kind="step_extended", reason="已核对", back="/letters/storm"
    )

    assert f"单项延期通知：{LIMIT + 1} 封" in page
    assert "单项延期通知" in form.text
    assert done.status_code == 303
    assert "没有暂缓的信件" in browser.get("/letters/storm").text


def test_the_rehearsal_is_everybodys_for_the_province_and_ones_own_for_others(bench: Bench) -> None:
    sweep(bench.house)

    pages = {
        office: browse(bench, office).get("/letters/rehearsal", params={"days": "20"}).text
        for office in (PROVINCE, COUNTY)
    }

    assert f"S16:{OTHER_PAIR}" in pages[PROVINCE]
    assert f"S16:{COUNTY_PAIR}" not in pages[COUNTY]
    assert f"S16:{OTHER_PAIR}" not in pages[COUNTY]
    assert browse(bench, COUNTY).get("/letters/rehearsal/difference").status_code == 403


def test_the_difference_of_another_date_is_shown_and_nothing_moved(bench: Bench) -> None:
    sweep(bench.house)
    browser = browse(bench, PROVINCE)

    step = f"S16:{OTHER_PAIR}:2022"
    query = {"step": step, "until": "2022-07-20", "days": "40"}
    moved = browser.get("/letters/rehearsal/difference", params=query)
    undated = browser.get("/letters/rehearsal/difference", params={"step": step})

    assert "移动 1 个事项" in moved.text
    assert undated.status_code == 400
