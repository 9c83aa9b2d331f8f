"""One batch on one page: its dates, where its applications and pairs stand, what can be done with it (K02, K16)."""

from starlette.responses import Response

from console.web.access import needs
from console.web.act_links import ActLink, act_links
from console.web.attached import attached
from console.web.pages.roster import batch_number
from console.web.routes import Pages
from console.web.subjects import last_events, subject_of
from console.web.visit import Visit
from models.opening import Batch
from tasks.queries.batch_page import batch_facts

pages = Pages()
BY_STATE = {
    "preparing": ("opening.announce_batch",),
    "announced": ("opening.extend_batch",),
    "open": ("opening.extend_batch",),
    "running": ("evaluation.close_batch",),
}
"""What can be done with a batch in each state; what has a page of its own is linked there."""


@pages.get("/batch/{batch}", needs("batch"))
def batch_page(visit: Visit) -> Response:
    """One batch as far as the visitor sees it."""
    number = batch_number(visit)
    work = visit.work
    facts = batch_facts(work, visit.viewer, number)
    events = {(one.at, one.act): one for one in last_events(work, subject_of({"batch": str(number)}))}
    return visit.render(
        "batch.html",
        facts=facts,
        acts=_acts(visit, facts.batch),
        files=attached(visit, ("batch", number), ("decision", number), ("closing_account", number)),
        events=list(events.values()),
        parent=work.programme.rules(work.today).text("programme.parent_document"),
    )


def _acts(visit: Visit, batch: Batch) -> list[ActLink]:
    names = BY_STATE.get(batch.state, ())
    given = {"batch": str(batch.number)}
    return act_links(names, given, f"/batch/{batch.number}", role=visit.viewer.role)
