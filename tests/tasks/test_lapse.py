"""What is left over: applications outside their city's list lapse, a silent city is ended by the province (K22–K24)."""

from typing import Any

import pytest

from tasks.refusal import AlreadyDone, BadInput
from tests.factory import PROVINCE, Bench, sample_uscc
from tests.tasks.applying import (
    COUNTY,
    county_code,
    draft,
    email,
    opened_bench,
    rank,
    recommended,
    recommended_bench,
    register,
    reopen,
    states_of,
    submitted,
)
from tests.tasks.scenes import events, run_chores, step_keys

SUBMISSION = "1:430100"
OTHER_CITY = "430300-mz"


def close(bench: Bench, **fields: Any) -> Any:
    """The province ends Changsha's part in the batch."""
    plain = {"city": "430100", "reason": "逾期未报（示例）"}
    return bench.act("application.close_city", PROVINCE, batch=1, **{**plain, **fields})


def left_over_bench(url: str) -> tuple[Bench, dict[str, str]]:
    """Changsha has e-mailed one application; one each is drafted, returned, submitted and not sent."""
    bench = opened_bench(url)
    sent, not_sent = recommended(bench, county_code(1)), recommended(bench, county_code(2))
    register(bench, county_code(3))
    drafted = draft(bench, county_code(3)).key
    returned, waiting = submitted(bench, county_code(4)), submitted(bench, county_code(5))
    bench.act("application.return_for_changes", COUNTY, application=returned, remarks={"address": "补"})
    bench.at("2022-03-10T10:00")
    rank(bench, sent, reasons={not_sent: "名额有限（示例）"})
    email(bench, sent)
    return bench, {
        "sent": sent,
        "not_sent": not_sent,
        "drafted": drafted,
        "returned": returned,
        "waiting": waiting,
    }


def test_applications_outside_the_list_lapse_after_the_posting_day(sqlite_url: str) -> None:
    bench, keys = left_over_bench(sqlite_url)
    bench.at("2022-03-14T09:00")
    assert run_chores(bench, "application") == []
    bench.at("2022-03-15T09:00")

    (outcome,) = run_chores(bench, "application")

    assert outcome.done == 4
    assert {name: state for name, key in keys.items() for state, _ in states_of(bench, [key])} == {
        "sent": "emailed",
        "not_sent": "lapsed",
        "drafted": "lapsed",
        "returned": "lapsed",
        "waiting": "lapsed",
    }
    assert step_keys(bench, "S02%") + step_keys(bench, "S03%") == []
    assert run_chores(bench, "application") == []


def test_nothing_lapses_while_the_city_has_not_sent_its_list(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    bench.at("2022-03-21T09:00")

    assert run_chores(bench, "application") == []
    assert states_of(bench, [key]) == [("submitted", None)]


def test_province_ends_the_part_of_a_city_that_stays_silent(sqlite_url: str) -> None:
    bench, keys = recommended_bench(sqlite_url, 2)
    rank(bench, *keys)
    reopen(bench)
    rank(bench, keys[1], keys[0])
    keys.append(submitted(bench, sample_uscc(5, "430104"), nominator="430104-mz"))
    bench.at("2022-03-15T09:00")

    found = close(bench)

    assert (found.state, found.receipt_number) == ("missed", None)
    assert states_of(bench, keys) == [("lapsed", None)] * 3
    assert step_keys(bench, "S05:1:430100", state="cancelled") == ["S05:1:430100"]
    assert step_keys(bench, "S03%") == []
    assert [facts["reason"] for _, _, facts in events(bench, "application.close_city")] == [
        "逾期未报（示例）"
    ]
    with pytest.raises(AlreadyDone):
        close(bench)


@pytest.mark.parametrize(
    ("at", "fields", "code"),
    [
        pytest.param("2022-03-14T10:00", {}, "application.close_early", id="K24-posting-day"),
        pytest.param("2022-03-15T10:00", {"reason": ""}, "act.reason_missing", id="no-reason"),
    ],
)
def test_city_is_not_closed_early_or_silently(
    sqlite_url: str, at: str, fields: dict[str, Any], code: str
) -> None:
    bench = opened_bench(sqlite_url).at(at)

    with pytest.raises(BadInput) as refused:
        close(bench, **fields)

    assert refused.value.code == code
