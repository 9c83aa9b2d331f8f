"""What another date would change, shown before it is done, is what it then changes."""

from datetime import date

import pytest

from tasks.queries.rehearsal import RehearsedLetter, rehearse
from tasks.queries.rehearsal_difference import moved_batch, moved_step, rehearse_difference
from tasks.queries.rehearsal_sheet import write_rehearsal
from tasks.refusal import BadInput, NotFound
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import opened_bench
from tests.tasks.scenes import signing_bench

STEP = "S13:P1-430100-02:430121-mz"


def letters(bench: Bench, days: int) -> dict[tuple[str, str, str, str], RehearsedLetter]:
    with bench.house.look() as work:
        return {one.key: one for one in rehearse(work, days)}


def changes(before: dict, after: dict) -> set[tuple[str, tuple[str, str, str, str]]]:
    found = {("gone", key) for key in before.keys() - after.keys()}
    found |= {("new", key) for key in after.keys() - before.keys()}
    return found | {
        ("changed", key) for key in before.keys() & after.keys() if before[key].lines != after[key].lines
    }


def test_the_difference_of_an_extension_is_what_the_extension_then_makes(database_url: str) -> None:
    bench = signing_bench(database_url)
    until = date(2022, 6, 20)
    with bench.house.look() as work:
        foreseen = rehearse_difference(work, 50, [moved_step(work, STEP, until)])
    before = letters(bench, 50)

    bench.act("deadlines.extend_step", PROVINCE, step=STEP, until=until, reason="样例理由")

    assert {(one.change, one.letter.key) for one in foreseen} == changes(before, letters(bench, 50))
    assert {one.change for one in foreseen} == {"gone", "new", "changed"}
    assert {line.step for one in foreseen if one.change == "changed" for line in one.before + one.after} == {
        STEP
    }


def test_the_difference_of_a_batchs_dates_is_what_moving_them_then_makes(database_url: str) -> None:
    bench = opened_bench(database_url)
    dates = {"submit_by": date(2022, 3, 18), "post_by": date(2022, 3, 22)}
    with bench.house.look() as work:
        foreseen = rehearse_difference(work, 40, moved_batch(work, 1, **dates))
    before = letters(bench, 40)

    bench.act("opening.extend_batch", PROVINCE, batch=1, **dates, reason="样例理由")

    assert {(one.change, one.letter.key) for one in foreseen} == changes(before, letters(bench, 40))
    assert len(foreseen) > 14


@pytest.mark.parametrize(
    ("step", "until", "error"),
    [
        pytest.param("S13:nothing", date(2022, 6, 20), NotFound, id="no-such-step"),
        pytest.param("S12:1:1", date(2022, 6, 20), BadInput, id="settled"),
        pytest.param(STEP, date(2022, 5, 20), BadInput, id="not-later"),
    ],
)
def test_a_step_that_cannot_be_moved_is_refused(
    sqlite_url: str, step: str, until: date, error: type[Exception]
) -> None:
    bench = signing_bench(sqlite_url)

    with bench.house.look() as work, pytest.raises(error) as refused:
        moved_step(work, step, until)

    assert str(refused.value)


def test_the_sheet_has_a_row_for_every_matter_and_no_formula(sqlite_url: str, tmp_path) -> None:
    bench = signing_bench(sqlite_url)
    path = tmp_path / "letters.csv"

    with bench.house.look() as work:
        count = write_rehearsal(rehearse(work, 30), path)
        matters = sum(len(one.lines) for one in rehearse(work, 30))

    listed = path.read_text("utf-8-sig").splitlines()
    assert (count > 0, len(listed)) == (True, matters + 1)
    assert any(",'+1," in row for row in listed)
