"""What an act is about: the object its parameters name, where that object is shown, and what happened to it since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select
from sqlmodel import col

from console.web.wording import page_words
from models.event import Event
from models.rules.access import RIGHTS, Right, Viewer, may
from models.step import Step
from tasks.acts import acts
from tasks.attaching import sees_attachments
from tasks.queries.actor_names import actor_names, named_actor
from tasks.queries.whereabouts import step_seen, whereabouts
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Subject:
    """An object by the kind of its page and its key; `kind` is of models/rules/access.py where scopes are asked.

    With a `table` it is what a file is to be attached to, and who may see its files may see it.
    """

    page: str
    key: str
    kind: str
    table: str = ""

    @property
    def path(self) -> str:
        """Where it is shown."""
        return f"/{self.page}/{quote(self.key, safe=':+')}"


_BY_PARAMETER: tuple[tuple[str, str, str], ...] = (
    ("step", "step", "reminder"),
    ("voucher", "voucher", "spending"),
    ("application", "application", "application"),
    ("pair", "pair", "pairing"),
    ("organisation", "organisation", "organisation"),
    ("mail", "mailbox", "received_mail"),
)
"""Parameter that names an object → its page → its kind; the first that is given counts."""

_MAY_BE_MISSING = ("submission", "report", "rollup", "batch")
"""Pages whose object an act may be the first to write."""


_BY_TABLE: Mapping[str, str] = {
    "agreement": "agreement",
    "application": "application",
    "batch": "batch",
    "closing_account": "closing",
    "decision": "review/decision",
    "honour": "honours",
    "organisation": "organisation",
    "evaluation": "evaluation",
    "pair": "pair",
    "received_mail": "mailbox",
    "submission": "submission",
    "voucher": "voucher",
}
"""Table of what files are attached to → its page."""


def subject_of(given: Mapping[str, Any]) -> Subject | None:
    """The object that these parameters name, None where they name none."""
    table = str(given.get("subject_type") or "")
    if table in _BY_TABLE and given.get("subject"):
        return Subject(_BY_TABLE[table], str(given["subject"]), "", table)
    for name, page, kind in _BY_PARAMETER:
        if given.get(name):
            key = str(given[name])
            return Subject(page, key, f"leg_{key[:1].lower()}" if page == "voucher" else kind)
    batch, city, year = (str(given.get(name) or "") for name in ("batch", "city", "year"))
    if batch and city:
        return Subject("submission", f"{batch}:{city}", "recommendation")
    if city and year:
        return Subject("report", f"{year}:{city}", "evaluation")
    if batch:
        return Subject("batch", batch, "batch")
    return Subject("rollup", year, "batch") if year else None


def within_reach(work: Work, viewer: Viewer, subject: Subject) -> bool:
    """Whether a viewer may see what an act is about; what is not there yet, a city's submission say, is nobody's.

    A reviewer who has declared an interest no longer sees the application, but still sees that declaration.
    """
    if subject.table:
        return sees_attachments(work, viewer, subject.table, subject.key)
    if subject.kind not in RIGHTS:
        return False
    if subject.page == "step":
        step = work.session.execute(select(Step).where(col(Step.key) == subject.key)).scalar_one_or_none()
        return step is not None and step_seen(work, viewer, step)
    where = whereabouts(work, subject.kind, subject.key)
    if where is None:
        return subject.page in _MAY_BE_MISSING
    if may(viewer, Right.READ, subject.kind, where):
        return True
    own = (
        whereabouts(work, "review", f"{subject.key}:{viewer.person}")
        if subject.page == "application"
        else None
    )
    return own is not None and may(viewer, Right.READ, "review", own)


_PARTS: Mapping[str, tuple[str, ...]] = {
    "batch": ("batch",),
    "city": ("batch", "city"),
    "city_quarter": ("city", "quarter"),
    "county": ("batch",),
    "pair": ("pair", "year"),
    "pair_month": ("pair", "month"),
    "pair_year": ("pair", "year"),
    "party_pair": ("pair",),
    "year": ("year",),
}
"""What a step is owed per → which parameters of an act the parts of its subject, between colons, are."""


def given_by(work: Work, step: Step) -> dict[str, str]:
    """The parameters of an act that a step's subject already says."""
    per, parts = work.programme.step(step.kind).per, step.subject.split(":")
    match per:
        case "application":
            return {"application": step.subject}
        case "reviewer_application":
            return {"application": step.subject.rpartition(":")[0]}
        case "payment":
            return {"voucher": step.subject}
        case "city_year":
            names = ("batch", "year", "city") if len(parts) > len(("year", "city")) else ("year", "city")
            return dict(zip(names, parts, strict=True))
        case _:
            return dict(zip(_PARTS[per], parts, strict=False))


def acts_for(work: Work, step: Step, role: str) -> list[str]:
    """The acts by which a role settles a step, with those that must come before them."""
    leading = page_words("leading")
    named = [
        one
        for settling in work.programme.step(step.kind).settled_by
        for one in (*leading.get(settling, ()), settling)
    ]
    known = acts()
    return [one for one in dict.fromkeys(named) if one in known and role in known[one].by]


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened to an object, as people read it."""

    at: datetime
    act: str
    who: str


def news_of(work: Work, subject: Subject | None, *, after: int = 0, limit: int = 20) -> tuple[News, ...]:
    """What happened to an object after the event of that number, with the names and offices of those who did it."""
    events = last_events(work, subject, after=after, limit=limit)
    people = actor_names(work, [event.actor for event in events])
    return tuple(News(event.at, event.act, named_actor(event.actor, people)) for event in events)


def last_events(work: Work, subject: Subject | None, *, after: int = 0, limit: int = 20) -> list[Event]:
    """What happened to an object after the event of that number, the latest first."""
    if subject is None:
        return []
    wanted = select(Event).where(col(Event.subject) == subject.key, col(Event.seq) > after)
    return list(work.session.execute(wanted.order_by(col(Event.seq).desc()).limit(limit)).scalars())


def latest(work: Work, subject: Subject | None) -> int:
    """The number of the last event of an object, of all where the form has still to choose one; 0 for none."""
    wanted = select(func.max(col(Event.seq)))
    if subject is not None:
        wanted = wanted.where(col(Event.subject) == subject.key)
    return int(work.session.connection().execute(wanted).scalar() or 0)
