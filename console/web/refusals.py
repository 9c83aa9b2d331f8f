"""Every error of a request as a page that says what is wrong and what to do next."""

import re
import secrets
import traceback
from dataclasses import dataclass
from urllib.parse import quote

import structlog
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.web.visit import BadToken, Forbidden, MustChange, SignedOut, Visit
from console.web.wording import act_label
from models.messages import say
from models.rules.access import RIGHTS
from models.rules.breach import RuleBroken
from tasks.file_store import NotKept
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound, Refusal

_log = structlog.get_logger("console")


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal for people: a status, what is wrong line by line, and what to do next."""

    status: int
    lines: tuple[str, ...]
    next_step: str


def answer_of(visit: Visit, error: Exception) -> Response:
    """The answer to an error as a page."""
    if isinstance(error, SignedOut):
        return RedirectResponse(f"/sign-in?next={quote(_way_back(visit))}", status_code=303)
    if isinstance(error, MustChange):
        return RedirectResponse("/identity", status_code=303)
    problem = foreseen(visit, error)
    return visit.render("refusal.html", status=problem.status, problem=problem)


def foreseen(visit: Visit, error: Exception) -> Problem:
    """What to tell people of an error; one that nobody foresaw is logged under a number that they are told."""
    problem = problem_of(error)
    if problem is None:
        number = secrets.token_hex(4)
        # As text: the values of variables, which may be what people typed, stay out of the log.
        told = "".join(traceback.format_exception(error))
        _log.error("unforeseen", number=number, path=visit.request.url.path, exception=told)
        problem = Problem(500, (say("web.failed", number=number),), say("web.next.failed", number=number))
    return problem


_ANSWERS: tuple[tuple[type[Refusal], int, str], ...] = (
    (NotFound, 404, "not_found"),
    (NotEntitled, 403, "forbidden"),
    (AlreadyDone, 409, "already_done"),
    (BadInput, 400, "bad_input"),
    (NotKept, 503, "database_down"),
    (Refusal, 409, "rule"),
)
"""The first kind that fits a refusal gives its status and what to do next."""


def problem_of(error: Exception) -> Problem | None:
    """What to tell people of an expected error; None for one that nobody foresaw."""
    match error:
        case RuleBroken():
            step = "improve" if all(one.hard for one in error.breaches) else "rule"
            return Problem(409, tuple(_said(one.text) for one in error.breaches), say(f"web.next.{step}"))
        case Refusal():
            status, step = next((status, step) for kind, status, step in _ANSWERS if isinstance(error, kind))
            return Problem(status, (_said(error.text),), say(f"web.next.{step}"))
        case Forbidden():
            allowed = say("web.forbidden", allowed=_who_may(error.kind))
            return Problem(403, (allowed,), say("web.next.forbidden"))
        case BadToken():
            return Problem(403, (say("web.bad_token"),), say("web.next.bad_token"))
        case IntegrityError():
            return Problem(409, (say("cli.taken"),), say("web.next.already_done"))
        case DataError() | OverflowError():
            return Problem(400, (say("web.bad_value"),), say("web.next.bad_input"))
        case OperationalError():
            return Problem(503, (say("web.database_down"),), say("web.next.database_down"))
        case _:
            return None


_ACT_NAME = re.compile(r"\b[a-z]+\.[a-z_]+\b")


def _said(sentence: str) -> str:
    """A refusal's sentence with acts as their buttons call them; the command line calls them by name."""
    return _ACT_NAME.sub(lambda found: act_label(found[0]), sentence)


_HTTP = {
    400: ("bad_request", "bad_input"),
    404: ("no_page", "not_found"),
    405: ("bad_method", "not_found"),
    413: ("too_large", "bad_input"),
}
"""Status of an error that no page has made → what is wrong, and what to do next."""


def problem_of_http(request: Request, error: HTTPException) -> Problem:
    """What to tell people where no page is, or none that takes this request."""
    code, step = _HTTP.get(error.status_code, _HTTP[400])
    line = say(f"web.{code}", path=request.url.path, method=request.method)
    return Problem(error.status_code, (line,), say(f"web.next.{step}"))


def http_error(request: Request, error: HTTPException) -> Response:
    """The answer where no page is, or none that takes this request; whoever is signed in keeps the way through."""
    visit = Visit(request.app.state.console, request, None)
    try:
        visit.recognise()
    except OperationalError as down:
        return answer_of(visit, down)
    problem = problem_of_http(request, error)
    answer = visit.render("refusal.html", status=problem.status, problem=problem)
    answer.headers.update(error.headers or {})
    return answer


def _who_may(kind: str) -> list[str]:
    return [say(f"web.role.{role}") for role in RIGHTS.get(kind, {})]


def _way_back(visit: Visit) -> str:
    """Where to go on after signing in: the page itself, or the one a post came from is shown again."""
    request = visit.request
    if request.method != "GET":
        return str(visit.form.get("back") or "/")
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
