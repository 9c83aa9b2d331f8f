"""Which documents were made of an object: each once by its hash, who asked for it last, and how often."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlmodel import col

from documents.writing.layout import layout_of
from models.event import Event
from models.rules.access import Viewer
from tasks.attaching import sees_attachments
from tasks.papers.issuing import ISSUED, PAPERS
from tasks.queries.actor_names import actor_names, named_actor
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class IssuedPaper:
    """One document of one format with one hash; `who` and `at` are of the last time, in names."""

    title: str
    format: str
    sha256: str
    who: str
    at: datetime
    times: int


def issued_papers(work: Work, viewer: Viewer, objects: Iterable[tuple[str, str]]) -> list[IssuedPaper]:
    """The documents made of these objects (`subject_type`, key) that the viewer may see, the latest first."""
    seen = [one for one in dict.fromkeys(objects) if sees_attachments(work, viewer, *one)]
    if not seen:
        return []
    about = [and_(col(Event.subject_type) == table, col(Event.subject) == key) for table, key in seen]
    wanted = select(Event).where(col(Event.act) == ISSUED, or_(*about)).order_by(col(Event.seq).desc())
    found = list(work.session.execute(wanted).scalars())
    people = actor_names(work, (one.actor for one in found)) if found else {}
    rows: dict[tuple[str, str, str], list[Event]] = {}
    for one in found:
        # Events of the first day called a document otherwise: what they are of is not told here.
        facts = one.facts
        rows.setdefault((facts.get("paper", ""), facts["format"], facts["sha256"]), []).append(one)
    return [
        IssuedPaper(
            title=layout_of(PAPERS[document].layout).title,
            format=form,
            sha256=sha256,
            who=named_actor(events[0].actor, people),
            at=events[0].at,
            times=len(events),
        )
        for (document, form, sha256), events in rows.items()
        if document in PAPERS
    ]
