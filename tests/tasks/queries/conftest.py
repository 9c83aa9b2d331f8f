"""The story for reading only: told once on each kind of database for all the pages at a glance."""

from collections.abc import Iterator

import pytest

from tests.factory import Bench
from tests.tasks.queries.story import told_bench


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """The story of 2022 as of 2023-01-11 (Wednesday): three pairs of two cities, one of which has not reported."""
    if request.param == "sqlite":
        yield told_bench(f"sqlite:///{tmp_path_factory.mktemp('told')}/story.sqlite")
        return
    with request.getfixturevalue("postgres_cluster").fresh_database() as url:
        bench = told_bench(url)
        yield bench
        bench.house.engine.dispose()
