"""The year's end of a pair: both sides' accounts, the nominator's judgement, its co-signature (S22, S23; K33, K37)."""

from datetime import date

import pytest
from sqlalchemy import text

from models.disbursement import Spending
from models.evaluation import Evaluation
from models.pairing import Pair
from models.rules.breach import RuleBroken
from tasks.lifecycle import due_chores, perform_chore
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tests.tasks.scenes import (
    CITY,
    CITY_PAIR,
    COUNTY,
    COUNTY_PAIR,
    OTHER_PAIR,
    events,
    row_of,
    rows,
    run_chores,
    step_keys,
    steps_of,
)
from tests.tasks.yearend import evaluate, file_side, pay_year, working_bench


def test_self_evaluations_open_on_the_first_of_december_city_by_city(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2022-11-30T09:00")
    before = due_chores(bench.house, "evaluation")

    bench.at("2022-12-01T09:00")
    due = [(chore.name, chore.subject, chore.city) for chore in due_chores(bench.house, "evaluation")]
    done = [outcome.done for outcome in run_chores(bench, "evaluation")]

    assert before == []
    assert due == [
        ("open_self_evaluations", "430100:2022", "430100"),
        ("open_self_evaluations", "430300:2022", "430300"),
    ]
    assert done == [2, 1]
    recipients = {key: row_of(bench, Pair, key).recipient for key in (CITY_PAIR, COUNTY_PAIR, OTHER_PAIR)}
    assert steps_of(bench, "S22:%") == [
        (f"S22:{key}:2022", recipient, date(2022, 12, 31)) for key, recipient in recipients.items()
    ]


def test_self_evaluations_missed_in_december_are_made_up_for(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2023-01-16T09:00")

    run_chores(bench, "evaluation")

    assert step_keys(bench, "S22:%") == [f"S22:{key}:2022" for key in (CITY_PAIR, COUNTY_PAIR, OTHER_PAIR)]


def test_chores_performed_twice_or_in_another_order_do_it_once(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    chores = due_chores(bench.house, "evaluation")

    outcomes = [perform_chore(bench.house, chore).done for chore in (*reversed(chores), *chores)]

    assert outcomes == [1, 2, 0, 0]
    assert due_chores(bench.house, "evaluation") == []


def test_a_pair_owes_nothing_for_a_year_before_it_took_effect(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2023-12-01T09:00")
    with bench.work() as work:
        work.session.execute(
            text("UPDATE pair SET effective_on = '2023-01-10' WHERE key = :key"), {"key": OTHER_PAIR}
        )

    run_chores(bench, "evaluation")

    assert step_keys(bench, f"S22:{OTHER_PAIR}:%") == [f"S22:{OTHER_PAIR}:2023"]


def test_both_sides_filed_hands_the_pair_to_its_nominator(database_url: str) -> None:
    bench = working_bench(database_url)
    run_chores(bench, "evaluation")

    file_side(bench, COUNTY_PAIR, "sender")
    half = (step_keys(bench, f"S22:{COUNTY_PAIR}:%"), step_keys(bench, "S23:%"))
    file_side(bench, COUNTY_PAIR, "recipient")
    file_side(bench, CITY_PAIR, "recipient")
    file_side(bench, CITY_PAIR, "sender")

    assert half == ([f"S22:{COUNTY_PAIR}:2022"], [])
    assert step_keys(bench, "S22:%", state="settled") == [f"S22:{CITY_PAIR}:2022", f"S22:{COUNTY_PAIR}:2022"]
    assert steps_of(bench, "S23:%") == [
        (f"S23:{CITY_PAIR}:2022", CITY, date(2022, 12, 8)),
        (f"S23:{COUNTY_PAIR}:2022", COUNTY, date(2022, 12, 8)),
    ]


def test_a_self_evaluation_brings_what_was_spent(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    pay_year(bench)
    run_chores(bench, "evaluation")

    file_side(bench, COUNTY_PAIR, "sender", spending={"activity": 2_000_000, "meals": 900_000})
    file_side(bench, COUNTY_PAIR, "recipient", spending={"board_lodging": 1_000_000})

    assert sorted((row.category, row.fen) for row in rows(bench, Spending)) == [
        ("activity", 2_000_000),
        ("board_lodging", 1_000_000),
        ("meals", 900_000),
    ]


@pytest.mark.parametrize(
    ("side", "spending", "clause"),
    [
        ("sender", {"activity": 3_000_100}, "K43"),
        ("sender", {"board_lodging": 100}, "K43"),
        ("recipient", {"board_lodging": 1_000_100}, "K44"),
        ("recipient", {"wages": 100}, "K44"),
    ],
)
def test_spending_beyond_the_money_or_its_uses_is_refused(
    sqlite_url: str, side: str, spending: dict[str, int], clause: str
) -> None:
    bench = working_bench(sqlite_url)
    pay_year(bench)
    run_chores(bench, "evaluation")

    with pytest.raises(RuleBroken) as refused:
        file_side(bench, COUNTY_PAIR, side, spending=spending)

    assert [breach.clause for breach in refused.value.breaches] == [clause]
    assert rows(bench, Spending) == []


def test_a_self_evaluation_before_its_time_is_refused(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url, "2022-06-20T10:00")

    with pytest.raises(BadInput) as refused:
        file_side(bench, COUNTY_PAIR, "sender")

    assert (refused.value.code, refused.value.field) == ("evaluation.not_open", "year")


def test_a_side_files_for_itself_once_in_a_year_of_the_batch(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    run_chores(bench, "evaluation")
    pair = row_of(bench, Pair, COUNTY_PAIR)
    file_side(bench, COUNTY_PAIR, "sender")

    with pytest.raises(AlreadyDone) as again:
        file_side(bench, COUNTY_PAIR, "sender")
    form = {"pair": COUNTY_PAIR, "year": 2022, "text": "自评", "spending": {}}
    with pytest.raises(NotEntitled):
        bench.act("evaluation.file_self_evaluation", pair.sender, side="recipient", **form)
    with pytest.raises(BadInput) as other_side:
        bench.act("evaluation.file_self_evaluation", pair.sender, side="witness", **form)
    with pytest.raises(BadInput) as outside:
        file_side(bench, COUNTY_PAIR, "recipient", year=2026)
    with pytest.raises(BadInput) as silent:
        file_side(bench, COUNTY_PAIR, "recipient", text=" ")

    codes = [one.value.code for one in (again, other_side, outside, silent)]
    assert codes == ["evaluation.filed", "evaluation.side", "fieldwork.year", "act.reason_missing"]


def test_the_nominator_evaluates_and_rural_revitalisation_cosigns(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    run_chores(bench, "evaluation")

    evaluate(bench, COUNTY_PAIR, grade="excellent")
    evaluate(bench, CITY_PAIR, grade="pass")

    assert [(row.key, row.state, row.grade) for row in rows(bench, Evaluation)] == [
        (f"{CITY_PAIR}:2022", "cosigned", "pass"),
        (f"{COUNTY_PAIR}:2022", "cosigned", "excellent"),
    ]
    assert step_keys(bench, "S23:%") == []
    assert [(actor, subject) for actor, subject, _facts in events(bench, "evaluation.cosign_evaluation")] == [
        ("430121-xz.officer", f"{COUNTY_PAIR}:2022"),
        ("430100-xz.officer", f"{CITY_PAIR}:2022"),
    ]


def test_an_evaluation_waits_for_both_sides(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    run_chores(bench, "evaluation")
    file_side(bench, COUNTY_PAIR, "sender")

    with pytest.raises(BadInput) as refused:
        bench.act("evaluation.evaluate_pair", COUNTY, pair=COUNTY_PAIR, year=2022, grade="good", comment="好")

    assert (refused.value.code, refused.value.facts["missing"]) == ("evaluation.sides_missing", ["recipient"])


def test_only_the_packs_grades_by_the_pairs_own_offices_once(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    run_chores(bench, "evaluation")
    form = {"pair": COUNTY_PAIR, "year": 2022, "grade": "good", "comment": "好"}
    with pytest.raises(NotFound):
        bench.act("evaluation.cosign_evaluation", "430121-xz", pair=COUNTY_PAIR, year=2022)
    evaluate(bench, COUNTY_PAIR)

    with pytest.raises(RuleBroken) as grade:
        bench.act("evaluation.evaluate_pair", COUNTY, **{**form, "grade": "splendid"})
    with pytest.raises(NotEntitled):
        bench.act("evaluation.evaluate_pair", CITY, **form)
    with pytest.raises(AlreadyDone) as again:
        bench.act("evaluation.evaluate_pair", COUNTY, **form)
    with pytest.raises(NotEntitled):
        bench.act("evaluation.cosign_evaluation", "430100-xz", pair=COUNTY_PAIR, year=2022)
    with pytest.raises(AlreadyDone):
        bench.act("evaluation.cosign_evaluation", "430121-xz", pair=COUNTY_PAIR, year=2022)

    assert [(one.code, one.clause) for one in grade.value.breaches] == [("rules.evaluation.grade", "K46")]
    assert again.value.code == "evaluation.evaluated"
