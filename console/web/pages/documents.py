"""Documents for printing and editing: made when somebody asks for one, handed over as a file, noted with their hash."""

from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.downloads import downloaded
from console.web.routes import Pages
from console.web.visit import Visit
from tasks.papers.issuing import issue_document

pages = Pages()


@pages.post("/documents/{key:path}/{document}", SIGNED_IN)
def make_document(visit: Visit) -> Response:
    """The document as a download; what is not the visitor's to read is not there."""
    form = str(visit.form.get("format", "pdf"))
    issued = issue_document(visit.house, visit.actor, visit.path("document"), visit.path("key"), form)
    return downloaded(issued.name, issued.content, issued.media_type)
