"""Batches: when each opens, until when one applies, and how long its projects run (K02, K14–K16)."""

from datetime import date, datetime

from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class Batch(Row, table=True):
    """One of the programme's batches. Dates stay empty until the province announces them (K16)."""

    __tablename__ = "batch"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    label: str
    state: str = Field(default="preparing")
    rules_as_of: date
    announce_by: date
    opened_on: date | None = None
    submit_by: date | None = None
    post_by: date | None = None
    period_start: date
    period_end: date
    document: str = ""
    announced_at: datetime | None = Field(default=None, sa_type=Instant)
    list_confirmed_on: date | None = None
    last_agreement_on: date | None = None
