"""How a value of the form is read: blanks, texts, dates, whole numbers, sums in ten thousand yuan."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

Form = Mapping[str, object]

_MOST_DIGITS = 15
_MOST_WAN = Decimal(10) ** 12


def is_blank(value: object) -> bool:
    """Whether nothing was filled in: None, white space only, or an empty table."""
    if value is None:
        return True
    if isinstance(value, str):
        return not value.strip()
    return isinstance(value, (tuple, list)) and not value


def text(form: Form, key: str) -> str:
    """Return the trimmed text of a field, '' where it is blank."""
    value = form.get(key)
    return "" if value is None else str(value).strip()


def day(form: Form, key: str) -> date | None:
    """Return the date of a field, given as a date or in ISO form; None where there is none."""
    value = form.get(key)
    if isinstance(value, datetime):
        return None
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        return None


def whole(value: object) -> int | None:
    """Return a whole number of zero or more, None for anything else (fractions, signs, booleans, words)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    written = str(value).strip()
    is_number = written.isascii() and written.isdigit() and len(written) <= _MOST_DIGITS
    return int(written) if is_number else None


def wan(value: object) -> Decimal | None:
    """Return a sum in ten thousand yuan, None for what is no number or more money than there is."""
    if isinstance(value, bool):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and abs(amount) < _MOST_WAN else None


def decimals(amount: Decimal) -> int:
    """Return how many decimals the sum has once trailing zeros are gone."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
