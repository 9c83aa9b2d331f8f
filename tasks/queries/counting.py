"""Counting inside a statement: how many rows meet a condition, and on which day in China something happened."""

from typing import Any

from sqlalchemy import ColumnElement, Date, Function, SQLColumnExpression, case, cast, func
from sqlmodel import Session

from models.columns import CHINA


def how_many(condition: ColumnElement[bool]) -> Function[Any]:
    """The number of rows of a group that meet a condition, 0 for none."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def china_day(session: Session, instant: SQLColumnExpression[Any]) -> ColumnElement[Any]:
    """The date in China of an instant's column, as either database reckons it."""
    if session.connection().dialect.name == "postgresql":
        return cast(func.timezone(CHINA.key, instant), Date)
    # China has had one time zone without summer time since 1991.
    return func.date(instant, "+8 hours", type_=Date)
