"""What becomes of a recorded honour: reported up with media and link, picked by the province (K48)."""

from datetime import date
from typing import Any

import pytest

from tasks.queries.publicity import Fame, Publicity, fame_of
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


def fame(bench: Bench) -> Fame | None:
    with bench.house.look() as work:
        return fame_of(work, [KEY]).get(KEY)


def test_a_case_is_reported_published_and_picked(database_url: str) -> None:
    bench = recorded(database_url)
    before = fame(bench)

    report(bench, media="样例日报", link="https://news.example/1")
    report(bench, reported_on=date(2023, 1, 11))
    pick(bench)

    assert before is None
    assert fame(bench) == Fame(
        (
            Publicity(date(2023, 1, 10), "样例日报", "https://news.example/1"),
            Publicity(date(2023, 1, 11), "", ""),
        ),
        "可推广（示例）",
    )


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
    assert fame(bench) is None


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


@pytest.mark.parametrize("office", ["430300-mz", "430321-mz"])
def test_an_honour_of_another_scope_is_not_there(sqlite_url: str, office: str) -> None:
    bench = recorded(sqlite_url)

    with pytest.raises(NotFound):
        bench.act("evaluation.report_honour", office, honour=KEY, reported_on=date(2023, 1, 10))

    assert fame(bench) is None
