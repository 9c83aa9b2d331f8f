"""Agreements, what they promise, and who has signed them (K27, K28)."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field

from models.columns import Facts, Instant
from models.row import Row


class Agreement(Row, table=True):
    """The agreement of one pair; signed by four parties, or three where the city recommended (K27, A9)."""

    __tablename__ = "agreement"

    pair: str = Field(primary_key=True, foreign_key="pair.key")
    batch: int = Field(foreign_key="batch.number")
    state: str = Field(default="signing")
    parties: list[str] = Field(default_factory=list, sa_type=Facts)
    due_on: date
    register_number: str = ""
    payment_plan: list[dict[str, Any]] = Field(default_factory=list, sa_type=Facts)
    payee_account: dict[str, Any] = Field(default_factory=dict, sa_type=Facts)
    drafted_on: date | None = None
    effective_on: date | None = None
    ended_on: date | None = None


class Indicator(Row, table=True):
    """What an agreement promises, per work year and indicator of the programme pack (K28)."""

    __tablename__ = "indicator"

    pair: str = Field(primary_key=True, foreign_key="pair.key")
    year: int = Field(primary_key=True)
    indicator: str = Field(primary_key=True)
    promised: int


class Signature(Row, table=True):
    """One party's signature, with its date and the seal's scan."""

    __tablename__ = "signature"

    pair: str = Field(primary_key=True, foreign_key="agreement.pair")
    party: str = Field(primary_key=True)
    organisation: str
    signed_on: date
    signatory: str
    seal_file: str
    at: datetime = Field(sa_type=Instant)
