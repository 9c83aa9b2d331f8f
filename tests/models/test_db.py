"""The engines: what a database error may say."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from models.db import create_tables, make_engine, writing
from models.organisation import Person
from tests.engines import keep

KNOWN: dict[str, Any] = {"code": "known", "name": "Only Here", "email": "only@here.example"}


@pytest.mark.parametrize(
    "broken",
    [KNOWN, {"code": "other", "name": None, "email": "only@here.example"}],
    ids=["key-twice", "column-empty"],
)
def test_database_error_shows_nothing_of_the_form(database_url: str, broken: dict[str, Any]) -> None:
    engine = keep(make_engine(database_url))
    create_tables(engine)
    with writing(engine) as session:
        session.add(Person(**KNOWN))

    with pytest.raises(IntegrityError) as error, writing(engine) as session:
        session.add(Person(**broken))

    said = f"{error.value} {error.value.orig}"
    assert [word for word in ("known", "Only Here", "only@here.example") if word in said] == []
