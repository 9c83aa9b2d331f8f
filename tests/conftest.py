"""Fixtures for every test: a database of its own, on SQLite and on PostgreSQL."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from models.privacy import SAMPLE
from tests.engines import close_all
from tests.postgres import Cluster, start_cluster

# A machine that is busy with other tests is slow to draw examples: that is no fault of what is tested.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the tester's own settings and home out of the tests; resident numbers are sealed by the samples' key."""
    for name in [name for name in os.environ if name.startswith(("QIANSHOU_", "PREFECT_"))]:
        del os.environ[name]

    home = tempfile.TemporaryDirectory(prefix="qianshou-prefect-")
    config.add_cleanup(home.cleanup)
    os.environ.update(
        QIANSHOU_FIELD_KEY=SAMPLE,
        PREFECT_HOME=home.name,
        PREFECT_SERVER_ANALYTICS_ENABLED="false",
        PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT="false",
        DO_NOT_TRACK="1",
    )


@pytest.fixture
def sqlite_url(tmp_path: Path) -> Iterator[str]:
    """The address of an SQLite file that does not exist yet, in a folder of the test's own."""
    yield f"sqlite:///{tmp_path / 'qianshou.sqlite'}"
    close_all()


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
        close_all()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of the test's own; a test that asks for it runs once on each kind."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    return str(request.getfixturevalue(fixture))
