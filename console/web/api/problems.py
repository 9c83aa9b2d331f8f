"""Every error of the JSON interface as a problem (RFC 9457): what is wrong, by which clause, and what to do next."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from console.web.refusals import Problem, foreseen, http_error, problem_of_http
from console.web.visit import COOKIE, MustChange, SignedOut, Visit
from models.messages import say
from models.rules.breach import RuleBroken
from tasks.faults import fault_text
from tasks.refusal import Refusal
from tasks.sign_in import visitor

MEDIA_TYPE = "application/problem+json"
API = "/api/"

EXAMPLE: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "problems": {"type": "array", "items": {"type": "string"}},
        "breaches": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("code", "clause", "field", "text")},
            },
        },
    },
}
"""The schema of a problem, as the description of the interface has it."""


def problem_json(visit: Visit, error: Exception) -> Response:
    """The answer to an error; only what nobody foresaw is logged, under a number that the answer names."""
    if isinstance(error, SignedOut):
        return _answer(Problem(401, (say("api.signed_out"),), say("api.sign_in")), ())
    if isinstance(error, MustChange):
        return _answer(Problem(403, (say("web.must_change"),), say("web.next.must_change")), ())
    breaches = [_breach(one) for one in error.breaches] if isinstance(error, RuleBroken) else []
    if isinstance(error, Refusal) and error.field:
        breaches = [{"code": error.code, "clause": "", "field": error.field, "text": error.text}]
    return _answer(foreseen(visit, error), breaches)


def http_problem(request: Request, error: HTTPException) -> Response:
    """The answer where nothing is, or nothing that takes this request: JSON under the interface, else a page."""
    if not request.url.path.startswith(API):
        return http_error(request, error)
    answer = _answer(problem_of_http(request, error), ())
    answer.headers.update(error.headers or {})
    return answer


def unreadable(request: Request, error: RequestValidationError) -> Response:
    """What was sent has not the form it must have; who is not signed in learns only that."""
    house, token = request.app.state.console.house, request.cookies.get(COOKIE)
    with house.look() as work:
        known = visitor(work, token) if token else None
    if known is None:
        return _answer(Problem(401, (say("api.signed_out"),), say("api.sign_in")), ())
    faults = [
        {
            "code": "api.bad_field",
            "clause": "",
            "field": ".".join(str(part) for part in one["loc"][1:]),
            "text": say(
                "api.bad_field", field=".".join(str(part) for part in one["loc"]), reason=fault_text(one)
            ),
        }
        for one in error.errors()
    ]
    lines = tuple(one["text"] for one in faults)
    return _answer(Problem(400, lines, say("web.next.bad_input")), faults)


def _breach(one: Any) -> dict[str, str]:
    return {"code": one.code, "clause": one.clause, "field": one.field, "text": one.text}


def _answer(problem: Problem, breaches: Any) -> Response:
    found = asdict(problem)
    body = {
        "title": found["lines"][0] if found["lines"] else "",
        "status": problem.status,
        "detail": problem.next_step,
        "problems": list(problem.lines),
        "breaches": list(breaches),
    }
    return JSONResponse(body, problem.status, media_type=MEDIA_TYPE)
