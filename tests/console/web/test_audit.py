"""The audit trail's pages: within one's scope only, with facts in words, and the chain verified on demand."""

import pytest
from sqlalchemy import text

from tests.console.web.visiting import browse, operate
from tests.factory import PROVINCE, SHENZHEN, Bench
from tests.tasks.scenes import CITY, COUNTY, COUNTY_CASE, COUNTY_PAIR, OTHER_CASE, SENDERS
from tests.tasks.working import OTHER_CITY, pay, working_bench


@pytest.fixture
def bench(database_url: str) -> Bench:
    """The county has paid its recipient."""
    bench = working_bench(database_url)
    pay(bench, "C", COUNTY_PAIR)
    return bench


def subjects(bench: Bench, organisation: str) -> set[str]:
    """The tables of what somebody's export names."""
    file = browse(bench, organisation).get("/audit", params={"format": "csv"}).text
    return {line.split(",")[4] for line in file.splitlines()[1:]}


def test_everybody_reads_the_events_of_their_own_scope(bench: Bench) -> None:
    read = {
        one: "拨款凭证" in subjects(bench, one)
        for one in (
            PROVINCE,
            CITY,
            COUNTY,
            COUNTY_CASE,
            SENDERS[0],
            SENDERS[1],
            OTHER_CASE,
            OTHER_CITY,
            SHENZHEN,
        )
    }

    assert read == {
        PROVINCE: True,
        CITY: True,
        COUNTY: True,
        COUNTY_CASE: True,
        SENDERS[0]: False,
        SENDERS[1]: False,
        OTHER_CASE: False,
        OTHER_CITY: False,
        SHENZHEN: False,
    }


def test_one_objects_trail_shows_facts_in_words_and_is_not_there_for_others(bench: Bench) -> None:
    path = f"/audit/voucher:C:2022:{COUNTY}:C-{COUNTY_PAIR}"

    page, foreign = browse(bench, COUNTY_CASE).get(path), browse(bench, OTHER_CASE).get(path)

    assert "<dt>原状态</dt><dd>已录入</dd>" in page.text
    assert "<dt>金额</dt><dd>10,000 元</dd>" in page.text
    assert foreign.status_code == 404


def test_what_is_nobodys_scope_is_the_provinces(bench: Bench) -> None:
    path = "/audit/organisation:*"

    answers = [browse(bench, one).get(path).status_code for one in (PROVINCE, CITY, COUNTY_CASE)]

    assert answers == [200, 404, 404]


def test_the_trail_is_filtered_by_act_person_and_day(bench: Bench) -> None:
    browser = browse(bench, PROVINCE)

    by_act = browser.get("/audit", params={"act": "disbursement.enter_payment", "format": "csv"}).text
    by_person = browser.get("/audit", params={"actor": f"{COUNTY}.finance", "format": "csv"}).text
    too_late = browser.get("/audit", params={"since": "2022-07-01"}).text

    assert len(by_act.splitlines()) == 2
    assert by_act == by_person
    assert "没有这样的记录" in too_late


def test_pages_of_the_trail_follow_each_other(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    browser = browse(bench, PROVINCE)
    with bench.work() as work:
        last = work.session.connection().execute(text("SELECT MAX(seq) FROM event")).scalar_one()

    newest = browser.get("/audit", params={"before": "0"}).text
    older = browser.get("/audit", params={"after": str(last)}).text

    assert "较新" in older
    assert f'<td class="num">{last}</td>' not in older
    assert '<td class="num">1</td>' in newest


def test_the_province_verifies_the_chain(bench: Bench) -> None:
    browser = browse(bench, PROVINCE)

    sound = browser.post_form("/audit/verify")
    foreign = browse(bench, CITY).post_form("/audit/verify")

    assert "全部记录完整" in sound.text
    assert foreign.status_code == 403


def test_a_changed_event_is_named(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    with bench.work() as work:
        connection = work.session.connection()
        connection.execute(text("DROP TRIGGER event_no_update"))
        connection.execute(text("UPDATE event SET actor = 'somebody' WHERE seq = 2"))

    page = browse(bench, PROVINCE).post_form("/audit/verify")

    assert "第 2 条记录与校验值不符" in page.text


def test_operators_and_experts_have_no_business_with_the_trail(bench: Bench) -> None:
    assert operate(bench).get("/audit").status_code == 403
