"""Honours of a year and the close of a batch (S26, S27; K15, K34, K46–K48)."""

from datetime import date

import pytest

from models.agreement import Agreement
from models.evaluation import ClosingAccount, Evaluation, Honour
from models.opening import Batch
from models.pairing import Pair
from models.rules.breach import RuleBroken
from tasks.queries.checks import check
from tasks.refusal import AlreadyDone, BadInput, NotEntitled
from tests.factory import PROVINCE, PROVINCE_RURAL
from tests.tasks.scenes import CITY, COUNTY_PAIR, letters, row_of, rows, step_keys, steps_of
from tests.tasks.yearend import closing_bench, honouring_bench

CASE = {
    "year": 2022,
    "kind": "experience",
    "subject": COUNTY_PAIR,
    "level": "province",
    "title": "牵手帮扶典型经验（示例）",
}


def test_honours_are_recorded_and_the_years_list_is_closed(sqlite_url: str) -> None:
    bench = honouring_bench(sqlite_url)
    bench.act("evaluation.record_honour", PROVINCE, **CASE, document="样例文号〔2023〕1号")
    bench.act("evaluation.record_honour", CITY, **{**CASE, "kind": "deed", "level": "city"})

    count = bench.act("evaluation.close_honours", PROVINCE, year=2022)

    assert count == 2
    assert [(row.key, row.level, row.recorded_on) for row in rows(bench, Honour)] == [
        (f"2022:deed:{COUNTY_PAIR}", "city", date(2023, 1, 11)),
        (f"2022:experience:{COUNTY_PAIR}", "province", date(2023, 1, 11)),
    ]
    assert step_keys(bench, "S26:%") == []
    assert step_keys(bench, "S27:%") == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"kind": "rumour"}, "evaluation.case_kind"),
        ({"title": " "}, "evaluation.title_missing"),
        ({"year": 2026}, "evaluation.year"),
        ({"year": 2021}, "evaluation.year"),
    ],
)
def test_an_honour_that_cannot_be_is_refused(sqlite_url: str, form: dict[str, object], code: str) -> None:
    bench = honouring_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        bench.act("evaluation.record_honour", PROVINCE, **{**CASE, **form})

    assert refused.value.code == code
    assert rows(bench, Honour) == []


@pytest.mark.parametrize(
    ("grades", "refused"),
    [
        pytest.param(("excellent", "good"), [], id="K46-default"),
        pytest.param(("excellent",), [("evaluation.not_honourable", "K46")], id="K46-excellent-only"),
    ],
)
def test_pair_is_commended_for_a_good_evaluation(
    sqlite_url: str, grades: tuple[str, ...], refused: list[tuple[str, str]]
) -> None:
    bench = honouring_bench(sqlite_url).reading("evaluation.honours_grades", grades)
    with bench.work() as work:
        work.session.get_one(Evaluation, f"{COUNTY_PAIR}:2022").grade = "good"
    found: list[tuple[str, str]] = []

    try:
        bench.act("evaluation.record_honour", PROVINCE, **CASE)
    except RuleBroken as broken:
        found = [(one.code, one.clause) for one in broken.breaches if one.text]

    assert (found, len(rows(bench, Honour))) == (refused, 0 if refused else 1)


def test_the_same_honour_twice_or_after_the_list_is_closed_is_refused(sqlite_url: str) -> None:
    bench = honouring_bench(sqlite_url)
    bench.act("evaluation.record_honour", PROVINCE, **CASE)

    with pytest.raises(AlreadyDone) as again:
        bench.act("evaluation.record_honour", PROVINCE_RURAL, **CASE)
    bench.act("evaluation.close_honours", PROVINCE, year=2022)
    with pytest.raises(AlreadyDone) as late:
        bench.act("evaluation.record_honour", PROVINCE, **{**CASE, "kind": "deed"})
    with pytest.raises(AlreadyDone) as closed:
        bench.act("evaluation.close_honours", PROVINCE, year=2022)

    codes = [one.value.code for one in (again, late, closed)]
    assert codes == ["evaluation.honoured", "evaluation.no_honours", "evaluation.no_honours"]


def test_the_last_years_honours_open_the_batchs_close(sqlite_url: str) -> None:
    bench = closing_bench(sqlite_url)

    assert steps_of(bench, "S27:%") == [("S27:1", PROVINCE, date(2024, 2, 22))]


def test_a_closed_batch_ends_its_pairs_and_accounts_for_its_money(database_url: str) -> None:
    bench = closing_bench(database_url)

    bench.act("evaluation.close_batch", PROVINCE, batch=1, archive="档案室二号柜（示例）")

    account = row_of(bench, ClosingAccount, 1)
    # The county's pair spent all but 1,000 and 500 yuan; the others have handed in nothing.
    assert (account.closed_on, account.unspent) == (
        date(2024, 1, 31),
        {"P1-430100-01": 4_000_000, "P1-430100-02": 150_000, "P1-430300-01": 4_000_000},
    )
    assert row_of(bench, Batch, 1).state == "closed"
    assert {row.state for row in rows(bench, Pair)} == {"ended"}
    assert {(row.state, row.ended_on) for row in rows(bench, Agreement)} == {("ended", date(2024, 1, 31))}
    assert step_keys(bench, "%:1") == []
    facts = letters(bench, "batch_closed")[0][1]
    assert (facts["pairs"], facts["reports"], facts["unspent"]) == (3, 4, 8_150_000)
    with bench.work() as work:
        assert [one.code for one in check(work) if one.code.startswith(("closed", "step_on", "state"))] == []


def test_a_batch_with_anything_open_is_not_closed(sqlite_url: str) -> None:
    bench = closing_bench(sqlite_url)
    with bench.work() as work:
        work.session.connection().exec_driver_sql(
            "UPDATE step SET state = 'open', settled_at = NULL WHERE key = 'S24:2023:430100'"
        )

    with pytest.raises(RuleBroken) as refused:
        bench.act("evaluation.close_batch", PROVINCE, batch=1, archive="档案室")

    assert [(one.code, one.clause, one.facts["steps"]) for one in refused.value.breaches] == [
        ("evaluation.still_open", "K34", ("S24:2023:430100",))
    ]
    assert row_of(bench, Batch, 1).state == "running"


def test_a_batch_is_closed_once_in_its_time_by_the_province_with_an_archive(sqlite_url: str) -> None:
    bench = honouring_bench(sqlite_url)
    form = {"batch": 1, "archive": "档案室"}
    with pytest.raises(AlreadyDone) as early:
        bench.act("evaluation.close_batch", PROVINCE, **form)
    with pytest.raises(NotEntitled):
        bench.act("evaluation.close_batch", PROVINCE_RURAL, **form)

    assert early.value.code == "evaluation.not_to_close"


def test_a_close_names_its_archive(sqlite_url: str) -> None:
    bench = closing_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        bench.act("evaluation.close_batch", PROVINCE, batch=1, archive=" ")
    bench.act("evaluation.close_batch", PROVINCE, batch=1, archive="档案室")
    with pytest.raises(AlreadyDone):
        bench.act("evaluation.close_batch", PROVINCE, batch=1, archive="档案室")

    assert refused.value.code == "evaluation.archive_missing"


@pytest.mark.parametrize(
    ("office", "subject", "refused"),
    [
        pytest.param("430300-mz", COUNTY_PAIR, True, id="a-pair-of-another-city"),
        pytest.param("430321-mz", COUNTY_PAIR, True, id="a-pair-of-another-county"),
        pytest.param("430300-mz", "430121-mz", True, id="an-office-of-another-city"),
        pytest.param("430300-mz", "430121-mz.officer", True, id="a-person-of-another-city"),
        pytest.param("430121-mz", COUNTY_PAIR, False, id="its-own-pair"),
        pytest.param("430300-mz", "张三（示例）", False, id="a-name-of-nobody-registered"),
    ],
)
def test_an_honour_is_recorded_for_ones_own_scope_only(
    sqlite_url: str, office: str, subject: str, refused: bool
) -> None:
    bench = honouring_bench(sqlite_url)
    form = {**CASE, "subject": subject}

    if not refused:
        assert bench.act("evaluation.record_honour", office, **form).subject == subject
        return
    with pytest.raises(NotEntitled) as told:
        bench.act("evaluation.record_honour", office, **form)

    assert told.value.text
