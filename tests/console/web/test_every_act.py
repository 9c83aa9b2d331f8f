"""Every act of the register as a form: worded, offered to whom it is for, and deaf to objects of others."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import text

from console.web.fields import kind_of, row_model
from console.web.subjects import subject_of
from console.web.wording import act_label, has_label, words_of
from tasks.acts import Act, acts
from tests.console.web.ledger import watching
from tests.console.web.roles import ROLES, Scene, foreign_marks, person_of, scene_of
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.factory import Bench

OBJECTS = (
    "application",
    "applications",
    "organisation",
    "pair",
    "pairs",
    "person",
    "step",
    "subject",
    "trainee",
    "uscc",
    "voucher",
)
"""Parameters that name an object of somebody."""

PLAIN: Mapping[str, str] = {
    "date": "2024-03-08",
    "instant": "2024-03-08T09:00",
    "time": "09:00",
    "number": "1",
    "money": "100",
    "flag": "1",
    "email": "somebody@people.example",
    "mobile": "13900000000",
    "file": "",
}
"""What a field of a kind is filled with when only who may act is tried."""


@pytest.fixture(scope="module")
def house(played: Bench) -> tuple[Visiting, Scene]:
    scene = scene_of(played)
    return visiting(played), scene


def entered(house: tuple[Visiting, Scene], role: str) -> Guest:
    visits, scene = house
    return visits.as_(person_of(scene, role), "operator" if role == "operator" else "")


@lru_cache
def paths(name: str) -> tuple[str, ...]:
    """Every field of an act, a table's fields with the table's name."""
    found: list[str] = []
    for field, info in acts()[name].form.model_fields.items():
        found.append(field)
        model = row_model(info) if kind_of(acts()[name], field, info)[0] == "rows" else None
        found += [f"{field}.{part}" for part in model.model_fields] if model else []
    return tuple(found)


@pytest.mark.parametrize("name", acts())
def test_act_and_all_its_fields_have_words(name: str) -> None:
    labels = [words_of(name, path).label for path in paths(name)]

    assert (has_label(name), all(labels)) == (True, True)


def test_every_event_of_the_trail_has_words(played: Bench) -> None:
    with played.house.look() as work:
        happened = work.session.connection().execute(text("SELECT DISTINCT act FROM event")).scalars()

        assert sorted(act for act in happened if act_label(act) == act) == []


@pytest.mark.parametrize("role", ROLES)
def test_form_of_every_act_is_for_those_who_may_try_it(house: tuple[Visiting, Scene], role: str) -> None:
    guest = entered(house, role)
    with house[0].bench.house.look() as work:
        marks = foreign_marks(work, house[1], role)

    with watching(house[0].bench) as watch:
        wrong: list[tuple[object, ...]] = []
        for name, act in acts().items():
            answer = guest.get(f"/act/{name}")
            # An act that has a page of its own leads there.
            if answer.status_code not in ((200, 303) if role in act.by else (403,)):
                wrong.append((name, answer.status_code, read_page(answer).text[:200]))
            wrong += told(name, marks, answer)

        assert (wrong, watch.written) == ([], False)


@pytest.mark.parametrize("role", ROLES)
def test_form_opened_from_ones_own_object_is_filled(house: tuple[Visiting, Scene], role: str) -> None:
    visits, scene = house
    guest = entered(house, role)
    with visits.bench.house.look() as work:
        marks = foreign_marks(work, scene, role)
        own = own_objects(work, scene)

    wrong: list[tuple[object, ...]] = []
    for name, act in acts().items():
        if role not in act.by:
            continue
        given: dict[str, Any] = about(act, own)
        subject = subject_of(given)
        answer = guest.get(f"/act/{name}", **given, fixed=",".join(given))
        if answer.status_code not in (200, 303) and not (subject and answer.status_code == 404):
            wrong.append((name, answer.status_code, read_page(answer).text[:200]))
        wrong += told(name, marks, answer)

    assert wrong == []


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("province_civil", "province_rural")])
def test_no_act_is_done_to_what_is_not_ones_own(house: tuple[Visiting, Scene], role: str) -> None:
    visits, scene = house
    guest = entered(house, role)
    with visits.bench.house.look() as work:
        marks = foreign_marks(work, scene, role)
        foreign = foreign_objects(work, marks)
    if not foreign:
        pytest.skip("this role has to do with all")

    wrong: list[tuple[object, ...]] = []
    with watching(visits.bench, "SELECT MAX(seq) FROM event") as watch:
        for name, act in acts().items():
            named: dict[str, Any] = about(act, foreign)
            if role not in act.by or not set(named) & set(OBJECTS):
                continue
            shown = guest.get(f"/act/{name}", **named, fixed=",".join(named))
            posted = guest.post(f"/act/{name}", **{**filled(act, named), "seen": "0", "back": "/todo"})
            if subject_of(named) and (shown.status_code, posted.status_code) != (404, 404):
                wrong.append((name, "shown", shown.status_code, posted.status_code))
            # What is registered already is returned as it is: nothing happens.
            if posted.status_code not in (303, 400, 403, 404, 409):
                wrong.append((name, "posted", posted.status_code, read_page(posted).text[:200]))
            said = "".join(named.values())
            wrong += told(name, marks, shown, said) + told(name, marks, posted, said)
            if watch.written:
                wrong.append((name, "written"))
                watch.again()

    assert wrong == []


@pytest.mark.parametrize("role", ["city_civil", "county_civil", "recipient"])
def test_no_bulk_is_done_to_what_is_not_ones_own(house: tuple[Visiting, Scene], role: str) -> None:
    visits, scene = house
    guest = entered(house, role)
    with visits.bench.house.look() as work:
        marks = foreign_marks(work, scene, role)
        foreign = foreign_objects(work, marks)

    wrong: list[tuple[object, ...]] = []
    with watching(visits.bench, "SELECT MAX(seq) FROM event") as watch:
        for name, act in acts().items():
            for parameter in ("application", "voucher", "pair"):
                if role not in act.by or parameter not in act.form.model_fields:
                    continue
                body = {"act": f"{name}:{parameter}", "key": foreign[parameter], "back": "/todo"}
                answer = guest.post("/bulk", **{**filled(act, {}), **body})
                wrong += told(name, marks, answer, foreign[parameter])

        assert (wrong, watch.written) == ([], False)


def told(name: str, marks: frozenset[str], answer: Response, said: str = "") -> list[tuple[object, ...]]:
    """Marks of others that an answer tells, and that were not said in asking."""
    body = answer.text
    found = [mark for mark in sorted(marks) if mark in body and mark not in said]
    return [(name, mark) for mark in found[:3]]


def filled(act: Act, named: Mapping[str, str]) -> dict[str, Any]:
    """A form that is read without an error as far as possible, about the objects named."""
    body: dict[str, Any] = {}
    for name, info in act.form.model_fields.items():
        kind, words = kind_of(act, name, info)
        model = row_model(info) if kind == "rows" else None
        if name in named:
            body[name] = named[name]
        elif model:
            for part, one in model.model_fields.items():
                inner = kind_of(act, f"{name}.{part}", one)[0]
                body[f"{name}.0.{part}"] = PLAIN.get(inner, "x")
        elif kind in ("map", "ranking", "grid", "account"):
            body[f"{name}.x"] = PLAIN.get(words.of or "number", "1")
        else:
            body[name] = PLAIN.get(kind, "1")
    return body


def about(act: Act, objects: Mapping[str, str]) -> dict[str, str]:
    """Of these objects those that an act's parameters name."""
    return {key: objects[key] for key in objects if key in act.form.model_fields}


def own_objects(work: Any, scene: Scene) -> dict[str, str]:
    """The objects of the scene, as parameters name them."""
    one = work.session.connection().execute
    given = {"pair": scene.pair}
    return {
        "pair": scene.pair,
        "application": one(text("SELECT application FROM pair WHERE key = :pair"), given).scalar(),
        "voucher": one(text("SELECT voucher FROM payment WHERE pair = :pair ORDER BY key"), given).scalar(),
        "trainee": one(text("SELECT key FROM trainee WHERE pair = :pair ORDER BY key"), given).scalar(),
        "step": one(text("SELECT key FROM step WHERE pair = :pair ORDER BY id"), given).scalar(),
        "batch": "1",
        "year": "2023",
        "month": "2023-05",
        "city": scene.city,
    }


def foreign_objects(work: Any, marks: frozenset[str]) -> dict[str, str]:
    """Objects of institutions that the marks name, as parameters name them; empty where nobody is foreign."""
    one = work.session.connection().execute
    pairs = [key for (key,) in one(text("SELECT key FROM pair ORDER BY key")) if key in marks]
    applications = [
        key for key, uscc in one(text("SELECT key, uscc FROM application ORDER BY key")) if uscc in marks
    ]
    if not applications:
        return {}
    uscc = applications[0].split("-")[1]
    found = {
        "application": applications[0],
        "applications": applications[0],
        "organisation": uscc,
        "uscc": uscc,
        "person": f"{uscc}.officer",
    }
    if pairs:
        given = {"pair": pairs[0]}
        query = {
            "voucher": "SELECT voucher FROM payment WHERE pair = :pair ORDER BY key",
            "trainee": "SELECT key FROM trainee WHERE pair = :pair ORDER BY key",
            "step": "SELECT key FROM step WHERE pair = :pair ORDER BY id",
        }
        found |= {name: str(one(text(statement), given).scalar()) for name, statement in query.items()}
        found |= {"pair": pairs[0], "pairs": pairs[0], "subject": pairs[0]}
    return found
