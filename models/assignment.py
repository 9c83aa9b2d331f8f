"""Assignments: who inside the owning office works on a step; the office owes it all the same (K36, K38)."""

from datetime import datetime

from sqlmodel import Field

from models.columns import Instant
from models.row import Row


class Assignment(Row, table=True):
    """A step handed over to a named colleague; handed over again it is replaced, the audit trail keeps all."""

    __tablename__ = "assignment"

    step_key: str = Field(primary_key=True)
    person: str = Field(foreign_key="person.code")
    by: str
    at: datetime = Field(sa_type=Instant)
    reason: str
