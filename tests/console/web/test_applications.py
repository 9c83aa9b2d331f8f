"""Applications on pages: who sees which and what of it, what is offered to whom, remarks beside fields, numbers."""

from datetime import date
from typing import Any

import pytest

from models.application import Application
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.factory import PROVINCE, add_decision
from tests.tasks.applying import (
    CITY,
    COUNTY,
    COUNTY_RURAL,
    MASKED,
    OTHER_COUNTY,
    RESIDENT_NUMBER,
    consented,
    county_code,
    email,
    emailed_bench,
    key_of,
    opened_bench,
    rank,
    recommended,
    submitted,
)
from tests.tasks.scenes import events, row_of, rows

CODE = county_code(1)
KEY = key_of(CODE)
PATH = f"/application/{KEY}"


@pytest.fixture
def visits(sqlite_url: str) -> Visiting:
    """One application of a county, handed in and not yet decided on."""
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)
    return visiting(bench)


def officer(visits: Visiting, office: str) -> Guest:
    return visits.as_(f"{office}.officer")


def offered(guest: Guest, path: str = PATH) -> list[str]:
    """The acts that a page offers, by what their buttons say."""
    labels = {
        "推选",
        "退回修改",
        "不予推选",
        "同意项目计划",
        "撤回申报",
        "退出申报",
        "批准例外",
        "形式审查通过",
    }
    return [words for words, _ in guest.page(path).links if words in labels]


def test_each_office_sees_the_applications_of_its_own_reach(visits: Visiting) -> None:
    seen = {
        office: any(KEY in path for _, path in officer(visits, office).page("/applications").links)
        for office in (PROVINCE, CITY, COUNTY, COUNTY_RURAL, OTHER_COUNTY, "430300-mz")
    }

    assert seen == {
        PROVINCE: True,
        CITY: True,
        COUNTY: True,
        COUNTY_RURAL: True,
        OTHER_COUNTY: False,
        "430300-mz": False,
    }


@pytest.mark.parametrize("rest", ["", "/print", "/remarks/return", "/form"])
def test_foreign_and_absent_applications_look_alike(visits: Visiting, rest: str) -> None:
    stranger = officer(visits, OTHER_COUNTY)

    answers = [stranger.get(path + rest).status_code for path in (PATH, "/application/1-NOBODY-1")]

    assert answers[0] == answers[1] == 404


def test_each_party_is_offered_what_it_can_do_now(visits: Visiting) -> None:
    parties = (CODE, COUNTY, COUNTY_RURAL, CITY, PROVINCE)
    before = {office: offered(officer(visits, office)) for office in parties}
    consent = officer(visits, COUNTY_RURAL).page(PATH).link("同意项目计划")
    officer(visits, COUNTY_RURAL).fill(consent, opinion="同意（示例）")

    after = offered(officer(visits, COUNTY))

    assert before == {
        CODE: ["撤回申报", "退出申报"],
        COUNTY: ["退回修改", "不予推选"],
        COUNTY_RURAL: ["同意项目计划"],
        CITY: [],
        PROVINCE: ["批准例外"],
    }
    assert after == ["推选", "退回修改", "不予推选"]


def test_county_recommends_through_the_form_with_todays_date(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    consented(bench, CODE)
    guest = officer(visiting(bench), COUNTY)
    path = next(path for words, path in guest.page(PATH).links if words == "推选")

    answer = guest.fill(path, opinion="同意推选（示例）")

    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
    found = row_of(bench, Application, KEY)
    assert (found.state, found.form["opinion_signed_on"]) == ("recommended", "2022-03-01")


def test_remarks_stand_beside_their_fields_until_handed_in_again(visits: Visiting) -> None:
    county = officer(visits, COUNTY)

    answer = county.fill(f"{PATH}/remarks/return", remarks__background="请写明人员（示例）")

    assert answer.headers["location"] == PATH
    assert [facts["remarks"] for _, _, facts in events(visits.bench, "application.return_for_changes")] == [
        {"background": "请写明人员（示例）"}
    ]
    beside = [row for row in officer(visits, CODE).page(PATH).rows if row[0].startswith("F29")]
    assert "意见 请写明人员（示例）" in beside[0][1]


def test_returning_without_a_remark_comes_back_to_the_same_page(visits: Visiting) -> None:
    answer = officer(visits, COUNTY).fill(f"{PATH}/remarks/return")

    page = read_page(answer)
    assert (answer.status_code, row_of(visits.bench, Application, KEY).state) == (400, "submitted")
    assert "须逐项写明问题" in page.text
    assert "remarks.background" in page.form(f"{PATH}/remarks/return").names


def test_remarks_that_are_refused_stay_as_they_were_typed(visits: Visiting) -> None:
    county = officer(visits, COUNTY)
    form = county.page(f"{PATH}/remarks/return").form(f"{PATH}/remarks/return")
    visits.bench.act("application.consent_plan", "430121-xz", application=KEY, opinion="同意（示例）")

    answer = county.send(form, remarks__background="请写明人员（示例）")

    page = read_page(answer)
    assert (answer.status_code, "最新情况" in page.text) == (409, True)
    assert dict(page.form(f"{PATH}/remarks/return").values)["remarks.background"] == "请写明人员（示例）"


def test_number_is_shown_once_with_a_reason_and_leaves_an_event(visits: Visiting) -> None:
    county = officer(visits, COUNTY)
    page = county.page(PATH)
    form = page.form(f"{PATH}/number")

    refused = county.send(form, reason="")
    shown = county.send(form, reason="核对身份（示例）")
    again = county.send(form, reason="核对身份（示例）")

    assert MASKED in page.text
    assert [RESIDENT_NUMBER in one.text for one in (refused, shown, again)] == [False, True, False]
    assert (refused.status_code, len(events(visits.bench, "application.reveal_id"))) == (400, 1)


@pytest.mark.parametrize("office", [COUNTY_RURAL, CITY])
def test_who_may_not_ask_for_a_number_is_refused(visits: Visiting, office: str) -> None:
    guest = officer(visits, office)

    answer = guest.post(f"{PATH}/number", number="lead_id_number", reason="想看（示例）")

    assert (answer.status_code, RESIDENT_NUMBER in answer.text) == (403, False)
    assert (MASKED in guest.get(PATH).text) is (office == CITY)


def test_province_checks_several_at_once(sqlite_url: str) -> None:
    bench, keys = emailed_bench(sqlite_url, county_code(1), county_code(2))
    guest = officer(visiting(bench), PROVINCE)
    table = guest.page("/applications").form("/bulk")
    bulk = read_page(guest.send(table, act="application.check:application", key=keys))

    guest.send(bulk.form("/bulk"))

    assert [one.state for one in rows(bench, Application)] == ["checked", "checked"]


def test_printed_form_masks_numbers_and_names_offices(visits: Visiting) -> None:
    page = officer(visits, COUNTY).page(f"{PATH}/print")

    assert page.title.startswith("申报表")
    assert all(words in page.text for words in ("长沙县民政局", MASKED, "我单位保证项目申报材料真实"))
    assert RESIDENT_NUMBER not in page.text


def test_printed_form_bears_the_day_of_the_decision_and_of_no_file(visits: Visiting) -> None:
    with visits.bench.work() as work:
        found = work.session.get_one(Application, KEY)
        found.form = {**found.form, "decision_signed_on": "1999-09-09"}
    before = officer(visits, COUNTY).page(f"{PATH}/print").text
    with visits.bench.work() as work:
        work.session.get_one(Application, KEY).state = "approved"
        add_decision(work, date(2022, 3, 30), approved=1)

    after = officer(visits, COUNTY).page(f"{PATH}/print").text

    assert ("2022-03-30" in before, "2022-03-30" in after) == (False, True)
    assert "1999" not in before + after


def test_county_reads_its_quota(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    recommended(bench, CODE)
    submitted(bench, county_code(2))

    text = officer(visiting(bench), COUNTY).page("/applications").text

    assert "1 / 2" in text
    assert "待决定 1 件" in text


def test_city_reads_quotas_ranks_and_emails(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    keys = [recommended(bench, county_code(number)) for number in (1, 2)]
    city = officer(visiting(bench), CITY)
    path = "/submission/1:430100"
    places: dict[str, Any] = {f"ranking.{keys[0]}": "2", f"ranking.{keys[1]}": "1"}

    ranked = city.send(city.page(path).form("/act/application.rank_city"), **places)
    form = city.page(path).form("/act/application.email_submission")
    unsealed = city.send(form)
    sealed = city.send(city.page(path).form("/act/application.email_submission"), sealed="1")
    posted = city.send(
        city.page(path).form("/act/application.post_originals"), courier="快递（示例）", tracking="S1"
    )

    assert [one.status_code for one in (ranked, unsealed, sealed, posted)] == [303, 409, 303, 303]
    assert [row_of(bench, Application, key).city_rank for key in keys] == [2, 1]
    assert "已邮寄" in city.page(path).text


def test_incomplete_ranking_names_the_institutions(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    keys = [recommended(bench, county_code(number)) for number in (1, 2)]
    city = officer(visiting(bench), CITY)
    form = city.page("/submission/1:430100").form("/act/application.rank_city")
    places: dict[str, Any] = {f"ranking.{keys[0]}": "1", f"ranking.{keys[1]}": ""}

    answer = city.send(form, **places)

    text = read_page(answer).text
    assert answer.status_code == 400
    assert f"未处理 样例机构{county_code(2)[-4:]}（示例）；不在待初审之列 无" in text


def test_summary_is_printed_and_loaded_down(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = recommended(bench, CODE)
    rank(bench, key)
    email(bench, key)
    city = officer(visiting(bench), CITY)

    page = city.page("/submission/1:430100/summary")
    sheet = city.get("/submission/1:430100/summary", format="xlsx")

    assert f"样例机构{CODE[-4:]}（示例）" in page.text
    assert (sheet.status_code, sheet.content[:2]) == (200, b"PK")


def test_other_cities_lists_are_not_there_and_the_province_sees_all(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    visits = visiting(bench)

    foreign = officer(visits, "430300-mz").get("/submission/1:430100").status_code
    own = officer(visits, CITY).get("/submissions").headers["location"]
    every = [
        path for _, path in officer(visits, PROVINCE).page("/submissions").links if "/submission/" in path
    ]

    assert (foreign, own, len(every)) == (404, "/submission/1:430100", 14)


def test_forms_begin_with_what_is_known(sqlite_url: str) -> None:
    bench, keys = emailed_bench(sqlite_url, county_code(1), county_code(2))
    visits = visiting(bench)
    register = officer(visits, COUNTY).page("/act/application.register_institution").form()
    mail = officer(visits, PROVINCE).page("/act/application.register_mail", batch="1", city="430100").form()

    own, listed = dict(register.values), [value for name, value in mail.values if name == "applications"]

    assert (own["division"], own["level"]) == ("430121", "county")
    assert (listed, dict(mail.values)["rows"]) == (keys, "2")


def test_acts_with_a_page_of_their_own_lead_there(visits: Visiting) -> None:
    county, applicant = officer(visits, COUNTY), officer(visits, CODE)

    places = [
        county.get(f"/act/application.return_for_changes?application={KEY}").headers["location"],
        applicant.get(f"/act/application.submit?application={KEY}").headers["location"],
        officer(visits, CITY).get("/act/application.rank_city?batch=1&city=430100").headers["location"],
    ]

    assert places == [f"{PATH}/remarks/return", f"{PATH}/form", "/submission/1:430100#rank"]


def test_province_ends_the_part_of_a_city_that_sends_nothing_once_posting_is_over(sqlite_url: str) -> None:
    visits = visiting(opened_bench(sqlite_url))
    before = offered_on_list(visits)
    visits.at("2022-03-15T09:00")

    after = offered_on_list(visits)

    assert ("了结未报送的市州" in before, "了结未报送的市州" in after) == (False, True)


def offered_on_list(visits: Visiting) -> list[str]:
    """What the province can do with the list of Changsha."""
    return [words for words, _ in officer(visits, PROVINCE).page("/submission/1:430100").links]
