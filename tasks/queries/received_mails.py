"""The mails of the programme's mailbox as pages list them, for whoever may read them."""

from collections.abc import Sequence

from sqlalchemy import and_, select
from sqlmodel import col

from models.application import Submission
from models.event import Event
from models.intake import ReceivedMail
from models.rules.access import Right, Viewer, Whereabouts, may
from tasks.intake.mail_time import time_of
from tasks.queries.pair_page import EventLine, event_lines
from tasks.queries.summary_table import LISTED
from tasks.submission import applications_of
from tasks.work import Work


def received_mails(work: Work, viewer: Viewer) -> Sequence[ReceivedMail]:
    """Every mail the viewer may read, the newest first."""
    wanted = select(ReceivedMail).order_by(
        col(ReceivedMail.received_at).desc(), col(ReceivedMail.number).desc()
    )
    found = work.session.execute(wanted).scalars()
    return [one for one in found if may(viewer, Right.READ, "received_mail", Whereabouts(city=one.city))]


def events_of_mail(work: Work, number: str) -> list[EventLine]:
    """What happened to a mail, the latest first."""
    return event_lines(work, and_(col(Event.subject) == number, col(Event.subject_type) == "received_mail"))


def registration_of(work: Work, mail: ReceivedMail) -> dict[str, str]:
    """What `application.register_mail` is filled with from a mail; empty where the city's list cannot come by it now.

    Whether all of it is sealed is for human eyes: that is not filled in.
    """
    if mail.batch is None or mail.city is None:
        return {}
    submission = work.session.get(Submission, f"{mail.batch}:{mail.city}")
    if submission is None or submission.state not in LISTED:
        return {}
    listed = applications_of(work, mail.batch, mail.city, "ranked", "emailed")
    moment = time_of(mail).at
    return {
        "batch": str(mail.batch),
        "city": mail.city,
        "sent_at": moment.strftime("%Y-%m-%dT%H:%M"),
        "message": mail.message_id or mail.number,
        "rows": str(len(listed)),
    }
