"""The letter back to whoever sent a mail: what came, what is wrong, what is missing, until when (K03, K23)."""

from datetime import datetime, time
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.application import Submission
from models.intake import ReceivedMail
from models.mail import Letter
from models.messages import say
from models.step import Step
from tasks.intake.mail_time import time_doubt, time_of
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
    """Writes the letter back to the address the mail came from; returns whether it is new.

    A further letter about the same mail is written only where it says otherwise than the last one.
    """
    facts, letters = _facts(work, found), letters_about(work, found.number)
    if letters and all(letters[-1].facts.get(name) == facts[name] for name in _TOLD):
        return False
    return _write(work, found, sender, facts, len(letters))


def answer_again(work: Work, found: ReceivedMail, sender: Sender) -> bool:
    """Writes the letter back once more, as things stand now, whatever the last one said."""
    return _write(work, found, sender, _facts(work, found), len(letters_about(work, found.number)))


def letters_about(work: Work, number: str) -> list[Letter]:
    """The letters that were written about a mail, the last one last."""
    subjects = [number, *(f"{number}:{one}" for one in range(2, _MOST_LETTERS))]
    wanted = select(Letter).where(col(Letter.subject_key).in_(subjects), col(Letter.kind) == ANSWER)
    return list(work.session.execute(wanted.order_by(col(Letter.id))).scalars())


def may_answer(work: Work, sender: str) -> bool:
    """Whether an address has had fewer letters back since this day began than may be."""
    begin = datetime.combine(work.today, time(), work.now.tzinfo)
    wanted = (
        select(func.count())
        .select_from(Letter)
        .where(
            col(Letter.kind) == ANSWER,
            col(Letter.created_at) >= begin,
            func.lower(col(Letter.address)) == sender,
        )
    )
    return int(work.session.connection().execute(wanted).scalar_one()) < MOST_A_DAY


def _write(work: Work, found: ReceivedMail, sender: Sender, facts: dict[str, Any], before: int) -> bool:
    subject = found.number if not before else f"{found.number}:{before + 1}"
    return tell_sender(work, ANSWER, to=sender.holder, subject=subject, batch=found.batch, facts=facts)


def _facts(work: Work, found: ReceivedMail) -> dict[str, Any]:
    return {
        "number": found.number,
        "subject_line": found.subject or say("act.none"),
        "sent_at": time_of(found).at,
        "received_at": found.received_at,
        "files": [_file(one) for one in found.findings],
        "problems": _problems(found),
        "missing": [{"sentence": one} for one in missing_of(work, found)],
        "due_on": _due(work, found),
        "standing": "filed" if found.state == "filed" else "waiting",
    }


def _problems(found: ReceivedMail) -> list[dict[str, str]]:
    """What the sender should mend: a time that cannot be right, then what is wrong with the files."""
    doubt = time_doubt(found)
    own = [{"name": say("intake.time.name"), "sentence": doubt}] if doubt else []
    return own + [
        {"name": one["name"], "sentence": sentence} for one in found.findings for sentence in one["problems"]
    ]


_TOLD = ("files", "problems", "missing", "standing")
"""What of a letter may have changed since the last one."""
_MOST_LETTERS = 50


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
