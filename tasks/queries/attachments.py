"""What is attached to an object, and one attachment to be downloaded, for whoever may see that object."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlmodel import col

from models.rules.access import Viewer
from models.stored_file import Attachment, StoredFile
from tasks.attaching import sees_attachments
from tasks.queries.actor_names import actor_names, named_actor
from tasks.scan_versions import version_problem
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """One attachment as a page lists it; `who` in names, `problem` what is wrong with a scan's version."""

    id: int
    subject_type: str
    subject: str
    purpose: str
    sha256: str
    name: str
    media_type: str
    size: int
    note: str
    who: str
    at: datetime
    problem: str = ""


def attachments_of(work: Work, viewer: Viewer, objects: Iterable[tuple[str, str]]) -> list[AttachedFile]:
    """What is attached to these objects (`subject_type`, `subject`), the oldest first; only what the viewer may see."""
    seen = [one for one in dict.fromkeys(objects) if sees_attachments(work, viewer, *one)]
    if not seen:
        return []
    about = [
        and_(col(Attachment.subject_type) == table, col(Attachment.subject) == key) for table, key in seen
    ]
    wanted = (
        select(Attachment, StoredFile)
        .join(StoredFile, col(StoredFile.sha256) == col(Attachment.sha256))
        .where(or_(*about))
        .order_by(col(Attachment.id))
    )
    found = [(attachment, stored) for attachment, stored in work.session.execute(wanted).all()]
    people = actor_names(work, (one.by for one, _ in found)) if found else {}
    return [
        replace(
            _row(attachment, stored, named_actor(attachment.by, people)),
            problem=version_problem(work, attachment.code),
        )
        for attachment, stored in found
    ]


def attachment_of(work: Work, viewer: Viewer, sha256: str, number: int) -> AttachedFile | None:
    """One attachment by its number and the hash of its file; None where it is not there or not the viewer's to see."""
    found = work.session.get(Attachment, number)
    if found is None or found.sha256 != sha256:
        return None
    if not sees_attachments(work, viewer, found.subject_type, found.subject):
        return None
    return _row(found, work.session.get_one(StoredFile, sha256), found.by)


def _row(found: Attachment, stored: StoredFile, who: str) -> AttachedFile:
    return AttachedFile(
        id=found.id or 0,
        subject_type=found.subject_type,
        subject=found.subject,
        purpose=found.purpose,
        sha256=found.sha256,
        name=found.name,
        media_type=stored.media_type,
        size=stored.size,
        note=found.note,
        who=who,
        at=found.at,
    )
