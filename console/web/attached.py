"""What a page shows of the files of its object: what was attached, how more is added, which documents were made."""

from dataclasses import dataclass

from console.web.act_links import ActLink, act_links
from console.web.visit import Visit
from tasks.attaching import ADDED, may_attach
from tasks.queries.attachments import AttachedFile, attachments_of
from tasks.queries.issued_papers import IssuedPaper, issued_papers


@dataclass(frozen=True, slots=True)
class Attached:
    """The files of a page's objects, the links by which more are added, and the documents that were made of them."""

    rows: tuple[AttachedFile, ...]
    links: tuple[ActLink, ...]
    issued: tuple[IssuedPaper, ...]


def attached(visit: Visit, *objects: tuple[str, object]) -> Attached:
    """The attachments of these objects (`subject_type`, key) that the visitor may see; the first is what more go to."""
    named = [(table, str(key)) for table, key in objects]
    rows = attachments_of(visit.work, visit.viewer, named)
    table, key = named[0]
    links: list[ActLink] = []
    if may_attach(visit.work, visit.viewer, table, key):
        here = visit.request.url.path
        links = act_links([ADDED], {"subject_type": table, "subject": key}, here, role=visit.viewer.role)
    return Attached(tuple(rows), tuple(links), tuple(issued_papers(visit.work, visit.viewer, named)))
