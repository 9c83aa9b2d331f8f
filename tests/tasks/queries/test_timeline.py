"""A batch on one line: what is done, late, to come or not dated yet, and the calendar's special days."""

from datetime import date

from sqlalchemy import text

from tasks.queries.timeline import Milestone, Timeline, batch_timeline
from tests.factory import Bench, make_bench, set_batch


def of(found: Timeline, code: str, year: int | None = None) -> Milestone:
    """One milestone."""
    return next(one for one in found.milestones if (one.code, one.year) == (code, year))


def test_milestones_of_the_story(told: Bench) -> None:
    with told.house.look() as work:
        found = batch_timeline(work, 1)
        last_signed = work.session.connection().execute(text("SELECT MAX(signed_on) FROM signature")).scalar()
        dues = work.session.connection().execute(
            text("SELECT MAX(due_on), COUNT(*) FROM step WHERE kind = 'S13'")
        )
        due, parties = dues.one()

    signed = of(found, "S13")
    assert (str(signed.on), str(signed.done_on), signed.settled) == (str(due), str(last_signed), parties)
    assert (signed.state, signed.state_label, signed.late, signed.clauses) == (
        "done",
        "已完成",
        None,
        ("K27", "K28", "K36"),
    )
    assert (of(found, "opened").on, of(found, "opened").done_on) == (date(2022, 2, 25),) * 2
    assert (of(found, "S14", 2022).done_on, of(found, "S24", 2022).state) == (date(2022, 6, 20), "future")
    assert (of(found, "S24", 2022).on, of(found, "S24", 2022).open, of(found, "S24", 2022).settled) == (
        date(2023, 1, 16),
        1,
        1,
    )
    assert of(found, "period_end").state == "future"


def test_what_is_to_come_is_counted_from_what_is_known(told: Bench) -> None:
    with told.house.look() as work:
        found = batch_timeline(work, 1)

    coming = {
        (one.code, one.year): (one.on, one.state)
        for one in found.milestones
        if one.projected and one.year == 2023
    }
    assert coming["S14", 2023] == (date(2023, 4, 30), "future")
    assert coming["S16", 2023] == (date(2023, 6, 30), "future")
    assert coming["S22", 2023] == (date(2023, 12, 31), "future")
    assert coming["S24", 2023] == (date(2024, 1, 15), "future")
    assert coming["S25", 2023] == (None, "undated")
    assert [one.on for one in found.milestones if one.on] == sorted(
        one.on for one in found.milestones if one.on
    )
    assert found.milestones[-1].on is None


def test_a_batch_without_dates_has_undated_milestones_and_no_years_before_its_agreements(told: Bench) -> None:
    with told.house.look() as work:
        found = batch_timeline(work, 2)

    assert (of(found, "opened").on, of(found, "opened").state_label) == (None, "待定")
    assert (of(found, "S01").on, of(found, "S01").state) == (date(2024, 2, 29), "future")
    assert of(found, "S14", 2024).on is None
    assert of(found, "S14", 2025).on == date(2025, 4, 30)


def test_late_is_what_is_still_open_past_its_day(database_url: str) -> None:
    bench = make_bench(database_url, "2022-03-14T09:00")
    with bench.work() as work:
        set_batch(work)
    bench.at("2022-04-08T09:00")

    with bench.house.look() as work:
        found = batch_timeline(work, 1)

    # The 2nd was the last worked Saturday; the 4th and 5th Qingming; the 6th to the 8th have passed.
    assert (of(found, "S11").on, of(found, "S11").late, of(found, "S11").state_label) == (
        date(2022, 4, 2),
        3,
        "已逾期",
    )


def test_dates_of_a_year_without_notice_are_provisional(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url, "2022-03-14T09:00")
    with bench.work() as work:
        set_batch(work, period_end=date(2027, 12, 31))

    with bench.house.look() as work:
        found = batch_timeline(work, 1)

    assert of(found, "S24", 2027).provisional
    assert not of(found, "S24", 2023).provisional


def test_special_days_between_two_days_with_name_and_notice(told: Bench) -> None:
    with told.house.look() as work:
        found = batch_timeline(work, 1, first=date(2022, 10, 1), last=date(2022, 10, 9))
        whole = batch_timeline(work, 1)

    assert [(one.on.day, one.is_workday, one.name) for one in found.special_days] == [
        *((day, False, "国庆节") for day in range(1, 8)),
        (8, True, "国庆节调休上班"),
        (9, True, "国庆节调休上班"),
    ]
    assert {one.notice for one in found.special_days} == {"国办发明电〔2021〕11号"}
    assert (whole.first, whole.last) == (date(2022, 1, 1), date(2024, 12, 31))
