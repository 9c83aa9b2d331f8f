"""The console as an ASGI application: every page, the JSON beside them, and the care taken around both."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from console.web.api.interface import ROUTES
from console.web.api.problems import http_answer, unreadable
from console.web.careful import Careful
from console.web.pages import ALL
from console.web.visit import Console
from models.messages import say

STATIC = Path(__file__).with_name("static")


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
    app.add_middleware(Careful)
    app.add_exception_handler(HTTPException, http_answer)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, unreadable)  # type: ignore[arg-type]
    return app
