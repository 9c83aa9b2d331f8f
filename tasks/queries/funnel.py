"""A batch as a funnel: how many institutions came how far, who dropped out where and why (K08–K28, K39–K42)."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import distinct, func, select
from sqlmodel import col

from models.application import Application, Override
from models.event import Event
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Scope, Viewer, grant_of
from tasks.queries.pair_money import pair_money
from tasks.queries.reach import OF_PAIRS, recipients_seen
from tasks.queries.scope import applications_seen
from tasks.work import Work

_DEPTH: Mapping[str, str] = {
    "draft": "drafted",
    "submitted": "submitted",
    "returned": "submitted",
    "declined": "submitted",
    "recommended": "recommended",
    "not_sent": "recommended",
    "ranked": "ranked",
    "emailed": "emailed",
    "correcting": "emailed",
    "checked": "checked",
    "rejected": "checked",
    "approved": "approved",
    "waiting": "approved",
    "paired": "paired",
}
"""How far an application in a state has come; one that was withdrawn or lapsed, by the state it left."""

_APPLIED = ("drafted", "submitted", "recommended", "ranked", "emailed", "checked", "approved", "paired")
_LOST = ("declined", "withdrawn", "lapsed", "rejected", "not_sent")


@dataclass(frozen=True, slots=True)
class Count:
    """How many, in all and by city code."""

    code: str
    label: str
    count: int
    cities: Mapping[str, int] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Dropout:
    """One application that went no further: how, the furthest stage it had reached, and the reason given, if any."""

    application: str
    name: str
    city: str
    state: str
    state_label: str
    reached: str
    reason: str


@dataclass(frozen=True, slots=True)
class GrantedOverride:
    """A soft rule that the province let an application pass, with its reason."""

    application: str
    clause: str
    reason: str
    document: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """The stages in order, each counting all that came at least so far; `waiting` are part of `approved`.

    `losses` count who dropped out by how (the states' words); `year` is the year of the last stage's payments.
    """

    batch: int
    year: int
    stages: tuple[Count, ...]
    waiting: Count
    losses: tuple[Count, ...]
    dropouts: tuple[Dropout, ...]
    overrides: tuple[GrantedOverride, ...]


def batch_funnel(work: Work, viewer: Viewer, batch: int, *, year: int | None = None) -> Funnel:
    """A batch's funnel for what the viewer sees; the year is today's, kept within the batch's period. A pure read.

    Registered are the receiving institutions of any batch. Who reads approved applications only is not told the names
    of those that dropped out (section 15). Raises NotFound for a batch that there is not.
    """
    found = work.batch(batch)
    if year is None:
        year = min(max(work.today.year, found.period_start.year), found.period_end.year)
    rows = _applications(work, viewer, batch)
    lost = {row.key: row for row in rows if row.state in _LOST}
    left = _left(work, batch, lost)
    reached = {row.key: _reached(row, left) for row in rows}
    paid = Counter(
        one.city
        for one in pair_money(work, viewer, batch, year)
        if one.legs and all(leg.is_complete for leg in one.legs.values())
    )

    def stage(code: str, cities: Mapping[str, int]) -> Count:
        return _count(code, work.programme.label("funnel", code), cities)

    stages = [stage("registered", _registered(work, viewer))]
    for place, code in enumerate(_APPLIED):
        further = set(_APPLIED[place:])
        stages.append(stage(code, Counter(row.city for row in rows if reached[row.key] in further)))
    stages += [stage("effective", _effective(work, viewer, batch)), stage("paid", paid)]

    def in_state(state: str) -> Count:
        label = work.programme.label("application_state", state)
        return _count(state, label, Counter(row.city for row in rows if row.state == state))

    grant = grant_of(viewer.role, "application")
    named = grant is not None and grant.scope not in (Scope.APPROVED, Scope.PAIRED)
    return Funnel(
        batch,
        year,
        tuple(stages),
        in_state("waiting"),
        tuple(in_state(state) for state in _LOST),
        tuple(_dropout(work, row, reached[row.key], left) for row in lost.values()) if named else (),
        _overrides(work, viewer, batch) if named else (),
    )


def _count(code: str, label: str, cities: Mapping[str, int]) -> Count:
    return Count(code, label, sum(cities.values()), dict(sorted(cities.items())))


def _applications(work: Work, viewer: Viewer, batch: int) -> list[Any]:
    wanted = (
        select(col(Application.key), col(Application.state), col(Application.city), col(Organisation.name))
        .join(Organisation, col(Organisation.code) == col(Application.uscc))
        .where(col(Application.batch) == batch, applications_seen(work, viewer, OF_PAIRS))
        .order_by(col(Application.key))
    )
    return list(work.session.connection().execute(wanted))


@dataclass(slots=True)
class _Leave:
    """The state that an application left when it dropped out, and the last reason given."""

    origin: str = ""
    reason: str = ""


def _left(work: Work, batch: int, lost: Mapping[str, Any]) -> dict[str, _Leave]:
    """From the audit trail, for those that dropped out."""
    wanted = (
        select(col(Event.subject), col(Event.facts))
        .join(Application, col(Application.key) == col(Event.subject))
        .where(
            col(Event.subject_type) == "application",
            col(Application.batch) == batch,
            col(Application.state).in_(_LOST),
        )
        .order_by(col(Event.seq))
    )
    found: dict[str, _Leave] = {}
    for key, facts in work.session.connection().execute(wanted):
        if key in lost and facts.get("to") in _LOST:
            leave = found.setdefault(key, _Leave())
            leave.origin = str(facts.get("from") or "")
            leave.reason = str(facts.get("reason") or leave.reason)
    return found


def _reached(row: Any, left: Mapping[str, _Leave]) -> str:
    leave = left.get(row.key)
    if row.state in _LOST and leave is not None:
        return _DEPTH.get(leave.origin, "drafted")
    return _DEPTH.get(row.state, "drafted")


def _dropout(work: Work, row: Any, reached: str, left: Mapping[str, _Leave]) -> Dropout:
    leave = left.get(row.key)
    label: Callable[[str, str], str] = work.programme.label
    return Dropout(
        row.key,
        row.name,
        row.city,
        row.state,
        label("application_state", row.state),
        label("funnel", reached),
        leave.reason if leave else "",
    )


def _registered(work: Work, viewer: Viewer) -> Mapping[str, int]:
    wanted = (
        select(col(Organisation.city), func.count())
        .where(col(Organisation.kind) == "recipient", recipients_seen(viewer))
        .group_by(col(Organisation.city))
    )
    return {city: int(count) for city, count in work.session.connection().execute(wanted) if city}


def _effective(work: Work, viewer: Viewer, batch: int) -> Mapping[str, int]:
    wanted = (
        select(col(Application.city), func.count(distinct(col(Application.key))))
        .join(Pair, col(Pair.application) == col(Application.key))
        .where(
            col(Pair.batch) == batch,
            col(Pair.effective_on).is_not(None),
            applications_seen(work, viewer, OF_PAIRS),
        )
        .group_by(col(Application.city))
    )
    return {city: int(count) for city, count in work.session.connection().execute(wanted)}


def _overrides(work: Work, viewer: Viewer, batch: int) -> tuple[GrantedOverride, ...]:
    wanted = (
        select(col(Override.application), col(Override.clause), col(Override.reason), col(Override.document))
        .outerjoin(Application, col(Application.key) == col(Override.application))
        .where(col(Override.application).startswith(f"{batch}-"), applications_seen(work, viewer, OF_PAIRS))
        .order_by(col(Override.application), col(Override.clause))
    )
    return tuple(GrantedOverride(*row) for row in work.session.connection().execute(wanted))
