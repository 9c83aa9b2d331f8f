"""Absences: who stands in for whom between two dates, so that a letter never waits for somebody who is away."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class Absence(Row, table=True):
    """A person is away from a day until another, both included, and a deputy acts for them ("in place of").

    One that was ended before it began keeps its row with `absent_until` before `absent_from`: it held on no day.
    """

    __tablename__ = "absence"
    __table_args__ = (
        CheckConstraint("person <> deputy", name="ck_absence_deputy"),
        Index("ix_absence_deputy", "deputy"),
    )

    person: str = Field(primary_key=True, foreign_key="person.code")
    absent_from: date = Field(primary_key=True)
    absent_until: date
    deputy: str = Field(foreign_key="person.code")
    reason: str
    registered_by: str
    registered_at: datetime = Field(sa_type=Instant)
