"""A clause and what proves it: its text and values, the steps it asks for, the acts done under it, the exceptions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlmodel import col

from models.application import Override
from models.event import Event
from models.programme.pack import Clause, StepKind
from models.step import Step
from tasks.acts import acts
from tasks.queries.actor_names import actor_names, named_actor
from tasks.queries.counting import china_day, how_many
from tasks.queries.pack_lines import ParameterLine, SettingLine, parameter_line, setting_line
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class KindEvidence:
    """Steps of one kind and batch under the clause: `late` were settled late, `overdue` are open and past due."""

    kind: str
    matter: str
    stage: str
    batch: int | None
    opened: int
    in_time: int
    late: int
    open: int
    overdue: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """One clause in the list, with what there is to prove it; counts are of all batches."""

    id: str
    number: str
    title: str
    binding: str
    binding_label: str
    kinds: tuple[str, ...]
    acts: tuple[str, ...]
    settings: tuple[str, ...]
    opened: int
    in_time: int
    late: int
    open: int
    overdue: int
    events: int
    overrides: int


@dataclass(frozen=True, slots=True)
class EventLine:
    """One event of the audit trail; `seq` is its place there, `actor_name` who acted, by name where it is known."""

    seq: int
    at: datetime
    actor: str
    actor_name: str
    act: str
    subject_type: str
    subject_label: str
    subject: str
    batch: int | None


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """A soft rule that the province let one application pass."""

    application: str
    reason: str
    document: str
    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ClauseEvidence:
    """Everything about one clause; `events` are the latest, newest first, `event_count` how many there are."""

    clause: Clause
    binding_label: str
    parameters: tuple[ParameterLine, ...]
    settings: tuple[SettingLine, ...]
    steps: tuple[KindEvidence, ...]
    acts: tuple[str, ...]
    event_count: int
    events: tuple[EventLine, ...]
    overrides: tuple[OverrideLine, ...]


def clause_list(work: Work) -> list[ClauseLine]:
    """Every clause of the pack in its order, with its figures; for those who may read the whole audit trail."""
    by_kind: dict[str, list[KindEvidence]] = defaultdict(list)
    for one in _steps(work, work.programme.steps):
        by_kind[one.kind].append(one)
    events, overrides = _events_by_act(work), _overrides_by_clause(work)
    return [_line(work, clause, by_kind, events, overrides) for clause in work.programme.clauses]


def clause_evidence(work: Work, clause: str, *, latest: int = 20) -> ClauseEvidence:
    """All that proves one clause, the `latest` events of it included; for those who may read the whole audit trail.

    Acts count where they are registered under the clause; their events are listed wherever they happened. Raises
    UnknownInPack for a clause that there is not.
    """
    found = work.programme.clause(clause)
    named = _acts_of(clause)
    kinds = [one for one in work.programme.steps if clause in one.clauses]
    return ClauseEvidence(
        found,
        work.programme.label("binding", found.binding),
        tuple(parameter_line(work, one) for one in work.programme.parameters_of(clause)),
        tuple(setting_line(work, one) for one in work.programme.ambiguities if one.clause == clause),
        tuple(_steps(work, kinds)),
        named,
        sum(_events_by_act(work, named).values()),
        _latest_events(work, named, latest),
        _overrides(work, clause),
    )


def kind_evidence(work: Work, kind: str) -> tuple[KindEvidence, ...]:
    """The steps of one kind, batch by batch; for those who may read the whole audit trail. Raises UnknownInPack."""
    return tuple(_steps(work, [work.programme.step(kind)]))


def _line(
    work: Work,
    clause: Clause,
    by_kind: dict[str, list[KindEvidence]],
    events: dict[str, int],
    overrides: dict[str, int],
) -> ClauseLine:
    kinds = tuple(one.id for one in work.programme.steps if clause.id in one.clauses)
    listed = [one for kind in kinds for one in by_kind.get(kind, ())]
    named = _acts_of(clause.id)
    return ClauseLine(
        clause.id,
        clause.number,
        clause.title,
        clause.binding,
        work.programme.label("binding", clause.binding),
        kinds,
        named,
        tuple(one.id for one in work.programme.ambiguities if one.clause == clause.id),
        sum(one.opened for one in listed),
        sum(one.in_time for one in listed),
        sum(one.late for one in listed),
        sum(one.open for one in listed),
        sum(one.overdue for one in listed),
        sum(events.get(name, 0) for name in named),
        overrides.get(clause.id, 0),
    )


def _acts_of(clause: str) -> tuple[str, ...]:
    return tuple(name for name, act in acts().items() if clause in act.clauses)


def _steps(work: Work, kinds: Iterable[StepKind]) -> list[KindEvidence]:
    """The steps of these kinds, counted by kind and batch in the pack's order."""
    plans = {one.id: one for one in kinds}
    settled_on, due = china_day(work.session, col(Step.settled_at)), col(Step.due_on)
    settled, is_open = col(Step.state) == "settled", col(Step.state) == "open"
    wanted = (
        select(
            col(Step.kind),
            col(Step.batch),
            func.count(),
            how_many(and_(settled, or_(due.is_(None), settled_on <= due))),
            how_many(and_(settled, settled_on > due)),
            how_many(is_open),
            how_many(and_(is_open, due < work.today)),
            how_many(col(Step.state) == "cancelled"),
        )
        .where(col(Step.kind).in_(list(plans)))
        .group_by(col(Step.kind), col(Step.batch))
    )
    found = [
        KindEvidence(kind, plans[kind].title, plans[kind].stage, batch, *(int(count) for count in counts))
        for kind, batch, *counts in work.session.connection().execute(wanted)
    ]
    order = list(plans)
    return sorted(found, key=lambda one: (order.index(one.kind), one.batch or 0))


def _events_by_act(work: Work, names: Sequence[str] | None = None) -> dict[str, int]:
    wanted = select(col(Event.act), func.count()).group_by(col(Event.act))
    if names is not None:
        wanted = wanted.where(col(Event.act).in_(names))
    return {act: int(count) for act, count in work.session.connection().execute(wanted)}


def _latest_events(work: Work, names: Sequence[str], latest: int) -> tuple[EventLine, ...]:
    wanted = (
        select(
            col(Event.seq),
            col(Event.at),
            col(Event.actor),
            col(Event.act),
            col(Event.subject_type),
            col(Event.subject),
            col(Event.batch),
        )
        .where(col(Event.act).in_(names))
        .order_by(col(Event.seq).desc())
        .limit(latest)
    )
    words = work.programme.words["table"]
    rows = work.session.connection().execute(wanted).all()
    people = actor_names(work, (row.actor for row in rows))
    return tuple(
        EventLine(
            seq, at, actor, named_actor(actor, people), act, kind, words.get(kind, kind), subject, batch
        )
        for seq, at, actor, act, kind, subject, batch in rows
    )


def _overrides_by_clause(work: Work) -> dict[str, int]:
    wanted = select(col(Override.clause), func.count()).group_by(col(Override.clause))
    return {clause: int(count) for clause, count in work.session.connection().execute(wanted)}


def _overrides(work: Work, clause: str) -> tuple[OverrideLine, ...]:
    wanted = (
        select(
            col(Override.application),
            col(Override.reason),
            col(Override.document),
            col(Override.officer),
            col(Override.at),
        )
        .where(col(Override.clause) == clause)
        .order_by(col(Override.at).desc(), col(Override.application))
    )
    return tuple(OverrideLine(*row) for row in work.session.connection().execute(wanted))
