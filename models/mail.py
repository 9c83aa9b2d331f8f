"""The outbox's tables: letters from the act that causes them to the server's receipt, their attempts, their text."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlmodel import Field

from models.columns import Facts, Instant
from models.row import Row


class LetterState(StrEnum):
    """Where a letter stands; the stored values are stable."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    HANDING = "handing"
    SENT = "sent"
    REFUSED = "refused"
    DROPPED = "dropped"
    IN_DOUBT = "in_doubt"
    HELD = "held"


class LegalClass(StrEnum):
    """What a letter weighs: legal and money letters are never sent twice without a person's word."""

    LEGAL = "legal"
    MONEY = "money"
    NOTICE = "notice"
    DIGEST = "digest"
    RECEIPT = "receipt"


class AttemptFate(StrEnum):
    """What became of one attempt, or what a look into the archive found; the stored values are stable."""

    SENT = "sent"
    DEFERRED = "deferred"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    IN_ARCHIVE = "in_archive"
    NOT_IN_ARCHIVE = "not_in_archive"


def _one_of(column: str, values: type[StrEnum], table: str = "letter") -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"ck_{table}_{column}")


def _partial(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


UNSETTLED = "state IN ('queued', 'claimed', 'handing')"
"""A letter that is still on its way, as the indexes and the claim both spell it."""


class Letter(Row, table=True):
    """One letter to one recipient. Only `notifications/outbox.py` changes its state.

    `key` says which letter this is (kind, subject, person, for digests the date): the same key is one letter.
    `message_id` follows from the key, so a letter handed over twice is recognised by every mail program.
    `facts` are what the templates need, as given by the act; the text is made when the letter leaves.
    """

    __tablename__ = "letter"
    __table_args__ = (
        _one_of("state", LetterState),
        _one_of("legal_class", LegalClass),
        CheckConstraint("attempts >= 0", name="ck_letter_attempts"),
        _partial("ix_letter_queued", "next_try_at", "id", where="state = 'queued'"),
        # A person's letters leave in their order: what is still on its way is found by person, or by mailbox.
        _partial("ix_letter_ahead", "person_code", "not_before", "id", where=UNSETTLED),
        _partial(
            "ix_letter_ahead_office",
            "address",
            "not_before",
            "id",
            where=f"{UNSETTLED} AND person_code IS NULL",
        ),
        _partial("ix_letter_leased", "lease_until", where="state IN ('claimed', 'handing')"),
        _partial("ix_letter_waiting", "state", "id", where="state IN ('in_doubt', 'refused', 'held')"),
        Index("ix_letter_subject", "subject_key"),
        Index("ix_letter_person", "person_code", "created_at"),
        Index("ix_letter_organisation", "organisation_code", "id"),
        Index("ix_letter_kind", "kind", "created_at"),
    )

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    key: str = Field(sa_type=Text, unique=True)
    message_id: str = Field(sa_type=Text, unique=True)
    kind: str = Field(sa_type=Text)
    legal_class: str = Field(sa_type=Text)
    person_code: str | None = Field(default=None, sa_type=Text)
    organisation_code: str = Field(sa_type=Text)
    recipient_name: str = Field(sa_type=Text)
    address: str = Field(sa_type=Text)
    batch: int | None = None
    subject_key: str = Field(sa_type=Text)
    facts: dict[str, Any] = Field(sa_type=Facts)
    state: str = Field(default=LetterState.QUEUED.value, sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)
    not_before: datetime = Field(sa_type=Instant)
    attempts: int = 0
    next_try_at: datetime = Field(sa_type=Instant)
    claimed_by: str | None = Field(default=None, sa_type=Text)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    handed_at: datetime | None = Field(default=None, sa_type=Instant)
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    doubted_at: datetime | None = Field(default=None, sa_type=Instant)
    reply: str | None = Field(default=None, sa_type=Text)
    resolution: str | None = Field(default=None, sa_type=Text)


class LetterAttempt(Row, table=True):
    """One attempt to hand a letter over, written with the mark that follows from it; never changed.

    `at` is when its outcome was written down, so never before the server saw the letter. `server` is missing where
    no server was asked; `domain` is the recipient's, for the pace.
    """

    __tablename__ = "letter_attempt"
    __table_args__ = (
        _one_of("fate", AttemptFate, "letter_attempt"),
        Index("ix_letter_attempt_pace", "domain", "at"),
        Index("ix_letter_attempt_at", "at"),
    )

    letter_id: int = Field(sa_column=Column(Integer, ForeignKey("letter.id"), primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_type=Instant)
    server: str | None = Field(default=None, sa_type=Text)
    domain: str = Field(sa_type=Text)
    code: int | None = None
    reply: str = Field(sa_type=Text)
    fate: str = Field(sa_type=Text)


class LetterText(Row, table=True):
    """A letter's words as they were handed over, written with the mark `handing`, one row per handing; never changed.

    `content` is header, text and HTML compressed; `sha256` is that of the message's bytes, so that whoever lays it
    out again later sees whether it is the same to the byte.
    """

    __tablename__ = "letter_text"
    __table_args__ = (Index("ix_letter_text_letter", "letter_id"),)

    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    letter_id: int = Field(sa_column=Column(Integer, ForeignKey("letter.id"), nullable=False))
    handed_at: datetime = Field(sa_type=Instant)
    sha256: str = Field(sa_type=Text)
    content: bytes = Field(sa_type=LargeBinary)
