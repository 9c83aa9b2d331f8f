"""The review: panel, statements of interest, scores and the province's decision (K25, A23)."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field

from models.columns import Facts, Instant
from models.row import Row


class PanelMember(Row, table=True):
    """A reviewer of one batch; `city` is where the reviewer works, whose applications are barred to them."""

    __tablename__ = "panel_member"

    batch: int = Field(primary_key=True, foreign_key="batch.number")
    person: str = Field(primary_key=True, foreign_key="person.code")
    city: str | None = None
    chair: bool = False


class Assessment(Row, table=True):
    """One reviewer's statement of interest and scores for one application."""

    __tablename__ = "assessment"

    application: str = Field(primary_key=True, foreign_key="application.key")
    reviewer: str = Field(primary_key=True, foreign_key="person.code")
    conflict: bool | None = None
    conflict_reason: str = ""
    declared_at: datetime | None = Field(default=None, sa_type=Instant)
    scores: dict[str, Any] | None = Field(default=None, sa_type=Facts)
    total_tenths: int | None = None
    remark: str = ""
    scored_at: datetime | None = Field(default=None, sa_type=Instant)


class Decision(Row, table=True):
    """The province's decision on a batch, with the minutes of the panel."""

    __tablename__ = "decision"

    batch: int = Field(primary_key=True, foreign_key="batch.number")
    decided_on: date
    minutes: str
    document: str
    approved: int
    waiting: int
    rejected: int
