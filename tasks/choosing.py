"""An officer's own choice about the daily digest, within the pack's limits; what is late comes in any case."""

from datetime import time

from sqlmodel import col, select

from models.choice import DigestChoice
from models.organisation import Duty, Person
from tasks import record
from tasks.acts import act
from tasks.parties import TREE
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

EVERYBODY = (*TREE, "sender", "recipient", "reviewer")
QUARTER = 15
"""Digests leave on a quarter of an hour, so that a sweep has few moments to set."""


@act("settings.choose_digest", by=EVERYBODY, clauses=("K32",))
def choose_digest(work: Work, at: time, *, notice_days: int) -> DigestChoice:
    """Chooses for the actor when the digest leaves and how many working days before a date reminders begin.

    The last reminder before a date, that of the day itself, everything overdue and every escalation come all the same.
    Holds from the next sweep on. Raises BadInput outside the pack's limits.
    """
    person = work.session.get(Person, work.actor.person)
    if person is None:
        kind = work.programme.label("table", "person")
        raise NotFound("act.no_object", field="person", kind=kind, subject=work.actor.person)
    _check(work, at, notice_days)

    found = work.session.get(DigestChoice, person.code)
    old = None if found is None else {"at": found.digest_at, "notice_days": found.notice_days}
    chosen = found or DigestChoice(person=person.code, digest_at="", notice_days=0, chosen_at=work.now)
    chosen.digest_at, chosen.notice_days, chosen.chosen_at = f"{at:%H:%M}", notice_days, work.now
    work.session.add(chosen)
    work.session.flush()
    record.note(
        work,
        "person",
        person.code,
        act="settings.choose_digest",
        old=old,
        at=chosen.digest_at,
        notice_days=notice_days,
    )
    return chosen


def choices_of(work: Work, organisation: str) -> list[DigestChoice]:
    """What today's people of an organisation have chosen, in the order of their codes."""
    today = work.today
    wanted = (
        select(DigestChoice)
        .join(Duty, col(Duty.person) == col(DigestChoice.person))
        .where(
            col(Duty.organisation) == organisation,
            col(Duty.valid_from) <= today,
            col(Duty.valid_to).is_(None) | (col(Duty.valid_to) >= today),
        )
        .distinct()
        .order_by(col(DigestChoice.person))
    )
    return list(work.session.execute(wanted).scalars())


def _check(work: Work, at: time, notice_days: int) -> None:
    rules = work.programme.rules(work.today)
    first, last = (
        time.fromisoformat(rules.text(key)) for key in ("deadlines.sweep_at", "deadlines.digest_latest")
    )
    if not first <= at <= last or at.minute % QUARTER or at.second or at.microsecond or at.tzinfo:
        raise BadInput(
            "act.digest_time", field="at", at=at.isoformat(), first=f"{first:%H:%M}", last=f"{last:%H:%M}"
        )
    least, most = (rules.number(key) for key in ("deadlines.notice_days_least", "deadlines.notice_days_most"))
    if not least <= notice_days <= most:
        raise BadInput("act.notice_days", field="notice_days", days=notice_days, least=least, most=most)
