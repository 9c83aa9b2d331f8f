"""One city on one page: what it has in each batch, its quotas, its money, its days, its reports."""

from starlette.responses import Response

from console.web.access import needs
from console.web.glancing import steps_lead_on
from console.web.routes import Pages
from console.web.visit import Visit
from tasks.queries.city_sheet import city_sheet
from tasks.queries.reach import cities_seen, city_seen
from tasks.refusal import NotFound

pages = Pages()


@pages.get("/city/{code}", needs("pairing"))
def city(visit: Visit) -> Response:
    """The city's sheet, as far as the visitor sees it."""
    code = visit.path("code")
    if not city_seen(visit.work, visit.viewer, code):
        raise NotFound("web.not_yours", subject=code)
    return visit.render(
        "city.html",
        sheet=city_sheet(visit.work, visit.viewer, code),
        cities=cities_seen(visit.work, visit.viewer),
        linked=steps_lead_on(visit),
    )
