"""Urgings: an office above reminds the owner of a step at once, at most once a day and step (K34, K36)."""

from datetime import date, datetime

from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class Urging(Row, table=True):
    """One reminder by hand; `day` is the working day on which its letter goes, the key lets there be one a day."""

    __tablename__ = "urging"

    step_key: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    by: str
    office: str
    note: str = ""
    at: datetime = Field(sa_type=Instant)
