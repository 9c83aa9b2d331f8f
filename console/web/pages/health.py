"""Whether the console is alive and whether the house is ready, for whoever watches from outside."""

from starlette.responses import JSONResponse, Response

from console.web.access import PUBLIC
from console.web.routes import Pages
from console.web.visit import Visit
from tasks.queries.doctor import readiness

pages = Pages()


@pages.get("/healthz", PUBLIC)
def healthz(_visit: Visit) -> Response:
    """This process answers."""
    return JSONResponse({"status": "ok"})


@pages.get("/readyz", PUBLIC)
def readyz(visit: Visit) -> Response:
    """Whether the house does its work: 503 with the reasons when the morning's watch is missing or unsound."""
    reasons = readiness(visit.house)
    return JSONResponse({"ready": not reasons, "reasons": reasons}, 200 if not reasons else 503)
