"""A mail of the programme's mailbox becomes a registered receipt, once, and its sender gets a letter back (K23, A3)."""

import hashlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.intake import ReceivedMail
from models.messages import say
from notifications.incoming import Incoming, read_mail
from notifications.settings import post_settings
from tasks import record
from tasks.file_store import put_content
from tasks.intake.answering import answer_mail, may_answer
from tasks.intake.filing import file_all, is_settled
from tasks.intake.placing import Placed, place
from tasks.intake.recognising import REFUSED, Recognised, recognise
from tasks.refusal import BadInput
from tasks.todos import add_todo
from tasks.work import House, Work

RECEIVE = "intake.receive"


def receive_mail(
    house: House, raw: bytes, *, arrived_at: datetime | None = None, cut_from: int | None = None
) -> tuple[ReceivedMail, bool]:
    """Registers a mail and all that hangs on it, in one transaction; returns it, and whether it is new.

    `cut_from` is the size of a mail that is too large: `raw` is its header only then, and an officer has to ask for it
    in parts. The same mail twice, at once or years apart, is one receipt. Its bytes lie in the store before the
    transaction. Raises notifications.incoming.NoMail for bytes that are no mail, BadInput without a data folder.
    """
    mail = read_mail(raw, ours=_our_addresses(), servers=post_settings().authserv)
    with house.look() as work:
        known = _known(work, mail.identity)
    if known is not None:
        return known, False
    if house.home is None:
        raise BadInput("files.no_home", field="file")
    sha256 = hashlib.sha256(raw).hexdigest()
    put_content(house.home, sha256, raw)
    files = recognise(house, mail.attachments)
    if cut_from is not None:
        files = (*files, Recognised("", REFUSED, problem=say("intake.too_large", size=cut_from // 1_000_000)))
    with house.transaction() as work:
        known = _known(work, mail.identity)
        if known is not None:
            return known, False
        return _register(work, mail, files, sha256, arrived_at), True


def _register(
    work: Work, mail: Incoming, files: tuple[Recognised, ...], sha256: str, arrived_at: datetime | None
) -> ReceivedMail:
    placed = place(work, mail.sender, files)
    if mail.is_automatic or mail.failed_checks:
        # A program files nothing, nor does who may be somebody else: an officer may take the mail up.
        placed = replace(placed, sender=None)
    found = ReceivedMail(
        number=_next_number(work),
        identity=mail.identity,
        message_id=mail.message_id,
        sender=mail.sender,
        sender_name=mail.sender_name,
        person=placed.person,
        subject=mail.subject,
        text=mail.text,
        batch=placed.batch,
        city=placed.city,
        sent_at=mail.sent_at,
        arrived_at=arrived_at,
        received_at=work.now,
        raw=sha256,
    )
    facts = {"message": mail.message_id, "sender": mail.sender, "sha256": sha256}
    if mail.failed_checks:
        found.remark = say("intake.unproved", checks=[one.upper() for one in mail.failed_checks])
        facts["failed"] = " ".join(mail.failed_checks)
    record.create(work, found, act=RECEIVE, **facts)
    found.findings = file_all(work, found.number, files, placed)
    work.session.flush()
    if is_settled(found.findings, placed):
        record.move(work, found, "filed", act=RECEIVE)
    elif not mail.is_automatic:
        add_todo(work, "mail", found.number, detail=mail.subject)
    found.answer = _answer(work, found, mail, placed)
    return found


def _answer(work: Work, found: ReceivedMail, mail: Incoming, placed: Placed) -> str:
    """What was answered: nothing to machines, to strangers, who would learn what others sent, or where From may lie."""
    if mail.is_automatic:
        return "automatic"
    if mail.failed_checks:
        return "unproved"
    if placed.sender is None:
        return "stranger"
    if not may_answer(work, mail.sender):
        return "enough"
    return "sent" if answer_mail(work, found, placed.sender) else "again"


def _our_addresses() -> frozenset[str]:
    """What writes to itself would answer itself."""
    settings = post_settings()
    own = (settings.sender, settings.mailbox.address if settings.mailbox is not None else "")
    return frozenset(one.lower() for one in own if one)


def _known(work: Work, identity: str) -> ReceivedMail | None:
    wanted = select(ReceivedMail).where(col(ReceivedMail.identity) == identity)
    found: ReceivedMail | None = work.session.execute(wanted).scalar_one_or_none()
    return found


def _next_number(work: Work) -> str:
    """The year's next number; one writer at a time, and the key is the database's."""
    prefix = say("intake.number", year=work.today.year)
    wanted = select(func.count()).where(col(ReceivedMail.number).like(f"{prefix}%"))
    taken: Any = work.session.connection().execute(wanted).scalar_one()
    return f"{prefix}{int(taken) + 1:04d}"
