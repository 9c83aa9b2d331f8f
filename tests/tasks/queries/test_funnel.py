"""The funnel: how many came how far, who dropped out where and why, as the applications and the trail say."""

from datetime import date

import pytest
from sqlalchemy import text

from models.application import Application
from models.rules.access import Viewer
from tasks import record
from tasks.queries.funnel import Funnel, batch_funnel
from tests.factory import (
    PROVINCE,
    Bench,
    add_application,
    add_institution,
    make_bench,
    sample_uscc,
    set_batch,
)
from tests.tasks.queries.viewers import (
    BUREAU_VIEWER,
    CITY_VIEWER,
    COUNTY_VIEWER,
    OPERATOR_VIEWER,
    PROVINCE_VIEWER,
    SENDER_VIEWER,
)


def counts(found: Funnel) -> dict[str, int]:
    """Each stage's count."""
    return {one.code: one.count for one in found.stages}


def test_three_pairs_came_all_the_way(told: Bench) -> None:
    with told.house.look() as work:
        found = batch_funnel(work, PROVINCE_VIEWER, 1, year=2022)
        this_year = batch_funnel(work, PROVINCE_VIEWER, 1)

    assert counts(found) == dict.fromkeys(
        (
            "registered",
            "drafted",
            "submitted",
            "recommended",
            "ranked",
            "emailed",
            "checked",
            "approved",
            "paired",
            "effective",
            "paid",
        ),
        3,
    )
    assert found.stages[-1].cities == {"430100": 2, "430300": 1}
    assert (this_year.year, counts(this_year)["paid"]) == (2023, 0)
    assert (found.dropouts, found.overrides, found.waiting.count) == ((), (), 0)


@pytest.mark.parametrize(
    ("viewer", "registered", "applied"),
    [(CITY_VIEWER, 2, 2), (COUNTY_VIEWER, 1, 1), (SENDER_VIEWER, 0, 1), (OPERATOR_VIEWER, 0, 0)],
    ids=lambda one: one.role if isinstance(one, Viewer) else "",
)
def test_everybody_counts_their_own(told: Bench, viewer: Viewer, registered: int, applied: int) -> None:
    with told.house.look() as work:
        found = counts(batch_funnel(work, viewer, 1, year=2022))

    assert found.pop("registered") == registered
    assert found.pop("paid") == applied
    assert set(found.values()) == {applied}


STATES = {
    1: ("draft", ()),
    2: ("submitted", ("declined",)),
    3: ("recommended", ("not_sent", "lapsed")),
    4: ("recommended", ("ranked", "withdrawn")),
    5: ("emailed", ("correcting", "rejected")),
    6: ("checked", ("rejected",)),
    7: ("checked", ("waiting",)),
    8: ("checked", ("approved",)),
    9: ("returned", ()),
}
ACTS = {
    "declined": "application.decline",
    "not_sent": "application.rank_city",
    "ranked": "application.rank_city",
    "lapsed": "application.lapse",
    "withdrawn": "application.withdraw",
    "correcting": "application.request_correction",
    "rejected": "review.decide",
    "waiting": "review.decide",
    "approved": "review.decide",
}


def dropping_bench(url: str) -> Bench:
    """Nine applications of one county, each where its moves have led it."""
    bench = make_bench(url, "2022-03-01T09:00")
    with bench.work() as work:
        set_batch(work)
        for number, (state, moves) in STATES.items():
            key = add_application(work, add_institution(work, sample_uscc(number)), state=state)
            application = work.session.get_one(Application, key)
            for target in moves:
                reason = f"理由{number}" if target != "lapsed" else None
                record.move(work, application, target, act=ACTS[target], reason=reason)
        work.session.flush()
    return bench


def test_dropouts_stand_where_they_left(database_url: str) -> None:
    bench = dropping_bench(database_url)
    bench.act(
        "application.grant_override",
        PROVINCE,
        application=f"1-{sample_uscc(1)}-1",
        clause="K20",
        reason="该县机构众多",
        document="湘民函〔2022〕样例3号",
    )

    with bench.house.look() as work:
        found = batch_funnel(work, PROVINCE_VIEWER, 1)
        grouped = work.session.connection().execute(
            text("SELECT state, COUNT(*) FROM application GROUP BY state")
        )
        states = {state: int(count) for state, count in grouped}

    assert counts(found) == {
        "registered": 9,
        "drafted": 9,
        "submitted": 8,
        "recommended": 6,
        "ranked": 5,
        "emailed": 4,
        "checked": 3,
        "approved": 2,
        "paired": 0,
        "effective": 0,
        "paid": 0,
    }
    assert found.waiting.count == 1
    assert {one.code: one.count for one in found.losses} == {
        one: states.get(one, 0) for one in ("declined", "withdrawn", "lapsed", "rejected", "not_sent")
    }
    assert [(one.state_label, one.reached, one.reason) for one in found.dropouts] == [
        ("未予推选", "提交申报", "理由2"),
        ("已失效", "推选", "理由3"),
        ("已撤回", "初审排序", "理由4"),
        ("未予立项", "报送电子版", "理由5"),
        ("未予立项", "形式审查通过", "理由6"),
    ]
    assert [(one.application, one.clause) for one in found.overrides] == [(f"1-{sample_uscc(1)}-1", "K20")]


def test_who_reads_approved_applications_only_is_told_no_names(sqlite_url: str) -> None:
    bench = dropping_bench(sqlite_url)

    with bench.house.look() as work:
        found = batch_funnel(work, BUREAU_VIEWER, 1)

    assert counts(found)["submitted"] == 8
    assert (found.dropouts, found.overrides) == ((), ())


def test_the_year_is_kept_within_the_batchs_period(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url, "2025-03-01T09:00")

    with bench.house.look() as work:
        assert batch_funnel(work, PROVINCE_VIEWER, 1).year == 2023
        assert work.batch(1).period_end == date(2023, 12, 31)
