"""Applications, the cities' submissions with their paper originals, the officers' overrides (K17–K24, appendices)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import Facts, Instant
from models.row import Row

CLOSED_STATES = ("declined", "withdrawn", "lapsed", "rejected")
"""States in which an application no longer stands in the way of another one of the same institution."""

_OPEN = text("state NOT IN ('declined', 'withdrawn', 'lapsed', 'rejected')")


class Application(Row, table=True):
    """One institution's application to one batch; at most one open per institution and batch (K18)."""

    __tablename__ = "application"
    __table_args__ = (
        Index(
            "uq_application_open", "batch", "uscc", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("uq_application_slot", "batch", "nominator", "nominator_slot", unique=True),
        Index("uq_application_rank", "batch", "city", "city_rank", unique=True),
        Index("ix_application_city", "batch", "city", "state"),
    )

    key: str = Field(primary_key=True)
    batch: int = Field(foreign_key="batch.number")
    uscc: str = Field(foreign_key="organisation.code")
    attempt: int = 1
    state: str = Field(default="draft")
    channel: str
    city: str
    nominator: str = Field(foreign_key="organisation.code")
    version: int = 1
    form: dict[str, Any] = Field(default_factory=dict, sa_type=Facts)
    nominator_slot: int | None = None
    city_rank: int | None = None
    plan_consented_on: date | None = None
    submitted_at: datetime | None = Field(default=None, sa_type=Instant)
    recommended_at: datetime | None = Field(default=None, sa_type=Instant)
    remark: str = ""
    province_rank: int | None = None


class ApplicationVersion(Row, table=True):
    """The form as it stood at each submission; kept for differences and for the summary's check."""

    __tablename__ = "application_version"

    application: str = Field(primary_key=True, foreign_key="application.key")
    version: int = Field(primary_key=True)
    form: dict[str, Any] = Field(default_factory=dict, sa_type=Facts)
    at: datetime = Field(sa_type=Instant)


class Override(Row, table=True):
    """A soft rule ("in principle") passed for one application by the province; it may come before the application."""

    __tablename__ = "override"

    application: str = Field(primary_key=True)
    clause: str = Field(primary_key=True)
    reason: str
    document: str
    officer: str
    at: datetime = Field(sa_type=Instant)


class Submission(Row, table=True):
    """What one city sends for one batch: its ranked list by e-mail, the originals by post (K22–K24)."""

    __tablename__ = "submission"

    key: str = Field(primary_key=True)
    batch: int = Field(foreign_key="batch.number")
    city: str
    state: str = Field(default="collecting")
    receipt_number: str | None = None
    emailed_at: datetime | None = Field(default=None, sa_type=Instant)
    email_late: bool = False
    rows: int | None = None
    posted_on: date | None = None
    courier: str = ""
    tracking: str = ""
    copies: int | None = None
    summaries: int | None = None
    arrived_on: date | None = None
    registered_on: date | None = None
    discrepancies: str = ""
    alarmed_on: date | None = None
