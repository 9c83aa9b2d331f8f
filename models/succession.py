"""Offices that were renamed or merged: the names they had until when, and who took over from which day."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class OfficeName(Row, table=True):
    """The name that an office bears from a day on; the first one is written when it is renamed for the first time."""

    __tablename__ = "office_name"

    organisation: str = Field(primary_key=True, foreign_key="organisation.code")
    since: date = Field(primary_key=True)
    name: str
    document: str = ""


class Succession(Row, table=True):
    """An office ends and another takes over what it owes from a day on; its open steps move by an act of their own."""

    __tablename__ = "succession"
    __table_args__ = (CheckConstraint("predecessor <> successor", name="ck_succession_other"),)

    predecessor: str = Field(primary_key=True, foreign_key="organisation.code")
    successor: str = Field(foreign_key="organisation.code")
    since: date
    document: str
    officer: str
    at: datetime = Field(sa_type=Instant)
