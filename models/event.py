"""The audit trail: every change of every object, in order, chained by hashes, never changed afterwards."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlmodel import Field

from models.columns import Facts, Instant, instant_text
from models.row import Row

GENESIS = "0" * 64
"""The hash before the first event."""


class Event(Row, table=True):
    """One thing that happened. Append-only: triggers refuse UPDATE and DELETE (DESIGN section 5)."""

    __tablename__ = "event"

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=Instant)
    actor: str
    act: str
    subject_type: str
    subject: str = Field(index=True)
    batch: int | None = None
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Facts)
    prev: str
    hash: str = Field(unique=True)


def event_hash(
    *,
    seq: int,
    at: datetime,
    actor: str,
    act: str,
    subject_type: str,
    subject: str,
    batch: int | None,
    facts: dict[str, Any],
    prev: str,
) -> str:
    """SHA-256 over the canonical JSON of an event and the hash before it."""
    body = [seq, instant_text(at), actor, act, subject_type, subject, batch, facts, prev]
    return hashlib.sha256(_CANONICAL.encode(body).encode()).hexdigest()


_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
