"""The cities' reports to two offices and the province's rollup of the year (S24, S25; K33, K35, A17, A18)."""

from datetime import date

import pytest

from models.evaluation import AnnualReport, ReportReceipt, Rollup
from models.rules.breach import RuleBroken
from tasks.lifecycle import due_chores
from tasks.queries.rollup import rollup_of
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE, PROVINCE_RURAL
from tests.tasks.scenes import CITY, letters, row_of, rows, run_chores, step_keys, steps_of
from tests.tasks.yearend import CITIES, pay_year, receive, reporting_bench, submit, working_bench

SUBMIT = {"city": "430100", "year": 2022, "text": "年度报告（示例）"}


def test_cities_owe_their_report_once_the_year_is_over(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2022-12-30T09:00")
    run_chores(bench, "evaluation")
    before = step_keys(bench, "S24:%")

    bench.at("2023-01-03T09:00")
    due = [(chore.name, chore.subject) for chore in due_chores(bench.house, "evaluation")]
    run_chores(bench, "evaluation")

    assert before == []
    assert due == [("open_reports", "430100:2022"), ("open_reports", "430300:2022")]
    assert steps_of(bench, "S24:%") == [
        ("S24:2022:430100", CITY, date(2023, 1, 16)),
        ("S24:2022:430300", "430300-mz", date(2023, 1, 16)),
    ]
    assert due_chores(bench.house, "evaluation") == []


def test_a_report_is_done_when_both_offices_hold_it(database_url: str) -> None:
    bench = reporting_bench(database_url)
    submit(bench, "430100")

    receive(bench, "430100", PROVINCE)
    half = (row_of(bench, AnnualReport, "2022:430100").state, step_keys(bench, "S24:%"))
    receive(bench, "430100", PROVINCE_RURAL)
    one_city = step_keys(bench, "S25:%")
    submit(bench, "430300")
    receive(bench, "430300")

    assert half == ("filed", ["S24:2022:430100", "S24:2022:430300"])
    assert [(row.key, row.state, row.final) for row in rows(bench, AnnualReport)] == [
        ("2022:430100", "received", False),
        ("2022:430300", "received", False),
    ]
    assert step_keys(bench, "S24:%") == []
    assert one_city == []
    assert steps_of(bench, "S25:%") == [("S25:2022", PROVINCE, date(2023, 1, 30))]


def test_each_receipt_is_told_to_both_offices_of_the_city(sqlite_url: str) -> None:
    bench = reporting_bench(sqlite_url)
    submit(bench, "430100")

    receive(bench, "430100")

    told = [(office, facts["receiver"]) for office, facts in letters(bench, "report_received")]
    assert told == [
        ("430100-mz", "湖南省民政厅"),
        ("430100-xz", "湖南省民政厅"),
        ("430100-mz", "湖南省乡村振兴局"),
        ("430100-xz", "湖南省乡村振兴局"),
    ]


def test_a_report_carries_the_records_own_figures(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2022-06-20T10:00")
    pay_year(bench)
    bench.at("2023-01-04T09:00")
    run_chores(bench, "evaluation")

    submit(bench, "430100")

    figures = row_of(bench, AnnualReport, "2022:430100").figures
    with bench.work() as work:
        assert figures == rollup_of(work, 2022, 1)["cities"]["430100"]
    assert (figures["pairs"], figures["money"]) == (
        2,
        {"A": 6_000_000, "B": 6_000_000, "C": 2_000_000, "own": 0},
    )


def test_the_last_years_report_is_the_final_one(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2024-01-08T09:00")
    run_chores(bench, "evaluation")

    submit(bench, "430300", year=2023)

    assert row_of(bench, AnnualReport, "2023:430300").final is True


def test_a_report_before_the_years_end_is_refused(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        bench.act("evaluation.submit_report", CITY, **SUBMIT)

    assert (refused.value.code, refused.value.field) == ("evaluation.report_early", "year")


def test_only_a_city_with_pairs_reports_and_only_its_own_year_once(sqlite_url: str) -> None:
    bench = reporting_bench(sqlite_url)
    with pytest.raises(NotFound) as nothing:
        bench.act("evaluation.submit_report", "430200-mz", **{**SUBMIT, "city": "430200"})
    with pytest.raises(NotFound):
        bench.act("evaluation.cosign_report", "430100-xz", city="430100", year=2022)
    with pytest.raises(NotEntitled):
        bench.act("evaluation.submit_report", "430300-mz", **SUBMIT)
    with pytest.raises(BadInput) as silent:
        bench.act("evaluation.submit_report", CITY, **{**SUBMIT, "text": " "})
    submit(bench, "430100")

    with pytest.raises(AlreadyDone) as again:
        bench.act("evaluation.submit_report", CITY, **SUBMIT)
    with pytest.raises(AlreadyDone) as cosigned:
        bench.act("evaluation.cosign_report", "430100-xz", city="430100", year=2022)

    codes = [one.value.code for one in (nothing, silent, again, cosigned)]
    assert codes == ["evaluation.no_duty", "act.reason_missing", "evaluation.reported", "evaluation.cosigned"]


def test_an_uncosigned_report_is_not_received(sqlite_url: str) -> None:
    bench = reporting_bench(sqlite_url)
    bench.act("evaluation.submit_report", CITY, **SUBMIT)

    with pytest.raises(RuleBroken) as refused:
        receive(bench, "430100", PROVINCE)

    assert [(one.code, one.clause) for one in refused.value.breaches] == [("rules.evaluation.cosign", "K35")]
    assert rows(bench, ReportReceipt) == []


def test_one_office_confirms_once(sqlite_url: str) -> None:
    bench = reporting_bench(sqlite_url)
    submit(bench, "430100")
    receive(bench, "430100", PROVINCE)

    with pytest.raises(RuleBroken) as refused:
        receive(bench, "430100", PROVINCE)

    assert [(one.code, one.clause) for one in refused.value.breaches] == [
        ("rules.evaluation.receipt_twice", "K33")
    ]


def test_the_rollup_waits_for_every_city(sqlite_url: str) -> None:
    bench = reporting_bench(sqlite_url)
    submit(bench, "430100")
    receive(bench, "430100")

    with pytest.raises(BadInput) as refused:
        bench.act("evaluation.publish_rollup", PROVINCE, year=2022)

    assert refused.value.code == "evaluation.reports_missing"


def test_a_published_rollup_is_kept_told_and_opens_the_honours(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2022-06-20T10:00")
    pay_year(bench)
    bench.at("2023-01-11T09:00")
    run_chores(bench, "evaluation")
    for city in CITIES:
        submit(bench, city)
        receive(bench, city)

    bench.act("evaluation.publish_rollup", PROVINCE, year=2022)

    assert [(row.key, row.figures["province"]["pairs"]) for row in rows(bench, Rollup)] == [("1:2022", 3)]
    assert step_keys(bench, "S25:%") == []
    assert steps_of(bench, "S26:%") == [("S26:2022", PROVINCE, date(2023, 2, 13))]
    told = letters(bench, "rollup_published")
    assert len(told) == 14 + 14 + 2
    facts = told[0][1]
    assert (facts["pairs"], facts["province_paid"], facts["local_paid"]) == (3, 9_000_000, 3_000_000)
    assert [row["indicator"] for row in facts["indicators"]] == [
        "选派资深社会工作者",
        "培训社会工作人才",
        "开展督导",
        "开展培训",
        "孵化社会工作服务机构",
        "支持建设基层社工站",
        "实施服务项目",
        "投入资金",
    ]
    with pytest.raises(BadInput):
        bench.act("evaluation.publish_rollup", PROVINCE, year=2022)
