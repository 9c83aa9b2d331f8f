"""An institution from its registration to its first draft: refusals at their field, and what to do next."""

from datetime import date

import pytest

from console.web.refusals import problem_of
from models.application import Application
from models.organisation import Organisation
from tasks.queries.first_form import form_title
from tasks.refusal import NotFound
from tests.console.web.visiting import Guest, Page, Visiting, read_page, visiting
from tests.factory import set_batch
from tests.tasks.applying import COUNTY, county_code, draft, opened_bench
from tests.tasks.scenes import row_of, rows

FORM = "/act/application.register_institution"
NAME = "蒲公英社会工作服务中心（样例）"
GOOD = {
    "uscc": county_code(7),
    "name": NAME,
    "type": "social_work",
    "contact_name": "样例联系人",
    "contact_email": "new@people.example",
    "contact_mobile": "13800138000",
}


@pytest.fixture
def visits(sqlite_url: str) -> Visiting:
    """An open batch that nobody has applied to."""
    return visiting(opened_bench(sqlite_url))


def county(visits: Visiting) -> Guest:
    return visits.as_(f"{COUNTY}.officer")


def told_beside(page: Page, field: str, wanted: str) -> bool:
    """Whether a sentence stands both in the box above and beside its field."""
    return page.text.count(wanted) == 2 and field in page.form(FORM).names


def test_each_fault_of_a_registration_stands_beside_its_field(visits: Visiting) -> None:
    faulty = {
        "uscc": county_code(7)[:-1],
        "contact_email": "样例@people.example",
        "contact_mobile": "12345",
        "legal_person": None,
    }

    answer = county(visits).fill(FORM, **{**GOOD, **faulty})

    page = read_page(answer)
    assert answer.status_code == 409
    assert {
        field: told_beside(page, field, words)
        for field, words in {
            "uscc": "应为 18 位",
            "contact_email": "无法投递",
            "contact_mobile": "应为 11 位",
            "legal_person": "不是法人单位",
        }.items()
    } == dict.fromkeys(("uscc", "contact_email", "contact_mobile", "legal_person"), True)
    assert "批准例外" not in page.text


def test_registration_leads_on_to_the_account_of_the_contact(visits: Visiting) -> None:
    answer = county(visits).fill(FORM, **GOOD)

    page = county(visits).page(answer.headers["location"])
    assert answer.headers["location"].startswith(f"/organisation/{county_code(7)}")
    assert page.link("开通账号") == f"/person/{county_code(7)}.officer/account"


def test_same_registration_again_is_no_fault_another_name_is(visits: Visiting) -> None:
    county(visits).fill(FORM, **GOOD)

    again = county(visits).fill(FORM, **GOOD)
    other = county(visits).fill(FORM, **{**GOOD, "name": "另一名称（样例）"})

    assert (again.status_code, other.status_code) == (303, 409)
    assert row_of(visits.bench, Organisation, county_code(7)).name == NAME


def test_empty_list_says_how_to_begin_while_a_batch_is_open(visits: Visiting) -> None:
    county(visits).fill(FORM, **GOOD)
    applicant = visits.as_(f"{county_code(7)}.officer")

    before = applicant.page("/todo")
    draft(visits.bench, county_code(7))
    after = applicant.page("/todo")

    assert before.link("建立申报草稿") == "/applications/new"
    assert county(visits).page("/todo").link("登记申报机构").startswith(FORM)
    assert (len(rows(visits.bench, Application)), "还没有本批的申报" in after.text) == (1, False)


def test_refusals_call_acts_as_their_buttons_do() -> None:
    problem = problem_of(NotFound("application.not_registered", uscc="X"))

    assert problem is not None
    assert problem.lines == ("机构“X”尚未登记。请先由推选单位登记机构信息（登记申报机构）。",)


def test_first_form_begins_with_the_registered_contact(visits: Visiting) -> None:
    county(visits).fill(FORM, **GOOD)
    applicant = visits.as_(f"{county_code(7)}.officer")

    begun = applicant.fill("/applications/new", nominator=COUNTY, action="/applications/new")
    page = applicant.page(begun.headers["location"])

    filled = dict(page.form(begun.headers["location"].partition("?")[0]).values)
    assert [filled[f"form.contact_{name}"] for name in ("name", "mobile", "email")] == [
        "样例联系人",
        "13800138000",
        "new@people.example",
    ]


@pytest.mark.parametrize(("batch", "years"), [(1, "2022-2023年"), (2, "2024-2025年")])
def test_title_of_the_form_names_the_years_of_its_batch(sqlite_url: str, batch: int, years: str) -> None:
    bench = opened_bench(sqlite_url)

    with bench.work() as work:
        set_batch(work, 2, period_start=date(2024, 2, 1), period_end=date(2025, 12, 31))

    with bench.house.look() as work:
        assert form_title(work, batch).startswith(years)
