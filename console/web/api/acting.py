"""Acts for other programs: one operation for each act of the register, performed once for each Idempotency-Key."""

import inspect
from dataclasses import asdict, is_dataclass
from typing import Annotated, Any

from fastapi import Body, Header
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from sqlmodel import SQLModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.web.access import SIGNED_IN
from console.web.api.operations import answered, register_route
from console.web.routes import act_on
from console.web.visit import Visit
from tasks.acts import Act, acts
from tasks.postings import perform_once


def offer_acts() -> None:
    """Registers `POST /api/v1/acts/NAME` for every act, with its form as the body and its roles."""
    for chosen in acts().values():
        _offer(chosen)


def _offer(chosen: Act) -> None:
    def endpoint(request: Request, **given: Any) -> Response:
        form, key = given["form"], given["idempotency_key"]
        return answered(
            request, lambda visit: act_on(visit, SIGNED_IN, lambda seen: _perform(seen, chosen, form, key))
        )

    keyword = inspect.Parameter.KEYWORD_ONLY
    register_route(
        endpoint,
        f"/acts/{chosen.name}",
        "POST",
        name=chosen.name,
        summary=chosen.summary,
        parameters=[
            inspect.Parameter("form", keyword, annotation=Annotated[chosen.form, Body()]),
            inspect.Parameter(
                "idempotency_key", keyword, annotation=Annotated[str | None, Header()], default=None
            ),
            inspect.Parameter(
                "x_csrf_token", keyword, annotation=Annotated[str | None, Header()], default=None
            ),
        ],
        access=SIGNED_IN,
        roles=list(chosen.by),
        **{"x-clauses": list(chosen.clauses)},
    )


def _perform(visit: Visit, chosen: Act, form: BaseModel, key: str | None) -> Response:
    done = perform_once(visit.house, chosen.name, visit.actor, key, form.model_dump())
    with visit.looking():
        return JSONResponse(
            {
                "act": chosen.name,
                "repeated": done.repeated,
                "result": jsonable_encoder(plain_result(done.result)),
            }
        )


def plain_result(value: Any) -> Any:
    """What an act returned, as far as its caller needs it: of a row of the database its key and state only."""
    if isinstance(value, SQLModel):
        keys = [getattr(value, column.name) for column in type(value).__table__.primary_key]  # type: ignore[attr-defined]
        found = {"table": str(type(value).__tablename__), "key": "/".join(str(one) for one in keys)}
        return {**found, "state": value.state} if hasattr(value, "state") else found
    if isinstance(value, list | tuple):
        return [plain_result(one) for one in value]
    if isinstance(value, dict):
        return {str(name): plain_result(one) for name, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return value


offer_acts()
