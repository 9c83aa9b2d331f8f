"""Shenzhen's roster of senders, the pairs and the list that two offices confirm (K05, K06, K26)."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import Instant
from models.row import Row

_ACTIVE = text("state IN ('proposed', 'confirmed', 'effective')")


class RosterEntry(Row, table=True):
    """A sender offered by Shenzhen for one batch; state available, paired or withdrawn."""

    __tablename__ = "roster_entry"

    key: str = Field(primary_key=True)
    batch: int = Field(foreign_key="batch.number")
    sender: str = Field(foreign_key="organisation.code")
    state: str = Field(default="available")
    strengths: str = ""


class PairingList(Row, table=True):
    """One round of pairing of a batch; final when the province and Shenzhen have both confirmed it (K26)."""

    __tablename__ = "pairing_list"

    key: str = Field(primary_key=True)
    batch: int = Field(foreign_key="batch.number")
    round: int = 1
    state: str = Field(default="proposed")
    province_confirmed_on: date | None = None
    shenzhen_confirmed_on: date | None = None
    confirmed_on: date | None = None


class Pair(Row, table=True):
    """One sender and one recipient; each is in at most one active pair of a batch (K06)."""

    __tablename__ = "pair"
    __table_args__ = (
        Index(
            "uq_pair_sender", "batch", "sender", unique=True, sqlite_where=_ACTIVE, postgresql_where=_ACTIVE
        ),
        Index(
            "uq_pair_recipient",
            "batch",
            "recipient",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_pair_city", "batch", "city", "state"),
    )

    key: str = Field(primary_key=True)
    batch: int = Field(foreign_key="batch.number")
    list_key: str = Field(foreign_key="pairing_list.key")
    sender: str = Field(foreign_key="organisation.code")
    recipient: str = Field(foreign_key="organisation.code")
    application: str = Field(foreign_key="application.key")
    nominator: str = Field(foreign_key="organisation.code")
    city: str
    state: str = Field(default="proposed")
    reason: str = ""
    confirmed_on: date | None = None
    effective_on: date | None = None
    ended_on: date | None = None
    predecessor: str | None = None
    at: datetime = Field(sa_type=Instant)
