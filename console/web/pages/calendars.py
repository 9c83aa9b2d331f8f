"""One's deadlines as a calendar: for the browser that is signed in, and by an address for calendar programs."""

from starlette.responses import Response

from console.web.access import PUBLIC, SIGNED_IN
from console.web.calendar_file import calendar_file
from console.web.routes import Pages
from console.web.visit import Visit
from models.rules.access import Viewer
from tasks.feeds import feed_token, feed_viewer, renew_feed

pages = Pages()


@pages.get("/todo.ics", SIGNED_IN)
def own_calendar(visit: Visit) -> Response:
    """The deadlines of the office one acts for."""
    return _file(visit, visit.viewer)


@pages.get("/calendar", SIGNED_IN)
def calendar_page(visit: Visit) -> Response:
    """The address that calendar programs subscribe to, and how to give it up."""
    token = feed_token(visit.work, visit.viewer.person, visit.viewer.organisation)
    base = str(visit.request.base_url)
    return visit.render("calendar.html", address=f"{base}calendar/{token}.ics" if token else "")


@pages.post("/calendar", SIGNED_IN)
def renew(visit: Visit) -> Response:
    """A new address; the one of before stops working at once."""
    with visit.house.transaction(visit.actor) as work:
        renew_feed(work)
    return visit.redirect("/calendar", done="feed.renew")


@pages.get("/calendar/{token}.ics", PUBLIC)
def subscribed(visit: Visit) -> Response:
    """The deadlines of whoever the address belongs to."""
    return _file(visit, feed_viewer(visit.work, visit.path("token")))


def _file(visit: Visit, viewer: Viewer) -> Response:
    body = calendar_file(visit.work, viewer, str(visit.request.base_url))
    return Response(body, media_type="text/calendar; charset=utf-8")
