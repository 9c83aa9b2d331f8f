"""Offices, institutions and the people who act for them, with the dates between which each holds good."""

from datetime import date
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from models.columns import Facts
from models.row import Row


class Organisation(Row, table=True):
    """An office or an institution; `kind` is its party in the programme (province_civil, city_civil, recipient, …)."""

    __tablename__ = "organisation"

    code: str = Field(primary_key=True)
    name: str
    kind: str = Field(index=True)
    division: str = Field(index=True)
    city: str | None = Field(default=None, index=True)
    email: str = ""
    sample: bool = False
    valid_from: date
    valid_to: date | None = None


class Person(Row, table=True):
    """Somebody who receives letters and acts. No resident number stands here."""

    __tablename__ = "person"

    code: str = Field(primary_key=True)
    name: str
    email: str = ""
    mobile: str = ""
    sample: bool = False


class Duty(Row, table=True):
    """A person holds a duty (officer, leader, finance, reviewer) in an organisation between two dates, inclusive."""

    __tablename__ = "duty"
    __table_args__ = (Index("ix_duty_organisation", "organisation", "duty"),)

    person: str = Field(primary_key=True, foreign_key="person.code")
    organisation: str = Field(primary_key=True, foreign_key="organisation.code")
    duty: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None


class Institution(Row, table=True):
    """What is registered about a sending or receiving institution beside its name (K05, K08, K19).

    `predecessors` are the codes of those it merged from or took over: what they were, it was too (K17).
    """

    __tablename__ = "institution"

    uscc: str = Field(primary_key=True, foreign_key="organisation.code")
    type: str
    level: str
    registration_division: str
    legal_person: bool = True
    type_note: str = ""
    type_accepted: bool = False
    predecessors: list[str] = Field(default_factory=list, sa_type=Facts)
    bank_account: dict[str, Any] = Field(default_factory=dict, sa_type=Facts)
