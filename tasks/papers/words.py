"""How days, sums and sums in capitals are written in documents."""

from datetime import date, datetime

from models.messages import say
from models.rules.capitals import capitals


def day(value: date | datetime | None) -> str:
    """A day as documents say it; a blank to be filled in by hand where there is none."""
    if value is None:
        return say("papers.no_day")
    return say("papers.day", year=value.year, month=value.month, day=value.day)


def iso_day(text: object) -> str:
    """The same for a day that a form keeps as text; what is no day stays as it is."""
    try:
        return day(date.fromisoformat(str(text)) if text else None)
    except ValueError:
        return str(text)


def money(fen: int) -> str:
    """A sum in yuan with two decimals."""
    return say("papers.money", yuan=f"{fen / 100:,.2f}")


def in_capitals(fen: int) -> str:
    """A sum in Chinese capitals."""
    return capitals(fen)
