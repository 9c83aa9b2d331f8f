"""The honours of a year with their publicity, as the rows and their events tell it (K46-K48)."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.evaluation import Honour
from models.event import Event
from tasks.typical_cases import PICKED, REPORTED
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Publicity:
    """One report upwards: the day, the medium and its link, '' where none was named."""

    reported_on: date
    media: str
    link: str


@dataclass(frozen=True, slots=True)
class HonourRow:
    """One honour; `typical` is why the province picked it, empty where it has not."""

    key: str
    kind: str
    label: str
    subject: str
    level: str
    title: str
    document: str
    recorded_on: date
    publicity: tuple[Publicity, ...] = field(default=())
    typical: str | None = None


def honour_list(work: Work, year: int) -> list[HonourRow]:
    """A year's honours by key, each with what became of it in the order in which it was told."""
    wanted = select(Honour).where(col(Honour.year) == year).order_by(col(Honour.key))
    honours = work.session.execute(wanted).scalars().all()
    told = (
        select(Event)
        .where(col(Event.subject).in_([one.key for one in honours]), col(Event.act).in_((REPORTED, PICKED)))
        .order_by(col(Event.seq))
    )
    events: dict[str, list[Event]] = {}
    for event in work.session.execute(told).scalars():
        events.setdefault(event.subject, []).append(event)
    return [_row(work, one, events.get(one.key, [])) for one in honours]


def _row(work: Work, honour: Honour, events: list[Event]) -> HonourRow:
    return HonourRow(
        key=honour.key,
        kind=honour.kind,
        label=work.programme.label("case_kind", honour.kind),
        subject=honour.subject,
        level=honour.level,
        title=honour.title,
        document=honour.document,
        recorded_on=honour.recorded_on,
        publicity=tuple(
            Publicity(
                date.fromisoformat(one.facts["reported_on"]),
                one.facts.get("media", ""),
                one.facts.get("link", ""),
            )
            for one in events
            if one.act == REPORTED
        ),
        typical=next((str(one.facts["reason"]) for one in events if one.act == PICKED), None),
    )
