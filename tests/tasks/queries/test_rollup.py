"""The year's figures: promised and achieved, people, days, money by leg, lateness (K33)."""

from sqlalchemy import text

from tasks.queries.rollup import rollup_of
from tests.factory import Bench
from tests.tasks.queries.story import told_bench
from tests.tasks.scenes import OTHER_PAIR
from tests.tasks.yearend import closing_bench, working_bench


def figures(bench: Bench, year: int, batch: int | None = None) -> dict[str, object]:
    """The figures of a year as plain data."""
    with bench.house.look() as work:
        return rollup_of(work, year, batch)


def test_a_year_is_what_the_records_say(database_url: str) -> None:
    bench = told_bench(database_url)

    found = figures(bench, 2022)

    province = found["province"]
    assert isinstance(province, dict)
    assert {name: province[name] for name in ("pairs", "people", "days", "grades", "late")} == {
        "pairs": 3,
        "people": 9,
        "days": 1.5,
        "grades": {"good": 3},
        "late": {"S11": 1, "S18": 3},
    }
    # Leg B is leg A's money again: 90,000 yuan came from the province, 30,000 from the nominators.
    assert province["money"] == {"A": 9_000_000, "B": 9_000_000, "C": 3_000_000, "own": 0}
    assert province["indicators"] == {
        "senior_workers": {"promised": 0, "achieved": 2},
        "people_trained": {"promised": 0, "achieved": 0},
        "supervisions": {"promised": 0, "achieved": 0},
        "trainings": {"promised": 24, "achieved": 2},
        "institutions_incubated": {"promised": 0, "achieved": 1},
        "stations": {"promised": 0, "achieved": 0},
        "projects": {"promised": 0, "achieved": 0},
        "invested": {"promised": 0, "achieved": 120_000},
        "target_beneficiaries": {"promised": 900, "achieved": 0},
        "target_institutions": {"promised": 3, "achieved": 1},
        "target_professionals": {"promised": 15, "achieved": 9},
        "target_person_times": {"promised": 120, "achieved": 0},
    }


def test_cities_add_up_to_the_province(sqlite_url: str) -> None:
    found = figures(told_bench(sqlite_url), 2022, 1)

    cities, province = found["cities"], found["province"]
    assert isinstance(cities, dict)
    assert isinstance(province, dict)
    assert list(cities) == ["430100", "430300"]
    for name in ("pairs", "people", "days"):
        assert sum(one[name] for one in cities.values()) == province[name]
    for leg, fen in province["money"].items():
        assert sum(one["money"][leg] for one in cities.values()) == fen


def test_a_pair_that_left_counts_by_its_work_but_not_as_a_pair(sqlite_url: str) -> None:
    bench = told_bench(sqlite_url)
    with bench.work() as work:
        work.session.execute(
            text("UPDATE pair SET ended_on = '2022-10-10', state = 'replaced' WHERE key = :key"),
            {"key": OTHER_PAIR},
        )

    province = figures(bench, 2022)["province"]

    assert isinstance(province, dict)
    assert (province["pairs"], province["people"], province["money"]["A"]) == (2, 9, 9_000_000)
    assert province["indicators"]["trainings"] == {"promised": 16, "achieved": 2}


def test_a_closed_batch_is_not_in_the_year_of_its_close(sqlite_url: str) -> None:
    bench = closing_bench(sqlite_url)
    bench.act("evaluation.close_batch", "430000-mz", batch=1, archive="档案室")

    assert [figures(bench, year)["province"]["pairs"] for year in (2022, 2023, 2024)] == [3, 3, 0]  # type: ignore[index]


def test_a_year_or_batch_without_pairs_is_empty(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)

    assert figures(bench, 2024)["cities"] == {}
    assert figures(bench, 2022, 2)["cities"] == {}
