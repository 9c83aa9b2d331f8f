"""Honours and the close of a batch in the browser: recorded, printed, closed; unspent money on one page."""

from typing import Any

import pytest

from models.evaluation import ClosingAccount, Honour
from models.opening import Batch
from tests.console.web.visiting import Visiting, read_page, visiting
from tests.factory import PROVINCE
from tests.tasks.scenes import COUNTY, COUNTY_PAIR, OTHER_PAIR, row_of, rows
from tests.tasks.yearend import closing_bench, honouring_bench


@pytest.fixture
def house(sqlite_url: str) -> Visiting:
    """The rollup of 2022 published: honours are owed."""
    return visiting(honouring_bench(sqlite_url))


def record(house: Visiting, person: str, **fields: str) -> None:
    """Records a case of the county's pair, or of what is given."""
    guest = house.as_(person)
    plain: dict[str, Any] = {
        "kind": "deed",
        "subject": COUNTY_PAIR,
        "level": "county",
        "title": "结对帮扶先进事迹",
    }
    link = guest.page("/honours", year=2022).link("登记表彰、宣传与典型")
    answer = guest.fill(link, **(plain | fields))
    assert answer.status_code == 303, read_page(answer).text


def test_a_case_is_recorded_from_the_list_of_those_who_could_be_commended(house: Visiting) -> None:
    county = house.as_(f"{COUNTY}.officer")
    page = county.page("/honours", year=2022)
    form = next(path for label, path in page.links if label == f"登记：{COUNTY_PAIR}")

    answer = county.fill(form, kind="deed", level="county", title="先进")

    assert answer.status_code == 303, read_page(answer).text
    assert [(one.subject, one.title) for one in rows(house.bench, Honour)] == [(COUNTY_PAIR, "先进")]
    assert f"登记：{COUNTY_PAIR}" not in [label for label, _ in county.page("/honours", year=2022).links]


def test_a_certificate_can_be_printed(house: Visiting) -> None:
    record(house, f"{COUNTY}.officer")
    honour = rows(house.bench, Honour)[0]

    page = house.as_(f"{PROVINCE}.officer").page(f"/honours/{honour.key}")

    assert "结对帮扶先进事迹" in page.text
    assert "评估等级为 良好" in page.text
    assert "县级" in page.text


def test_honours_are_seen_with_their_subject_and_by_who_recorded_them(house: Visiting) -> None:
    record(house, f"{COUNTY}.officer")
    record(house, f"{COUNTY}.officer", kind="person", subject="张三", title="优秀人物张三")
    person = next(one for one in rows(house.bench, Honour) if one.kind == "person")

    seen = house.as_(f"{COUNTY}.officer").page("/honours", year=2022).text
    foreign = house.as_("430300-mz.officer")

    assert "结对帮扶先进事迹" in seen
    assert "优秀人物张三" in seen
    assert "先进事迹" not in [row[0] for row in foreign.page("/honours", year=2022).rows if row]
    assert "优秀人物张三" not in foreign.page("/honours", year=2022).text
    assert foreign.get(f"/honours/{person.key}").status_code == 404


def test_a_closed_list_takes_no_more(house: Visiting) -> None:
    province = house.as_(f"{PROVINCE}.officer")
    page = province.page("/honours", year=2022)
    assert OTHER_PAIR in page.text
    assert province.fill(page.link("办结表彰宣传")).status_code == 303

    labels = [label for label, _path in province.page("/honours", year=2022).links]

    assert "登记表彰、宣传与典型" not in labels
    assert "办结表彰宣传" not in labels


def test_a_batch_is_closed_with_its_account(sqlite_url: str) -> None:
    house = visiting(closing_bench(sqlite_url))
    province = house.as_(f"{PROVINCE}.officer")
    assert "没有未了事项" in province.page("/closing/1").text
    answer = province.fill("/closing/1", action="/act/evaluation.close_batch", archive="档案室一号卷")

    assert answer.status_code == 303, read_page(answer).text
    assert row_of(house.bench, Batch, 1).state == "closed"
    assert rows(house.bench, ClosingAccount)[0].unspent[COUNTY_PAIR] == 150_000
    page = province.page("/closing/1")
    assert next(row for row in page.rows if row and row[0] == COUNTY_PAIR)[3:] == [
        "40,000",
        "38,500",
        "1,500",
        "1,500",
    ]


def test_the_close_shows_a_city_its_own_pairs(sqlite_url: str) -> None:
    house = visiting(closing_bench(sqlite_url))

    page = house.as_("430300-mz.officer").page("/closing")

    assert OTHER_PAIR in page.text
    assert COUNTY_PAIR not in page.text
    assert "/act/evaluation.close_batch" not in [form.action for form in page.forms]


def test_where_a_case_was_published_and_that_it_was_picked_is_shown(house: Visiting) -> None:
    record(house, f"{COUNTY}.officer")
    key = rows(house.bench, Honour)[0].key
    county, province = house.as_(f"{COUNTY}.officer"), house.as_(f"{PROVINCE}.officer")

    county.fill(
        county.page(f"/honours/{key}").link("登记案例上报"),
        reported_on="2023-01-10",
        media="样例日报",
        link="https://news.example/1",
    )
    province.fill(province.page(f"/honours/{key}").link("选为典型案例"), reason="可推广（示例）")

    page = county.page(f"/honours/{key}")
    listed = next(
        row for row in county.page("/honours", year=2022).rows if row and row[0] == "结对帮扶先进事迹"
    )
    assert ("https://news.example/1", "https://news.example/1") in page.links
    assert "省级选为典型：可推广（示例）" in page.text
    assert any("样例日报" in cell for cell in listed)
    assert any("省级典型" in cell for cell in listed)
