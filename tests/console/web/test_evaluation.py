"""The pages of the year's end: own accounts, judgement, co-signature, and who sees which pair."""

from typing import Any

import pytest

from models.disbursement import Spending
from models.evaluation import Evaluation, SelfEvaluation
from models.pairing import Pair
from tests.console.web.visiting import Visiting, read_page, visiting
from tests.tasks.scenes import CITY, CITY_PAIR, COUNTY, COUNTY_PAIR, OTHER_PAIR, row_of, rows, run_chores
from tests.tasks.yearend import file_side, pay_year, working_bench

PAGE = f"/evaluation/{COUNTY_PAIR}:2022"


@pytest.fixture
def house(sqlite_url: str) -> Visiting:
    """Three pairs on the first of December 2022, their money paid, self-evaluations open."""
    bench = working_bench(sqlite_url)
    pay_year(bench)
    run_chores(bench, "evaluation")
    return visiting(bench)


def officer(house: Visiting, side: str) -> str:
    """The officer of one side of the county's pair."""
    return f"{getattr(row_of(house.bench, Pair, COUNTY_PAIR), side)}.officer"


def test_both_sides_file_the_nominator_judges_and_rural_cosigns(house: Visiting) -> None:
    spendings: dict[str, dict[str, Any]] = {"recipient": {"spending__board_lodging": "9000"}, "sender": {}}
    for side, spent in spendings.items():
        guest = house.as_(officer(house, side))
        assert guest.fill(PAGE, action="/act/evaluation.file_self_evaluation", **spent).status_code == 303
    county = house.as_(f"{COUNTY}.officer")
    judged = county.fill(
        PAGE, action="/act/evaluation.evaluate_pair", grade="good", comment="任务完成，群众满意"
    )
    assert judged.status_code == 303, read_page(judged).text
    rural = house.as_(f"{COUNTY.replace('mz', 'xz')}.officer")
    assert rural.fill(PAGE, action="/act/evaluation.cosign_evaluation").status_code == 303

    found = row_of(house.bench, Evaluation, f"{COUNTY_PAIR}:2022")
    assert (found.state, found.grade) == ("cosigned", "good")
    assert [one.fen for one in rows(house.bench, Spending)] == [900_000]
    province = house.as_("430000-mz.officer")
    page = province.page(PAGE)
    assert ("任务完成，群众满意" in page.text, "已生成的文件" in page.text) == (True, False)
    province.send(page.form(f"/documents/{COUNTY_PAIR}%3A2022/certificate"), format="docx")
    assert "已生成的文件" in province.page(PAGE).text


def test_an_own_account_begins_with_the_records_figures(house: Visiting) -> None:
    form = house.as_(officer(house, "sender")).page(PAGE).form("/act/evaluation.file_self_evaluation")

    text = dict(form.values)["text"]

    assert "受训人才 0 名，累计服务 0 日" in text
    assert "投入资金 40,000" not in text


def test_what_was_recorded_is_not_asked_again(house: Visiting) -> None:
    guest = house.as_(officer(house, "sender"))
    guest.fill(guest.page("/money/spending").link("登记支出"), lines__activity="1000")

    form = guest.page(PAGE).form("/act/evaluation.file_self_evaluation")

    assert not [name for name in form.names if name.startswith("spending")]
    assert "支出已登记" in guest.page(PAGE).text
    assert guest.send(form).status_code == 303
    assert [one.fen for one in rows(house.bench, Spending)] == [100_000]


def test_more_than_was_received_is_refused_with_what_was_typed(house: Visiting) -> None:
    guest = house.as_(officer(house, "recipient"))

    answer = guest.fill(PAGE, action="/act/evaluation.file_self_evaluation", spending__board_lodging="10001")

    assert answer.status_code == 409
    assert dict(read_page(answer).form().values)["spending.board_lodging"] == "10001"
    assert rows(house.bench, SelfEvaluation) == []


def test_each_sees_only_the_form_whose_turn_it_is(house: Visiting) -> None:
    people = [officer(house, "sender"), officer(house, "recipient"), f"{COUNTY}.officer", "430000-mz.officer"]

    offered = [
        sorted(form.action for form in house.as_(one).page(PAGE).forms if "evaluation." in form.action)
        for one in people
    ]

    filing = ["/act/evaluation.file_self_evaluation"]
    assert offered == [filing, filing, [], []]


def test_the_board_says_whose_turn_it_is(house: Visiting) -> None:
    file_side(house.bench, COUNTY_PAIR, "recipient")

    page = house.as_("430000-mz.officer").page("/evaluation", year=2022)
    turns = {row[0]: row[7] for row in page.rows if row and row[0].startswith("P1-")}

    assert turns == {CITY_PAIR: "受援机构", COUNTY_PAIR: "援派机构", OTHER_PAIR: "受援机构"}


def test_others_see_neither_pair_nor_page(house: Visiting) -> None:
    guest = house.as_("430300-mz.officer")

    assert guest.get(PAGE).status_code == 404
    assert COUNTY_PAIR not in guest.page("/evaluation", year=2022).text
    assert CITY_PAIR in house.as_(f"{CITY}.officer").page("/evaluation", year=2022).text


def test_rural_offices_cosign_several_at_once(house: Visiting) -> None:
    for side in ("sender", "recipient"):
        file_side(house.bench, COUNTY_PAIR, side)
    house.bench.act(
        "evaluation.evaluate_pair", COUNTY, pair=COUNTY_PAIR, year=2022, grade="pass", comment="一般"
    )
    rural = house.as_("430121-xz.officer")
    listing = rural.page("/evaluation", year=2022).form("/bulk")

    form = read_page(rural.send(listing, key=COUNTY_PAIR, act="evaluation.cosign_evaluation:pair")).form(
        "/bulk"
    )
    rural.send(form)

    assert row_of(house.bench, Evaluation, f"{COUNTY_PAIR}:2022").state == "cosigned"
