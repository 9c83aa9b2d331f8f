"""Letters that wait follow a corrected address; one that was held only for want of an address may then leave."""

from __future__ import annotations

from sqlalchemy import and_, func, literal_column, or_, update
from sqlmodel import Session

from models.mail import LetterState
from notifications.outbox import LETTER

_WANTING = "no deliverable address%"


def readdress(session: Session, *, was: str, now_to: str, person: str | None, organisation: str) -> int:
    """Writes the new address on what is queued or held for a person, or for the office itself; returns how many.

    The office's own address stands also on letters to people of the office who could not be reached themselves.
    """
    waiting = update(LETTER).where(
        LETTER.c.state.in_([LetterState.QUEUED.value, LetterState.HELD.value]),
        LETTER.c.organisation_code == organisation,
    )
    if person is not None:
        which = LETTER.c.person_code == person
    else:
        which = and_(
            LETTER.c.address.in_({was, ""}), or_(LETTER.c.person_code.is_(None), LETTER.c.address == "")
        )
    moved = session.connection().execute(waiting.where(which).values(address=now_to)).rowcount
    held = update(LETTER).where(
        LETTER.c.state == literal_column("'held'"),
        LETTER.c.address == now_to,
        LETTER.c.organisation_code == organisation,
        or_(LETTER.c.reply.is_(None), LETTER.c.reply.like(_WANTING)),
    )
    # A state of the outbox, as `outbox.resolve` sets it; values are spelled as the outbox spells them.
    session.connection().execute(held.values({"state": LetterState.QUEUED.value, "reply": None}))
    return int(moved)


def divert(session: Session, address: str, *, organisation: str, instead: str) -> int:
    """Takes what is queued for an address that no longer works to another one; with none (''), it is held."""
    queued = update(LETTER).where(
        func.lower(LETTER.c.address) == address,
        LETTER.c.organisation_code == organisation,
        LETTER.c.state == literal_column("'queued'"),
    )
    values: dict[str, object] = {"address": instead}
    if not instead:
        values |= {"state": LetterState.HELD.value, "reply": f"no deliverable address: {address!r}"}
    return int(session.connection().execute(queued.values(values)).rowcount)
