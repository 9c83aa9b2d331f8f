"""The console as an ASGI application: every page, the JSON beside them, and the care taken around both."""

import re
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route
from starlette.staticfiles import StaticFiles

from console.web.api.interface import ROUTES
from console.web.api.problems import http_problem, unreadable
from console.web.careful import Careful
from console.web.pages import ALL
from console.web.visit import Console
from models.messages import say

_PARAMETER = re.compile(r"\{[^}]*\}")
STATIC = Path(__file__).with_name("static")


def make_app(console: Console) -> FastAPI:
    """The application over one house."""
    app = FastAPI(
        title=say("web.api_title"), docs_url=None, redoc_url=None, openapi_url="/api/v1/openapi.json"
    )
    app.state.console = console
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    own: list[Route] = [route for pages in ALL for route in pages.routes]
    own.sort(key=_unspecific)
    app.router.routes.extend(own)
    app.router.routes.extend(ROUTES)
    app.add_middleware(Careful)
    app.add_exception_handler(HTTPException, http_problem)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, unreadable)  # type: ignore[arg-type]
    return app


def _unspecific(route: Route) -> int:
    """The fewer letters of its own a path has, the later it is tried: `/application/new` before any key."""
    return -len(_PARAMETER.sub("", route.path))
