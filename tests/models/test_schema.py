"""Migrations: they make exactly the tables of the models on both databases, and a newer database is refused."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlmodel import SQLModel

from models.db import make_engine
from models.schema import SchemaMismatch, found_version, migrate, require_schema, wanted_version
from tests.engines import keep


def test_migrate_makes_the_tables_of_the_models(database_url: str) -> None:
    engine = keep(make_engine(database_url))

    migrate(engine)

    with engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert difference == []


def test_migrate_twice_changes_nothing(sqlite_url: str) -> None:
    engine = keep(make_engine(sqlite_url))

    versions = [migrate(engine), migrate(engine)]

    assert versions == [wanted_version(), wanted_version()]
    require_schema(engine)


def test_require_schema_refuses_an_empty_database(sqlite_url: str) -> None:
    engine = keep(make_engine(sqlite_url))

    with pytest.raises(SchemaMismatch) as refused:
        require_schema(engine)

    assert refused.value.code == "schema.missing"


def test_a_newer_database_is_refused_and_left_alone(sqlite_url: str) -> None:
    engine = keep(make_engine(sqlite_url))
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaMismatch) as refused:
        migrate(engine)

    assert refused.value.code == "schema.newer"
    assert found_version(engine) == "9999"


def test_events_and_ledger_lines_cannot_be_changed(database_url: str) -> None:
    engine = keep(make_engine(database_url))
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO event (seq, at, actor, act, subject_type, subject, facts, prev, hash)"
                " VALUES (1, '2022-02-25T00:00:00.000000Z', 'a', 'b', 'c', 'd', '{}', 'e', 'f')"
            )
        )

    with pytest.raises(DatabaseError), engine.begin() as connection:
        connection.execute(text("DELETE FROM event"))
