"""Pages from templates: what every page shows beside its own facts, and how dates, money and states are written."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from console.web.navigation import navigation
from console.web.wording import act_label, page_words
from models.messages import numeral
from models.rules.access import Right, has_right

if TYPE_CHECKING:
    from console.web.visit import Visit

_TEMPLATES = Path(__file__).with_name("templates")
FEN_A_YUAN = 100
DONE_COOKIE = "qianshou_done"
"""Carries the name of the act that the next page says was done."""


@cache
def environment(*, reads_programme: bool = True) -> Environment:
    """The templates of the console: escaped, strict about what is missing, with the house's ways of writing.

    Macros see nothing of a page's facts, so whether clauses are links for the visitor is said here: for who may not
    read the programme (reviewers) they are plain text.
    """
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "day": written_day,
        "moment": written_moment,
        "yuan": written_yuan,
        "halves": written_halves,
        "bytes": written_bytes,
        "purpose": written_purpose,
        "act": act_label,
        "numeral": numeral,
    }
    made.tests["a_day"] = is_a_day
    made.globals["reads_programme"] = reads_programme
    return made


def is_a_day(value: object) -> bool:
    """Whether a date's input can hold this: nothing, or a date in ISO form. What else was typed it would drop."""
    if value in (None, ""):
        return True
    try:
        date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def page(visit: Visit, template: str, facts: Mapping[str, Any], status: int = 200) -> Response:
    """One page as a response; `once` is the key under which its forms act once."""
    known = visit.known
    reads = known is None or has_right(known.viewer.role, Right.READ, "programme")
    made = environment(reads_programme=reads)
    text = made.get_template(template).render(common_facts(visit) | dict(facts))
    answer = HTMLResponse(text, status)
    if visit.request.cookies.get(DONE_COOKIE):
        answer.delete_cookie(DONE_COOKIE, path="/")
    return answer


def common_facts(visit: Visit) -> dict[str, Any]:
    """What the frame of every page shows: who, when, where one can go, what was just done, whom to ask (K03)."""
    house = visit.house
    now = house.clock.now()
    known = visit.known
    return {
        "visit": visit,
        "known": known,
        "csrf": visit.csrf,
        "once": secrets.token_urlsafe(12),
        "now": now,
        "today": now.date(),
        "workday": house.workdays.is_workday(now.date()),
        "demonstration": visit.console.demonstration,
        "title_of_programme": house.programme.title,
        "contacts": house.programme.contacts,
        "words": house.programme.label,
        "party_label": house.programme.party_label,
        "navigation": navigation(known.viewer, visit.request.url.path) if known else (),
        "done": act_label(visit.request.cookies.get(DONE_COOKIE, "")),
        "here": visit.request.url.path,
    }


def written_day(day: date | None, empty: str = "") -> str:
    """A date as tables write it."""
    return day.isoformat() if day else empty


def written_moment(moment: datetime | None, empty: str = "") -> str:
    """An instant in China time, to the minute."""
    return moment.isoformat(" ", "minutes")[:16] if moment else empty


def written_yuan(fen: int | None, empty: str = "") -> str:
    """Fen as yuan: grouped, two decimals only where there are any."""
    if fen is None:
        return empty
    yuan, rest = divmod(abs(fen), FEN_A_YUAN)
    sign = "-" if fen < 0 else ""
    return f"{sign}{yuan:,}.{rest:02d}" if rest else f"{sign}{yuan:,}"


def written_halves(half_days: int) -> str:
    """Half days as days: a decimal only where there is half a day."""
    return f"{half_days / 2:g}"


def written_bytes(size: int) -> str:
    """A file's size: KB below one MB, one decimal above."""
    mega = 1024 * 1024
    return f"{size / mega:.1f} MB" if size >= mega else f"{max(1, round(size / 1024))} KB"


def written_purpose(code: str) -> str:
    """What an attachment is for."""
    return str(page_words("file_purposes").get(code, code))
