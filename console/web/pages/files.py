"""One attached file, to be downloaded by whoever may see what it is attached to; never shown inside a page."""

from starlette.responses import Response

from console.web.access import SIGNED_IN
from console.web.downloads import downloaded
from console.web.routes import Pages
from console.web.visit import Visit
from tasks.file_store import read_file
from tasks.queries.attachments import attachment_of
from tasks.refusal import NotFound

pages = Pages()
_LONGEST_NUMBER = 9


@pages.get("/file/{sha256}/{attachment}", SIGNED_IN)
def download(visit: Visit) -> Response:
    """The bytes of an attachment under its own name, proved by their hash."""
    number = visit.path("attachment")
    found = None
    if number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER:
        found = attachment_of(visit.work, visit.viewer, visit.path("sha256"), int(number))
    if found is None:
        raise NotFound("web.not_yours", subject=visit.path("sha256"))
    content = read_file(visit.house.home, found.sha256, name=found.name)
    return downloaded(found.name, content, found.media_type)
