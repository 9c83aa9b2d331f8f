"""Money: vouchers, payments by leg, the ledger of two-sided entries, receipts and what it was spent on (K39–K45)."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from models.columns import Instant
from models.row import Row

_LIVE = text("state IN ('entered', 'paid', 'received')")


class Voucher(Row, table=True):
    """One transfer of money, entered by one person and approved by another; leg A may cover several pairs (K40)."""

    __tablename__ = "voucher"
    __table_args__ = (CheckConstraint("checker IS NULL OR checker <> maker", name="maker_is_not_checker"),)

    key: str = Field(primary_key=True)
    number: str
    leg: str
    batch: int = Field(foreign_key="batch.number")
    year: int
    payer: str = Field(foreign_key="organisation.code")
    payee: str = Field(foreign_key="organisation.code")
    account_name: str
    source: str
    fen: int
    paid_on: date
    state: str = Field(default="entered")
    maker: str
    checker: str | None = None
    entered_at: datetime = Field(sa_type=Instant)
    approved_at: datetime | None = Field(default=None, sa_type=Instant)


class Payment(Row, table=True):
    """One leg of one pair and work year (or one instalment of it); at most one live per leg (K39–K42)."""

    __tablename__ = "payment"
    __table_args__ = (
        Index(
            "uq_payment_live",
            "batch",
            "year",
            "pair",
            "leg",
            "instalment",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_payment_voucher", "voucher"),
        Index("ix_payment_pair", "pair", "year"),
    )

    key: str = Field(primary_key=True)
    voucher: str = Field(foreign_key="voucher.key")
    leg: str
    batch: int = Field(foreign_key="batch.number")
    year: int
    pair: str = Field(foreign_key="pair.key")
    instalment: int = 1
    payer: str
    payee: str
    fen: int
    state: str = Field(default="entered")
    received_on: date | None = None


class LedgerLine(Row, table=True):
    """One side of an entry; the lines of an entry sum to zero and are never changed (a reversal is a new entry)."""

    __tablename__ = "ledger_line"

    entry: str = Field(primary_key=True)
    account: str = Field(primary_key=True)
    payment: str = Field(index=True, foreign_key="payment.key")
    leg: str
    batch: int
    year: int
    pair: str
    fen: int
    booked_at: datetime = Field(sa_type=Instant)


class Spending(Row, table=True):
    """What an institution spent of the programme's money in a work year, by category (K43, K44)."""

    __tablename__ = "spending"

    pair: str = Field(primary_key=True, foreign_key="pair.key")
    year: int = Field(primary_key=True)
    organisation: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    fen: int
    note: str = ""


class OwnFunds(Row, table=True):
    """Money a pair raised by itself, by source (K07, K45)."""

    __tablename__ = "own_funds"

    key: str = Field(primary_key=True)
    pair: str = Field(foreign_key="pair.key", index=True)
    year: int
    source: str
    fen: int
    note: str = ""
