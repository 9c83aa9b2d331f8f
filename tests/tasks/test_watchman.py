"""The watchman finds every missed, doubled, misdirected and forgotten telling, and nothing where all is sound."""

from datetime import date

import pytest
from sqlalchemy import text

from tasks import steps
from tasks.deadlines import sweep
from tasks.watchman import Fault, Wrong, day_to_watch, watch
from tests.factory import Bench
from tests.tasks.watching import (
    CITY,
    COUNTY,
    FIRST,
    PROVINCE,
    SEVENTEENTH,
    SEVENTH,
    SHENZHEN,
    SIGNING,
    THIRD,
    TWELFTH,
    mornings,
    open_signing,
    signing_bench,
    sweep_until,
)

CITY_SIGNING = f"S13:P1-430100-01:{CITY}"


def faults(bench: Bench, through: date, since: date = date.min) -> list[Fault]:
    with bench.house.look() as work:
        return watch(work, through=through, since=since)


def found(bench: Bench, through: date) -> list[tuple[str, str, str, int, date, str]]:
    return [
        (str(one.wrong), one.step, one.nature, one.level, one.nominal, one.person)
        for one in faults(bench, through)
    ]


def plant(bench: Bench, *statements: str) -> None:
    """Changes the database behind everybody's back."""
    with bench.work() as work:
        for statement in statements:
            work.session.connection().execute(text(statement))


def step_id(key: str = SIGNING) -> str:
    return f"(SELECT id FROM step WHERE key = '{key}')"


def occasion_id(offset: int, key: str = SIGNING) -> str:
    return f"(SELECT id FROM occasion WHERE step_id = {step_id(key)} AND day_offset = {offset})"


def both_bench(url: str) -> Bench:
    """County and city are to sign the same agreement; swept up to the twelfth day after the date."""
    bench = signing_bench(url)
    open_signing(bench, CITY)
    sweep_until(bench, TWELFTH)
    return bench


def test_sound_days_have_no_fault(database_url: str) -> None:
    bench = signing_bench(database_url)
    open_signing(bench, CITY)

    for day in mornings(bench, SEVENTEENTH):
        sweep(bench.house)
        if bench.house.workdays.is_workday(day):
            assert faults(bench, day) == []


def test_an_occasion_never_made_is_missed(database_url: str) -> None:
    bench = both_bench(database_url)
    plant(
        bench,
        f"DELETE FROM notice WHERE occasion_id = {occasion_id(3)}",
        f"DELETE FROM occasion WHERE id = {occasion_id(3)}",
    )

    assert found(bench, TWELFTH) == [("missed", SIGNING, "escalation", 3, THIRD, "")]


@pytest.mark.parametrize(
    ("offset", "nature", "nominal"),
    [(-10, "reminder", date(2022, 5, 18)), (0, "reminder", date(2022, 6, 1)), (7, "escalation", SEVENTH)],
)
def test_an_earlier_occasion_is_missed_where_others_were_told_that_day(
    sqlite_url: str, offset: int, nature: str, nominal: date
) -> None:
    bench = both_bench(sqlite_url)
    plant(
        bench,
        f"DELETE FROM notice WHERE occasion_id = {occasion_id(offset)}",
        f"DELETE FROM occasion WHERE id = {occasion_id(offset)}",
    )

    assert found(bench, TWELFTH) == [("missed", SIGNING, nature, offset, nominal, "")]


def test_a_notice_never_written_is_missed_by_that_person(database_url: str) -> None:
    bench = both_bench(database_url)
    province = f"{PROVINCE}.officer"
    plant(
        bench,
        f"DELETE FROM notice WHERE occasion_id = {occasion_id(12)} AND person = '{province}'",
    )

    assert found(bench, TWELFTH) == [("missed", SIGNING, "escalation", 12, TWELFTH, province)]


def test_a_notice_to_somebody_else_is_misdirected(database_url: str) -> None:
    bench = both_bench(database_url)
    stranger = "430300-mz.officer"
    plant(
        bench,
        f"UPDATE notice SET person = '{stranger}'"
        f" WHERE occasion_id = {occasion_id(3)} AND person = '{PROVINCE}.officer'",
    )

    assert found(bench, TWELFTH) == [
        ("missed", SIGNING, "escalation", 3, THIRD, f"{PROVINCE}.officer"),
        ("misdirected", SIGNING, "escalation", 3, THIRD, stranger),
    ]


def test_the_owners_rung_told_to_another_owner_is_misdirected(sqlite_url: str) -> None:
    bench = both_bench(sqlite_url)
    plant(bench, f"UPDATE step SET owner = '430300-mz' WHERE key = '{SIGNING}'")

    wrong = {(one.wrong, one.person) for one in faults(bench, TWELFTH)}

    assert wrong == {
        (Wrong.MISSED, "430300-mz.officer"),
        (Wrong.MISDIRECTED, f"{COUNTY}.officer"),
    }


def test_a_rung_told_again_on_another_day_is_doubled(database_url: str) -> None:
    bench = both_bench(database_url)
    plant(
        bench,
        "INSERT INTO occasion (step_id, nature, day_offset, nominal_on, made_on)"
        f" SELECT step_id, nature, day_offset, '{SEVENTH}', '{SEVENTH}' FROM occasion WHERE id = {occasion_id(3)}",
        "INSERT INTO notice (occasion_id, person, organisation, letter_key)"
        f" SELECT (SELECT MAX(id) FROM occasion), person, organisation, letter_key FROM notice"
        f" WHERE occasion_id = {occasion_id(3)}".replace(
            "day_offset = 3)", f"day_offset = 3 AND nominal_on = '{THIRD}')"
        ),
    )

    assert found(bench, TWELFTH) == [("doubled", SIGNING, "escalation", 3, SEVENTH, "")]


def test_two_reminders_on_one_morning_are_doubled(sqlite_url: str) -> None:
    bench = both_bench(sqlite_url)
    plant(bench, f"UPDATE occasion SET made_on = '2022-06-01' WHERE id = {occasion_id(-1)}")

    assert found(bench, TWELFTH) == [("doubled", SIGNING, "reminder", -1, date(2022, 5, 31), "")]


def test_an_occasion_of_no_policy_is_misdirected(sqlite_url: str) -> None:
    bench = both_bench(sqlite_url)
    plant(
        bench,
        "INSERT INTO occasion (step_id, nature, day_offset, nominal_on, made_on)"
        f" VALUES ({step_id()}, 'escalation', 2, '2022-06-06', '2022-06-06')",
    )

    assert found(bench, TWELFTH) == [("misdirected", SIGNING, "escalation", 2, date(2022, 6, 6), "")]


@pytest.mark.parametrize("planted", ["NULL", "'2022-07-11'"])
def test_a_step_that_awaits_nothing_or_too_late_a_day_is_named(database_url: str, planted: str) -> None:
    bench = both_bench(database_url)
    plant(bench, f"UPDATE step SET next_on = {planted} WHERE key = '{SIGNING}'")

    assert found(bench, TWELFTH) == [("next_missing", SIGNING, "escalation", 17, SEVENTEENTH, "")]


def test_a_policy_that_was_lost_is_taken_from_the_pack(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    plant(bench, "DELETE FROM policy_tell", "DELETE FROM policy_mark")
    sweep_until(bench, FIRST)

    wrong = {(one.wrong, one.level) for one in faults(bench, FIRST)}

    assert wrong == {(Wrong.MISSED, offset) for offset in (0, 1)} | {(Wrong.NEXT_MISSING, 3)}


def test_a_morning_without_a_sweep_is_missed_by_all(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    sweep_until(bench, date(2022, 6, 1))

    bench.at("2022-06-02T10:00")

    assert found(bench, FIRST) == [("missed", SIGNING, "escalation", 1, FIRST, "")]


def test_an_office_without_a_holder_of_the_duty_is_named(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    plant(bench, f"UPDATE duty SET valid_to = '2022-06-01' WHERE organisation = '{SHENZHEN}'")
    sweep_until(bench, SEVENTH)

    sound = found(bench, SEVENTH)
    plant(bench, f"DELETE FROM notice WHERE person = '{SHENZHEN}'")

    assert sound == []
    assert found(bench, SEVENTH) == [("missed", SIGNING, "escalation", 7, SEVENTH, SHENZHEN)]


def test_a_successor_is_told_from_his_first_day(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    plant(
        bench,
        f"UPDATE duty SET valid_to = '2022-06-06' WHERE organisation = '{PROVINCE}' AND duty = 'officer'",
        "INSERT INTO duty (person, organisation, duty, valid_from)"
        f" VALUES ('{PROVINCE}.leader', '{PROVINCE}', 'officer', '2022-06-07')",
    )
    sweep_until(bench, SEVENTH)

    assert found(bench, SEVENTH) == []


def test_an_extended_step_is_watched_by_its_new_date(database_url: str) -> None:
    bench = signing_bench(database_url)
    sweep_until(bench, FIRST)
    with bench.work() as work:
        steps.extend_step(
            work, steps.step_of_key(work, SIGNING), until=date(2022, 6, 10), reason="疫情（示例）"
        )
    sweep_until(bench, date(2022, 6, 15))
    sound = found(bench, date(2022, 6, 15))
    plant(
        bench,
        "DELETE FROM notice WHERE occasion_id IN (SELECT id FROM occasion WHERE nominal_on = '2022-06-15')",
        "DELETE FROM occasion WHERE nominal_on = '2022-06-15'",
    )

    assert (sound, found(bench, date(2022, 6, 15))) == (
        [],
        [("missed", SIGNING, "escalation", 3, date(2022, 6, 15), "")],
    )


def test_what_was_proved_before_is_not_looked_at_again(sqlite_url: str) -> None:
    bench = both_bench(sqlite_url)
    plant(
        bench,
        f"DELETE FROM notice WHERE occasion_id = {occasion_id(3)}",
        f"DELETE FROM occasion WHERE id = {occasion_id(3)}",
    )

    assert faults(bench, TWELFTH, since=THIRD) == []


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2022-06-02T09:59", "2022-06-01"),
        ("2022-06-02T10:00", "2022-06-02"),
        ("2022-06-04T12:00", "2022-06-02"),
        ("2022-06-06T08:00", "2022-06-02"),
    ],
)
def test_the_day_to_watch_is_the_last_one_that_must_have_been_swept(
    sqlite_url: str, instant: str, day: str
) -> None:
    bench = signing_bench(sqlite_url).at(instant)

    with bench.house.look() as work:
        assert day_to_watch(work).isoformat() == day


def test_a_fault_says_in_words_what_is_wrong(sqlite_url: str) -> None:
    fault = Fault(Wrong.MISSED, SIGNING, "escalation", 3, THIRD, "430000-mz.officer")

    assert all(part in fault.text for part in (SIGNING, "+3", "2022-06-07", "430000-mz.officer"))
