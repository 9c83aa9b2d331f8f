"""What time can do to a house: outages, two schedulers, repetition, a clock that jumps, days off."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from models.clock import as_instant
from models.columns import CHINA
from models.db import make_engine
from models.mail import Letter
from tasks.deadlines import sweep
from tasks.letters import tell
from tasks.lifecycle import advance
from tasks.queries.checks import check
from tasks.queries.export import export_canonical
from tasks.watchman import watch
from tests.engines import keep
from tests.factory import Bench
from tests.notifications.letters import sample_facts
from tests.tasks.scenes import rows
from tests.tasks.watching import CITY, COUNTY, mornings, occasions, open_signing, send, signing_bench
from tests.tasks.working import working_bench

BEFORE, SATURDAY = date(2022, 6, 20), date(2022, 6, 4)


def exported(bench: Bench) -> list[str]:
    with bench.house.look() as work:
        return list(export_canonical(work))


def run_down(bench: Bench, days: int) -> date:
    """The machine stands still for so many days, then on the first working day after it everything is made up for."""
    day = BEFORE + timedelta(days=days)
    while not bench.house.workdays.is_workday(day):
        day += timedelta(days=1)
    bench.clock.set(datetime(day.year, day.month, day.day, 9, tzinfo=CHINA))
    advance(bench.house)
    return day


def turn_back(bench: Bench, instant: str) -> None:
    """What no clock of the house does by itself: the machine's own was wrong."""
    bench.clock.instant = as_instant(instant)


def levels(bench: Bench) -> Counter[tuple[str, str, int, str]]:
    """How often each level of each obligation was told on each day: reminders are one, a rung with its returns too."""
    rungs = {1: 1, 3: 3}
    return Counter(
        (key, nature, 0 if nature == "reminder" else rungs.get(offset, 7), made)
        for key, nature, offset, _nominal, made in occasions(bench)
    )


def digests(bench: Bench) -> Counter[tuple[str | None, str]]:
    return Counter((one.person_code, one.subject_key) for one in rows(bench, Letter) if one.kind == "digest")


@pytest.mark.parametrize("days", [1, 10, 90])
def test_an_outage_gives_one_catch_up_per_obligation_and_level(
    database_url: str, tmp_path: Path, days: int
) -> None:
    bench = working_bench(database_url, f"{BEFORE}T09:00")
    open_signing(bench, COUNTY, "P9-430100-01")
    open_signing(bench, CITY, "P9-430100-01")
    advance(bench.house)
    send(bench, tmp_path)
    told = set(occasions(bench))

    day = run_down(bench, days)

    caught_up = [one for one in occasions(bench) if one not in told]
    assert {made for *_rest, made in caught_up} <= {day.isoformat()}
    assert max(levels(bench).values()) == 1
    assert max(digests(bench).values()) == 1
    with bench.house.look() as work:
        assert watch(work, through=day) == []
        assert [one.text for one in check(work) if one.code.startswith("watch_")] == []


def test_ninety_days_of_one_ladder_are_one_telling_a_level(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    bench.at("2022-09-20T09:00")
    sweep(bench.house)

    assert [(nature, offset, made) for _key, nature, offset, _on, made in occasions(bench)] == [
        ("reminder", 0, "2022-09-20"),
        ("escalation", 1, "2022-09-20"),
        ("escalation", 3, "2022-09-20"),
        ("escalation", 77, "2022-09-20"),
    ]


@pytest.mark.parametrize("days", [1, 90])
def test_two_schedulers_at_once_do_what_one_does(database_url: str, days: int, tmp_path: Path) -> None:
    bench = working_bench(database_url, f"{BEFORE}T09:00")
    other = replace(bench.house, engine=keep(make_engine(database_url, durable=False)))
    bench.clock.set(datetime(2022, 6, 20, 9, tzinfo=CHINA) + timedelta(days=days + 1))
    alone = working_bench(f"sqlite:///{tmp_path}/alone.sqlite", f"{BEFORE}T09:00")
    alone.clock.set(bench.clock.now())
    advance(alone.house)

    with ThreadPoolExecutor(max_workers=2) as pool:
        for job in [pool.submit(advance, house) for house in (bench.house, other)]:
            job.result()

    assert _without_order(exported(bench)) == _without_order(exported(alone))


def test_whatever_is_due_done_five_times_is_done_once(database_url: str, tmp_path: Path) -> None:
    bench = working_bench(database_url, f"{BEFORE}T09:00")
    run_down(bench, 90)
    send(bench, tmp_path)
    once = exported(bench)

    for _time in range(4):
        advance(bench.house)
        send(bench, tmp_path)

    assert exported(bench) == once


def test_a_clock_set_back_an_hour_doubles_and_loses_nothing(database_url: str, tmp_path: Path) -> None:
    straight = signing_bench(f"sqlite:///{tmp_path}/straight.sqlite")
    bench = signing_bench(database_url)
    for _day in mornings(straight, date(2022, 6, 20)):
        sweep(straight.house)

    for day in mornings(bench, date(2022, 6, 20)):
        sweep(bench.house)
        turn_back(bench, f"{day}T08:00")
        sweep(bench.house)
        send(bench, tmp_path)
        bench.at(f"{day}T09:00")
        sweep(bench.house)
        send(bench, tmp_path)

    assert occasions(bench) == occasions(straight)
    assert max(digests(bench).values()) == 1
    assert {one.state for one in rows(bench, Letter)} == {"sent"}


@pytest.mark.parametrize("jump", ["2022-05-18", "2022-05-25", "2022-06-01", "2022-06-08", "2022-06-17"])
def test_a_clock_that_ran_three_days_ahead_doubles_and_loses_nothing(
    database_url: str, tmp_path: Path, jump: str
) -> None:
    bench = signing_bench(database_url)

    for day in mornings(bench, date(2022, 6, 27)):
        sweep(bench.house)
        if day.isoformat() == jump:
            bench.clock.set(bench.clock.now() + timedelta(days=3))
            sweep(bench.house)
            send(bench, tmp_path)
            turn_back(bench, f"{day}T09:00")
        send(bench, tmp_path)
        if bench.house.workdays.is_workday(day):
            with bench.house.look() as work:
                assert [one.text for one in watch(work, through=day)] == []

    told = [(nature, offset) for _key, nature, offset, *_days in occasions(bench)]
    assert len(told) == len(set(told))
    assert {offset for nature, offset in told if nature == "escalation"} >= {1, 3, 17}
    assert {("reminder", 0)} <= set(told)
    assert set(Counter(_sent(bench)).values()) == {1}
    assert {one.state for one in rows(bench, Letter)} == {"sent"}


def test_on_days_off_nothing_leaves_but_receipts(database_url: str, tmp_path: Path) -> None:
    bench = signing_bench(database_url)
    kinds = ("receipt_confirmed", "decision_approved", "payment_made", "step_extended")
    for day in mornings(bench, date(2022, 6, 13)):
        advance(bench.house)
        with bench.work() as work:
            for kind in kinds if day == SATURDAY else ():
                tell(work, kind, to=[CITY], subject=f"{kind}:1", batch=1, facts=sample_facts(kind))
        for hour in ("09:10", "13:00", "18:00", "23:50"):
            bench.at(f"{day}T{hour}")
            send(bench, tmp_path)

    sent = {(one.kind, one.sent_at.date()) for one in rows(bench, Letter) if one.sent_at}
    off = {kind for kind, day in sent if not bench.house.workdays.is_workday(day)}
    assert off == {"receipt_confirmed"}
    assert {kind for kind, _day in sent} >= {"digest", "decision_approved", "payment_made", "step_extended"}
    with bench.house.look() as work:
        assert [one for one in check(work) if one.code == "sent_on_day_off"] == []


def _sent(bench: Bench) -> list[tuple[str, str, int]]:
    """Who was told which occasion by a letter that left."""
    with bench.house.look() as work:
        found = work.session.connection().execute(
            text(
                "SELECT n.person, o.nature, o.day_offset FROM notice AS n"
                " JOIN occasion AS o ON o.id = n.occasion_id JOIN letter AS l ON l.key = n.letter_key"
                " WHERE l.state = 'sent'"
            )
        )
        return [(person, nature, offset) for person, nature, offset in found]


def _without_order(lines: list[str]) -> list[str]:
    """Two schedulers may take chores in another order, so events stand in another; what they say is the same."""
    return sorted(lines)
