"""Mails taken up by the machine itself, once that has come for which something in them waited (K18, K23)."""

from sqlalchemy import select
from sqlmodel import col

from models.application import Submission
from models.intake import ReceivedMail
from models.organisation import Institution
from tasks import record
from tasks.intake.ending import end_mail
from tasks.intake.filing import is_settled
from tasks.intake.placing import open_batch
from tasks.intake.refiling import UNTRUSTED, answer_anew, placed_again, waits_of, was_placed, work_on_anew
from tasks.queries.summary_table import LISTED
from tasks.work import House, Work

TAKE_UP = "intake.take_up"


def mails_to_take_up(work: Work) -> list[str]:
    """The mails in which a file waited for what is there by now, in the order in which they came; a pure read.

    A form waits for a batch to be open and for its institution to be registered, a summary for the city's list.
    """
    wanted = select(ReceivedMail).where(col(ReceivedMail.state) == "waiting")
    wanted = wanted.order_by(col(ReceivedMail.received_at), col(ReceivedMail.number))
    return [one.number for one in work.session.execute(wanted).scalars() if _is_due(work, one)]


def take_up_mails(house: House) -> int:
    """Files what waited in these mails, each in a transaction of its own; returns how many were taken up.

    Whatever was taken up meanwhile is left alone: twice, late or at once by two has the effect of once.
    """
    with house.look() as work:
        numbers = mails_to_take_up(work)
    return sum(_take_up(house, number) for number in numbers)


def _take_up(house: House, number: str) -> bool:
    with house.transaction() as work:
        found = work.session.get(ReceivedMail, number)
        if found is None or found.state != "waiting" or not _is_due(work, found):
            return False
        placed, waited = placed_again(work, found), waits_of(found)
        work_on_anew(work, found, placed)
        if is_settled(found.findings, placed):
            end_mail(work, found, "filed", act=TAKE_UP, note=TAKE_UP, waited=waited)
        else:
            record.note(work, "received_mail", number, act=TAKE_UP, batch=found.batch, waited=waited)
        answer_anew(work, found)
        return True


def _is_due(work: Work, found: ReceivedMail) -> bool:
    if found.answer in UNTRUSTED and not was_placed(work, found.number):
        return False
    return any(_has_come(work, found, one.get("waits", ""), one.get("uscc", "")) for one in found.findings)


def _has_come(work: Work, found: ReceivedMail, waits: str, uscc: str) -> bool:
    match waits:
        case "batch":
            return found.batch is None and open_batch(work) is not None
        case "institution":
            return bool(uscc) and work.session.get(Institution, uscc) is not None
        case "ranking":
            submission = work.session.get(Submission, f"{found.batch}:{found.city}")
            return submission is not None and submission.state in LISTED
        case _:
            return False
