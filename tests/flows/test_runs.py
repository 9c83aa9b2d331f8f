"""What an administrator reads of a run: Chinese names, tags, tables, and the sentence of a refusal."""

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
from prefect.client.schemas.objects import FlowRun

from flows.acting import perform_act
from flows.lifecycle import lifecycle
from flows.opening import opening
from models.messages import say
from models.organisation import Organisation
from tests.flows.lending import (
    ANNOUNCED,
    Lent,
    artifacts_of,
    lent_copy,
    played_until,
    runs_seen,
    task_runs_of,
)


@pytest.fixture
def lent(prefect: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Lent:
    """A house on the day on which batch 1 opens."""
    played = played_until(ANNOUNCED, tmp_path)
    return lent_copy(played, tmp_path / "lent", "2022-02-25T09:00")


def new_runs(before: list[FlowRun]) -> dict[str, FlowRun]:
    known = {one.id for one in before}
    return {one.name: one for one in runs_seen() if one.id not in known}


def test_stage_run_is_named_tagged_and_leaves_its_tables(lent: Lent) -> None:
    before = runs_seen()

    (state,) = lent.run(opening)

    runs = new_runs(before)
    assert list(runs) == ["2022-02-25 申报启动 · 第一批、第二批"]
    run = runs["2022-02-25 申报启动 · 第一批、第二批"]
    assert set(run.tags) == {"申报启动", "第一批", "第二批"}
    assert state.message is not None
    assert "通知申报 14" in state.message

    tasks = {one.name: one for one in task_runs_of(run, 16)}
    assert "长沙市 通知申报" in tasks
    assert set(tasks["长沙市 通知申报"].tags) == {"申报启动", "第一批", "长沙市"}
    assert len(tasks) == 16
    left = artifacts_of(run)
    assert set(left) == {"opening-done", "opening-late", "opening-next", "opening-summary"}
    assert "长沙市" in {row["市州"] for row in json.loads(str(left["opening-done"].data))}


def test_lifecycle_shows_the_days_stages_below_it(lent: Lent) -> None:
    before = runs_seen()

    lent.run(lifecycle)

    runs = new_runs(before)
    assert {"2022-02-25 每日推进", "2022-02-25 期限巡检", "2022-02-25 信件发送"} < set(runs)
    assert set(runs["2022-02-25 期限巡检"].tags) == {"期限巡检", "第一批"}
    left = artifacts_of(runs["2022-02-25 每日推进"])
    assert set(left) == {"lifecycle-done", "lifecycle-summary", "batch-1-course"}
    course = {row["事项"]: row for row in json.loads(str(left["batch-1-course"].data))}
    assert course["报送盖章扫描件与汇总表"]["件数"] == 14


def test_refusal_in_one_city_fails_with_its_sentence_and_the_others_are_done(lent: Lent) -> None:
    with lent.house.transaction() as work:
        work.session.get_one(Organisation, "430300-mz").valid_to = date(2022, 1, 1)
    before = runs_seen()

    (state,) = lent.run(opening)

    assert state.is_failed()
    assert state.message is not None
    assert "通知申报 13" in state.message
    (run,) = new_runs(before).values()
    states = {one.name: one.state for one in task_runs_of(run, 16) if one.state is not None}
    failed = {name: one.message for name, one in states.items() if not one.is_completed()}
    assert list(failed) == ["湘潭市 通知申报"]
    assert "湘潭市" in state.message
    reason = str(failed["湘潭市 通知申报"])
    assert reason.startswith(say("flows.refused", reason=""))
    assert "湘潭市" in reason or "430300" in reason


def test_administrators_act_is_done_or_refused_in_words(lent: Lent) -> None:
    days = {"opened_on": "2024-02-23", "submit_by": "2024-03-15", "post_by": "2024-03-18"}
    form = {"batch": 2, "document": "notice", **days}
    person = ("430000-mz.officer", "430000-mz")

    async def act(name: str, **values: object) -> tuple[bool, str]:
        state = await perform_act(name, *person, values, return_state=True)
        return state.is_completed(), state.message or ""

    with lent.to_flows():
        done = asyncio.run(act("opening.announce_batch", **form))
        twice = asyncio.run(act("opening.announce_batch", **form))
        hidden = asyncio.run(act("fieldwork.name_people", **form))

    assert (done[0], twice[0], hidden[0]) == (True, False, False)
    assert say("opening.announced", batch="第二批") in twice[1]
    assert hidden[1] == say("flows.act_not_offered", act="fieldwork.name_people")
