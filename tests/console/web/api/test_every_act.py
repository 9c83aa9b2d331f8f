"""Every act through the JSON interface: nothing without the session's token, nothing done to what is not one's own."""

from typing import Any

import pytest
from fastapi.encoders import jsonable_encoder
from starlette.datastructures import FormData, UploadFile

from console.web.posted import read_posted
from tasks.acts import Act, acts
from tests.console.web.ledger import watching
from tests.console.web.roles import ROLES, Scene, foreign_marks, person_of, scene_of
from tests.console.web.test_every_act import OBJECTS, filled, foreign_objects, told
from tests.console.web.visiting import Guest, Visiting, visiting
from tests.factory import Bench


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
    return jsonable_encoder({**read_posted(act, FormData(texts)).given})


@pytest.mark.parametrize("role", ROLES)
def test_nothing_is_done_without_the_token(house: tuple[Visiting, Scene], role: str) -> None:
    guest = entered(house, role)

    with watching(house[0].bench) as watch:
        statuses = {
            guest.client.post(f"/api/v1/acts/{name}", json=body(act, {})).status_code
            for name, act in acts().items()
        }

        # A form that cannot be read at all is refused before anybody asks who sent it.
        assert (statuses <= {400, 403}, 403 in statuses, watch.written) == (True, True, False)


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
            named: dict[str, Any] = {key: foreign[key] for key in foreign if key in act.form.model_fields}
            if role not in act.by or not set(named) & set(OBJECTS):
                continue
            answer = guest.client.post(
                f"/api/v1/acts/{name}", json=body(act, named), headers={"X-CSRF-Token": guest.csrf}
            )
            wrong += told(name, marks, answer, "".join(named.values()))
            if watch.written:
                wrong.append((name, "written"))
                watch.again()

        assert wrong == []
