"""The storm guard: more than so many letters of a kind within an hour wait for an officer, and nothing else waits."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from models.db import writing
from models.event import Event
from models.mail import Letter
from notifications.outbox_claim import claim
from tasks.deadlines import sweep
from tasks.letters import tell
from tasks.queries.doctor import diagnoses
from tasks.refusal import BadInput, NotEntitled
from tasks.storm import storm_groups
from tests.factory import PROVINCE, Bench, make_bench
from tests.notifications.letters import sample_facts
from tests.tasks.scenes import rows
from tests.tasks.watching import send, signing_bench, sweep_until

LIMIT = 5
KIND = "step_extended"
OFFICES = [f"43{number:02d}00-mz" for number in range(1, 13)]


def storm_bench(url: str) -> Bench:
    return make_bench(url, "2022-03-07T10:00").reading("post.storm_letters", LIMIT)


def write(bench: Bench, count: int, *, first: int = 0, kind: str = KIND) -> None:
    """One act after the other, each with one letter."""
    for number in range(first, first + count):
        write_one(bench, number, kind)


def write_one(bench: Bench, number: int, kind: str = KIND) -> None:
    office = OFFICES[number % len(OFFICES)]
    facts = sample_facts(kind)
    with bench.work() as work:
        tell(work, kind, to=[office], subject=f"S05:{number}", batch=1, facts=facts)


def states(bench: Bench, kind: str = KIND) -> list[str]:
    return [one.state for one in sorted(rows(bench, Letter), key=lambda one: one.id or 0) if one.kind == kind]


def test_as_many_letters_as_the_pack_allows_are_not_held(database_url: str) -> None:
    bench = storm_bench(database_url)

    write(bench, LIMIT)

    assert states(bench) == ["queued"] * LIMIT


def test_one_more_holds_all_of_the_kind_that_have_not_left(database_url: str, tmp_path: Path) -> None:
    bench = storm_bench(database_url)
    write(bench, 2)
    send(bench, tmp_path)

    write(bench, LIMIT - 1, first=2)

    assert states(bench) == ["sent"] * 2 + ["held"] * (LIMIT - 1)
    assert {one.reply for one in rows(bench, Letter) if one.state == "held"} == {
        f"storm: more than {LIMIT} letters of this kind within an hour"
    }


def test_an_hour_later_counting_begins_anew(sqlite_url: str) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT)
    bench.at("2022-03-07T11:00")

    write(bench, LIMIT, first=LIMIT)

    assert states(bench) == ["queued"] * 2 * LIMIT


@pytest.mark.parametrize("other", ["receipt_confirmed", "decision_approved", "payment_made"])
def test_other_kinds_go_on_their_way(sqlite_url: str, tmp_path: Path, other: str) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT + 1)

    write(bench, 1, kind=other)
    report = send(bench, tmp_path)

    assert (report.sent, set(states(bench)), states(bench, other)) == (1, {"held"}, ["sent"])


def test_one_act_that_makes_a_storm_is_held_whole(database_url: str) -> None:
    bench = storm_bench(database_url)

    with bench.work() as work:
        tell(work, KIND, to=OFFICES, subject="all", batch=1, facts=sample_facts(KIND))

    assert states(bench) == ["held"] * len(OFFICES)


def test_digests_are_one_kind(database_url: str) -> None:
    bench = signing_bench(database_url).reading("post.storm_letters", 2)

    sweep_until(bench, date(2022, 6, 1))
    before = set(states(bench, "digest"))
    bench.at("2022-06-13T09:00")
    sweep(bench.house)

    assert (before, states(bench, "digest")[-4:]) == ({"queued"}, ["held"] * 4)


def test_a_preview_says_what_would_go_to_whom(sqlite_url: str) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT + 2)

    with bench.house.look() as work:
        (group,) = storm_groups(work)

    assert (group.kind, group.count, len(group.first)) == (KIND, LIMIT + 2, 5)
    assert all(one.subject and one.address.endswith(".example") for one in group.first)


def test_released_letters_leave_in_their_order_and_are_not_held_again(
    database_url: str, tmp_path: Path
) -> None:
    bench = storm_bench(database_url)
    write(bench, LIMIT + 2)

    bench.at("2022-03-07T10:10")
    count = bench.act("post.release_storm", PROVINCE, kind=KIND, reason="核对无误（示例）")
    bench.at("2022-03-07T10:20")
    write(bench, LIMIT, first=LIMIT + 2)
    report = send(bench, tmp_path)

    assert (count, report.sent) == (LIMIT + 2, 2 * LIMIT + 2)
    event = next(one for one in rows(bench, Event) if one.act == "post.release_storm")
    assert (event.subject, event.actor, event.facts) == (
        KIND,
        f"{PROVINCE}.officer",
        {"count": LIMIT + 2, "reason": "核对无误（示例）"},
    )


def test_a_second_storm_after_a_release_is_held_again(sqlite_url: str) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT + 1)
    bench.at("2022-03-07T10:10")
    bench.act("post.release_storm", PROVINCE, kind=KIND, reason="核对无误（示例）")

    bench.at("2022-03-07T10:20")
    write(bench, LIMIT + 1, first=LIMIT + 1)

    assert states(bench) == ["queued"] * (LIMIT + 1) + ["held"] * (LIMIT + 1)


def test_dropped_letters_never_leave(database_url: str, tmp_path: Path) -> None:
    bench = storm_bench(database_url)
    write(bench, LIMIT + 1)

    bench.act("post.drop_storm", PROVINCE, kind=KIND, reason="误发（示例）")

    assert (send(bench, tmp_path).sent, set(states(bench))) == (0, {"dropped"})
    assert {one.resolution for one in rows(bench, Letter)} == {f"drop · {PROVINCE}.officer · 误发（示例）"}


def test_released_on_a_day_off_they_leave_on_the_next_working_day(sqlite_url: str, tmp_path: Path) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT + 1)
    bench.at("2022-03-12T10:00")

    bench.act("post.release_storm", PROVINCE, kind=KIND, reason="核对无误（示例）")
    off = send(bench, tmp_path).sent
    on = send(bench.at("2022-03-14T09:00"), tmp_path).sent

    assert (off, on) == (0, LIMIT + 1)


@pytest.mark.parametrize("name", ["post.release_storm", "post.drop_storm"])
def test_only_the_province_decides_with_a_reason_on_what_there_is(sqlite_url: str, name: str) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT + 1)

    with pytest.raises(NotEntitled):
        bench.act(name, "430100-mz", kind=KIND, reason="理由")
    with pytest.raises(BadInput) as silent:
        bench.act(name, PROVINCE, kind=KIND, reason=" ")
    with pytest.raises(BadInput) as idle:
        bench.act(name, PROVINCE, kind="digest", reason="理由")

    assert [silent.value.code, idle.value.code] == ["act.reason_missing", "act.no_storm"]
    assert set(states(bench)) == {"held"}


def test_letters_held_for_their_address_stay_held(sqlite_url: str) -> None:
    bench = storm_bench(sqlite_url)
    with bench.work() as work:
        work.session.connection().execute(
            text("UPDATE person SET email = '' WHERE code = :code"), {"code": f"{OFFICES[0]}.officer"}
        )
        work.session.connection().execute(
            text("UPDATE organisation SET email = '' WHERE code = :code"), {"code": OFFICES[0]}
        )
    write(bench, LIMIT + 2)

    count = bench.act("post.release_storm", PROVINCE, kind=KIND, reason="核对无误（示例）")

    assert (count, states(bench)) == (LIMIT + 1, ["held"] + ["queued"] * (LIMIT + 1))


def test_the_doctor_tells_a_storm_from_other_held_letters(sqlite_url: str) -> None:
    bench = storm_bench(sqlite_url)
    write(bench, LIMIT + 1)

    with bench.house.look() as work:
        found = {one.code: one.grave for one in diagnoses(work, catcher_port=1)}

    assert (found["letters_storm"], "letters_held" in found) == (True, False)


def test_of_a_storm_from_many_writers_no_more_than_the_limit_leaves(database_url: str) -> None:
    bench = storm_bench(database_url)
    claimed: list[int] = []

    def claim_all(_round: int) -> None:
        with writing(bench.house.engine) as session:
            taken = claim(session, f"d{_round}", 100, bench.clock.now(), timedelta(minutes=15))
        claimed.extend(one.id for one in taken)

    with ThreadPoolExecutor(max_workers=8) as pool:
        jobs = [pool.submit(write_one, bench, number) for number in range(40)]
        jobs += [pool.submit(claim_all, number) for number in range(20)]
        for job in jobs:
            job.result()

    assert (len(claimed) <= LIMIT, set(states(bench)) <= {"claimed", "held"}) == (True, True)
