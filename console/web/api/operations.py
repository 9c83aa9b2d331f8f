"""How a function becomes an operation of the JSON interface: access, transaction, problems, and the roles it names."""

import inspect
from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from fastapi.encoders import jsonable_encoder
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.web.access import Access
from console.web.api.problems import EXAMPLE, MEDIA_TYPE, problem_json
from console.web.routes import console_of, look_at
from console.web.visit import Visit
from models.rules.access import RIGHTS

router = APIRouter(prefix="/api/v1")
Read = Callable[..., Any]
ALL_ROLES = tuple(dict.fromkeys(role for row in RIGHTS.values() for role in row))
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": reason, "content": {MEDIA_TYPE: {"schema": EXAMPLE}}}
    for status, reason in (
        (400, "Bad input"),
        (401, "Not signed in"),
        (403, "No right"),
        (404, "Not there, or not in scope"),
        (409, "Refused by a rule, or done before"),
    )
}


def roles_of(access: Access) -> list[str]:
    """The roles that an access lets in."""
    if not access.kind:
        return list(ALL_ROLES)
    return [role for role, grant in RIGHTS[access.kind].items() if access.right in grant.rights]


def reads(path: str, access: Access) -> Callable[[Read], Read]:
    """Registers `view(visit, **parameters)` as a GET: it runs in one reading transaction and never writes."""

    def register(view: Read) -> Read:
        def endpoint(request: Request, **given: Any) -> Response:
            return answered(
                request,
                lambda visit: look_at(
                    visit, access, lambda seen: JSONResponse(jsonable_encoder(view(seen, **given)))
                ),
            )

        parameters = list(inspect.signature(view, eval_str=True).parameters.values())[1:]
        register_route(
            endpoint,
            path,
            "GET",
            name=view.__name__,
            summary=(inspect.getdoc(view) or "").splitlines()[0],
            parameters=parameters,
            access=access,
            roles=roles_of(access),
        )
        return view

    return register


def answered(request: Request, run: Callable[[Visit], Response]) -> Response:
    """The answer of one operation; every error becomes a problem."""
    visit = Visit(console_of(request), request, None)
    try:
        return run(visit)
    except Exception as error:  # noqa: BLE001  (the one boundary of a request: every error becomes an answer)
        return problem_json(visit, error)


def register_route(
    endpoint: Callable[..., Response],
    path: str,
    method: str,
    *,
    name: str,
    summary: str,
    parameters: list[inspect.Parameter],
    access: Access,
    roles: list[str],
    **extra: Any,
) -> None:
    """Adds an operation; `parameters` are what FastAPI reads from address, header and body and describes."""
    own = inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
    asked = [one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in parameters]
    endpoint.__signature__ = inspect.Signature([own, *asked], return_annotation=Response)  # type: ignore[attr-defined]
    endpoint.__name__ = name
    endpoint.access = access  # type: ignore[attr-defined]
    router.add_api_route(
        path,
        endpoint,
        methods=[method],
        name=name,
        operation_id=name,
        summary=summary,
        response_model=None,
        responses=_PROBLEMS,
        openapi_extra={"x-roles": roles, **extra},
    )
