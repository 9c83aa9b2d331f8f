"""Where a letter's link leads: the page of the step or the object that the letter's subject names."""

import re
from collections.abc import Callable
from urllib.parse import quote

from sqlalchemy import select
from sqlmodel import col

from models.intake import ReceivedMail
from models.rules.access import Right, Viewer, may
from models.step import Step
from tasks.queries.whereabouts import step_seen, whereabouts
from tasks.work import Work

DAY = r"\d{4}-\d{2}-\d{2}"
_MOMENT = re.compile(rf":{DAY}T.*$")
"""What a letter about a step handed over has behind the step's key."""
_COUNTY = ("county_civil", "county_rural")
_SUBMISSION = r"(\d{1,3}:\d{6})(?::.*)?"

Found = re.Match[str]
_SHAPES: tuple[tuple[str, Callable[[Found], str]], ...] = (
    # A daily letter is about everything that its recipient owes.
    (rf"{DAY}(?::.*)?", lambda _found: "/todo"),
    # An account that was opened by a letter: whose it is finds it there.
    (r"[\w-]+\.\w+:\d+", lambda _found: "/identity"),
    (r"(P\d+-\d{6}-\d+)(?:[:/].*)?", lambda found: f"/pair/{found[1]}"),
    (r"(\d+-[0-9A-Z]{18}-\d+)(?:[:/].*)?", lambda found: f"/application/{found[1]}"),
    (r"[ABC]:\d{4}:.+", lambda found: f"/voucher/{quote(found[0], safe=':+')}"),
    (r"(\d{4}:\d{6})(?::.*)?", lambda found: f"/report/{found[1]}"),
    (_SUBMISSION, lambda found: f"/submission/{found[1]}"),
    # The year's rollup of a batch; a pairing list, which is a batch and its number; a batch's dates.
    (r"\d{1,3}:(\d{4})", lambda found: f"/rollup/{found[1]}"),
    (r"(\d{1,3}):\d{1,3}", lambda found: f"/pairing/{found[1]}"),
    (rf"(\d{{1,3}})(?::{DAY}.*)?", lambda found: f"/batch/{found[1]}"),
)
"""The shape of a subject → its page; the first that fits counts."""


def goal_of(work: Work, viewer: Viewer, key: str) -> str | None:
    """The page of what a key names; None for a key of no shape that a letter has, or a step that is not to be seen.

    Whether an object is there and whose it is, its page says: the way there is the same.
    """
    for step in dict.fromkeys((key, key.rpartition(":")[0], _MOMENT.sub("", key))):
        if step and _is_seen(work, viewer, step):
            return f"/step/{quote(step, safe=':+')}"
    mail = key.partition(":")[0]
    if work.session.get(ReceivedMail, mail) is not None:
        # Whoever has sent a mail need not be one of those who look after the mailbox; a second letter has a number.
        return f"/mailbox/{quote(mail)}" if _reads(work, viewer, "received_mail", mail) else "/todo"
    if (found := re.fullmatch(_SUBMISSION, key)) and viewer.role in _COUNTY:
        # A county is told of the opening of its city: what it has to do with it are its own applications.
        return f"/applications?batch={found[1].partition(':')[0]}"
    for shape, page in _SHAPES:
        if (found := re.fullmatch(shape, key)) is not None:
            return page(found)
    return None


def _reads(work: Work, viewer: Viewer, kind: str, key: str) -> bool:
    where = whereabouts(work, kind, key)
    return where is not None and may(viewer, Right.READ, kind, where)


def _is_seen(work: Work, viewer: Viewer, key: str) -> bool:
    found = work.session.execute(select(Step).where(col(Step.key) == key)).scalar_one_or_none()
    return found is not None and step_seen(work, viewer, found)
