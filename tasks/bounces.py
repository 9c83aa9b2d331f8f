"""Bounces: a letter that came back for good marks its address; what cannot be matched waits for the operator."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import col

from models.mail import Letter
from models.organisation import Organisation, Person
from models.reach import Bounce, DeadAddress
from notifications.bounce_box import FoundMail
from notifications.delivery_status import DeliveryStatus, Outcome, RecipientStatus, read_delivery_status
from notifications.readdressing import divert
from tasks import record
from tasks.refusal import NotFound
from tasks.todos import add_todo, close_todos
from tasks.work import House, Work

LATEST = timedelta(days=30)
"""A bounce that comes longer after its letter than any server keeps trying is not believed."""

UNMATCHED, NO_REPORT, KNOWN = "unmatched", "no_report", "known"


def read_bounces(house: House, mails: Iterable[FoundMail]) -> Counter[str]:
    """Reads mails, each in a transaction of its own; returns how many had which verdict.

    Safe to repeat: a mail that was read before is known by its content and has no second effect.
    """
    verdicts: Counter[str] = Counter()
    for mail in mails:
        with house.transaction() as work:
            verdicts[take_bounce(work, mail.raw, source=mail.name)] += 1
        mail.done()
    return verdicts


def take_bounce(work: Work, raw: bytes, *, source: str) -> str:
    """Takes one mail to the record; returns its verdict: permanent, content, temporary, delivered, unmatched, …

    Only a report that returns one letter of ours (by Message-ID or key, by both where it quotes both), for the very
    address it was sent to, within the time a server may need, changes anything. Everything else that looks like a
    report becomes a to-do.
    """
    digest = hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()
    if work.session.get(Bounce, digest) is not None:
        return KNOWN
    report = read_delivery_status(raw)
    if report is None:
        _keep(work, digest, NO_REPORT, source=source)
        return NO_REPORT
    letter = _letter_of(work, report)
    found = _status_for(letter, report) if letter is not None else None
    if letter is None or found is None:
        first = report.recipients[0] if report.recipients else None
        _keep(work, digest, UNMATCHED, source=source, status=first)
        detail = " ".join([source, *sorted(report.message_ids), first.address if first else ""]).strip()
        add_todo(work, "bounce_unmatched", digest[:16], detail=detail[:300])
        return UNMATCHED

    _keep(work, digest, found.outcome, source=source, status=found, letter=letter)
    if found.outcome is Outcome.PERMANENT:
        _mark(work, letter, found, digest)
    elif found.outcome is Outcome.CONTENT:
        add_todo(work, "refused_there", letter.key, detail=_said(letter, found))
    return found.outcome.value


def restore_address(work: Work, address: str, *, note: str) -> None:
    """The address works after all, from today on: the mark is lifted, the to-do done. Raises NotFound."""
    lifted = (
        update(DeadAddress)
        .where(col(DeadAddress.address) == address.lower(), col(DeadAddress.lifted_on).is_(None))
        .values(lifted_on=work.today)
    )
    if work.session.connection().execute(lifted).rowcount == 0:
        raise NotFound("bounces.not_marked", field="address", address=address)
    record.note(work, "dead_address", address.lower(), act="bounces.restore_address", note=note)
    for subject in _users_of(work, address.lower()):
        for kind in ("bounced", "unreached"):
            close_todos(work, kind, subject, note=note)


def _letter_of(work: Work, report: DeliveryStatus) -> Letter | None:
    """The one letter that the report returns; None where it names none, or two, or id and key disagree."""
    wanted = select(Letter).where(
        col(Letter.message_id).in_(sorted(report.message_ids)) | col(Letter.key).in_(sorted(report.keys))
    )
    found = list(work.session.execute(wanted).scalars())
    if len(found) != 1:
        return None
    letter: Letter = found[0]
    agree = (not report.message_ids or letter.message_id in report.message_ids) and (
        not report.keys or letter.key in report.keys
    )
    sent = letter.sent_at or letter.handed_at
    if not agree or sent is None or not sent <= work.now <= sent + LATEST:
        return None
    return letter


def _status_for(letter: Letter, report: DeliveryStatus) -> RecipientStatus | None:
    """What the report says of the address that the letter went to; a report of another address is not about it."""
    address = letter.address.lower()
    for one in report.recipients:
        if one.address == address or (not one.address and address in report.addresses):
            return one
    return None


def _mark(work: Work, letter: Letter, found: RecipientStatus, digest: str) -> None:
    address = letter.address.lower()
    marked = select(DeadAddress).where(
        col(DeadAddress.address) == address, col(DeadAddress.lifted_on).is_(None)
    )
    if work.session.execute(marked).scalars().first() is None:
        earlier = work.session.get(DeadAddress, (address, work.today))
        if earlier is not None:  # lifted and dead again within a day
            earlier.lifted_on = None
        else:
            mark = DeadAddress(
                address=address,
                since=work.today,
                letter=letter.key,
                status=found.status,
                evidence=found.diagnostic,
                bounce=digest,
            )
            work.session.add(mark)
        record.note(
            work,
            "dead_address",
            address,
            act="bounces.mark_address",
            letter=letter.key,
            status=found.status,
        )
        work.session.flush()
    for subject in _users_of(work, address):
        add_todo(work, "bounced", subject, detail=_said(letter, found))
    _divert(work, address)


def _divert(work: Work, address: str) -> None:
    """What is queued for a dead address goes to the office; where that has none that works, it waits."""
    dead = set(
        work.session.execute(
            select(col(DeadAddress.address)).where(col(DeadAddress.lifted_on).is_(None))
        ).scalars()
    )
    offices = select(col(Letter.organisation_code)).where(
        func.lower(col(Letter.address)) == address, col(Letter.state) == "queued"
    )
    for code in sorted(set(work.session.execute(offices).scalars())):
        office = work.session.get(Organisation, code)
        instead = office.email if office is not None and office.email.lower() not in dead else ""
        divert(work.session, address, organisation=code, instead=instead)


def _users_of(work: Work, address: str) -> list[str]:
    """Codes of the people and offices whose address it is now."""
    found: set[str] = set()
    for table in (Person, Organisation):
        wanted = select(col(table.code)).where(func.lower(col(table.email)) == address)
        found.update(work.session.execute(wanted).scalars())
    return sorted(found)


def _said(letter: Letter, found: RecipientStatus) -> str:
    return " ".join(part for part in (letter.key, letter.address, found.status, found.diagnostic) if part)[
        :300
    ]


def _keep(
    work: Work,
    digest: str,
    verdict: str,
    *,
    source: str,
    status: RecipientStatus | None = None,
    letter: Letter | None = None,
) -> None:
    row: dict[str, Any] = {
        "digest": digest,
        "read_at": work.now,
        "verdict": str(verdict),
        "letter": letter.key if letter else None,
        "address": status.address or (letter.address.lower() if letter else None) if status else None,
        "status": status.status if status else "",
        "diagnostic": status.diagnostic if status else "",
        "source": source[:200],
    }
    work.session.add(Bounce(**row))
    work.session.flush()
