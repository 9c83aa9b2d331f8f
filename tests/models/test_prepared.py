"""Prepared statements: the same values and the same errors as SQLAlchemy's own, on both databases."""

from datetime import date

import pytest
from sqlalchemy import bindparam, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col

from models.clock import as_instant
from models.db import create_tables, make_engine, writing
from models.event import Event
from models.organisation import Organisation
from models.prepared import Prepared, PreparedList, insert_or_skip, one_of
from tests.engines import keep

TABLES = SQLModel.metadata.tables
OFFICE = {
    "code": "430100-mz",
    "name": "office",
    "kind": "city_civil",
    "division": "430100",
    "city": "430100",
    "email": "",
    "sample": True,
    "valid_from": date(2022, 1, 1),
    "valid_to": None,
}
EVENT = {
    "seq": 1,
    "at": as_instant("2022-03-10T23:59:59"),
    "actor": "officer",
    "act": "act",
    "subject_type": "batch",
    "subject": "1",
    "batch": 1,
    "facts": {"days": [1, 2], "reason": "为何"},
    "prev": "0",
    "hash": "1",
}


@pytest.fixture
def engine(database_url: str):
    made = keep(make_engine(database_url, durable=False))
    create_tables(made)
    return made


def test_values_are_bound_and_read_as_sqlalchemy_does(engine) -> None:
    with writing(engine) as session:
        Prepared(insert(Organisation)).rows(session, OFFICE)
        Prepared(insert(Event)).rows(session, EVENT)

    wanted = select(TABLES["organisation"]).where(col(Organisation.code) == bindparam("code"))
    events = select(TABLES["event"])
    with writing(engine) as session:
        connection = session.connection()
        given = {"code": OFFICE["code"]}
        assert Prepared(wanted).rows(session, given) == [tuple(connection.execute(wanted, given).one())]
        assert Prepared(events).rows(session) == [tuple(connection.execute(events).one())]
        assert Prepared(events).rows(session)[0][1] == EVENT["at"]


def test_no_row_is_nothing(engine) -> None:
    wanted = Prepared(select(col(Organisation.code)).where(one_of(col(Organisation.kind), ("a", "b"))))

    with writing(engine) as session:
        found = (wanted.rows(session), wanted.first(session), wanted.scalar(session), wanted.scalars(session))

    assert found == ([], None, None, [])


def test_error_is_sqlalchemys_and_hides_the_values(engine) -> None:
    new = Prepared(insert(Organisation))
    with writing(engine) as session:
        new.rows(session, OFFICE)

    with writing(engine) as session, pytest.raises(IntegrityError) as refused:
        new.rows(session, {**OFFICE, "email": "secret@x.example"})

    assert "secret" not in str(refused.value)
    assert "office" not in str(refused.value.orig)


def test_second_row_of_a_key_is_skipped(engine) -> None:
    new = insert_or_skip(TABLES["step"], returning="id")
    row = {
        **dict.fromkeys(column.name for column in TABLES["step"].columns),
        "key": "S05:1:430100",
        "kind": "S05",
        "subject": "1:430100",
        "owner": "430100-mz",
        "opened_at": EVENT["at"],
        "anchor": "opened",
        "anchor_on": date(2022, 2, 25),
        "provisional": False,
        "policy": "p",
        "state": "open",
    }

    with writing(engine) as session:
        assert (new.scalar(session, row), new.scalar(session, row)) == (1, None)


def test_row_by_key_is_loaded_once_and_changed_as_any_object(engine) -> None:
    with writing(engine) as session:
        Prepared(insert(Organisation)).rows(session, OFFICE)

    with writing(engine) as session:
        office = session.get(Organisation, OFFICE["code"])
        assert session.get(Organisation, OFFICE["code"]) is office
        assert session.get(Organisation, "none") is None
        assert office is not None
        office.name = "renamed"

    with writing(engine) as session:
        assert session.get_one(Organisation, OFFICE["code"]).model_dump() == {**OFFICE, "name": "renamed"}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8])
def test_a_list_of_any_length_is_asked_for(engine, count: int) -> None:
    codes = [f"4301{number:02d}-mz" for number in range(8)]
    with writing(engine) as session:
        written = Prepared(insert(Organisation)).each(session, [{**OFFICE, "code": code} for code in codes])
    listed = PreparedList(
        lambda some: (
            select(col(Organisation.code))
            .where(col(Organisation.code).in_(some), col(Organisation.kind) == bindparam("kind"))
            .order_by(col(Organisation.code))
        )
    )

    with writing(engine) as session:
        found = listed.scalars(session, codes[:count], {"kind": OFFICE["kind"]})

    assert (written, found) == (8, codes[:count])


def test_rows_come_by_the_names_of_their_columns(engine) -> None:
    with writing(engine) as session:
        Prepared(insert(Organisation)).rows(session, OFFICE)
        found = Prepared(text("SELECT code AS office, name FROM organisation")).named(session)

    assert found == [{"office": OFFICE["code"], "name": OFFICE["name"]}]
