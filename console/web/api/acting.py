"""Acts for other programs: one operation for each act of the register, performed once for each Idempotency-Key.

An act that takes files has a second operation beside it, with the act's form as one part and the files as others.
"""

import inspect
import json
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Annotated, Any

from fastapi import Body, File, Form, Header, UploadFile
from fastapi.encoders import jsonable_encoder
from pydantic import BaseModel
from sqlmodel import SQLModel
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.web.access import SIGNED_IN
from console.web.api.operations import answered, register_route
from console.web.pages.acts import require_reach
from console.web.routes import act_on
from console.web.uploads import PREFIX, read_uploads
from console.web.visit import Visit
from tasks.acts import Act, acts, read_form
from tasks.attaching import FILINGS
from tasks.postings import perform_once
from tasks.refusal import BadInput
from tasks.work import SentFile


def offer_acts() -> None:
    """Registers `POST /api/v1/acts/NAME` for every act, with its form as the body and its roles, and `NAME/files`."""
    for chosen in acts().values():
        _offer(chosen)
        if chosen.name in FILINGS:
            _offer_with_files(chosen, FILINGS[chosen.name].purposes)


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
            *_HEADERS,
        ],
        access=SIGNED_IN,
        roles=list(chosen.by),
        **{"x-clauses": list(chosen.clauses)},
    )


def _offer_with_files(chosen: Act, purposes: tuple[str, ...]) -> None:
    def endpoint(request: Request, **given: Any) -> Response:
        key = given["idempotency_key"]
        sent = [(f"{PREFIX}{one}", file) for one in purposes for file in given[f"file_{one}"] or ()]
        return answered(
            request,
            lambda visit: act_on(
                visit,
                SIGNED_IN,
                lambda seen: _perform_with_files(seen, chosen, given["form"], FormData(sent), key),
            ),
        )

    keyword = inspect.Parameter.KEYWORD_ONLY
    register_route(
        endpoint,
        f"/acts/{chosen.name}/files",
        "POST",
        name=f"{chosen.name}.files",
        summary=chosen.summary,
        parameters=[
            inspect.Parameter("form", keyword, annotation=Annotated[str, Form(description="JSON")]),
            *(
                inspect.Parameter(
                    f"file_{one}",
                    keyword,
                    annotation=Annotated[list[UploadFile] | None, File(alias=f"{PREFIX}{one}")],
                    default=None,
                )
                for one in purposes
            ),
            *_HEADERS,
        ],
        access=SIGNED_IN,
        roles=list(chosen.by),
        **{"x-clauses": list(chosen.clauses)},
    )


_HEADERS = tuple(
    inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=Annotated[str | None, Header()], default=None
    )
    for name in ("idempotency_key", "x_csrf_token")
)


def _perform_with_files(visit: Visit, chosen: Act, form: str, sent: FormData, key: str | None) -> Response:
    """Performs an act with the files that came beside its form; what stands for a file may be left to its name."""
    uploads = read_uploads(chosen.name, sent)
    try:
        given = json.loads(form)
    except ValueError as error:
        raise BadInput("api.no_json", field="form") from error
    if not isinstance(given, dict):
        raise BadInput("api.no_json", field="form")
    named = {
        one.purpose: one.name for one in reversed(uploads.chosen) if one.purpose in chosen.form.model_fields
    }
    files = uploads.kept(visit.house.home)
    return _perform(visit, chosen, read_form(chosen, {**named, **given}), key, files)


def _perform(
    visit: Visit, chosen: Act, form: BaseModel, key: str | None, files: Sequence[SentFile] = ()
) -> Response:
    given = form.model_dump()
    if visit.viewer.role in chosen.by:
        require_reach(visit, given)
    done = perform_once(visit.house, chosen.name, visit.actor, key, given, files=files)
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
