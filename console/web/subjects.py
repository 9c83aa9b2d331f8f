"""What an act is about: the object its parameters name, where that object is shown, and what happened to it since."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select
from sqlmodel import col

from console.web.wording import page_words
from models.event import Event
from models.step import Step
from tasks.acts import acts
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Subject:
    """An object by the kind of its page and its key; `kind` is of models/rules/access.py where scopes are asked."""

    page: str
    key: str
    kind: str

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
)
"""Parameter that names an object → its page → its kind; the first that is given counts."""


def subject_of(given: Mapping[str, Any]) -> Subject | None:
    """The object that these parameters name, None where they name none."""
    for name, page, kind in _BY_PARAMETER:
        if given.get(name):
            return Subject(page, str(given[name]), kind)
    batch, city, year = (str(given.get(name) or "") for name in ("batch", "city", "year"))
    if batch and city:
        return Subject("submission", f"{batch}:{city}", "recommendation")
    if city and year:
        return Subject("report", f"{year}:{city}", "evaluation")
    if batch:
        return Subject("batch", batch, "batch")
    return Subject("rollup", year, "evaluation") if year else None


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


def last_events(work: Work, subject: Subject | None, *, after: int = 0, limit: int = 20) -> list[Event]:
    """What happened to an object after the event of that number, the latest first."""
    if subject is None:
        return []
    wanted = select(Event).where(col(Event.subject) == subject.key, col(Event.seq) > after)
    return list(work.session.execute(wanted.order_by(col(Event.seq).desc()).limit(limit)).scalars())


def latest(work: Work, subject: Subject | None) -> int:
    """The number of the last event of an object, 0 where it has none."""
    if subject is None:
        return 0
    wanted = select(func.max(col(Event.seq))).where(col(Event.subject) == subject.key)
    return int(work.session.connection().execute(wanted).scalar() or 0)
