"""The list of open steps: by due date, filtered, with lateness in working days."""

from datetime import date

import pytest

from tasks.queries.steps import lateness, step_list
from tests.factory import Bench, make_bench
from tests.tasks.queries.story import told_bench
from tests.tasks.scenes import CITY_PAIR, COUNTY_PAIR, OTHER_PAIR


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The story, read only."""
    return told_bench(f"sqlite:///{tmp_path_factory.mktemp('steps')}/story.sqlite")


def keys(bench: Bench, **wanted: object) -> list[str]:
    """The keys of the steps listed."""
    with bench.house.look() as work:
        return [row.key for row in step_list(work, **wanted)]  # type: ignore[arg-type]


def test_open_steps_stand_by_due_date_with_owner_and_lateness(bench: Bench) -> None:
    with bench.house.look() as work:
        rows = step_list(work, kind="S24")

    assert [(row.key, row.matter, row.city, row.owner_name, row.due_on, row.late) for row in rows] == [
        ("S24:2022:430300", "市州年度报告报两处", "湘潭市", "湘潭市民政局", date(2023, 1, 16), None)
    ]


def test_overdue_steps_only(bench: Bench) -> None:
    listed = keys(bench)
    overdue = keys(bench, overdue=True)

    assert set(listed) - set(overdue) == {"S24:2022:430300"}
    assert f"S19:{CITY_PAIR}:2022-06" in overdue


def test_steps_of_a_city_a_batch_an_owner(bench: Bench) -> None:
    assert set(keys(bench, city="430300")) == {
        "S24:2022:430300",
        "S21:430300:2022Q2",
        f"S19:{OTHER_PAIR}:2022-05",
        f"S19:{OTHER_PAIR}:2022-06",
    }
    assert keys(bench, batch=2) == []
    assert set(keys(bench, batch=1)) == set(keys(bench))
    assert keys(bench, owner="430300-mz") == ["S21:430300:2022Q2", "S24:2022:430300"]


def test_steps_due_soon(bench: Bench) -> None:
    assert keys(bench, due_until=date(2023, 1, 16)) == ["S24:2022:430300"]
    assert keys(bench, due_until=date(2023, 1, 13)) == []


def test_a_confirmed_month_is_no_open_step(bench: Bench) -> None:
    assert f"S19:{COUNTY_PAIR}:2022-06" not in keys(bench)


@pytest.mark.parametrize(
    ("today", "late"),
    [
        ("2022-06-01", None),
        ("2022-06-02", 1),
        ("2022-06-03", 1),  # Dragon boat festival, to the 5th
        ("2022-06-06", 2),
        ("2022-06-08", 4),
    ],
)
def test_lateness_counts_working_days(sqlite_url: str, today: str, late: int | None) -> None:
    bench = make_bench(sqlite_url, f"{today}T09:00")

    with bench.house.look() as work:
        assert lateness(work, date(2022, 6, 1)) == late


def test_what_has_no_date_is_never_late(sqlite_url: str) -> None:
    with make_bench(sqlite_url).house.look() as work:
        assert lateness(work, None) is None
