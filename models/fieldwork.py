"""The people and the days: trainees, their service days, visits and the cities' tracking (K12, K29–K32, K49)."""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from models.columns import Instant
from models.row import Row

_ACTIVE = text("left_on IS NULL")


class Roster(Row, table=True):
    """A pair's year plan and its list of trainees, named once a work year (K30, S18)."""

    __tablename__ = "roster"

    pair: str = Field(primary_key=True, foreign_key="pair.key")
    year: int = Field(primary_key=True)
    plan: str
    named_on: date


class Trainee(Row, table=True):
    """A person sent to be trained; the resident number is kept as a keyed hash and a masked form only."""

    __tablename__ = "trainee"
    __table_args__ = (
        Index(
            "uq_trainee_active",
            "year",
            "id_hash",
            unique=True,
            sqlite_where=_ACTIVE,
            postgresql_where=_ACTIVE,
        ),
        Index("ix_trainee_pair", "pair", "year"),
    )

    key: str = Field(primary_key=True)
    pair: str = Field(foreign_key="pair.key")
    year: int
    name: str
    id_hash: str
    id_masked: str
    certificate: str = ""
    joined_on: date
    left_on: date | None = None
    left_reason: str = ""


class MonthlyReturn(Row, table=True):
    """The days of one pair in one month: entered by the recipient, confirmed by the sender (S19)."""

    __tablename__ = "monthly_return"

    key: str = Field(primary_key=True)
    pair: str = Field(foreign_key="pair.key", index=True)
    year: int
    month: str
    state: str = Field(default="entered")
    half_days: int
    entered_at: datetime = Field(sa_type=Instant)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)


class ServiceDay(Row, table=True):
    """Half days that one trainee took part on one date; at most two per person and date (K31)."""

    __tablename__ = "service_day"
    __table_args__ = (Index("ix_service_day_total", "trainee", "day", "half_days"),)

    trainee: str = Field(primary_key=True, foreign_key="trainee.key")
    day: date = Field(primary_key=True)
    half_days: int
    kind: str
    note: str = ""
    monthly: str = Field(foreign_key="monthly_return.key", index=True)


class Activity(Row, table=True):
    """What was done for an indicator (supervision, training, station, …) on a day (K09–K13)."""

    __tablename__ = "activity"

    key: str = Field(primary_key=True)
    pair: str = Field(foreign_key="pair.key", index=True)
    year: int
    day: date
    indicator: str
    amount: int
    note: str = ""
    document: str = ""


class Visit(Row, table=True):
    """Senior social workers of the sender at the recipient (K12)."""

    __tablename__ = "visit"

    key: str = Field(primary_key=True)
    pair: str = Field(foreign_key="pair.key", index=True)
    year: int
    began_on: date
    ended_on: date
    people: int
    kind: str
    note: str = ""


class Tracking(Row, table=True):
    """A city's quarterly tracking of its pairs (K32, S21)."""

    __tablename__ = "tracking"

    city: str = Field(primary_key=True)
    quarter: str = Field(primary_key=True)
    findings: str
    problems: str = ""
    at: datetime = Field(sa_type=Instant)


class PaceAlert(Row, table=True):
    """A forecast that falls short of the days or people, and what was done about it (S20)."""

    __tablename__ = "pace_alert"

    key: str = Field(primary_key=True)
    pair: str = Field(foreign_key="pair.key", index=True)
    year: int
    raised_on: date
    forecast_half_days: int
    trainees: int
    measures: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=Instant)


class Incident(Row, table=True):
    """A suspension (epidemic or other) and the days it cost; a reason for an extension (K49)."""

    __tablename__ = "incident"

    key: str = Field(primary_key=True)
    pair: str = Field(foreign_key="pair.key", index=True)
    began_on: date
    ended_on: date | None = None
    days_lost: int = 0
    reason: str
