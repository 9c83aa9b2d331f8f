"""What becomes of a recorded honour: reported up with media and link, picked by the province (K48)."""

from datetime import date
from typing import Any

import pytest

from tasks.queries.honours import HonourRow, Publicity, honour_list
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound, Refusal
from tests.factory import PROVINCE, PROVINCE_RURAL, Bench
from tests.tasks.scenes import CITY, COUNTY_PAIR
from tests.tasks.test_closing import CASE
from tests.tasks.yearend import honouring_bench

KEY = f"2022:experience:{COUNTY_PAIR}"


def recorded(url: str) -> Bench:
    bench = honouring_bench(url)
    bench.act("evaluation.record_honour", CITY, **CASE)
    return bench


def report(bench: Bench, **form: Any) -> Any:
    plain = {"honour": KEY, "reported_on": date(2023, 1, 10)}
    return bench.act("evaluation.report_honour", CITY, **{**plain, **form})


def pick(bench: Bench, office: str = PROVINCE, **form: Any) -> Any:
    return bench.act("evaluation.pick_typical", office, **{"honour": KEY, "reason": "可推广（示例）", **form})


def listed(bench: Bench, year: int = 2022) -> list[HonourRow]:
    with bench.work() as work:
        return honour_list(work, year)


def test_a_case_is_reported_published_and_picked(database_url: str) -> None:
    bench = recorded(database_url)
    (before,) = listed(bench)

    report(bench, media="样例日报", link="https://news.example/1")
    report(bench, reported_on=date(2023, 1, 11))
    pick(bench)

    (after,) = listed(bench)
    assert (before.label, before.publicity, before.typical) == ("典型经验", (), None)
    assert after.publicity == (
        Publicity(date(2023, 1, 10), "样例日报", "https://news.example/1"),
        Publicity(date(2023, 1, 11), "", ""),
    )
    assert after.typical == "可推广（示例）"
    assert listed(bench, 2023) == []


@pytest.mark.parametrize(
    ("form", "kind", "code"),
    [
        ({"reported_on": date(2023, 1, 12)}, BadInput, "evaluation.reported_future"),
        ({"link": "javascript:alert(1)"}, BadInput, "evaluation.link"),
        ({"honour": "2022:deed:nobody"}, NotFound, "act.no_object"),
    ],
)
def test_a_report_that_cannot_be_is_refused(
    sqlite_url: str, form: dict[str, Any], kind: type[Refusal], code: str
) -> None:
    bench = recorded(sqlite_url)

    with pytest.raises(kind) as refused:
        report(bench, **form)

    assert (refused.value.code, bool(refused.value.text)) == (code, True)
    assert listed(bench)[0].publicity == ()


def test_a_case_is_picked_once_by_the_province_with_a_reason(sqlite_url: str) -> None:
    bench = recorded(sqlite_url)

    with pytest.raises(NotEntitled):
        pick(bench, CITY)
    with pytest.raises(BadInput):
        pick(bench, reason=" ")
    pick(bench)
    with pytest.raises(AlreadyDone) as again:
        pick(bench, PROVINCE_RURAL)

    assert again.value.code == "evaluation.picked"
    assert again.value.text
