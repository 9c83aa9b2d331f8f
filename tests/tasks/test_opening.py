"""The opening: dates announced and extended, the batch opened in every city, nothing before its day (K02, K14–K16)."""

from datetime import date
from typing import Any

import pytest

from models.application import Submission
from models.opening import Batch
from models.rules.breach import RuleBroken
from tasks.lifecycle import due_chores, perform_chore
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE, Bench, make_bench, sample_uscc
from tests.tasks.applying import ANNOUNCEMENT, CITY, announce, draft, opened_bench, register
from tests.tasks.scenes import events, letters, row_of, rows, run_chores, step_keys, steps_of

CITIES = [f"43{number:02d}00" for number in range(1, 14)] + ["433100"]


def extend(bench: Bench, batch: int = 1, **form: Any) -> Any:
    """The province moves both days of a batch by a week, unless the form says otherwise."""
    plain = {"submit_by": date(2022, 3, 17), "post_by": date(2022, 3, 21), "reason": "疫情（示例）"}
    return bench.act("opening.extend_batch", PROVINCE, batch=batch, **{**plain, **form})


# ---- announced ---------------------------------------------------------------------------------------------


def test_province_owes_the_dates_of_every_planned_batch(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    run_chores(bench, "opening")

    assert steps_of(bench, "S01:%") == [
        ("S01:1", PROVINCE, date(2022, 2, 25)),
        ("S01:2", PROVINCE, date(2024, 2, 29)),
    ]
    assert due_chores(bench.house, "opening") == []


def test_announced_batch_keeps_its_dates_and_the_rules_of_its_opening_day(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    run_chores(bench, "opening")

    announce(bench)

    batch = row_of(bench, Batch, 1)
    assert (batch.state, batch.opened_on, batch.submit_by, batch.post_by, batch.rules_as_of) == (
        "announced",
        date(2022, 2, 25),
        date(2022, 3, 10),
        date(2022, 3, 14),
        date(2022, 2, 25),
    )
    assert step_keys(bench, "S01:%", state="settled") == ["S01:1"]
    assert [facts for _, _, facts in events(bench, "opening.announce_batch")] == [
        {
            "from": "preparing",
            "to": "announced",
            "opened_on": "2022-02-25",
            "submit_by": "2022-03-10",
            "post_by": "2022-03-14",
            "period": ["2022-03-01", "2023-12-31"],
            "document": ANNOUNCEMENT["document"],
            "parent_document": "民发〔2021〕105号",
            "days_off": [],
        }
    ]


def test_short_time_for_applying_is_advice_in_the_event(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    announce(bench, submit_by=date(2022, 3, 9))

    assert [facts["short"] for _, _, facts in events(bench, "opening.announce_batch")] == [
        {"days": 9, "advised": 10}
    ]


def test_weekend_deadline_is_a_warning_in_the_event(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    announce(bench, submit_by=date(2022, 3, 12))

    assert [facts["days_off"] for _, _, facts in events(bench, "opening.announce_batch")] == [["2022-03-12"]]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param({"opened_on": date(2022, 2, 25)}, [("opening.past", "K16")], id="K16-past"),
        pytest.param(
            {"opened_on": date(2022, 2, 24)},
            [("opening.past", "K16"), ("opening.window", "K04")],
            id="K02-before-the-notice",
        ),
        pytest.param({"submit_by": date(2022, 2, 24)}, [("opening.order", "K02")], id="K02-deadline-first"),
        pytest.param({"post_by": date(2022, 3, 9)}, [("opening.order", "K02")], id="K02-posted-before"),
        pytest.param({"period_end": date(2026, 1, 1)}, [("opening.window", "K04")], id="K04-period"),
        pytest.param({"post_by": date(2026, 1, 1)}, [("opening.window", "K04")], id="K04-dates"),
        pytest.param({"document": " "}, [("opening.document", "K01")], id="K01-document"),
        pytest.param(
            {"opened_on": date(2022, 2, 25), "post_by": date(2022, 3, 9), "document": ""},
            [("opening.past", "K16"), ("opening.order", "K02"), ("opening.document", "K01")],
            id="all-at-once",
        ),
    ],
)
def test_impossible_dates_are_refused(
    sqlite_url: str, form: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    bench = make_bench(sqlite_url, "2022-02-28T09:00")

    with pytest.raises(RuleBroken) as refused:
        announce(bench, **{"opened_on": date(2022, 2, 28), **form})

    assert [(one.code, one.clause) for one in refused.value.breaches] == expected
    assert str(refused.value).count("\n") == len(expected) - 1
    assert row_of(bench, Batch, 1).opened_on is None


def test_dates_are_announced_once(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    announce(bench)

    with pytest.raises(AlreadyDone) as refused:
        announce(bench)

    assert refused.value.code == "opening.announced"


def test_only_the_province_announces(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    with pytest.raises(NotEntitled):
        bench.act("opening.announce_batch", CITY, batch=1, **ANNOUNCEMENT)


def test_unknown_batch_is_bad_input(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    with pytest.raises(NotFound) as refused:
        announce(bench, batch=3)

    assert (refused.value.code, refused.value.exit_code) == ("act.no_batch", 2)


# ---- opened ------------------------------------------------------------------------------------------------


def test_batch_opens_in_every_city_on_its_day(database_url: str) -> None:
    bench = make_bench(database_url)
    announce(bench)
    bench.at("2022-02-25T09:00")

    run_chores(bench, "opening")

    assert row_of(bench, Batch, 1).state == "open"
    assert [(row.key, row.state) for row in rows(bench, Submission)] == [
        (f"1:{city}", "collecting") for city in CITIES
    ]
    assert steps_of(bench, "S04:%") == [(f"S04:1:{city}", f"{city}-mz", date(2022, 3, 9)) for city in CITIES]
    assert steps_of(bench, "S05:%") == [(f"S05:1:{city}", f"{city}-mz", date(2022, 3, 10)) for city in CITIES]
    assert [(key, owner) for key, owner, _ in steps_of(bench, "S11:%")] == [("S11:1", "440300-mz")]
    assert due_chores(bench.house, "opening") == []


def test_opening_letter_goes_to_city_and_counties(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)

    told = [(code, facts) for code, facts in letters(bench, "opening") if code.startswith("4301")]

    counties = [county.code for county in bench.house.divisions.counties_of("430100")]
    assert sorted(code for code, _ in told) == sorted(
        ["430100-mz", "430100-xz", *(f"{county}-mz" for county in counties)]
    )
    assert told[0][1] == {
        "batch": 1,
        "document": ANNOUNCEMENT["document"],
        "opened_on": "2022-02-25",
        "emailed_by": "2022-03-10",
        "posted_by": "2022-03-14",
        "period_from": "2022-03-01",
        "period_to": "2023-12-31",
        "county_cap": 2,
        "direct_cap": 1,
        "city_cap": 3,
        "mailbox": "430000-mz@offices.example",
        "postal_address": bench.house.programme.contacts[0].address,
    }


def test_batch_does_not_open_before_its_day(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    announce(bench, opened_on=date(2022, 2, 28))
    run_chores(bench, "opening")

    assert row_of(bench, Batch, 1).state == "announced"
    assert step_keys(bench, "S04:%") == []


def test_machine_that_was_down_opens_later_with_the_same_dates(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    announce(bench)
    bench.at("2022-03-07T09:00")

    run_chores(bench, "opening")

    assert {due for _, _, due in steps_of(bench, "S05:%")} == {date(2022, 3, 10)}
    assert len(rows(bench, Submission)) == len(CITIES)


def test_opening_that_was_interrupted_goes_on_where_it_stopped(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    announce(bench)
    chores = due_chores(bench.house, "opening")
    for chore in chores[:5]:
        perform_chore(bench.house, chore)

    again = [perform_chore(bench.house, chore).done for chore in chores[:5]]
    run_chores(bench, "opening")

    assert again == [0] * 5
    assert [row.city for row in rows(bench, Submission)] == CITIES
    assert len(step_keys(bench, "S05:%")) == len(CITIES)


def test_batch_without_dates_refuses_whatever_needs_them(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    code = register(bench, sample_uscc(1))

    for refused_act in (lambda: draft(bench, code, batch=2), lambda: extend(bench, 2)):
        with pytest.raises(BadInput) as refused:
            refused_act()
        assert (refused.value.code, refused.value.exit_code) == ("opening.not_announced", 2)
        assert "2024-02-29" in refused.value.text


# ---- extended ----------------------------------------------------------------------------------------------


def test_extension_moves_every_open_step_and_tells_the_cities(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    register(bench, sample_uscc(1))
    draft(bench, sample_uscc(1))

    extend(bench)

    assert {due for _, _, due in steps_of(bench, "S05:%")} == {date(2022, 3, 17)}
    assert {due for _, _, due in steps_of(bench, "S04:%")} == {date(2022, 3, 16)}
    assert [due for _, _, due in steps_of(bench, "S02:%")] == [date(2022, 3, 10)]
    told = letters(bench, "dates_extended")
    assert sorted(code for code, _ in told) == sorted(
        f"{city}-{line}" for city in CITIES for line in ("mz", "xz")
    )
    assert [(change["was_on"], change["due_on"]) for change in told[0][1]["changes"]] == [
        ("2022-03-10", "2022-03-17"),
        ("2022-03-14", "2022-03-21"),
    ]
    assert [
        (facts["was"], facts["now"], facts["reason"]) for _, _, facts in events(bench, "opening.extend_batch")
    ] == [(["2022-03-10", "2022-03-14"], ["2022-03-17", "2022-03-21"], "疫情（示例）")]


def test_posting_day_moves_alone_when_the_other_is_past(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url).at("2022-03-11T10:00")

    extend(bench, submit_by=date(2022, 3, 10))

    batch = row_of(bench, Batch, 1)
    assert (batch.submit_by, batch.post_by) == (date(2022, 3, 10), date(2022, 3, 21))
    assert {due for _, _, due in steps_of(bench, "S05:%")} == {date(2022, 3, 10)}
    assert [len(facts["changes"]) for _, facts in letters(bench, "dates_extended")[:1]] == [1]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        pytest.param({"reason": " "}, "act.reason_missing", id="no-reason"),
        pytest.param({"submit_by": date(2022, 3, 9)}, "opening.extension_earlier", id="K02-earlier"),
        pytest.param({"post_by": date(2022, 3, 11)}, "opening.extension_earlier", id="K02-posted-earlier"),
        pytest.param({"submit_by": date(2022, 3, 22)}, "opening.extension_earlier", id="K02-order"),
        pytest.param(
            {"submit_by": date(2022, 3, 10), "post_by": date(2022, 3, 14)},
            "opening.extension_earlier",
            id="nothing-moves",
        ),
    ],
)
def test_extension_that_is_none_is_refused(sqlite_url: str, form: dict[str, Any], code: str) -> None:
    bench = opened_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        extend(bench, **form)

    assert refused.value.code == code
    assert row_of(bench, Batch, 1).submit_by == date(2022, 3, 10)


def test_day_is_not_moved_into_the_past(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url).at("2022-03-21T10:00")

    with pytest.raises(BadInput) as refused:
        extend(bench)

    assert refused.value.code == "opening.extension_earlier"


def test_extension_comes_too_late_once_the_review_has_begun(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    with bench.work() as work:
        work.batch(1).state = "reviewing"

    with pytest.raises(AlreadyDone) as refused:
        extend(bench)

    assert refused.value.code == "opening.extension_late"
