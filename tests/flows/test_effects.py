"""Late, twice, two at once: a flow has the effect of the same work done once in process, letters included."""

from collections.abc import Callable
from pathlib import Path

import pytest

from flows.deployments import BY_CODE
from notifications.transport import ShelfTransport
from tasks.deadlines import sweep
from tasks.lifecycle import advance, due_chores, perform_chore
from tasks.post import post_now
from tests.flows.lending import ANNOUNCED, Lent, lent_copy, played_until

POSTED, REGISTERED, WINTER = "2022-03-14", "2022-03-17", "2022-12-30"


def of_stage(stage: str) -> Callable[[Lent], None]:
    """A stage's work in process, the way the flow has to do it."""

    def work(lent: Lent) -> None:
        for chore in due_chores(lent.house, stage):
            perform_chore(lent.house, chore)

    return work


def of_deadlines(lent: Lent) -> None:
    sweep(lent.house)


def of_post(lent: Lent) -> None:
    post_now(lent.house, ShelfTransport(lent.store), owner="test")


def of_day(lent: Lent) -> None:
    advance(lent.house)
    of_post(lent)


CASES = {
    "opening": (ANNOUNCED, "2022-02-25T09:00", of_stage("opening")),
    "application": (POSTED, "2022-03-22T09:00", of_stage("application")),
    "review": (REGISTERED, "2022-03-22T09:00", of_stage("review")),
    "pairing": (WINTER, "2023-01-09T09:00", of_stage("pairing")),
    "agreement": (WINTER, "2023-01-09T09:00", of_stage("agreement")),
    "disbursement": (WINTER, "2023-01-09T09:00", of_stage("disbursement")),
    "fieldwork": (WINTER, "2023-01-09T09:00", of_stage("fieldwork")),
    "evaluation": (WINTER, "2023-01-09T09:00", of_stage("evaluation")),
    "deadlines": (WINTER, "2023-01-09T09:00", of_deadlines),
    "lifecycle": (POSTED, "2022-03-22T09:00", of_day),
}
"""Flow → a house where it has something due, long after it fell due, and the same work in process."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("played")


@pytest.mark.parametrize("code", CASES)
def test_flow_late_twice_or_at_once_has_the_effect_of_once(
    code: str, prefect: str, folder: Path, tmp_path: Path
) -> None:
    evening, at, work = CASES[code]
    played = played_until(evening, folder)
    before, once, again, both = (
        lent_copy(played, tmp_path / name, at) for name in ("before", "once", "again", "both")
    )
    work(once)

    states = again.run(BY_CODE[code])
    states += again.run(BY_CODE[code])
    states += both.run(BY_CODE[code], BY_CODE[code])

    assert [state.type.value for state in states] == ["COMPLETED"] * 4
    assert again.exported() == once.exported()
    assert both.exported() == once.exported()
    assert again.store.count() == both.store.count() == once.store.count()
    # Pairing and agreement are people's: their flows show and never write.
    assert (once.exported() == before.exported()) == (code in ("pairing", "agreement"))


def test_every_letter_leaves_once_however_often_post_runs(prefect: str, folder: Path, tmp_path: Path) -> None:
    played = played_until(ANNOUNCED, folder)
    once, again, both = (
        lent_copy(played, tmp_path / name, "2022-02-25T09:00") for name in ("once", "again", "both")
    )
    for lent in (once, again, both):
        advance(lent.house)
    of_post(once)

    again.run(BY_CODE["post"])
    again.run(BY_CODE["post"])
    both.run(BY_CODE["post"], BY_CODE["post"])

    assert again.exported() == once.exported()
    assert both.exported() == once.exported()
    assert again.store.count() == both.store.count() == once.store.count() > 100
