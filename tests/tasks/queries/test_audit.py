"""The audit trail: a chain of hashes that names the first event somebody touched."""

import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError

from tasks.queries.audit import verify_audit
from tests.factory import Bench
from tests.tasks.yearend import working_bench

GUARDS = "DROP TRIGGER event_no_update; DROP TRIGGER event_no_delete;"


def tampered(url: str, statement: str) -> int | None:
    """What the verification says after a change past the triggers."""
    bench = working_bench(url)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.executescript(GUARDS + statement)
    connection.close()
    return verified(bench)


def verified(bench: Bench) -> int | None:
    """The first bad event, None for a whole chain."""
    with bench.house.look() as work:
        return verify_audit(work)


def test_an_untouched_chain_holds(database_url: str) -> None:
    assert verified(working_bench(database_url)) is None


@pytest.mark.parametrize(
    ("statement", "first_bad"),
    [
        ("UPDATE event SET facts = '{}' WHERE seq = 5;", 5),
        ("UPDATE event SET actor = 'somebody' WHERE seq = 7;", 7),
        ("UPDATE event SET at = '2022-01-01T00:00:00.000000Z' WHERE seq = 7;", 7),
        ("UPDATE event SET hash = 'ff' WHERE seq = 9;", 9),
        ("UPDATE event SET prev = 'ff' WHERE seq = 9;", 9),
        ("DELETE FROM event WHERE seq = 4;", 4),
        ("DELETE FROM event WHERE seq = 1;", 1),
        ("UPDATE event SET seq = 1000 WHERE seq = 6;", 6),
    ],
)
def test_the_first_touched_event_is_named(sqlite_url: str, statement: str, first_bad: int) -> None:
    assert tampered(sqlite_url, statement) == first_bad


@pytest.mark.parametrize("statement", ["UPDATE event SET actor = 'x'", "DELETE FROM event"])
def test_the_database_itself_refuses_to_touch_the_trail(database_url: str, statement: str) -> None:
    bench = working_bench(database_url)

    with pytest.raises(DBAPIError, match="append-only"), bench.work() as work:
        work.session.connection().exec_driver_sql(statement)
