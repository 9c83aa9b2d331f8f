"""The letter back to whoever sent a mail: what came, what is wrong, what is missing, until when (K03, K23)."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.application import Submission
from models.intake import ReceivedMail
from models.messages import say
from models.step import Step
from tasks.intake.recognising import FORM, SCAN, SUMMARY
from tasks.intake.senders import Sender
from tasks.letters import day_fact, tell_sender
from tasks.queries.summary_table import LISTED
from tasks.submission import applications_of
from tasks.work import Work

ANSWER = "mail_received"
MOST_A_DAY = 20
"""So many mails of one address are answered in a day: two machines that answer each other end there at the latest."""


def answer_mail(work: Work, found: ReceivedMail, sender: Sender) -> bool:
    """Writes the letter back to the address the mail came from, once for each mail; returns whether it is new."""
    return tell_sender(
        work,
        ANSWER,
        to=sender.holder,
        subject=found.number,
        batch=found.batch,
        facts={
            "number": found.number,
            "subject_line": found.subject or say("act.none"),
            "sent_at": found.sent_at or found.received_at,
            "received_at": found.received_at,
            "files": [_file(one) for one in found.findings],
            "problems": [
                {"name": one["name"], "sentence": sentence}
                for one in found.findings
                for sentence in one["problems"]
            ],
            "missing": [{"sentence": one} for one in missing_of(work, found)],
            "due_on": _due(work, found),
            "standing": "filed" if found.state == "filed" else "waiting",
        },
    )


def answered_today(work: Work, sender: str) -> int:
    """How many mails of an address have been answered since this day began."""
    begin = datetime.combine(work.today, time(), work.now.tzinfo)
    wanted = (
        select(func.count())
        .select_from(ReceivedMail)
        .where(
            col(ReceivedMail.sender) == sender,
            col(ReceivedMail.answer) == "sent",
            col(ReceivedMail.received_at) >= begin,
        )
    )
    return int(work.session.connection().execute(wanted).scalar_one())


def missing_of(work: Work, found: ReceivedMail) -> list[str]:
    """What a city's list still lacks by this mail and those before it: scans of the ranked forms, the summary (K23)."""
    if found.batch is None or found.city is None:
        return []
    submission = work.session.get(Submission, f"{found.batch}:{found.city}")
    if submission is None or submission.state not in LISTED:
        return []
    kinds = [one["kind"] for mail in _mails(work, found) for one in mail.findings]
    ranked = applications_of(work, found.batch, found.city, "ranked", "emailed")
    # One scan may hold several pages but never two forms; the summary is sealed and scanned, too.
    wanted = len(ranked) + 1
    missing = []
    if kinds.count(SCAN) < wanted:
        missing.append(say("intake.missing_scans", found=kinds.count(SCAN), wanted=wanted))
    if not {SUMMARY, SCAN}.intersection(kinds) or (SUMMARY not in kinds and kinds.count(SCAN) < wanted):
        missing.append(say("intake.missing_summary"))
    return missing


def _mails(work: Work, found: ReceivedMail) -> list[ReceivedMail]:
    wanted = select(ReceivedMail).where(
        col(ReceivedMail.batch) == found.batch,
        col(ReceivedMail.city) == found.city,
        col(ReceivedMail.state) != "dismissed",
    )
    return list(work.session.execute(wanted).scalars())


def _due(work: Work, found: ReceivedMail) -> Any:
    """Until when the city may mend it: its own date, as extended."""
    if found.batch is None:
        return None
    wanted = select(func.max(col(Step.due_on))).where(
        col(Step.kind) == "S05", col(Step.subject) == f"{found.batch}:{found.city}"
    )
    due = work.session.connection().execute(wanted).scalar() or work.batch(found.batch).submit_by
    return day_fact(work, due) if due is not None else None


def _file(one: dict[str, Any]) -> dict[str, str]:
    kind = (
        one["kind"]
        if one["kind"] in (FORM, SUMMARY, SCAN)
        else "other"
        if one["kind"] == "other"
        else "refused"
    )
    done = say(f"intake.done.{one['done']}") if one["done"] else say("intake.done.kept")
    return {
        "name": one["name"],
        "kind": say(f"intake.kind.{kind}"),
        "done": say("intake.done.refused") if kind == "refused" else done,
    }
