"""What officers do with a mail that nobody could place: put it where it belongs, or say why it belongs nowhere."""

from sqlalchemy import select
from sqlmodel import col

from models.application import Submission
from models.intake import ReceivedMail
from models.messages import say
from models.stored_file import Attachment, StoredFile
from tasks import record
from tasks.acts import act
from tasks.attaching import attach_file
from tasks.dossier import require_reason
from tasks.intake.answering import answer_mail
from tasks.refusal import BadInput, NotFound
from tasks.todos import close_todos
from tasks.work import SentFile, Work


@act("intake.place", by=("province_civil",), clauses=("K23",))
def place_mail(work: Work, mail: str, *, batch: int, city: str, remark: str = "") -> ReceivedMail:
    """Files a mail with a city's list: its scans and files are attached there; the sender, if known, hears of it."""
    found = mail_of(work, mail)
    if work.session.get(Submission, f"{batch}:{city}") is None:
        raise BadInput("intake.no_submission", field="city", batch=batch, city=city)

    found.batch, found.city, found.remark = batch, city, remark
    record.move(work, found, "filed", act="intake.place", city=city, remark=remark or None)
    for one in _files(work, mail):
        attach_file(work, "submission", f"{batch}:{city}", one, say("intake.from_mail", number=mail))
    close_todos(work, "mail", mail, note=remark or city)

    if found.person is not None:
        answer_mail(work, found, found.person, found.person.rpartition(".")[0])
    return found


@act("intake.dismiss", by=("province_civil",), clauses=("K23",))
def dismiss_mail(work: Work, mail: str, *, reason: str) -> ReceivedMail:
    """Leaves a mail out of account, with the reason; it stays on record and may be placed later."""
    found = mail_of(work, mail)
    require_reason(reason)

    found.remark = reason
    record.move(work, found, "dismissed", act="intake.dismiss", reason=reason)
    close_todos(work, "mail", mail, note=reason)
    return found


def mail_of(work: Work, number: str) -> ReceivedMail:
    """The mail of that number; raises NotFound."""
    found = work.session.get(ReceivedMail, number)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "received_mail"), subject=number)
    return found


def _files(work: Work, mail: str) -> list[SentFile]:
    wanted = (
        select(Attachment, StoredFile)
        .join(StoredFile, col(StoredFile.sha256) == col(Attachment.sha256))
        .where(col(Attachment.subject_type) == "received_mail", col(Attachment.subject) == mail)
        .order_by(col(Attachment.id))
    )
    return [
        SentFile(one.purpose, one.sha256, one.name, stored.media_type, stored.size, one.code)
        for one, stored in work.session.execute(wanted).all()
    ]
