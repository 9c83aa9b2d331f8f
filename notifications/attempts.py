"""Attempts of letters and their texts as handed over: written once, with the mark that they belong to."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, text
from sqlmodel import Session, SQLModel

from models.columns import Instant
from models.mail import AttemptFate, LetterAttempt, LetterText
from models.prepared import Prepared

ATTEMPT: Table = SQLModel.metadata.tables[str(LetterAttempt.__tablename__)]
TEXT: Table = SQLModel.metadata.tables[str(LetterText.__tablename__)]

REPLY_WIDTH = 500


@dataclass(frozen=True)
class Tried:
    """One attempt as a dispatcher saw it: the letter, how often it had been tried, the server's code and words.

    `server` is None where none was asked (a letter that could not be laid out), `domain` the recipient's.
    """

    letter_id: int
    attempts: int
    reply: str
    code: int | None = None
    server: str | None = None
    domain: str = ""


@dataclass(frozen=True)
class Wording:
    """A letter's words: its header and both bodies, and the sum of the message they made."""

    head: str
    text: str
    html: str
    sha256: str

    def packed(self) -> bytes:
        """Header and bodies as they are stored: a third of the message's size."""
        parts = json.dumps([self.head, self.text, self.html], ensure_ascii=False)
        return zlib.compress(parts.encode("utf-8", "replace"), 1)


@dataclass(frozen=True)
class SentText:
    """What was handed over at one moment."""

    handed_at: datetime
    words: Wording


def sum_of(content: bytes) -> str:
    """The sum by which a message is recognised."""
    return hashlib.sha256(content).hexdigest()


def domain_of(address: str) -> str:
    """The part of an address that says which server takes it."""
    return address.rpartition("@")[2].lower()


# One writing transaction at a time makes the next number safe; the primary key would refuse a second one.
_RECORD = Prepared(
    text(
        """
INSERT INTO letter_attempt (letter_id, number, at, server, domain, code, reply, fate)
VALUES (:letter_id, (SELECT COALESCE(MAX(number), 0) + 1 FROM letter_attempt WHERE letter_id = :letter_id),
        :at, :server, :domain, :code, :reply, :fate)
"""
    ).bindparams(bindparam("at", type_=Instant()))
)


def record_attempts(session: Session, tried: Sequence[Tried], fate: AttemptFate, now: datetime) -> None:
    """Writes one row per attempt; it stays true whatever becomes of the letter afterwards."""
    if tried:
        _RECORD.each(session, [_row(one, fate, now) for one in tried])


def _row(one: Tried, fate: AttemptFate, now: datetime) -> dict[str, Any]:
    return {
        "letter_id": one.letter_id,
        "at": now,
        "server": one.server,
        "domain": one.domain,
        "code": one.code,
        "reply": one.reply[:REPLY_WIDTH],
        "fate": fate.value,
    }


_KEEP = insert(TEXT)


def keep_texts(session: Session, texts: Mapping[int, Wording], now: datetime) -> None:
    """Writes what is about to be handed over, letter by letter."""
    rows = [
        {"letter_id": id_, "handed_at": now, "sha256": words.sha256, "content": words.packed()}
        for id_, words in texts.items()
    ]
    if rows:
        session.connection().execute(_KEEP, rows)


def attempts_of(session: Session, letter_id: int) -> list[Mapping[str, Any]]:
    """Every attempt of a letter, the first first."""
    wanted = select(ATTEMPT).where(ATTEMPT.c.letter_id == letter_id).order_by(ATTEMPT.c.number)
    return [dict(row) for row in session.connection().execute(wanted).mappings()]


def last_fate(session: Session, letter_id: int) -> str | None:
    """What became of the latest attempt; None when there was none."""
    wanted = select(ATTEMPT.c.fate).where(ATTEMPT.c.letter_id == letter_id).order_by(ATTEMPT.c.number.desc())
    return session.connection().execute(wanted.limit(1)).scalar()


def texts_of(session: Session, letter_id: int) -> list[SentText]:
    """Every text of a letter that was handed over, the first first."""
    wanted = select(TEXT).where(TEXT.c.letter_id == letter_id).order_by(TEXT.c.id)
    return [_sent_text(row) for row in session.connection().execute(wanted).mappings()]


def _sent_text(row: Mapping[Any, Any]) -> SentText:
    head, plain, html = json.loads(zlib.decompress(row["content"]))
    return SentText(row["handed_at"], Wording(head, plain, html, row["sha256"]))
