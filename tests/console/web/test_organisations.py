"""Offices and their people: seen in one's scope, kept by their own office, passwords of new accounts shown once."""

import re
from datetime import date

import pytest
from sqlalchemy import text

from models.mail import Letter
from models.privacy import letter_token
from tests.console.web.visiting import browse, read_page, visiting
from tests.factory import PROVINCE, SHENZHEN, Bench
from tests.tasks.scenes import CITY, COUNTY, COUNTY_CASE, OTHER_CASE, OTHER_COUNTY, SENDERS, events, rows
from tests.tasks.working import working_bench


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return working_bench(sqlite_url)


def codes(bench: Bench, organisation: str) -> list[str]:
    """The codes of the organisations that somebody's list exports."""
    file = browse(bench, organisation).get("/organisations", params={"format": "csv"}).text
    return [line.rpartition(",")[2] for line in file.splitlines()[1:]]


def test_offices_are_listed_within_the_viewers_scope(bench: Bench) -> None:
    listed = {one: codes(bench, one) for one in (PROVINCE, CITY, COUNTY, COUNTY_CASE, SHENZHEN)}

    assert OTHER_COUNTY in listed[PROVINCE]
    assert OTHER_COUNTY not in listed[CITY]
    assert sorted(listed[COUNTY]) == sorted([COUNTY, "430121-xz", COUNTY_CASE])
    assert listed[COUNTY_CASE] == [COUNTY_CASE]
    assert set(listed[SHENZHEN]) == {SHENZHEN, *SENDERS}


def test_an_office_shows_people_duties_and_addresses(bench: Bench) -> None:
    with bench.work() as work:
        work.session.connection().execute(
            text("UPDATE person SET email = '' WHERE code = :code"), {"code": f"{COUNTY}.finance"}
        )

    page = browse(bench, COUNTY).get(f"/organisation/{COUNTY}").text

    assert "没有邮箱" in page
    assert f"/act/organisation.end_duty?person={COUNTY}.officer&amp;duty=officer" in page
    assert "增加人员" in page


@pytest.mark.parametrize(
    ("viewer", "subject"), [(COUNTY_CASE, OTHER_CASE), (COUNTY, OTHER_COUNTY), (CITY, OTHER_CASE)]
)
def test_an_office_of_others_is_not_there(bench: Bench, viewer: str, subject: str) -> None:
    browser = browse(bench, viewer)

    answers = (browser.get(f"/organisation/{subject}"), browser.get(f"/person/{subject}.officer/account"))

    assert [one.status_code for one in answers] == [404, 404]


def without_address(bench: Bench) -> None:
    """The county's institution cannot be written to."""
    with bench.work() as work:
        work.session.connection().execute(
            text("UPDATE person SET email = '' WHERE code = :code"), {"code": f"{COUNTY_CASE}.officer"}
        )


def test_an_account_is_opened_with_a_password_that_is_shown_once(bench: Bench) -> None:
    browser = browse(bench, COUNTY)
    path = f"/person/{COUNTY_CASE}.officer/account"

    without_address(bench)
    asked = browser.get(path)
    form = {"act": "account.open", "once": "k1"}
    first, again = browser.post_form(path, **form), browser.post_form(path, **form)

    assert "还没有账号" in asked.text
    assert re.search(r'class="secret">[^<]{8,}<', first.text)
    assert "已经提交过" in again.text
    assert len(events(bench, "account.open")) == 1


def test_a_closed_account_is_said_to_be_closed(bench: Bench) -> None:
    browser = browse(bench, SHENZHEN)
    path = f"/person/{SENDERS[0]}.officer/account"
    browser.post_form(path, act="account.open")

    closed = browser.post_form(path, act="account.close")

    assert closed.headers["location"] == f"/organisation/{SENDERS[0]}"
    assert "已停用" in browser.get(f"/organisation/{SENDERS[0]}").text


def test_an_account_that_others_keep_is_not_opened(bench: Bench) -> None:
    answers = [
        browse(bench, one).post_form(f"/person/{COUNTY_CASE}.officer/account", act="account.open")
        for one in (PROVINCE, SENDERS[0], OTHER_COUNTY)
    ]

    assert [one.status_code for one in answers] == [404, 404, 404]
    assert events(bench, "account.open") == []


def test_a_merged_offices_steps_are_shown_before_they_move(bench: Bench) -> None:
    bench.act(
        "organisation.merge",
        PROVINCE,
        organisation=COUNTY,
        successor=CITY,
        since=date(2022, 6, 20),
        document="机构改革文件（示例）",
    )
    browser = browse(bench, PROVINCE)

    shown = browser.get(f"/organisation/{COUNTY}/move").text
    unmoved = events(bench, "organisation.move_steps")
    moved = browser.post_form(
        "/act/organisation.move_steps", organisation=COUNTY, back=f"/organisation/{COUNTY}"
    )

    assert "S16:P1-430100-02:2022" in shown
    assert unmoved == []
    assert moved.status_code == 303
    assert len(events(bench, "organisation.move_steps")) == 1


def test_an_office_without_successor_moves_nothing(bench: Bench) -> None:
    assert browse(bench, PROVINCE).get(f"/organisation/{COUNTY}/move").status_code == 400


def test_the_forms_of_an_office_act(bench: Bench) -> None:
    browser = browse(bench, COUNTY)

    added = browser.post_form(
        "/act/organisation.add_person",
        code="clerk",
        name="王样例",
        email="clerk@people.example",
        duty="officer",
    )
    away = browser.post_form(
        "/act/deadlines.register_absence",
        person=f"{COUNTY}.clerk",
        deputy=f"{COUNTY}.officer",
        absent_from="2022-06-21",
        absent_until="2022-06-24",
        reason="培训",
    )
    page = browser.get(f"/organisation/{COUNTY}").text

    assert (added.status_code, away.status_code) == (303, 303)
    assert "王样例" in page
    assert "2022-06-21 至 2022-06-24 离岗" in page


def test_an_office_is_merged_into_one_of_its_kind_and_nobody_deputises_for_themself(played: Bench) -> None:
    guest = visiting(played).as_("430000-mz.officer")

    merging = guest.page("/act/organisation.merge?organisation=430121-mz&fixed=organisation")
    away = guest.page("/act/deadlines.register_absence?person=430000-mz.officer&fixed=person")

    offices = merging.form("/act/organisation.merge").options["successor"]
    assert {one[-3:] for one in offices if one} == {"-mz"}
    assert {"430121-mz", "430000-mz", "430100-mz"} & set(offices) == set()
    deputies = away.form("/act/deadlines.register_absence").options["deputy"]
    assert deputies == ["", "430000-mz.finance", "430000-mz.leader"]


def test_a_deputy_acts_under_the_name_of_whoever_is_away(played: Bench) -> None:
    house, absent = visiting(played), "430100-mz.officer"
    officer = house.as_(absent)
    form = f"/act/deadlines.register_absence?person={absent}&fixed=person&back=/identity"
    action, until = "/act/deadlines.register_absence", "2024-03-20"
    told = officer.fill(
        form, action=action, deputy="430100-mz.leader", absent_until=until, reason="样例：学习", follow=True
    )

    leader = house.as_("430100-mz.leader")
    leader.fill("/identity", action="/identity", identity=f"430100-mz|{absent}")

    assert "您 2024-03-08 至 2024-03-20 离岗，长沙市民政局负责人 代理" in told.text
    assert "代长沙市民政局经办人" in leader.page("/todo").text


def test_a_wrong_registration_is_corrected_from_the_institutions_page(bench: Bench) -> None:
    browser = browse(bench, COUNTY)
    page = browser.get(f"/organisation/{COUNTY_CASE}").text
    form = read_page(browser.get(f"/act/organisation.correct_registration?organisation={COUNTY_CASE}")).form()
    name = form.filled()["name"]

    answer = browser.post_form(
        form.action,
        **form.filled(name=f"{name}甲", reason="登记时漏字（示例）", back=f"/organisation/{COUNTY_CASE}"),
    )

    assert "更正机构登记" in page
    assert answer.headers["location"] == f"/organisation/{COUNTY_CASE}"
    assert f"{name}甲" in browser.get(f"/organisation/{COUNTY_CASE}").text
    assert "登记时漏字" in browser.get(f"/audit/organisation:{COUNTY_CASE}").text


def test_a_wrong_address_is_corrected_by_who_keeps_the_account_and_seen_by_nobody_else(bench: Bench) -> None:
    path = f"/act/organisation.correct_person?person={COUNTY_CASE}.officer"
    shown = {one: browse(bench, one).get(path).text for one in (COUNTY, COUNTY_CASE, OTHER_COUNTY)}
    address = f"{COUNTY_CASE}@people.example"

    answer = browse(bench, COUNTY).post_form(
        path, person=f"{COUNTY_CASE}.officer", email="mended@people.example", reason="写错（示例）"
    )

    assert {one: address in text for one, text in shown.items()} == {
        COUNTY: True,
        COUNTY_CASE: True,
        OTHER_COUNTY: False,
    }
    assert answer.status_code == 303
    assert "mended@people.example" in browse(bench, COUNTY_CASE).get(f"/organisation/{COUNTY_CASE}").text


def test_who_can_be_written_to_sets_the_password_by_a_link(bench: Bench) -> None:
    browser, path = browse(bench, COUNTY), f"/person/{COUNTY_CASE}.officer/account"
    asked = browser.get(path).text

    answer = browser.post_form(path, act="account.invite", once="k1")

    letter = next(one for one in rows(bench, Letter) if one.kind == "account_invited")
    shown = browse(bench, PROVINCE).get(f"/letter/{letter.key}").text
    assert "寄送设置密码的链接" in asked
    assert 'value="account.open"' not in asked
    assert answer.headers["location"] == f"/organisation/{COUNTY_CASE}"
    assert letter.address == f"{COUNTY_CASE}@people.example"
    assert letter_token(letter.key) not in answer.text + shown


def test_opening_by_the_generic_form_leads_to_the_page_that_shows_the_password(bench: Bench) -> None:
    browser = browse(bench, COUNTY)
    person = f"{COUNTY_CASE}.officer"

    answer = browser.post_form("/act/account.open", person=person, back="/todo")

    assert answer.headers["location"] == f"/person/{person}/account"
    assert events(bench, "account.open") == []
