"""The application form in the browser: begun, advised on, kept, stale, handed in, corrected."""

from typing import Any

import pytest

from models.application import Application
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.documents.forms import FILLED, form_file
from tests.factory import PROVINCE
from tests.tasks.applying import (
    COUNTY,
    MASKED,
    OTHER_COUNTY,
    city_code,
    county_code,
    draft,
    emailed_bench,
    form_of,
    key_of,
    opened_bench,
    register,
)
from tests.tasks.scenes import events, row_of

CODE = county_code(1)
KEY = key_of(CODE)
PATH = f"/application/{KEY}/form"


@pytest.fixture
def visits(sqlite_url: str) -> Visiting:
    """A county institution with a draft that is whole."""
    bench = opened_bench(sqlite_url)
    register(bench, CODE)
    draft(bench, CODE)
    return visiting(bench)


@pytest.fixture
def guest(visits: Visiting) -> Guest:
    """The applicant's officer."""
    return visits.as_(f"{CODE}.officer")


def keep(guest: Guest, do: str = "save", **fields: Any) -> Any:
    return guest.send(guest.page(PATH).form(PATH), do=do, **fields)


def application(visits: Visiting) -> Application:
    return row_of(visits.bench, Application, KEY)


def advice(guest: Guest, **fields: Any) -> dict[str, Any]:
    form = guest.page(PATH).form(PATH)
    found: dict[str, Any] = guest.client.post(f"/application/{KEY}/advice", data=form.filled(**fields)).json()
    return found


def test_county_institution_begins_at_its_own_county(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)
    guest = visiting(bench).as_(f"{CODE}.officer")
    form = guest.page("/applications/new").form("/applications/new")

    answer = guest.send(form)

    assert (form.options["nominator"], answer.headers["location"]) == ([COUNTY], PATH)
    found = row_of(bench, Application, KEY)
    assert (found.channel, found.form["institution_name"]) == ("county", f"样例机构{CODE[-4:]}（示例）")


def test_city_institution_chooses_among_city_and_counties(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = city_code(1)
    register(bench, code)
    guest = visiting(bench).as_(f"{code}.officer")
    form = guest.page("/applications/new").form("/applications/new")

    guest.send(form, nominator="430100-mz")

    assert {"430100-mz", COUNTY, OTHER_COUNTY} <= set(form.options["nominator"])
    assert row_of(bench, Application, key_of(code)).channel == "city"


def test_foreign_county_is_refused_with_its_clause(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, CODE)
    guest = visiting(bench).as_(f"{CODE}.officer")

    answer = guest.post("/applications/new", batch="1", nominator=OTHER_COUNTY)

    assert (answer.status_code, "K19" in answer.text) == (409, True)


def test_a_draft_is_kept_whatever_is_missing_and_numbers_stay(visits: Visiting, guest: Guest) -> None:
    answer = keep(
        guest, form__legal_representative="", form__beneficiaries="１２０", form__budget__2__item="督导"
    )

    found = application(visits)
    assert (answer.status_code, found.state) == (303, "draft")
    assert (found.form["legal_representative"], found.form["beneficiaries"]) == ("", 120)
    assert (found.form["lead_id_number"], len(found.form["budget"])) == (MASKED, 3)
    assert "sealed_numbers" in found.form
    assert [actor for actor, _, _ in events(visits.bench, "application.save_draft")] == [f"{CODE}.officer"]


def test_what_is_missing_is_asked_for_quietly_and_faults_stand_out(guest: Guest) -> None:
    keep(guest, form__legal_representative="", form__background="字" * 401)

    page = guest.page(PATH)

    assert "还有 1 项待填，1 项须改正，才能提交。" in page.text
    assert "401" in page.text
    assert "超出 1 字" in page.text


def test_what_was_typed_wrongly_is_kept_and_told_at_its_field(visits: Visiting, guest: Guest) -> None:
    answer = keep(
        guest, form__beneficiaries="很多", form__founded_on="2015年春", form__address="新址（示例）"
    )

    page = guest.page(PATH)
    values = dict(page.form(PATH).values)
    assert (answer.status_code, application(visits).form["address"]) == (303, "新址（示例）")
    assert (values["form.beneficiaries"], values["form.founded_on"]) == ("很多", "2015年春")
    assert "F19 数量“很多”不是不小于 0 的整数" in page.text
    assert 'type="text" name="form.founded_on"' in guest.get(PATH).text
    assert "F05 日期无法识别" in read_page(keep(guest, do="hand_in", sealed="1")).text
    assert application(visits).state == "draft"


def test_a_draft_shows_what_the_register_says_now(visits: Visiting, guest: Guest) -> None:
    visits.bench.act(
        "organisation.correct_registration",
        COUNTY,
        organisation=CODE,
        name="更正后的名称（示例）",
        reason="漏字（示例）",
    )

    page = guest.page(PATH)
    answer = keep(guest, do="hand_in", sealed="1")

    assert "更正后的名称（示例）" in page.text
    assert answer.headers["location"] == f"/application/{KEY}"
    assert application(visits).form["institution_name"] == "更正后的名称（示例）"


def test_advice_is_told_without_keeping_anything(visits: Visiting, guest: Guest) -> None:
    told = advice(guest, form__proposal="字" * 801, form__lead_mobile="123", form__address="")

    fields = told["fields"]
    assert (fields["proposal"]["words"], fields["proposal"]["most"]) == (801, 800)
    assert [line["hard"] for line in fields["lead_mobile"]["lines"]] == [True]
    assert (fields["address"]["blank"], told["total"]) == (True, "2.0")
    assert application(visits).form["address"] == "样例路1号"


def test_advice_and_form_are_the_applicants_only(visits: Visiting) -> None:
    county = visits.as_(f"{COUNTY}.officer")

    answers = [county.get(PATH), county.post(PATH, do="save"), county.post(f"/application/{KEY}/advice")]

    assert [one.status_code for one in answers] == [403, 403, 403]


def test_stale_form_shows_what_differs_and_then_saves(visits: Visiting, guest: Guest) -> None:
    other = visits.another(f"{CODE}.officer", CODE)
    opened = other.page(PATH).form(PATH)
    keep(guest, form__background="甲稿（示例）")

    refused = other.send(opened, do="save", form__background="乙稿（示例）")
    before = application(visits).form["background"]
    page = read_page(refused)
    again = other.send(page.form(PATH), do="save")

    assert (refused.status_code, before) == (400, "甲稿（示例）")
    assert ["项目背景", "甲稿（示例）", "乙稿（示例）"] in page.rows
    assert (again.status_code, application(visits).form["background"]) == (303, "乙稿（示例）")


def test_handing_in_needs_the_seal_and_keeps_the_draft_when_refused(visits: Visiting, guest: Guest) -> None:
    refused = keep(guest, do="hand_in", form__address="新址（示例）")

    assert (refused.status_code, "草稿已保存，但还不能提交" in refused.text, "F26" in refused.text) == (
        409,
        True,
        True,
    )
    assert (application(visits).state, application(visits).form["address"]) == ("draft", "新址（示例）")


def test_handing_in_twice_acts_once(visits: Visiting, guest: Guest) -> None:
    form = guest.page(PATH).form(PATH)
    first = guest.send(form, do="hand_in", sealed="1")

    second = guest.send(form, do="hand_in", sealed="1")
    other = guest.send(form, do="hand_in", sealed="1", form__address="另一处（示例）")

    found = application(visits)
    assert first.headers["location"] == second.headers["location"] == f"/application/{KEY}"
    assert (other.status_code, found.form["address"] == "另一处（示例）") == (409, False)
    assert (found.state, found.version, len(events(visits.bench, "application.submit"))) == (
        "submitted",
        1,
        1,
    )
    assert found.form["commitment_signed_on"] == "2022-03-01"


def test_a_correction_goes_back_to_the_province_as_a_new_version(sqlite_url: str) -> None:
    bench, keys = emailed_bench(sqlite_url, CODE)
    problems = {"bank_account": "账户不一致（示例）"}
    bench.act("application.request_correction", PROVINCE, application=keys[0], problems=problems)
    guest = visiting(bench).as_(f"{CODE}.officer")

    answer = keep(guest, do="hand_in", form__address="更正后（示例）")

    found = row_of(bench, Application, keys[0])
    assert (answer.status_code, found.state, found.version) == (303, "emailed", 2)
    assert (found.form["address"], found.form["opinion_sealed"]) == ("更正后（示例）", True)


def test_a_form_that_is_not_in_hand_says_so(visits: Visiting, guest: Guest) -> None:
    bench = visits.bench
    bench.act("application.revise", CODE, application=KEY, form=form_of(CODE))
    bench.act("application.submit", CODE, application=KEY, signed_on=bench.house.clock.today(), sealed=True)

    assert guest.get(PATH).status_code == 409


def send_file(guest: Guest, content: bytes, name: str = "申报表.docx") -> Any:
    form = guest.page(PATH).form(f"{PATH}/file")
    return guest.send(form, (("form", name, content),))


def test_a_form_from_a_file_is_shown_and_not_kept(visits: Visiting, guest: Guest) -> None:
    before = application(visits).form
    given = {
        **FILLED,
        "uscc": CODE,
        "institution_name": before["institution_name"],
        "address": "新地址",
        "funds_own_wan": "３",
    }

    answer = send_file(guest, form_file(given))

    page = read_page(answer)
    shown = page.form(PATH).filled()
    assert (answer.status_code, shown["form.address"], shown["form.funds_own_wan"]) == (200, "新地址", "3")
    assert "已从“申报表.docx”读入，尚未保存" in page.text
    assert application(visits).form == before


def test_a_form_of_somebody_else_is_told_by_its_place(guest: Guest) -> None:
    answer = send_file(guest, form_file())

    assert "以登记为准" in answer.text
    assert "第 1 张表第 3 行" in answer.text


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("信.docx", form_file(rows=[["事项", "说明"]]), "没有找到申报表"),
        ("图.docx", b"\x89PNG\r\n\x1a\n", "不符"),
        ("表.exe", b"MZ", "不是可以上传的类型"),
    ],
    ids=["another document", "a picture", "a program"],
)
def test_a_file_that_is_no_form_leaves_the_draft(
    visits: Visiting, guest: Guest, name: str, content: bytes, says: str
) -> None:
    before = application(visits).form

    answer = send_file(guest, content, name)

    assert (answer.status_code, says in answer.text) == (400, True)
    assert application(visits).form == before
