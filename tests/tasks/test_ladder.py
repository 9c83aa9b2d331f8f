"""The ladder of section 14: +1, +3, +7 and every fifth day, each once, and silent as soon as the step is settled."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from tasks import steps
from tasks.deadlines import sweep
from tasks.parties import Scope
from tests.factory import Bench, make_bench
from tests.tasks.watching import (
    CITY,
    COUNTY,
    DUE,
    FIRST,
    PROVINCE,
    SEVENTEENTH,
    SEVENTH,
    SHENZHEN,
    SIGNING,
    THIRD,
    TWELFTH,
    letter_states,
    mail_of,
    mornings,
    next_of,
    occasions,
    open_signing,
    send,
    signing_bench,
    sweep_until,
    told,
)


def escalations(bench: Bench) -> list[tuple[int, str]]:
    return [(offset, made) for _key, nature, offset, _on, made in occasions(bench) if nature == "escalation"]


def test_rungs_are_told_once_each_and_the_last_every_fifth_day(database_url: str) -> None:
    bench = signing_bench(database_url)

    sweep_until(bench, SEVENTEENTH)

    days = [(1, FIRST), (3, THIRD), (7, SEVENTH), (12, TWELFTH), (17, SEVENTEENTH)]
    assert escalations(bench) == [(offset, day.isoformat()) for offset, day in days]
    assert next_of(bench) == date(2022, 7, 4)


def test_a_repetition_tells_the_last_rungs_roles_and_the_owner(database_url: str) -> None:
    bench = signing_bench(database_url)

    sweep_until(bench, TWELFTH)

    county, city, province, shenzhen = (f"{one}.officer" for one in (COUNTY, CITY, PROVINCE, SHENZHEN))
    assert told(bench) == {
        1: sorted([county, city]),
        3: sorted([county, province]),
        7: sorted([county, province, shenzhen]),
        12: sorted([county, province, shenzhen]),
    }


@pytest.mark.parametrize(("every", "days"), [(0, [1, 3, 7]), (2, [1, 3, 7, 9, 11, 13, 15, 17])])
def test_how_often_is_the_packs(sqlite_url: str, every: int, days: list[int]) -> None:
    bench = make_bench(sqlite_url, "2022-05-11T16:00").reading("deadlines.repeat_workdays", every)
    open_signing_alone(bench)

    sweep_until(bench, SEVENTEENTH)

    assert [offset for offset, _made in escalations(bench)] == days


def test_an_open_step_keeps_the_ladder_it_was_opened_under(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    changed = bench.reading("deadlines.repeat_workdays", 1)

    sweep_until(changed, FIRST)
    with changed.work() as work:
        step = steps.step_of_key(work, SIGNING)
        steps.extend_step(work, step, until=date(2022, 6, 6), reason="疫情（示例）")
    sweep_until(changed, date(2022, 6, 22))

    assert [offset for offset, _made in escalations(changed)] == [1, 1, 3, 7, 12]


def test_a_ladder_without_rungs_has_no_repetition(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url, "2022-03-15T09:00")
    with bench.work() as work:
        step = steps.open_step(work, "S07", "1:430100", scope=_city(), anchors={"arrival": work.today})
        assert step is not None
        opened, key = step.due_on, step.key
    assert opened is not None

    sweep_until(bench, date(2022, 6, 1))

    assert {(key, nature) for key, nature, *_rest in occasions(bench)} == {(key, "reminder")}
    assert next_of(bench, key) is None


def test_the_owner_reads_who_was_told_and_those_told_read_who_is_late(
    database_url: str, tmp_path: Path
) -> None:
    bench = signing_bench(database_url)
    sweep_until(bench, DUE)
    send(bench, tmp_path)

    sweep_until(bench, FIRST)
    send(bench, tmp_path)

    own = mail_of(tmp_path, f"digest:{COUNTY}.officer:2022-06-02")
    above = mail_of(tmp_path, f"digest:{CITY}.officer:2022-06-02")
    assert ("已告知" in own, "长沙市" in own) == (True, True)
    assert ("已告知" in above, "已逾期1个工作日" in above) == (False, True)


def test_one_catch_up_tells_the_owner_of_everybody(sqlite_url: str, tmp_path: Path) -> None:
    bench = signing_bench(sqlite_url).at("2022-06-20T09:00")

    sweep(bench.house)
    send(bench, tmp_path)

    own = mail_of(tmp_path, f"digest:{COUNTY}.officer:2022-06-20")
    listed = own.partition("已告知")[2].splitlines()[0]
    assert [listed.count(name) for name in ("（长沙市民政局）", "（湖南省民政厅）", "（深圳市民政局）")] == [
        1,
        1,
        1,
    ]


@pytest.mark.parametrize("end", ["settled", "cancelled", "extended"])
def test_a_letter_that_is_queued_no_longer_tells_what_has_ended(
    database_url: str, tmp_path: Path, end: str
) -> None:
    bench = signing_bench(database_url)
    sweep_until(bench, FIRST)
    with bench.work() as work:
        match end:
            case "settled":
                steps.settle_step(work, "S13", SIGNING.removeprefix("S13:"))
            case "cancelled":
                steps.cancel_step(work, "S13", SIGNING.removeprefix("S13:"))
            case _:
                step = steps.step_of_key(work, SIGNING)
                steps.extend_step(work, step, until=date(2022, 6, 30), reason="疫情（示例）")

    report = send(bench, tmp_path)

    assert (report.sent, set(letter_states(bench).values())) == (0, {"dropped"})


def test_a_queued_letter_still_tells_the_other_matters(sqlite_url: str, tmp_path: Path) -> None:
    bench = signing_bench(sqlite_url)
    open_signing(bench, COUNTY, "P1-430100-02")
    sweep_until(bench, FIRST)
    with bench.work() as work:
        steps.settle_step(work, "S13", SIGNING.removeprefix("S13:"))

    send(bench, tmp_path)

    own = mail_of(tmp_path, f"digest:{COUNTY}.officer:2022-06-02")
    assert ("P1-430100-02" in own, "P1-430100-01" in own) == (True, False)


def test_a_settled_step_is_silent_from_then_on(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    sweep_until(bench, FIRST)
    with bench.work() as work:
        steps.settle_step(work, "S13", SIGNING.removeprefix("S13:"))

    before = occasions(bench)
    sweep_until(bench, SEVENTEENTH)

    assert occasions(bench) == before


def test_an_extended_step_begins_its_ladder_anew(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    sweep_until(bench, FIRST)
    with bench.work() as work:
        step = steps.step_of_key(work, SIGNING)
        steps.extend_step(work, step, until=date(2022, 6, 10), reason="疫情（示例）")

    sweep_until(bench, date(2022, 6, 15))

    assert escalations(bench) == [(1, "2022-06-02"), (1, "2022-06-13"), (3, "2022-06-15")]


def test_each_level_is_told_on_one_day_once_however_often_it_is_swept(database_url: str) -> None:
    bench = signing_bench(database_url)

    for _day in mornings(bench, TWELFTH):
        for _time in range(5):
            sweep(bench.house)

    assert [offset for offset, _made in escalations(bench)] == [1, 3, 7, 12]
    with bench.house.look() as work:
        count = work.session.connection().execute(text("SELECT COUNT(*) FROM letter")).scalar_one()
    assert count == len(letter_states(bench))


def open_signing_alone(bench: Bench) -> None:
    """The county's step in a house in which nothing else is owed."""
    with bench.work() as work:
        work.batch(1).state = "signing"
    open_signing(bench, COUNTY)


def _city() -> Scope:
    return Scope(batch=1, city="430100")
