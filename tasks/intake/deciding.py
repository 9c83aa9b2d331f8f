"""What officers do with a mail that nobody could place: put it where it belongs, or say why it belongs nowhere."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.application import Application, Submission
from models.intake import ReceivedMail
from models.messages import say
from models.rules.breach import RuleBroken
from models.rules.form_shape import shape_breaches
from models.stored_file import Attachment, StoredFile
from tasks import record
from tasks.acts import act
from tasks.attaching import attach_file
from tasks.dossier import application_of, require_reason
from tasks.drafting import IN_HAND
from tasks.form_privacy import protect_form, reveal_form
from tasks.intake.answering import answer_mail
from tasks.intake.filing import sealed_with
from tasks.intake.senders import sender_of
from tasks.refusal import AlreadyDone, BadInput, NotFound
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

    sender = sender_of(work, found.sender)
    if sender is not None and found.answer != "automatic":
        answer_mail(work, found, sender)
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


@act("intake.take_form", by=("province_civil",), clauses=("K23",))
def take_form(work: Work, mail: str, *, application: str, reason: str) -> Application:
    """Takes a form that came with a mail over into the application it lies beside, while that is in hand.

    Blanks of the file leave what stands; signatures and seals stay as they are; nothing is submitted: that is for the
    institution. Raises AlreadyDone for an application that was handed in, NotFound where nothing waits to be taken.
    """
    found, goal = mail_of(work, mail), application_of(work, application)
    require_reason(reason)
    if goal.state not in IN_HAND:
        raise AlreadyDone("application.not_in_hand", application=application)
    chosen = next((one for one in found.findings if one["about"] == application and one.get("given")), None)
    if chosen is None:
        raise NotFound("intake.nothing_to_take", field="application", mail=mail, application=application)
    given = reveal_form(chosen["given"], sealed_with(found.number, chosen["sha256"]))
    faults = shape_breaches(given, {one.key: (one.id, one.type) for one in work.programme.form})
    if faults:
        raise RuleBroken(faults)

    goal.form = protect_form({**reveal_form(goal.form, goal.key), **given}, goal.key)
    record.note(
        work,
        "application",
        goal.key,
        act="intake.take_form",
        batch=goal.batch,
        mail=mail,
        fields=sorted(given),
        reason=reason,
    )
    found.findings = [_taken(one) if one is chosen else one for one in found.findings]
    return goal


def _taken(finding: dict[str, Any]) -> dict[str, Any]:
    """A finding whose form has gone into its application: nothing of it waits with the mail."""
    kept = {key: value for key, value in finding.items() if key not in ("given", "changes")}
    return {**kept, "done": "taken", "problems": []}


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
