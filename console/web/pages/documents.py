"""Documents for printing and editing: made when somebody asks for one, handed over as a file, noted with their hash."""

from urllib.parse import quote

from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.routes import Pages
from console.web.visit import Visit
from tasks.papers.issuing import issue_document

pages = Pages()


@pages.post("/documents/{key:path}/{document}", SIGNED_IN)
def make_document(visit: Visit) -> Response:
    """The document as a download; what is not the visitor's to read is not there."""
    form = str(visit.form.get("format", "pdf"))
    issued = issue_document(visit.house, visit.actor, visit.path("document"), visit.path("key"), form)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(issued.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(issued.content, media_type=issued.media_type, headers=headers)
