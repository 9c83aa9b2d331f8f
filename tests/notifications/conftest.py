"""Fixtures of the post: an empty outbox on each database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notifications.letters import Outbox


@pytest.fixture
def outbox(database_url: str) -> Iterator[Outbox]:
    box = Outbox(database_url).create()
    yield box
    box.engine.dispose()


@pytest.fixture
def small_outbox(tmp_path: Path) -> Iterator[Outbox]:
    """On SQLite only, for what does not depend on the database."""
    box = Outbox(f"sqlite:///{tmp_path / 'post.sqlite'}").create()
    yield box
    box.engine.dispose()
