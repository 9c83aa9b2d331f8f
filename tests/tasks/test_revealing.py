"""A resident number shown to whoever may see it: once asked with a reason, never in the trail."""

import pytest

from tasks.refusal import BadInput, NotEntitled
from tests.factory import PROVINCE
from tests.tasks.applying import (
    CITY,
    COUNTY,
    OTHER_COUNTY,
    RESIDENT_NUMBER,
    county_code,
    opened_bench,
    submitted,
)
from tests.tasks.scenes import events

ACT = "application.reveal_id"


@pytest.mark.parametrize("office", [PROVINCE, COUNTY])
def test_province_and_nominator_see_the_number_and_the_trail_does_not(database_url: str, office: str) -> None:
    bench = opened_bench(database_url)
    key = submitted(bench, county_code(1))

    shown = bench.act(ACT, office, application=key, number="lead_id_number", reason="核对身份（示例）")

    assert shown == RESIDENT_NUMBER
    facts = {"number": "lead_id_number", "reason": "核对身份（示例）"}
    assert events(bench, ACT) == [(f"{office}.officer", key, facts)]


@pytest.mark.parametrize("office", [OTHER_COUNTY, CITY])
def test_an_office_that_does_not_recommend_is_refused(sqlite_url: str, office: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    with pytest.raises(NotEntitled):
        bench.act(ACT, office, application=key, number="lead_id_number", reason="核对（示例）")

    assert events(bench, ACT) == []


@pytest.mark.parametrize(
    ("field", "reason", "code"),
    [
        ("lead_id_number", " ", "act.reason_missing"),
        ("lead_mobile", "核对（示例）", "revealing.no_number"),
    ],
)
def test_no_reason_or_no_number_is_refused(sqlite_url: str, field: str, reason: str, code: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    with pytest.raises(BadInput) as refused:
        bench.act(ACT, COUNTY, application=key, number=field, reason=reason)

    assert (refused.value.code, events(bench, ACT)) == (code, [])
