"""What an officer chooses about the digest: its time and how early it begins; what is late comes in any case."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from models.choice import DigestChoice
from models.event import Event
from models.mail import Letter
from tasks.deadlines import sweep
from tasks.queries.explain import explain_step
from tasks.refusal import BadInput
from tasks.watchman import watch
from tests.factory import Bench
from tests.tasks.scenes import rows
from tests.tasks.watching import (
    CITY,
    COUNTY,
    DUE,
    FIRST,
    SIGNING,
    TWELFTH,
    letter_states,
    mornings,
    open_signing,
    send,
    signing_bench,
    sweep_until,
)


def choose(bench: Bench, organisation: str = COUNTY, **form: Any) -> None:
    bench.act("settings.choose_digest", organisation, **{"at": "09:00", "notice_days": 10, **form})


def heard(bench: Bench, person: str = f"{COUNTY}.officer") -> list[int]:
    """The offsets of what a person was told, in order of time."""
    with bench.house.look() as work:
        found = work.session.connection().execute(
            text(
                "SELECT o.day_offset FROM notice AS n JOIN occasion AS o ON o.id = n.occasion_id"
                " WHERE n.person = :person ORDER BY o.nominal_on"
            ),
            {"person": person},
        )
        return list(found.scalars())


@pytest.mark.parametrize(
    ("days", "offsets"),
    [
        (10, [-10, -5, -3, -1, 0, 1, 3, 7, 12]),
        (5, [-5, -3, -1, 0, 1, 3, 7, 12]),
        (4, [-3, -1, 0, 1, 3, 7, 12]),
        (1, [-1, 0, 1, 3, 7, 12]),
    ],
)
def test_reminders_begin_as_early_as_was_chosen(database_url: str, days: int, offsets: list[int]) -> None:
    bench = signing_bench(database_url)
    choose(bench, notice_days=days)

    sweep_until(bench, TWELFTH)

    assert heard(bench) == offsets


def test_the_last_reminder_before_a_date_comes_in_any_case(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    choose(bench, notice_days=1)
    with bench.work() as work:
        work.session.connection().execute(
            text("DELETE FROM policy_tell WHERE day_offset IN (-3, -1) AND nature = 'reminder'")
        )
        work.session.connection().execute(
            text("DELETE FROM policy_mark WHERE day_offset IN (-3, -1) AND nature = 'reminder'")
        )

    sweep_until(bench, DUE)

    assert heard(bench) == [-5, 0]


def test_one_persons_choice_is_nobody_elses(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    open_signing(bench, CITY)
    choose(bench, notice_days=1)

    sweep_until(bench, date(2022, 5, 31))

    assert (heard(bench), heard(bench, f"{CITY}.officer")) == ([-1], [-10, -5, -3, -1])


def test_the_watchman_knows_what_was_chosen(database_url: str) -> None:
    bench = signing_bench(database_url)
    open_signing(bench, CITY)
    choose(bench, notice_days=3)
    sweep_until(bench, date(2022, 5, 25))
    choose(bench, notice_days=1)

    for day in mornings(bench, TWELFTH):
        sweep(bench.house)
        if bench.house.workdays.is_workday(day):
            with bench.house.look() as work:
                assert watch(work, through=day) == []


def test_the_watchman_misses_what_a_choice_does_not_spare(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    choose(bench, notice_days=5)
    sweep_until(bench, TWELFTH)
    with bench.work() as work:
        work.session.connection().execute(text("DELETE FROM notice"))

    with bench.house.look() as work:
        missed = {one.level for one in watch(work, through=TWELFTH) if one.person == f"{COUNTY}.officer"}

    assert missed == {-5, -3, -1, 0, 1, 3, 7, 12}


def test_the_digest_leaves_at_the_time_chosen(database_url: str, tmp_path: Path) -> None:
    bench = signing_bench(database_url)
    choose(bench, at="14:30")
    sweep_until(bench, FIRST)

    states = []
    for hour in ("09:05", "14:29", "14:30"):
        bench.at(f"{FIRST}T{hour}")
        send(bench, tmp_path)
        states.append(letter_states(bench)[f"digest:{COUNTY}.officer:{FIRST}"])

    assert states == ["queued", "queued", "sent"]
    assert letter_states(bench)[f"digest:{CITY}.officer:{FIRST}"] == "sent"


def test_a_time_that_is_past_when_the_sweep_runs_is_now(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    choose(bench, at="09:30")
    bench.at(f"{FIRST}T11:00")

    sweep(bench.house)

    letter = next(one for one in rows(bench, Letter) if one.person_code == f"{COUNTY}.officer")
    assert letter.next_try_at == bench.clock.now()


@pytest.mark.parametrize(
    ("form", "code", "field"),
    [
        ({"at": "08:45"}, "act.digest_time", "at"),
        ({"at": "17:15"}, "act.digest_time", "at"),
        ({"at": "09:10"}, "act.digest_time", "at"),
        ({"at": "09:30:01"}, "act.digest_time", "at"),
        ({"at": "noon"}, "act.bad_form", "at"),
        ({"notice_days": 0}, "act.notice_days", "notice_days"),
        ({"notice_days": 11}, "act.notice_days", "notice_days"),
        ({"notice_days": -1}, "act.notice_days", "notice_days"),
    ],
)
def test_a_choice_outside_the_packs_limits_is_refused(
    sqlite_url: str, form: dict[str, Any], code: str, field: str
) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        choose(bench, **form)

    assert (refused.value.code, refused.value.field, rows(bench, DigestChoice)) == (code, field, [])


def test_a_choice_is_recorded_and_can_be_changed(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    choose(bench, at="10:00", notice_days=3)
    choose(bench, at="09:15", notice_days=5)

    (chosen,) = rows(bench, DigestChoice)
    events = [one.facts for one in rows(bench, Event) if one.act == "settings.choose_digest"]
    assert (chosen.digest_at, chosen.notice_days) == ("09:15", 5)
    assert events == [
        {"at": "10:00", "notice_days": 3},
        {"old": {"at": "10:00", "notice_days": 3}, "at": "09:15", "notice_days": 5},
    ]


def test_explain_names_the_choices_of_the_owner(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    choose(bench, at="10:00", notice_days=3)

    with bench.house.look() as work:
        explained = explain_step(work, SIGNING)

    assert any(f"{COUNTY}.officer" in line and "10:00" in line for line in explained.lines)
