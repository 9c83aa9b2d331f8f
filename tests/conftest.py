"""Fixtures for every test: a database of its own, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import Cluster, start_cluster


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of an SQLite file that does not exist yet, in a folder of the test's own."""
    return f"sqlite:///{tmp_path / 'qianshou.sqlite'}"


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The private PostgreSQL cluster of this test process; started by the first test that asks for it."""
    with start_cluster() as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """The address of an empty PostgreSQL database of the test's own."""
    with postgres_cluster.fresh_database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of the test's own; a test that asks for it runs once on each kind."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(fixture))
