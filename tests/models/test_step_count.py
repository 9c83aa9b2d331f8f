"""The counters of open steps equal a recount, whatever is done to steps, on both databases."""

from datetime import date
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update

from models.clock import as_instant
from models.db import create_tables, make_engine
from models.schema import MIGRATIONS, migrate
from models.step import Step
from models.step_count import RECOUNT, UNDATED, StepCount, count_steps
from tests.engines import keep

BEFORE = str(ScriptDirectory(str(MIGRATIONS)).get_revision("0010").down_revision)
"""The version before the counters."""

PLACES = st.fixed_dictionaries(
    {
        "owner": st.sampled_from(["a", "b"]),
        "kind": st.sampled_from(["S05", "S13"]),
        "batch": st.sampled_from([None, 1]),
        "city": st.sampled_from([None, "430100"]),
        "due_on": st.sampled_from([None, date(2022, 3, 10), date(2022, 3, 14)]),
        "state": st.sampled_from(["open", "settled", "cancelled"]),
    }
)
DEEDS = st.lists(
    st.tuples(st.sampled_from(["insert", "update", "delete"]), st.integers(0, 5), PLACES), max_size=25
)


def row(number: int, **place: Any) -> dict[str, Any]:
    """A step as a row, in a place of the test's choice."""
    plain = {
        "key": f"k{number}",
        "kind": "S05",
        "subject": str(number),
        "owner": "a",
        "opened_at": as_instant("2022-03-01T09:00"),
        "anchor": "opened",
        "anchor_on": date(2022, 3, 1),
        "policy": "",
        "state": "open",
        "provisional": False,
    }
    return {**plain, **place}


def counted(connection: Connection) -> list[tuple[Any, ...]]:
    """The counters, in order."""
    wanted = select(StepCount.__table__)  # type: ignore[attr-defined]
    return sorted(tuple(one) for one in connection.execute(wanted))


def recounted(connection: Connection) -> list[tuple[Any, ...]]:
    """What the steps themselves say."""
    statement = text(RECOUNT).columns(*StepCount.__table__.columns)  # type: ignore[attr-defined]
    return sorted(tuple(one) for one in connection.execute(statement))


def perform(connection: Connection, deed: str, number: int, place: dict[str, Any]) -> None:
    """One deed to the step of a number, which need not be there."""
    table = Step.__table__  # type: ignore[attr-defined]
    here = table.c.key == f"k{number}"
    if deed == "delete":
        connection.execute(delete(table).where(here))
    elif deed == "update":
        connection.execute(update(table).where(here).values(**place))
    elif not connection.execute(select(func.count()).select_from(table).where(here)).scalar():
        connection.execute(insert(table), row(number, **place))


@pytest.fixture
def engine(database_url: str) -> Engine:
    """An engine on tables of the models."""
    made = keep(make_engine(database_url, durable=False))
    create_tables(made)
    return made


def test_counters_follow_every_change_of_steps(engine: Engine) -> None:
    @given(DEEDS)
    def follow(deeds: list[tuple[str, int, dict[str, Any]]]) -> None:
        with engine.connect() as connection, connection.begin() as transaction:
            for deed in deeds:
                perform(connection, *deed)

            assert counted(connection) == recounted(connection)
            transaction.rollback()

    follow()


def test_a_place_without_steps_leaves_no_row(engine: Engine) -> None:
    with engine.begin() as connection:
        perform(connection, "insert", 1, {})
        perform(connection, "insert", 2, {})
        perform(connection, "update", 1, {"state": "settled"})
        one = counted(connection)
        perform(connection, "delete", 2, {})

        assert one == [("a", "S05", 0, "", UNDATED, 1)]
        assert counted(connection) == []


def test_a_step_that_is_there_already_is_not_counted_twice(engine: Engine) -> None:
    with engine.begin() as connection:
        perform(connection, "insert", 1, {})
        names = ", ".join(row(1))
        connection.execute(
            text(
                f"INSERT INTO step ({names}) SELECT {names} FROM step WHERE key = 'k1' ON CONFLICT DO NOTHING"
            )
        )

        assert counted(connection) == [("a", "S05", 0, "", UNDATED, 1)]


def test_what_changes_nothing_of_a_place_is_no_matter(engine: Engine) -> None:
    with engine.begin() as connection:
        perform(connection, "insert", 1, {"due_on": date(2022, 3, 10), "batch": 1, "city": "430100"})
        perform(connection, "update", 1, {"next_on": date(2022, 3, 9)})

        assert counted(connection) == [("a", "S05", 1, "430100", date(2022, 3, 10), 1)]


def test_migration_counts_the_steps_that_are_there(database_url: str) -> None:
    engine = keep(make_engine(database_url))
    migrate(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, BEFORE)
        for number in range(3):
            perform(connection, "insert", number, {})
        perform(connection, "insert", 3, {"state": "settled"})

    migrate(engine)

    with engine.connect() as connection:
        assert counted(connection) == [("a", "S05", 0, "", UNDATED, 3)]


def test_counting_fills_empty_counters(engine: Engine) -> None:
    with engine.begin() as connection:
        perform(connection, "insert", 1, {"due_on": date(2022, 3, 10)})
        kept = counted(connection)
        connection.execute(text("DELETE FROM step_count"))
        count_steps(connection)

        assert counted(connection) == kept
