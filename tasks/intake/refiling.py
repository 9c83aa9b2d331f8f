"""A mail worked on anew: what waited in it is filed by who it is from now, or by where an officer has put it (K23)."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from documents.reading.application_form import FoundForm
from models.event import Event
from models.intake import ReceivedMail
from models.stored_file import Attachment, StoredFile
from tasks.intake.answering import answer_mail, may_answer
from tasks.intake.filing import file_again, sealed_with
from tasks.intake.keeping import opened_paper
from tasks.intake.placing import Placed, open_batch
from tasks.intake.recognising import Recognised
from tasks.intake.senders import city_office, sender_of
from tasks.work import SentFile, Work

PLACE = "intake.place"
UNTRUSTED = ("automatic", "unproved")
"""Answers of mails of which nothing is filed by their sender's word, and which nothing is written back to."""


def work_on_anew(work: Work, found: ReceivedMail, placed: Placed) -> None:
    """Files what waited in a mail and keeps what became of it; the mail's state is for the caller to move.

    Nothing is read again: what was read is kept with the mail. Safe to repeat.
    """
    found.batch, found.city, found.person = placed.batch, placed.city, found.person or placed.person
    files = _files(work, found.number)
    papers = [(one, _recognised(work, found.number, one, files)) for one in found.findings]
    found.findings = file_again(work, found.number, papers, placed)
    work.session.flush()


def waits_of(found: ReceivedMail) -> list[str] | None:
    """What waits in a mail, as the audit trail names it; None for nothing."""
    return [f"{one['name']}: {one['waits']}" for one in found.findings if one.get("waits")] or None


def placed_again(work: Work, found: ReceivedMail) -> Placed:
    """Where a mail belongs today: by an officer's word if it has one, as if that city's office had sent it."""
    if found.city is not None and was_placed(work, found.number):
        return Placed(city_office(work, found.city), found.city, found.batch)
    sender = sender_of(work, found.sender) if found.answer not in UNTRUSTED else None
    city = found.city or (sender.city if sender is not None else None)
    return Placed(sender, city, found.batch or open_batch(work))


def was_placed(work: Work, number: str) -> bool:
    """Whether an officer has said where a mail belongs."""
    wanted = select(col(Event.seq)).where(col(Event.subject) == number, col(Event.act) == PLACE).limit(1)
    return work.session.connection().execute(wanted).first() is not None


def answer_anew(work: Work, found: ReceivedMail) -> bool:
    """Writes to a registered sender what has become of a mail, where that is not what the last letter said."""
    sender = sender_of(work, found.sender)
    if sender is None or found.answer in UNTRUSTED or not may_answer(work, found.sender):
        return False
    written = answer_mail(work, found, sender)
    if written:
        found.answer, found.person = "sent", found.person or sender.holder.person
    return written


def _recognised(work: Work, number: str, finding: dict[str, Any], files: dict[str, SentFile]) -> Recognised:
    kept = files.get(finding["sha256"])
    one = Recognised(finding["name"], finding["kind"], kept)
    if not finding.get("read"):
        return one
    paper = opened_paper(finding["read"], sealed_with(number, one.key), work.programme)
    if isinstance(paper, FoundForm):
        return Recognised(one.name, one.kind, kept, form=paper)
    return Recognised(one.name, one.kind, kept, summary=paper)


def _files(work: Work, mail: str) -> dict[str, SentFile]:
    wanted = (
        select(Attachment, StoredFile)
        .join(StoredFile, col(StoredFile.sha256) == col(Attachment.sha256))
        .where(col(Attachment.subject_type) == "received_mail", col(Attachment.subject) == mail)
    )
    return {
        one.sha256: SentFile(one.purpose, one.sha256, one.name, stored.media_type, stored.size, one.code)
        for one, stored in work.session.execute(wanted).all()
    }
