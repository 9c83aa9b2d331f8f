"""The paper originals: four and one, a parcel that is missed, and what the province counts (K24, A2)."""

from datetime import date
from typing import Any

import pytest

from models.application import Submission
from models.rules.breach import RuleBroken
from tasks.lifecycle import due_chores
from tasks.refusal import AlreadyDone, BadInput, NotEntitled
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import CITY, email, emailed_bench, opened_bench, post, rank, refusals
from tests.tasks.scenes import events, letters, row_of, run_chores, step_keys, steps_of

SUBMISSION = "1:430100"


def arrive(bench: Bench, **fields: Any) -> Any:
    """The province records that Changsha's parcel arrived today."""
    plain = {"arrived_on": bench.house.clock.today()}
    return bench.act("application.record_arrival", PROVINCE, batch=1, city="430100", **{**plain, **fields})


def enter(bench: Bench, **fields: Any) -> Any:
    """The province registers four copies and one summary."""
    plain = {"copies": 4, "summaries": 1}
    return bench.act(
        "application.register_originals", PROVINCE, batch=1, city="430100", **{**plain, **fields}
    )


def test_parcel_from_post_to_register(database_url: str) -> None:
    bench, _ = emailed_bench(database_url)
    bench.at("2022-03-14T16:00")
    post(bench)
    assert step_keys(bench, "S06%", state="settled") == ["S06:1:430100"]

    bench.at("2022-03-16T11:00")
    arrive(bench)
    assert steps_of(bench, "S07%") == [("S07:1:430100", PROVINCE, date(2022, 3, 21))]

    found = enter(bench)

    assert (found.state, found.posted_on, found.arrived_on, found.registered_on) == (
        "registered",
        date(2022, 3, 14),
        date(2022, 3, 16),
        date(2022, 3, 16),
    )
    assert step_keys(bench, "S07%", state="settled") == ["S07:1:430100"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        pytest.param({"copies": 3}, "application.copies", id="K24-three-copies"),
        pytest.param({"summaries": 0}, "application.summaries", id="K24-no-summary"),
        pytest.param({"posted_on": date(2022, 3, 15)}, "application.post_future", id="K24-to-come"),
        pytest.param({"posted_on": date(2022, 2, 24)}, "application.post_early", id="K24-before-the-batch"),
        pytest.param({"tracking": " "}, "application.no_tracking", id="K24-tracking"),
        pytest.param({"courier": ""}, "application.no_tracking", id="K24-courier"),
    ],
)
def test_parcel_that_is_not_as_asked_is_refused(sqlite_url: str, fields: dict[str, Any], code: str) -> None:
    bench, _ = emailed_bench(sqlite_url)
    bench.at("2022-03-14T16:00")

    with pytest.raises(RuleBroken) as refused:
        post(bench, **fields)

    assert refusals(refused) == [(code, "K24")]
    assert row_of(bench, Submission, SUBMISSION).state == "emailed"


@pytest.mark.parametrize(
    ("posted_on", "late"),
    [
        pytest.param(date(2022, 3, 14), False, id="A2-in-time"),
        pytest.param(date(2022, 3, 15), True, id="A2-late"),
    ],
)
def test_postmark_counts(sqlite_url: str, posted_on: date, late: bool) -> None:
    bench, _ = emailed_bench(sqlite_url)
    bench.at("2022-03-16T16:00")

    post(bench, posted_on=posted_on)

    assert [facts["late"] for _, _, facts in events(bench, "application.post_originals")] == [late]


def test_nothing_is_posted_before_the_mail(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)

    with pytest.raises(AlreadyDone) as refused:
        post(bench)

    assert refused.value.code == "act.illegal_move"


def test_city_that_sends_nobody_has_nothing_to_post(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    rank(bench)
    email(bench)

    with pytest.raises(AlreadyDone) as refused:
        post(bench)

    assert refused.value.code == "application.nothing_to_post"


def test_other_city_does_not_post(sqlite_url: str) -> None:
    bench, _ = emailed_bench(sqlite_url)
    form = {"courier": "样例", "tracking": "1", "copies": 4, "summaries": 1, "posted_on": date(2022, 3, 10)}

    with pytest.raises(NotEntitled):
        bench.act("application.post_originals", "430300-mz", batch=1, city="430100", **form)


@pytest.mark.parametrize(
    "arrived_on", [date(2022, 3, 9), date(2022, 3, 17)], ids=["before-posting", "to-come"]
)
def test_arrival_lies_between_posting_and_today(sqlite_url: str, arrived_on: date) -> None:
    bench, _ = emailed_bench(sqlite_url)
    post(bench)
    bench.at("2022-03-16T10:00")

    with pytest.raises(BadInput) as refused:
        arrive(bench, arrived_on=arrived_on)

    assert refused.value.code == "application.arrival_date"


def test_parcel_arrives_once(sqlite_url: str) -> None:
    bench, _ = emailed_bench(sqlite_url)
    post(bench)
    arrive(bench)

    with pytest.raises(AlreadyDone):
        arrive(bench)


def test_missing_copies_are_registered_with_a_word_about_them(sqlite_url: str) -> None:
    bench, _ = emailed_bench(sqlite_url)
    post(bench)
    arrive(bench)
    with pytest.raises(RuleBroken) as refused:
        enter(bench, copies=3, summaries=0)
    assert refusals(refused) == [("application.copies", "K24"), ("application.summaries", "K24")]

    found = enter(bench, copies=3, discrepancies="少一份，已通知补寄（示例）")

    assert (found.state, found.discrepancies) == ("registered", "少一份，已通知补寄（示例）")
    assert [facts["copies"] for _, _, facts in events(bench, "application.register_originals")] == [3]


def test_parcel_that_is_missed_is_alarmed_once(sqlite_url: str) -> None:
    bench, _ = emailed_bench(sqlite_url)
    bench.at("2022-03-14T16:00")
    post(bench)
    bench.at("2022-03-21T09:00")
    assert due_chores(bench.house, "application") == []

    bench.at("2022-03-22T09:00")
    outcomes = run_chores(bench, "application")

    assert [outcome.rows for outcome in outcomes] == [(("长沙市", "2022-03-14", "SAMPLE1"),)]
    assert [code for code, _ in letters(bench, "arrival_alarm")] == [PROVINCE, CITY]
    assert letters(bench, "arrival_alarm")[0][1] == {
        "batch": 1,
        "city": "长沙市",
        "posted_on": "2022-03-14",
        "courier": "样例快递",
        "tracking": "SAMPLE1",
        "days": 6,
    }
    bench.at("2022-03-23T09:00")
    assert run_chores(bench, "application") == []


def test_alarm_that_was_missed_is_made_up_for_once(sqlite_url: str) -> None:
    bench, _ = emailed_bench(sqlite_url)
    post(bench)
    bench.at("2022-04-06T09:00")

    assert [outcome.done for outcome in run_chores(bench, "application")] == [1]
    assert row_of(bench, Submission, SUBMISSION).alarmed_on == date(2022, 4, 6)


def test_parcel_that_has_arrived_is_not_alarmed(sqlite_url: str) -> None:
    bench, _ = emailed_bench(sqlite_url)
    post(bench)
    bench.at("2022-03-22T09:00")
    (chore,) = due_chores(bench.house, "application")
    arrive(bench)

    with bench.work() as work:
        outcome = chore.perform(work)

    assert outcome.done == 0
    assert letters(bench, "arrival_alarm") == []
