"""What waits for others: in groups with the counters' numbers, and page by page, within the viewer's scope only."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from models.rules.access import Viewer
from tasks.queries import step_page
from tasks.queries.below import Waiting, below_me, below_page
from tasks.queries.step_page import TodoFilter
from tests.factory import PROVINCE, PROVINCE_RURAL, SHENZHEN, Bench
from tests.tasks.queries.story import told_bench
from tests.tasks.scenes import CITY, CITY_PAIR, COUNTY, COUNTY_CASE, COUNTY_PAIR, OTHER_PAIR, SENDERS

VIEWERS = {
    PROVINCE: Viewer("p", PROVINCE, "province_civil", "430000", None),
    PROVINCE_RURAL: Viewer("p", PROVINCE_RURAL, "province_rural", "430000", None),
    SHENZHEN: Viewer("p", SHENZHEN, "sender_bureau", "440300", None),
    CITY: Viewer("p", CITY, "city_civil", "430100", "430100"),
    "430300-xz": Viewer("p", "430300-xz", "city_rural", "430300", "430300"),
    COUNTY: Viewer("p", COUNTY, "county_civil", "430121", "430100"),
    "430121-xz": Viewer("p", "430121-xz", "county_rural", "430121", "430100"),
    COUNTY_CASE: Viewer("p", COUNTY_CASE, "recipient", "430121", "430100"),
    SENDERS[0]: Viewer("p", SENDERS[0], "sender", "440305", None),
    "operator": Viewer("p", "operator", "operator", "430000", None),
}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The story, read only, on 2023-01-11."""
    told = told_bench(f"sqlite:///{tmp_path_factory.mktemp('below')}/story.sqlite")
    yield told
    told.house.engine.dispose()


def groups(bench: Bench, viewer: str) -> list[Waiting]:
    """What waits below somebody."""
    with bench.house.look() as work:
        return below_me(work, VIEWERS[viewer])


def keys(bench: Bench, viewer: str, **wanted: Any) -> list[str]:
    """The keys of somebody's first page."""
    with bench.house.look() as work:
        return [row.key for row in below_page(work, VIEWERS[viewer], **wanted).rows]


def test_a_province_sees_its_cities(bench: Bench) -> None:
    found = groups(bench, PROVINCE)

    assert [(one.code, one.name) for one in found] == [("430100", "长沙市"), ("430300", "湘潭市")]
    assert [(one.open, one.overdue, one.due_soon) for one in found][1] == (4, 3, 1)
    assert found[1].oldest_due_on == date(2022, 6, 8)


def test_a_city_sees_who_owes_what_in_it(bench: Bench) -> None:
    found = groups(bench, CITY)

    assert sum(one.open for one in found) == len(keys(bench, CITY))
    assert {key for key in keys(bench, CITY) if OTHER_PAIR in key} == set()
    assert {key.partition(":")[0] for key in keys(bench, CITY)} >= {"S19"}


def test_a_county_sees_the_pairs_it_nominated(bench: Bench) -> None:
    found = groups(bench, COUNTY)

    assert {one.code for one in found} == {COUNTY_CASE}
    assert all(COUNTY_PAIR in key for key in keys(bench, COUNTY))
    assert [one.open for one in found] == [len(keys(bench, COUNTY))]


def test_a_sender_sees_the_other_side_of_its_pair(bench: Bench) -> None:
    assert keys(bench, SENDERS[0]) == [f"S19:{COUNTY_PAIR}:2022-05"]
    assert keys(bench, COUNTY_CASE) == []


def test_a_rural_office_sees_what_it_owes_together_with_another(bench: Bench) -> None:
    assert keys(bench, "430300-xz") == ["S21:430300:2022Q2", "S24:2022:430300"]
    assert keys(bench, "430121-xz") == []
    assert keys(bench, PROVINCE_RURAL) == []


def test_nobody_else_sees_anything(bench: Bench) -> None:
    assert (groups(bench, "operator"), keys(bench, "operator")) == ([], [])
    assert keys(bench, SHENZHEN) == []


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"city": "430300", "overdue": True}, 3),
        ({"owner": "430300-mz"}, 2),
        ({"kind": "S24"}, 1),
        ({"stage": "evaluation"}, 1),
        ({"kind": "S24", "city": "430100"}, 0),
    ],
)
@pytest.mark.parametrize("few", [0, 3_000])
def test_filters_find_the_same_both_ways(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, narrowed: dict[str, Any], expected: int, few: int
) -> None:
    monkeypatch.setattr(step_page, "FEW", few)

    assert len(keys(bench, PROVINCE, filters=TodoFilter(**narrowed))) == expected


def test_pages_follow_each_other_in_every_scope(bench: Bench) -> None:
    for viewer in VIEWERS.values():
        with bench.house.look() as work:
            whole = [row.key for row in below_page(work, viewer).rows]
            found, after = [], None
            while (one := below_page(work, viewer, after=after, limit=1)).rows:
                found += [row.key for row in one.rows]
                if (after := one.next) is None:
                    break

        assert found == whole


def test_both_kinds_of_database_say_the_same(bench: Bench, postgres_url: str) -> None:
    other = told_bench(postgres_url)

    for viewer in VIEWERS:
        assert groups(other, viewer) == groups(bench, viewer)
        assert keys(other, viewer) == keys(bench, viewer)
    assert CITY_PAIR in " ".join(keys(other, PROVINCE))
