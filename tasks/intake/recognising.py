"""What hangs on a mail: forms, summary tables, stamped scans; judged and read before any transaction is open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from documents.reading.application_form import FoundForm
from documents.reading.document import READABLE, Unreadable
from documents.reading.summary_table import FoundSummary
from models.messages import say
from models.rules.upload import MEDIA_TYPES, ending_of
from notifications.incoming import Attached
from tasks.file_store import NotKept, keep_file
from tasks.reading_files import found_paper
from tasks.refusal import BadInput
from tasks.scan_versions import version_on
from tasks.work import House, SentFile

FORM, SUMMARY, SCAN, OTHER, REFUSED = "form", "summary", "scan", "other", "refused"
_SCANS = (".pdf", ".png", ".jpg", ".jpeg")
_WRAPPED = ("winmail.dat", "win.dat")
"""How Outlook wraps attachments so that nobody but Outlook opens them."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """One file of a mail: what it is, what was read of it, where it lies; `problem` says why it was not taken."""

    name: str
    kind: str
    kept: SentFile | None = None
    form: FoundForm | None = None
    summary: FoundSummary | None = None
    problem: str = ""

    @property
    def key(self) -> str:
        """What tells it from the mail's other files: its hash, its name where it is not kept."""
        return self.kept.sha256 if self.kept is not None else self.name


def recognise(house: House, attachments: Sequence[Attached]) -> tuple[Recognised, ...]:
    """Judges, keeps and reads every file; one that is refused or broken never stops the others."""
    return tuple(_recognised(house, one) for one in attachments)


def _recognised(house: House, one: Attached) -> Recognised:
    try:
        return _recognise(house, one)
    except (NotKept, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  (what one stranger sends must not keep all later mails out: it is named)
        problem = say("intake.unreadable", name=one.name, reason=type(error).__name__)
        return Recognised(one.name, REFUSED, problem=problem)


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
        code = "intake.winmail" if one.name.lower() in _WRAPPED else "documents.no_text"
        problem = say(code, name=one.name)
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
        return Recognised(one.name, FORM, kept and replace(kept, purpose="form"), form=found)
    return Recognised(one.name, SUMMARY, kept and replace(kept, purpose="summary"), summary=found)
