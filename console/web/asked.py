"""Parameters of an address read into what queries take: days, numbers, words; what cannot be read is refused."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from tasks.refusal import BadInput


def asked_day(query: Mapping[str, str], name: str) -> date | None:
    """A day such as 2024-03-08; None where nothing is asked."""
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("web.bad_date", field=name, label=name, found=text) from error


def asked_number(query: Mapping[str, str], name: str, *, most: int = 2**62) -> int | None:
    """A whole number from 0 to `most`; None where nothing is asked."""
    text = query.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or int(text) > most:
        raise BadInput("web.bad_number", field=name, label=name, found=text[:40])
    return int(text)


def asked_word(query: Mapping[str, str], name: str) -> str | None:
    """A word; None where nothing is asked."""
    return query.get(name, "").strip() or None


def other_address(query: Mapping[str, str], **changes: object) -> str:
    """The same list with other parameters, from its first page on unless they say which."""
    given = {name: value for name, value in query.items() if name not in ("after", "before", "format")}
    return "?" + urlencode({**given, **{name: str(value) for name, value in changes.items()}})
