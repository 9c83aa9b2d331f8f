"""The programme's pages: every entry opens, proofs for those who read the whole trail, days counted one by one."""

import pytest

from console.web.rendering import environment
from tests.console.web.visiting import Guest, Visiting, visiting
from tests.factory import Bench, programme

LISTS = ("", "/parameters", "/readings", "/steps", "/parties", "/calendar", "/why")


@pytest.fixture(scope="module")
def visits(played: Bench) -> Visiting:
    """The played house."""
    return visiting(played)


@pytest.fixture(scope="module")
def province(visits: Visiting) -> Guest:
    """The province's officer."""
    return visits.as_("430000-mz.officer")


def entries() -> list[str]:
    """Every entry of the pack that has a page."""
    pack = programme()
    named = [one.id for listed in (pack.clauses, pack.ambiguities, pack.steps) for one in listed]
    return [*named, *(one.key for one in pack.parameters)]


def test_every_entry_has_a_page(visits: Visiting) -> None:
    county = visits.as_("430121-mz.officer")

    assert {
        name: status for name in entries() if (status := county.get(f"/programme/{name}").status_code) != 200
    } == {}


@pytest.mark.parametrize("path", LISTS)
def test_every_list_opens_for_institutions_too(visits: Visiting, path: str) -> None:
    with visits.bench.house.look() as work:
        code = work.session.connection().exec_driver_sql("SELECT recipient FROM pair LIMIT 1").scalar_one()

    assert visits.as_(f"{code}.officer").get(f"/programme{path}").status_code == 200


def test_a_clause_shows_all_that_hangs_on_it(province: Guest) -> None:
    page = province.page("/programme/K27")

    assert "15 个工作日" in page.text
    assert "/programme/A10" in [path for _label, path in page.links]
    assert "/programme/S13" in [path for _label, path in page.links]
    assert "登记签署" in page.text


def test_what_proves_a_clause_is_for_those_who_read_the_whole_trail(
    visits: Visiting, province: Guest
) -> None:
    proved, plain = province.page("/programme/K27"), visits.as_("430100-mz.officer").page("/programme/K27")

    assert [path for _label, path in proved.links if path.startswith("/go/P1-")]
    assert "长沙市民政局经办人" in proved.text
    assert "办理情况" not in plain.text
    assert not [path for _label, path in plain.links if path.startswith("/go/")]
    assert "例外" in province.page("/programme").rows[0][-1]
    assert "例外" not in visits.as_("430100-mz.officer").page("/programme").rows[0][-1]


def test_a_parameter_leads_to_what_counts_by_it(province: Guest) -> None:
    page = province.page("/programme/agreement.signing_workdays")

    assert "/programme/S13" in [path for _label, path in page.links]
    assert "通知原文" in page.text


def test_an_ambiguity_says_which_readings_there_are(province: Guest) -> None:
    page = province.page("/programme/A12")

    assert "每对合并累计" in page.text
    assert "按人累计" in page.text


def test_clauses_can_be_looked_for(province: Guest) -> None:
    found = province.page("/programme", q="120个工作日")

    assert [row[0] for row in found.rows[1:]] == ["K31"]


def test_an_entry_that_there_is_not_is_not_found(province: Guest) -> None:
    answer = province.get("/programme/K99")

    assert answer.status_code == 404
    assert "K99" in answer.text


def test_days_are_counted_one_by_one_over_a_holiday(province: Guest) -> None:
    answer = province.get("/programme/why", date="2024-04-03", workdays="2")

    assert "清明节" in answer.text
    assert "<b>2024-04-08</b>" in answer.text
    assert "第 2 天" in answer.text


@pytest.mark.parametrize(
    ("day", "count", "said"),
    [
        ("2024-13-01", "5", "2024-13-01"),
        ("2024-03-08", "many", "many"),
        ("2024-03-08", "100000", "300"),
        ("1999-01-01", "5", "2022-01-01"),
    ],
)
def test_what_cannot_be_counted_is_refused_with_the_reason(
    province: Guest, day: str, count: str, said: str
) -> None:
    answer = province.get("/programme/why", date=day, workdays=count)

    assert answer.status_code == 400
    assert said in answer.text


def test_a_year_without_notice_is_said_to_be_provisional(province: Guest) -> None:
    last = programme_years(province)[-1]

    assert "暂定" in province.page("/programme/calendar", year=last).text
    assert province.page("/programme/calendar", year="2024").text.count("还没有载入") == 0


def programme_years(guest: Guest) -> list[str]:
    """The years that the calendar's page offers."""
    links = guest.page("/programme/calendar").links
    return [path.removeprefix("?year=") for _label, path in links if path.startswith("?year=")]


def test_clauses_are_no_links_for_a_reviewer(visits: Visiting) -> None:
    guest = visits.as_("reviewer-01.reviewer")

    assert guest.get("/programme").status_code == 403
    assert "/programme" not in guest.get("/todo").text
    macro = 'from "macros.html" import clause'
    written = {
        reads: environment(reads_programme=reads)
        .from_string(f"{{% {macro} %}}{{{{ clause('K27') }}}}")
        .render()
        for reads in (True, False)
    }
    assert "/programme/K27" in written[True]
    assert "href" not in written[False]
    assert "K27" in written[False]
