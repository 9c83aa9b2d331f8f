"""The second office's word is a step: consent, confirmation, co-signatures (S03C, S19C, S23C, S24C; K31, K35, K37)."""

from datetime import date

import pytest
from sqlalchemy import text

from models.evaluation import Evaluation
from tasks.lifecycle import due_chores
from tests.factory import PROVINCE, PROVINCE_RURAL, Bench
from tests.tasks.applying import (
    COUNTY_RURAL,
    city_code,
    consented,
    county_code,
    opened_bench,
    submit,
    submitted,
)
from tests.tasks.scenes import CITY, COUNTY, COUNTY_PAIR, SENDERS, run_chores, step_keys, steps_of
from tests.tasks.working import day, enter_month, name_trainees, working_bench
from tests.tasks.yearend import file_side, reporting_bench
from tests.tasks.yearend import working_bench as december_bench

JUNE = f"{COUNTY_PAIR}:2022-06"
YEAR = f"{COUNTY_PAIR}:2022"
REPORT = "2022:430100"


def month_bench(url: str) -> Bench:
    """1 July 2022: the county's pair has its people and owes June."""
    bench = working_bench(url)
    name_trainees(bench)
    bench.at("2022-07-01T09:00")
    run_chores(bench, "fieldwork")
    return bench


def confirm(bench: Bench, act: str = "confirm_month", **form: str) -> None:
    bench.act(f"fieldwork.{act}", SENDERS[0], pair=COUNTY_PAIR, month="2022-06", **form)


def judge(bench: Bench) -> Evaluation:
    """Both sides have filed and the nominator judges."""
    for side in ("sender", "recipient"):
        file_side(bench, COUNTY_PAIR, side)
    return evaluate(bench)


def evaluate(bench: Bench) -> Evaluation:
    form = {"pair": COUNTY_PAIR, "year": 2022, "grade": "good", "comment": "评估意见（示例）"}
    found = bench.act("evaluation.evaluate_pair", COUNTY, **form)
    assert isinstance(found, Evaluation)
    return found


# ---- S03C ---------------------------------------------------------------------------------------------------


def test_a_submitted_plan_asks_the_county_rural_office_for_its_consent(database_url: str) -> None:
    bench = opened_bench(database_url)

    key = submitted(bench, county_code(1))
    asked = steps_of(bench, "S03C:%")
    bench.act("application.consent_plan", COUNTY_RURAL, application=key, opinion="同意（示例）")

    assert asked == [(f"S03C:{key}", COUNTY_RURAL, date(2022, 3, 4))]
    assert step_keys(bench, "S03C:%", state="settled") == [f"S03C:{key}"]


def test_what_the_city_recommends_itself_asks_the_citys_rural_office(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)

    key = submitted(bench, city_code(2), nominator=CITY)

    assert steps_of(bench, "S03C:%") == [(f"S03C:{key}", "430100-xz", date(2022, 3, 4))]


@pytest.mark.parametrize(
    ("act", "actor", "form"),
    [
        ("application.return_for_changes", COUNTY, {"remarks": {"address": "补"}}),
        ("application.decline", COUNTY, {"reason": "名额"}),
        ("application.withdraw", county_code(1), {"reason": "不报了"}),
        ("application.recall", county_code(1), {"reason": "改一改"}),
    ],
)
def test_consent_falls_away_with_what_it_was_for(sqlite_url: str, act: str, actor: str, form: dict) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    bench.act(act, actor, application=key, **form)

    assert (step_keys(bench, "S03C:%"), step_keys(bench, "S03C:%", state="cancelled")) == (
        [],
        [f"S03C:{key}"],
    )


def test_a_plan_handed_in_again_asks_again(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = consented(bench, county_code(1))
    bench.act("application.return_for_changes", COUNTY, application=key, remarks={"address": "补"})

    submit(bench, county_code(1))

    assert step_keys(bench, "S03C:%") == [f"S03C:{key}+2"]


def test_consent_moves_with_the_batchs_date(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    bench.act(
        "opening.extend_batch",
        PROVINCE,
        batch=1,
        submit_by=date(2022, 3, 17),
        post_by=date(2022, 3, 21),
        reason="延期（示例）",
    )

    assert steps_of(bench, "S03C:%") == [(f"S03C:{key}", COUNTY_RURAL, date(2022, 3, 11))]


# ---- S19C ---------------------------------------------------------------------------------------------------


def test_an_entered_month_is_the_senders_to_confirm(database_url: str) -> None:
    bench = month_bench(database_url)
    owed = steps_of(bench, f"S19%:{JUNE}")

    enter_month(bench, day(1, "2022-06-21"))
    entered = steps_of(bench, f"S19%:{JUNE}")
    confirm(bench)

    assert [(key, due) for key, _owner, due in owed] == [(f"S19:{JUNE}", date(2022, 7, 7))]
    assert entered == [(f"S19C:{JUNE}", SENDERS[0], date(2022, 7, 8))]
    assert step_keys(bench, f"S19%:{JUNE}") == []
    assert step_keys(bench, f"S19%:{JUNE}", state="settled") == [f"S19:{JUNE}", f"S19C:{JUNE}"]


def test_a_disputed_month_goes_back_and_forth(sqlite_url: str) -> None:
    bench = month_bench(sqlite_url)
    enter_month(bench, day(1, "2022-06-21"))
    bench.at("2022-07-04T10:00")

    confirm(bench, "dispute_month", reason="六月二十一日未到（示例）")
    disputed = steps_of(bench, f"S19%:{JUNE}%")
    bench.at("2022-07-05T10:00")
    enter_month(bench, day(1, "2022-06-22"))

    assert [(key, due) for key, _owner, due in disputed] == [(f"S19:{JUNE}+2", date(2022, 7, 7))]
    assert steps_of(bench, f"S19%:{JUNE}%") == [(f"S19C:{JUNE}+2", SENDERS[0], date(2022, 7, 12))]


def test_a_pair_that_has_ended_owes_no_confirmation(sqlite_url: str) -> None:
    bench = month_bench(sqlite_url)
    enter_month(bench, day(1, "2022-06-21"))

    bench.act("agreement.terminate", PROVINCE, pair=COUNTY_PAIR, reason="注销", document="批件（示例）")
    ended = step_keys(bench, f"S19C:{JUNE}%", state="cancelled")
    confirm(bench, "dispute_month", reason="补记（示例）")
    enter_month(bench, day(1, "2022-06-22"))

    assert ended == [f"S19C:{JUNE}"]
    assert step_keys(bench, f"S19%:{JUNE}%") == []


# ---- S23C, S24C ---------------------------------------------------------------------------------------------


def test_the_co_signature_is_due_with_the_evaluation(database_url: str) -> None:
    bench = december_bench(database_url)
    run_chores(bench, "evaluation")

    judge(bench)
    asked = (steps_of(bench, "S23C:%"), step_keys(bench, "S23:%"))
    bench.act("evaluation.cosign_evaluation", COUNTY_RURAL, pair=COUNTY_PAIR, year=2022)

    assert asked == ([(f"S23C:{YEAR}", COUNTY_RURAL, date(2022, 12, 8))], [])
    assert step_keys(bench, "S23%", state="settled") == [f"S23:{YEAR}", f"S23C:{YEAR}"]


def test_a_late_evaluation_leaves_time_for_the_co_signature(sqlite_url: str) -> None:
    bench = december_bench(sqlite_url)
    run_chores(bench, "evaluation")
    for side in ("sender", "recipient"):
        file_side(bench, COUNTY_PAIR, side)
    bench.at("2022-12-12T10:00")

    evaluate(bench)

    assert steps_of(bench, "S23C:%") == [(f"S23C:{YEAR}", COUNTY_RURAL, date(2022, 12, 14))]


@pytest.mark.parametrize(
    ("filed", "due"), [("2023-01-04T09:00", date(2023, 1, 16)), ("2023-01-16T09:00", date(2023, 1, 18))]
)
def test_a_filed_report_is_the_citys_rural_offices_to_co_sign(sqlite_url: str, filed: str, due: date) -> None:
    bench = reporting_bench(sqlite_url)
    bench.at(filed)

    bench.act("evaluation.submit_report", CITY, city="430100", year=2022, text="年度报告（示例）")
    asked = steps_of(bench, "S24C:%")
    bench.act("evaluation.cosign_report", "430100-xz", city="430100", year=2022)
    for office in (PROVINCE, PROVINCE_RURAL):
        bench.act("evaluation.receive_report", office, city="430100", year=2022)

    assert asked == [(f"S24C:{REPORT}", "430100-xz", due)]
    assert step_keys(bench, f"S24%:{REPORT}", state="settled") == [f"S24:{REPORT}", f"S24C:{REPORT}"]


# ---- what an earlier version left ---------------------------------------------------------------------------


def as_before(bench: Bench, *kinds: str) -> None:
    """Leaves the house as the version before had it: no steps of these kinds, and the first hand's still open."""
    # Another version is another process, which has not looked yet.
    bench.house.kept.caught_up.clear()
    with bench.work() as work:
        for kind in kinds:
            of_kind = {"kind": kind}
            work.session.execute(
                text(
                    "DELETE FROM step_party WHERE step_id IN (SELECT id FROM step WHERE kind = :kind)"
                ).bindparams(**of_kind)
            )
            work.session.execute(text("DELETE FROM step WHERE kind = :kind").bindparams(**of_kind))
            work.session.execute(
                text(
                    "UPDATE step SET state = 'open', settled_at = NULL, settled_event = NULL WHERE kind = :kind"
                ).bindparams(kind=kind.removesuffix("C"))
            )


def test_a_plan_that_waits_since_before_is_asked_for(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    as_before(bench, "S03C")

    done = [outcome.done for outcome in run_chores(bench, "application")]

    assert done == [1]
    assert steps_of(bench, "S03C:%") == [(f"S03C:{key}", COUNTY_RURAL, date(2022, 3, 4))]
    assert due_chores(bench.house, "application") == []


def test_months_entered_before_get_their_step_and_lose_the_old_one(sqlite_url: str) -> None:
    bench = month_bench(sqlite_url)
    enter_month(bench, day(1, "2022-06-21"))
    as_before(bench, "S19C")
    bench.at("2022-07-20T09:00")

    run_chores(bench, "fieldwork")

    assert steps_of(bench, f"S19%:{JUNE}") == [(f"S19C:{JUNE}", SENDERS[0], date(2022, 7, 27))]
    assert due_chores(bench.house, "fieldwork") == []


def test_months_confirmed_before_the_first_morning_need_no_step(sqlite_url: str) -> None:
    bench = month_bench(sqlite_url)
    enter_month(bench, day(1, "2022-06-21"))
    as_before(bench, "S19C")
    confirm(bench)

    run_chores(bench, "fieldwork")

    assert step_keys(bench, f"S19%:{JUNE}") == []


def test_evaluations_and_reports_of_before_get_their_steps(sqlite_url: str) -> None:
    bench = december_bench(sqlite_url)
    run_chores(bench, "evaluation")
    judge(bench)
    as_before(bench, "S23C")
    bench.at("2023-01-04T09:00")
    run_chores(bench, "evaluation")
    bench.act("evaluation.submit_report", CITY, city="430100", year=2022, text="年度报告（示例）")
    with bench.work() as work:
        work.session.execute(
            text("DELETE FROM step_party WHERE step_id IN (SELECT id FROM step WHERE kind = 'S24C')")
        )
        work.session.execute(text("DELETE FROM step WHERE kind = 'S24C'"))

    run_chores(bench, "evaluation")

    assert steps_of(bench, "S23%") == [(f"S23C:{YEAR}", COUNTY_RURAL, date(2023, 1, 6))]
    assert steps_of(bench, "S24C:%") == [(f"S24C:{REPORT}", "430100-xz", date(2023, 1, 16))]
    assert due_chores(bench.house, "evaluation") == []
