"""Every act through the JSON interface: nothing without the session's token, nothing done to what is not one's own."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.encoders import jsonable_encoder
from httpx2 import Response
from starlette.datastructures import FormData, UploadFile

from console.web.posted import read_posted
from tasks.acts import Act, acts
from tasks.attaching import FILINGS
from tests.console.web.ledger import watching
from tests.console.web.roles import ROLES, Scene, foreign_marks, person_of, scene_of
from tests.console.web.test_every_act import OBJECTS, about, filled, foreign_objects, own_objects, told
from tests.console.web.visiting import Guest, Visiting, visiting
from tests.factory import Bench

PROVINCIAL = ("province_civil", "province_rural")
"""Roles that have to do with all."""
PDF = ("附件.pdf", b"%PDF-1.7\nsent\n%%EOF\n")
WITHOUT_TOKEN: tuple[dict[str, str], ...] = ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "x" * 43})
UNFILLED: Mapping[str, Any] = {
    "form": {},
    "indicators": {},
    "payment_plan": [],
    "payee_account": {},
}
"""What a page asks for by widgets of its own."""


@pytest.fixture(scope="module")
def house(played: Bench) -> tuple[Visiting, Scene]:
    return visiting(played), scene_of(played)


def entered(house: tuple[Visiting, Scene], role: str) -> Guest:
    visits, scene = house
    return visits.as_(person_of(scene, role), "operator" if role == "operator" else "")


def body(act: Act, named: dict[str, Any]) -> Any:
    """The act's form as JSON, filled as the walk of its page fills it."""
    texts: list[tuple[str, str | UploadFile]] = [
        (name, str(one))
        for name, value in filled(act, named).items()
        for one in (value if isinstance(value, list) else [value])
    ]
    given = read_posted(act, FormData(texts)).given
    fields = act.form.model_fields
    wanted = {name: one for name, one in UNFILLED.items() if name in fields}
    # A page takes the name of a file from the file itself.
    unsaid = {name: "x" for name, info in fields.items() if info.is_required() and name not in given}
    return jsonable_encoder({**given, **unsaid, **wanted})


def sent(guest: Guest, act: Act, named: dict[str, Any], headers: dict[str, str]) -> list[Response]:
    """The answers to an act about these objects, and where it takes files to the same with one of every purpose."""
    form, path = body(act, named), f"/api/v1/acts/{act.name}"
    answers = [guest.client.post(path, json=form, headers=headers)]
    if act.name in FILINGS:
        files = [(f"file.{one}", PDF) for one in FILINGS[act.name].purposes]
        data = {"form": json.dumps(form)}
        answers.append(guest.client.post(f"{path}/files", data=data, files=files, headers=headers))
    return answers


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_done_without_the_token(house: tuple[Visiting, Scene], role: str) -> None:
    visits, scene = house
    guest = entered(house, role)
    wrong: list[tuple[object, ...]] = []
    with visits.bench.house.look() as work:
        own = own_objects(work, scene)

    with watching(visits.bench) as watch:
        for name, act in acts().items():
            named = about(act, own)
            for headers in WITHOUT_TOKEN:
                answers = sent(guest, act, named, dict(headers))
                wrong += [
                    (name, one.status_code, one.text[:200]) for one in answers if one.status_code != 403
                ]

        assert (wrong, watch.written) == ([], False)


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_done_by_nobody(house: tuple[Visiting, Scene], role: str) -> None:
    """Whoever is signed out, and whoever of another session has the token."""
    visits, scene = house
    stranger, other = visits.stranger(), entered(house, role)
    with visits.bench.house.look() as work:
        own = own_objects(work, scene)

    with watching(visits.bench) as watch:
        statuses = {
            one.status_code
            for act in acts().values()
            for one in sent(
                stranger,
                act,
                about(act, own),
                {"X-CSRF-Token": other.csrf},
            )
        }

        assert (statuses, watch.written) == ({401}, False)


@pytest.mark.parametrize("role", ROLES)
def test_acts_of_other_roles_are_refused(house: tuple[Visiting, Scene], role: str) -> None:
    visits, scene = house
    guest = entered(house, role)
    wrong: list[tuple[object, ...]] = []
    with visits.bench.house.look() as work:
        own, marks = own_objects(work, scene), foreign_marks(work, scene, role)

    with watching(visits.bench) as watch:
        for name, act in acts().items():
            if role in act.by:
                continue
            named = about(act, own)
            answers = sent(guest, act, named, {"X-CSRF-Token": guest.csrf})
            wrong += [(name, one.status_code) for one in answers if one.status_code not in (400, 403)]
            for one in answers:
                wrong += told(name, marks, one, "".join(named.values()))

        assert (wrong, watch.written) == ([], False)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in PROVINCIAL])
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
            for answer in sent(guest, act, named, {"X-CSRF-Token": guest.csrf}):
                if answer.status_code not in (400, 403, 404, 409):
                    wrong.append((name, answer.status_code, answer.text[:200]))
                wrong += told(name, marks, answer, "".join(named.values()))
            if watch.written:
                wrong.append((name, "written"))
                watch.again()

        assert wrong == []


@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("reviewer", "operator")])
def test_acts_about_ones_own_are_read(house: tuple[Visiting, Scene], role: str) -> None:
    """They are answered for what stands in them: not with what stands before everybody, nor by a fault."""
    visits, scene = house
    guest, reached = entered(house, role), 0
    wrong: list[tuple[object, ...]] = []
    with visits.bench.house.look() as work:
        own, marks = own_objects(work, scene), foreign_marks(work, scene, role)

    for name, act in acts().items():
        named = about(act, own)
        if role not in act.by or not named:
            continue
        for answer in sent(guest, act, named, {"X-CSRF-Token": guest.csrf}):
            reached += answer.status_code in (200, 400, 409)
            if answer.status_code not in (200, 400, 403, 404, 409):
                wrong.append((name, answer.status_code, answer.text[:200]))
            wrong += told(name, marks, answer)

    assert (wrong, reached > 0) == ([], True)
