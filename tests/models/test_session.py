"""The session: what waits is written in time, SQLAlchemy's statements stand in the same transaction, and it ends."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlmodel import col

from models.db import create_tables, glancing, make_engine, reading, writing
from models.organisation import Person
from tests.engines import keep


@pytest.fixture
def engine(database_url: str):
    made = keep(make_engine(database_url, durable=False))
    create_tables(made)
    return made


def person(code: str) -> Person:
    """A sample person."""
    return Person(code=code, name=f"{code}（示例）", email=f"{code}@office.example")


def codes(session: Any) -> list[str]:
    """The codes of all persons, by a statement of SQLAlchemy's."""
    return sorted(session.execute(select(col(Person.code))).scalars())


def test_what_was_added_is_found_and_written_once(engine) -> None:
    with writing(engine) as session:
        new = person("a")
        session.add(new)
        session.add(new)
        found = session.get(Person, "a")

    assert found is new
    with reading(engine) as session:
        assert codes(session) == ["a"]


def test_a_value_that_changes_after_adding_is_the_one_written(engine) -> None:
    with writing(engine) as session:
        new = person("a")
        session.add(new)
        new.name = "later"
        session.flush()
        new.email = "later@office.example"

    with reading(engine) as session:
        row = session.get_one(Person, "a")
    assert (row.name, row.email) == ("later", "later@office.example")


def test_a_statement_of_sqlalchemys_sees_what_waits_and_stands_or_falls_with_it(engine) -> None:
    seen = []

    def write_and_fail() -> None:
        with writing(engine) as session:
            session.add(person("a"))
            seen.extend(codes(session))
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_and_fail()

    assert seen == ["a"]
    with reading(engine) as session:
        assert codes(session) == []


def test_a_glance_sees_what_was_committed_since(engine) -> None:
    with glancing(engine) as glance:
        before = codes(glance)
        with writing(engine) as session:
            session.add(person("a"))
        assert (before, codes(glance)) == ([], ["a"])


def test_after_its_transaction_a_session_asks_nothing_more(engine) -> None:
    with writing(engine) as session:
        session.add(person("a"))

    assert session.get_one(Person, "a").name == "a（示例）"
    with pytest.raises(SQLAlchemyError):
        session.get(Person, "b")


def test_who_is_alone_keeps_the_file_and_gives_it_back(sqlite_url: str) -> None:
    engine = keep(make_engine(sqlite_url, durable=False, alone=True))
    create_tables(engine)
    with glancing(engine) as glance:
        with writing(engine) as session:
            session.add(person("a"))
        assert codes(glance) == ["a"]
    path = str(engine.url.database)

    with pytest.raises(sqlite3.OperationalError, match="locked"):
        sqlite3.connect(path, timeout=0).execute("SELECT 1 FROM person")
    engine.dispose()

    assert sqlite3.connect(path, timeout=0).execute("SELECT code FROM person").fetchall() == [("a",)]


@pytest.mark.parametrize("inside", [writing, reading, glancing])
def test_who_is_alone_begins_nothing_inside_a_transaction(sqlite_url: str, inside: Any) -> None:
    engine = keep(make_engine(sqlite_url, durable=False, alone=True))
    create_tables(engine)

    with pytest.raises(RuntimeError, match="inside a transaction"), writing(engine), inside(engine):
        pass


def test_a_database_that_is_not_there_is_told_as_sqlalchemy_tells_it(tmp_path) -> None:
    engine = keep(make_engine(f"sqlite:///{tmp_path}/nowhere/q.sqlite"))

    with pytest.raises(OperationalError), writing(engine):
        pass
