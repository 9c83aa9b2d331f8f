"""What hangs on a mail: forms, summary tables, stamped scans; judged and read before any transaction is open."""

from collections.abc import Sequence
from dataclasses import dataclass

from documents.reading.application_form import FoundForm
from documents.reading.document import READABLE, Unreadable
from documents.reading.summary_table import FoundSummary
from models.rules.upload import MEDIA_TYPES, ending_of
from notifications.incoming import Attached
from tasks.file_store import keep_file
from tasks.reading_files import found_paper
from tasks.refusal import BadInput
from tasks.scan_versions import version_on
from tasks.work import House, SentFile

FORM, SUMMARY, SCAN, OTHER, REFUSED = "form", "summary", "scan", "other", "refused"
_SCANS = (".pdf", ".png", ".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class Recognised:
    """One file of a mail: what it is, what was read of it, where it lies; `problem` says why it was not taken."""

    name: str
    kind: str
    kept: SentFile | None = None
    form: FoundForm | None = None
    summary: FoundSummary | None = None
    problem: str = ""


def recognise(house: House, attachments: Sequence[Attached]) -> tuple[Recognised, ...]:
    """Judges, keeps and reads every file; one that is refused or broken never stops the others."""
    return tuple(_recognise(house, one) for one in attachments)


def _recognise(house: House, one: Attached) -> Recognised:
    ending = ending_of(one.name)
    kept = None
    if ending in MEDIA_TYPES:
        try:
            file = keep_file(house.home, one.content, one.name)
        except BadInput as refused:
            return Recognised(one.name, REFUSED, problem=refused.text)
        purpose = "scan" if ending in _SCANS else "document"
        code = version_on(one.content, file.media_type) if purpose == "scan" else ""
        kept = SentFile(purpose, file.sha256, file.name, file.media_type, file.size, code)
    if ending in _SCANS:
        return Recognised(one.name, SCAN, kept)
    if ending not in READABLE:
        problem = Unreadable("documents.no_text", {"name": one.name}).text
        return Recognised(one.name, REFUSED, problem=problem)
    try:
        found = found_paper(house, one.name, one.content)
    except Unreadable as unread:
        # A letter in Word is no form, and no fault: it is kept as what it is.
        is_other = unread.code == "documents.no_table"
        return Recognised(
            one.name, OTHER if is_other else REFUSED, kept, problem="" if is_other else unread.text
        )
    if isinstance(found, FoundForm):
        return Recognised(one.name, FORM, kept, form=found)
    return Recognised(one.name, SUMMARY, kept, summary=found)
