"""Taking back before the next hand has acted: steps, quota and letters stand as if it had not been handed on."""

from datetime import date
from typing import Any

import pytest

from models.application import Application, ApplicationVersion
from models.rules.breach import RuleBroken
from tasks.queries.checks import check
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, Refusal
from tests.factory import Bench, sample_uscc
from tests.tasks.applying import (
    CITY,
    COUNTY,
    COUNTY_RURAL,
    city_code,
    consented,
    county_code,
    email,
    opened_bench,
    rank,
    recommend,
    recommended,
    reopen,
    submit,
    submitted,
)
from tests.tasks.scenes import events, letters, row_of, rows, step_keys, steps_of


def recall(bench: Bench, key: str, **form: Any) -> Any:
    return bench.act(
        "application.recall", key.split("-")[1], **{"application": key, "reason": "样例事由", **form}
    )


def recall_recommendation(bench: Bench, key: str, office: str = COUNTY, **form: Any) -> Any:
    plain = {"application": key, "reason": "样例事由"}
    return bench.act("application.recall_recommendation", office, **{**plain, **form})


def findings(bench: Bench) -> list[tuple[str, str]]:
    with bench.work() as work:
        return [(one.code, one.subject) for one in check(work)]


def told(bench: Bench) -> list[tuple[str, str]]:
    return sorted((office, facts["result"]) for office, facts in letters(bench, "recommendation_result"))


def test_a_recalled_application_is_changed_and_submitted_as_the_next_version(database_url: str) -> None:
    bench = opened_bench(database_url)
    key = submitted(bench, county_code(1))

    found = recall(bench, key)

    assert found.state == "returned"
    assert steps_of(bench, "S02%") == [(f"S02:{key}+2", county_code(1), date(2022, 3, 3))]
    assert step_keys(bench, "S03:%") == []
    assert findings(bench) == []
    assert [(subject, facts["reason"]) for _, subject, facts in events(bench, "application.recall")] == [
        (key, "样例事由")
    ]

    submit(bench, county_code(1))

    assert (row_of(bench, Application, key).version, len(rows(bench, ApplicationVersion))) == (2, 2)
    assert step_keys(bench, "S02%") == []
    assert step_keys(bench, "S03:%") == ["S03:1:430121+2"]
    assert findings(bench) == []


def test_the_county_still_owes_what_others_have_submitted(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    submitted(bench, county_code(2))

    recall(bench, key)

    assert step_keys(bench, "S03:%") == ["S03:1:430121"]


def _consent(bench: Bench, key: str) -> None:
    bench.act("application.consent_plan", COUNTY_RURAL, application=key, opinion="同意（示例）")


def _decline(bench: Bench, key: str) -> None:
    bench.act("application.decline", COUNTY, application=key, reason="样例事由")


def _nothing(bench: Bench, key: str) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "form", "kind", "code"),
    [
        (_consent, {}, AlreadyDone, "recall.consented"),
        (_decline, {}, AlreadyDone, "recall.not_submitted"),
        (recall, {}, AlreadyDone, "recall.not_submitted"),
        (_nothing, {"reason": ""}, BadInput, "act.reason_missing"),
    ],
)
def test_what_the_next_hand_has_touched_is_not_recalled(
    sqlite_url: str, prepare: Any, form: dict[str, str], kind: type[Refusal], code: str
) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    prepare(bench, key)

    with pytest.raises(kind) as refused:
        recall(bench, key, **form)

    assert refused.value.code == code
    assert refused.value.text


def test_another_institution_recalls_nothing(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    submitted(bench, county_code(2))

    with pytest.raises(NotEntitled):
        bench.act("application.recall", county_code(2), application=key, reason="样例事由")

    assert row_of(bench, Application, key).state == "submitted"


def test_a_recalled_recommendation_waits_for_the_nominator_again(database_url: str) -> None:
    bench = opened_bench(database_url)
    key = recommended(bench, county_code(1))

    found = recall_recommendation(bench, key)

    assert (found.state, found.nominator_slot, found.recommended_at) == ("submitted", None, None)
    assert [name for name in found.form if name.startswith("opinion_")] == []
    assert found.plan_consented_on == date(2022, 3, 1)
    assert step_keys(bench, "S03:%") == ["S03:1:430121+2"]
    assert step_keys(bench, "S04:1:430100") == ["S04:1:430100"]
    assert findings(bench) == []


def test_each_recommendation_and_recall_is_told_once(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = county_code(1)
    key = recommended(bench, code)
    recall_recommendation(bench, key)

    recommend(bench, key)

    assert told(bench) == sorted(
        (office, result) for office in (CITY, code) for result in ("recommended", "recalled", "recommended")
    )
    assert step_keys(bench, "S03:%") == []
    assert findings(bench) == []


def test_a_recall_frees_the_place_in_the_quota(database_url: str) -> None:
    bench = opened_bench(database_url)
    keys = [recommended(bench, county_code(serial)) for serial in (1, 2)]
    third = consented(bench, county_code(3))
    with pytest.raises(RuleBroken):
        recommend(bench, third)

    recall_recommendation(bench, keys[0])
    recommend(bench, third)

    with pytest.raises(RuleBroken):
        recommend(bench, keys[0])
    assert findings(bench) == []


def test_a_direct_recommendation_opens_no_county_step(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = recommended(bench, city_code(2), nominator=CITY)

    found = recall_recommendation(bench, key, CITY)

    assert found.state == "submitted"
    assert step_keys(bench, "S03:%") == []
    assert findings(bench) == []


def test_after_the_ranking_it_is_taken_back_only_once_the_city_reopens(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = recommended(bench, county_code(1))
    rank(bench, key)
    with pytest.raises(AlreadyDone) as refused:
        recall_recommendation(bench, key)
    assert refused.value.code == "recall.ranked"
    assert refused.value.text

    reopen(bench)
    recall_recommendation(bench, key)

    assert row_of(bench, Application, key).state == "submitted"
    assert findings(bench) == []


def test_what_has_gone_to_the_province_stays_gone(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = recommended(bench, county_code(1))
    rank(bench, key)
    email(bench, key)

    with pytest.raises(AlreadyDone) as refused:
        recall_recommendation(bench, key)

    assert refused.value.code == "recall.ranked"


def test_only_what_is_recommended_is_taken_back_and_by_its_nominator(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    other = recommended(bench, sample_uscc(4))

    with pytest.raises(AlreadyDone) as early:
        recall_recommendation(bench, key)
    with pytest.raises(NotEntitled):
        recall_recommendation(bench, other, CITY)

    assert early.value.code == "recall.not_recommended"
