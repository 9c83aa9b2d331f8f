"""Rows: made at once with the same values that SQLModel would have given them, and written as such."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import SQLModel

import models.tables  # noqa: F401  (registers every table)
from models.db import create_tables, make_engine, writing
from models.organisation import Organisation
from models.row import Row
from models.session import changes_of
from models.step import Step
from tests.engines import keep

TABLES = sorted(Row.__subclasses__(), key=lambda table: table.__name__)
STEP: dict[str, Any] = {"key": "S05:1:430100", "kind": "S05", "subject": "1:430100", "opened_at": None}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_table_has_the_defaults_that_sqlmodel_gives(table: type[Row]) -> None:
    slow = table()
    SQLModel.__init__(slow)

    made = table()

    columns = table.model_fields
    assert {name: made.__dict__.get(name) for name in columns} == {
        name: slow.__dict__.get(name) for name in columns
    }


def test_every_table_is_made_this_way() -> None:
    assert {table.__tablename__ for table in TABLES} >= set(SQLModel.metadata.tables)


def test_what_is_no_column_is_ignored() -> None:
    step = Step(**STEP | {"unknown": 1})

    assert "unknown" not in step.__dict__
    assert step.key == STEP["key"]


def test_a_row_added_to_a_session_is_written_with_its_defaults(sqlite_url: str) -> None:
    engine = keep(make_engine(sqlite_url))
    create_tables(engine)

    with writing(engine) as session:
        session.add(
            Organisation(
                code="430100-mz",
                name="office",
                kind="city_civil",
                division="430100",
                valid_from=date(2022, 1, 1),
            )
        )
    with writing(engine) as session:
        found = session.get_one(Organisation, "430100-mz")
        before = changes_of(found)
        found.name = "another"
        after = changes_of(found)

    assert (found.valid_to, found.sample, before, after) == (None, False, (), ("name",))
