"""The year's end: self-evaluations, evaluations, reports to two offices, rollups, honours (K33, K46–K48)."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field

from models.columns import Facts, Instant
from models.row import Row


class SelfEvaluation(Row, table=True):
    """One side's own account of a pair's work year (S22)."""

    __tablename__ = "self_evaluation"

    pair: str = Field(primary_key=True, foreign_key="pair.key")
    year: int = Field(primary_key=True)
    side: str = Field(primary_key=True)
    text: str
    filed_at: datetime = Field(sa_type=Instant)


class Evaluation(Row, table=True):
    """The nominator's evaluation of a pair's work year, co-signed by rural revitalisation (S23, K37, K46)."""

    __tablename__ = "evaluation"

    key: str = Field(primary_key=True)
    pair: str = Field(foreign_key="pair.key")
    year: int
    state: str = Field(default="evaluated")
    grade: str
    comment: str
    evaluated_at: datetime = Field(sa_type=Instant)
    cosigned_at: datetime | None = Field(default=None, sa_type=Instant)


class AnnualReport(Row, table=True):
    """A city's written report on a work year; done when both provincial offices hold it (K33, A17, S24)."""

    __tablename__ = "annual_report"

    key: str = Field(primary_key=True)
    batch: int
    city: str
    year: int
    state: str = Field(default="filed")
    final: bool = False
    text: str
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=Facts)
    cosigned: bool = False
    filed_at: datetime = Field(sa_type=Instant)


class ReportReceipt(Row, table=True):
    """One provincial office's receipt of one city's report."""

    __tablename__ = "report_receipt"

    report: str = Field(primary_key=True, foreign_key="annual_report.key")
    office: str = Field(primary_key=True)
    received_at: datetime = Field(sa_type=Instant)


class Rollup(Row, table=True):
    """The province's figures of one work year and batch, as published (S25)."""

    __tablename__ = "rollup"

    key: str = Field(primary_key=True)
    batch: int
    year: int
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=Facts)
    published_at: datetime = Field(sa_type=Instant)


class Honour(Row, table=True):
    """An honour, award, case or publicity record (K46–K48, S26)."""

    __tablename__ = "honour"

    key: str = Field(primary_key=True)
    year: int
    kind: str
    subject: str
    level: str
    title: str
    document: str = ""
    recorded_on: date


class ClosingAccount(Row, table=True):
    """What was left when a batch was closed: unspent money by pair, where the archive stands (S27)."""

    __tablename__ = "closing_account"

    batch: int = Field(primary_key=True, foreign_key="batch.number")
    closed_on: date
    archive: str
    unspent: dict[str, Any] = Field(default_factory=dict, sa_type=Facts)
