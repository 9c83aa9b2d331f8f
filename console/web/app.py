"""The console as an ASGI application: every page, the JSON beside them, and the headers that keep browsers careful."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from console.web.api.interface import ROUTES
from console.web.api.problems import API, problem_json, unreadable
from console.web.pages import ALL
from console.web.refusals import answer_of
from console.web.visit import Console, Visit
from models.messages import say
from tasks.refusal import BadInput, NotFound

STATIC = Path(__file__).with_name("static")
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""No script or style but our own files, no frame around us, no address of ours told to others."""

MAX_BODY = 12 * 1024 * 1024
"""So many bytes a request may have; a stamped scan is smaller."""


def make_app(console: Console) -> FastAPI:
    """The application over one house."""
    app = FastAPI(
        title=say("web.api_title"), docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    app.state.console = console
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for pages in ALL:
        app.router.routes.extend(pages.routes)
    app.router.routes.extend(ROUTES)
    app.middleware("http")(_careful)
    app.add_exception_handler(HTTPException, _http_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, unreadable)  # type: ignore[arg-type]
    return app


async def _careful(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > MAX_BODY:
        answer: Response = Response(say("web.too_large"), 413, media_type="text/plain; charset=utf-8")
    else:
        answer = await call_next(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if not request.url.path.startswith("/static/"):
        answer.headers.setdefault("Cache-Control", "no-store")
    return answer


async def _http_error(request: Request, error: HTTPException) -> Response:
    visit = Visit(request.app.state.console, request, None)
    answer = problem_json if request.url.path.startswith(API) else answer_of
    if error.status_code == 404:
        return answer(visit, NotFound("web.no_page", path=request.url.path))
    return answer(visit, BadInput("web.bad_method", method=request.method, path=request.url.path))
