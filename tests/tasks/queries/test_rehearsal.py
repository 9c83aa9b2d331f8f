"""The rehearsal is what the sweep then writes, letter for letter, on both databases."""

from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from models.organisation import Duty, Person
from tasks.deadlines import sweep
from tasks.queries.rehearsal import rehearse, rehearse_outline
from tasks.refusal import BadInput
from tests.factory import Bench
from tests.tasks.scenes import signing_bench
from tests.tasks.working import working_bench

Lines = Counter[tuple[str, str, str, str, int]]

_WRITTEN = """
SELECT l.subject_key AS day, n.person, s.key AS step, o.nature, o.day_offset
  FROM notice AS n JOIN occasion AS o ON o.id = n.occasion_id JOIN step AS s ON s.id = o.step_id
  JOIN letter AS l ON l.key = n.letter_key
 WHERE l.subject_key >= :since
"""


def rehearsed(bench: Bench, days: int) -> Lines:
    with bench.house.look() as work:
        return Counter(
            (one.day.isoformat(), one.person or one.organisation, line.step, line.nature, line.offset)
            for one in rehearse(work, days)
            for line in one.lines
        )


def outlined(bench: Bench, days: int) -> Counter[tuple[str, str, str, str, int]]:
    """Lines by kind instead of step."""
    found: Lines = Counter()
    with bench.house.look() as work:
        for one in rehearse_outline(work, days):
            for line in one.lines:
                who = one.person or one.organisation
                found[one.day.isoformat(), who, line.kind, line.nature, line.offset] += line.steps
    return found


def lived(bench: Bench, days: int) -> Lines:
    """Nobody acts; every morning the sweep runs. What the digests then hold."""
    began = bench.house.clock.today()
    for number in range(days + 1):
        bench.at(f"{began + timedelta(days=number)}T18:00")
        sweep(bench.house)
    return written(bench, began)


def written(bench: Bench, since: date) -> Lines:
    with bench.work() as work:
        rows = work.session.connection().execute(text(_WRITTEN), {"since": since.isoformat()})
        return Counter(tuple(row) for row in rows)


def by_kind(lines: Lines) -> Lines:
    found: Lines = Counter()
    for (day, person, step, nature, offset), count in lines.items():
        found[day, person, step.partition(":")[0], nature, offset] += count
    return found


SCENES = {
    "signing": lambda url: signing_bench(url, spare=1),
    "working": lambda url: working_bench(url),
    "after-an-outage": lambda url: signing_bench(url).at("2022-06-02T08:00"),
    "on-a-day-off": lambda url: signing_bench(url).at("2022-05-28T12:00"),
}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("days", [0, 9, 60])
def test_what_is_rehearsed_is_what_is_written(database_url: str, scene: str, days: int) -> None:
    bench = SCENES[scene](database_url)

    foreseen, outline = rehearsed(bench, days), outlined(bench, days)

    assert (days < 60) or foreseen
    assert foreseen == lived(bench, days)
    assert outline == by_kind(foreseen)


def test_a_rehearsal_after_the_days_sweep_and_an_extension_is_kept_too(database_url: str) -> None:
    bench = signing_bench(database_url).at("2022-05-25T09:00")
    sweep(bench.house)
    for until in ("2022-06-10", "2022-06-20"):
        bench.act(
            "deadlines.extend_step",
            "430000-mz",
            step="S13:P1-430100-02:430121-mz",
            until=until,
            reason="样例理由",
        )
    with bench.work() as work:
        work.session.connection().execute(text("UPDATE letter SET state = 'sent' WHERE kind = 'digest'"))
        work.session.connection().execute(
            text("UPDATE notice SET letter_key = NULL WHERE person LIKE '430121%'")
        )

    told = written(bench, date(2022, 5, 25))

    foreseen = rehearsed(bench, 40)

    assert ("2022-05-26", "430121-mz.officer") in {(day, person) for day, person, *_ in foreseen}
    assert foreseen + told == lived(bench, 40)


def test_a_rehearsal_writes_nothing(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    tables = ["event", "occasion", "notice", "letter", "step", "todo"]

    def counts() -> list[int]:
        with bench.house.look() as work:
            return [
                work.session.connection().execute(text(f"SELECT COUNT(*) FROM {name}")).scalar_one()
                for name in tables
            ]

    before = counts()
    rehearsed(bench, 60)

    assert counts() == before


def test_a_duty_that_begins_and_one_that_ends_are_seen_on_their_day(database_url: str) -> None:
    bench = signing_bench(database_url)
    with bench.work() as work:
        held = work.session.get_one(Duty, ("430121-mz.officer", "430121-mz", "officer", date(2022, 1, 1)))
        held.valid_to = date(2022, 5, 25)
        work.session.add(Person(code="430121-mz.second", name="样例", email="second@people.example"))
        work.session.flush()
        work.session.add(
            Duty(
                person="430121-mz.second",
                organisation="430121-mz",
                duty="officer",
                valid_from=date(2022, 6, 1),
            )
        )

    foreseen = rehearsed(bench, 40)

    who = {person for day, person, *_ in foreseen if person.startswith("430121-mz")}
    assert who == {"430121-mz.officer", "430121-mz", "430121-mz.second"}
    assert foreseen == lived(bench, 40)


@pytest.mark.parametrize("days", [-1, 371])
def test_days_that_cannot_be_rehearsed_are_refused(sqlite_url: str, days: int) -> None:
    bench = signing_bench(sqlite_url)

    with bench.house.look() as work, pytest.raises(BadInput) as refused:
        list(rehearse(work, days))

    assert (refused.value.field, bool(refused.value.text)) == ("--days", True)
