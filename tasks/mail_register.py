"""Mails in the province's mailbox: registered by an officer with the header's time, beside the system's record (A3)."""

from datetime import datetime

from sqlalchemy import select
from sqlmodel import col

from models.application import Application, Submission
from models.clock import china_date
from models.rules.breach import RuleBroken
from models.rules.mailing import Record, Source, counting_record
from tasks import record, steps
from tasks.acts import act
from tasks.refusal import BadInput
from tasks.submission import (
    does_not_count,
    in_china,
    list_breaches,
    moment_breaches,
    note_moment,
    submission_of,
    take_list,
)
from tasks.work import Work

ON_RECORD = ("emailed", "posted", "arrived", "registered")
"""States of a submission of which there is a record already."""


@act("application.register_mail", by=("province_civil",), clauses=("K23",))
def register_mail(
    work: Work,
    batch: int,
    *,
    city: str,
    sent_at: datetime,
    message: str,
    applications: list[str],
    rows: int,
    sealed: bool,
) -> Submission:
    """A city's list came by mail outside the system: registered with the time of the mail's header (A3).

    Where the city has entered nothing, its list has gone with this mail. Where it has, the record that A3 lets count
    decides when it came, and what is counted from that day follows. `message` names the mail (its Message-ID). Raises
    RuleBroken for an incomplete list (K23), a time that cannot be, or where only the system's record counts.
    """
    submission = submission_of(work, batch, city)
    if not message.strip():
        raise BadInput("application.mail_unnamed", field="message")
    mail = Record(Source.EMAIL, in_china(sent_at))
    if submission.state not in ON_RECORD or submission.emailed_at is None:
        listed = {"applications": applications, "rows": rows, "sealed": sealed, "note": message}
        return take_list(work, submission, [mail], listed, act_name="application.register_mail")

    sent = _sent(work, batch, city)
    faults = list_breaches(sent, applications, rows, sealed=sealed)
    faults += moment_breaches(work.batch(batch), mail.at, work.now)
    if counting_record([mail], work.rules(batch)) is None:
        faults.append(does_not_count(work, batch))
    if faults:
        raise RuleBroken(faults)

    was = submission.emailed_at
    note_moment(work, submission, min(was, mail.at))
    record.note(
        work,
        "submission",
        submission.key,
        act="application.register_mail",
        batch=batch,
        message=message,
        sent_at=mail.at,
        was=was,
        counts=submission.emailed_at,
        late=submission.email_late,
    )
    if mail.at < was:
        _count_checks_anew(work, sent, mail.at, reason=message)
    return submission


def _sent(work: Work, batch: int, city: str) -> list[str]:
    """The applications on a city's list that has gone, whatever has become of them since."""
    wanted = select(col(Application.key)).where(
        col(Application.batch) == batch,
        col(Application.city) == city,
        col(Application.city_rank).is_not(None),
    )
    return list(work.session.connection().execute(wanted.order_by(col(Application.key))).scalars())


def _count_checks_anew(work: Work, sent: list[str], moment: datetime, *, reason: str) -> None:
    for key in sent:
        step = steps.find_open_step(work, "S08", key)
        if step is not None:
            steps.count_anew(work, step, anchors={"emailed": china_date(moment)}, reason=reason)
