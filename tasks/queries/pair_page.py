"""One pair whole: who and why, what it owes, money and days by year, evaluations, what came before and after."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import col

from models.agreement import Agreement
from models.disbursement import Payment
from models.evaluation import Evaluation
from models.event import Event
from models.fieldwork import MonthlyReturn, Trainee
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Viewer
from models.rules.fieldwork import work_years
from models.step import Step
from tasks.parties import scope_of_pair
from tasks.queries.actor_names import actor_names, named_actor, organisations_named
from tasks.queries.pair_list import legs_shown
from tasks.queries.scope import steps_seen
from tasks.queries.step_rows import workdays_left
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class StepLine:
    """One open step of a pair; `days_left` is negative by so many working days past the due date."""

    key: str
    title: str
    owner_name: str
    due_on: date | None
    provisional: bool
    days_left: int | None
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """One payment of a pair."""

    leg: str
    instalment: int
    fen: int
    state: str
    voucher: str
    received_on: date | None


@dataclass(frozen=True, slots=True)
class YearLine:
    """A work year of a pair: trainees, days entered and confirmed (in half days), money, evaluation."""

    year: int
    trainees: int
    half_days: int
    confirmed: int
    money: tuple[MoneyLine, ...]
    grade: str
    evaluation_state: str


@dataclass(frozen=True, slots=True)
class EventLine:
    """Something that happened to a pair or its agreement, and who did it, by name and office."""

    at: datetime
    act: str
    who: str


@dataclass(frozen=True, slots=True)
class PairFacts:
    """One pair and all that hangs on it; `by_city` says that the city recommended it (K36)."""

    pair: Pair
    agreement: Agreement | None
    sender_name: str
    recipient_name: str
    nominator_name: str
    city_name: str
    by_city: bool
    steps: tuple[StepLine, ...]
    years: tuple[YearLine, ...]
    successors: tuple[str, ...]
    days_min: int
    trainees_min: int


def pair_facts(work: Work, viewer: Viewer, key: str) -> PairFacts:
    """What a viewer sees of a pair; steps and money only within the viewer's rights. The pair must exist."""
    pair = work.session.get_one(Pair, key)
    names = organisations_named(work, [pair.sender, pair.recipient, pair.nominator])
    rules = work.rules(pair.batch)
    wanted = select(col(Pair.key)).where(col(Pair.predecessor) == key).order_by(col(Pair.key))
    return PairFacts(
        pair=pair,
        agreement=work.session.get(Agreement, key),
        sender_name=names[pair.sender],
        recipient_name=names[pair.recipient],
        nominator_name=names[pair.nominator],
        city_name=work.divisions.by_code(pair.city).name,
        by_city=scope_of_pair(work, pair).county is None,
        steps=_steps(work, viewer, key),
        years=_years(work, viewer, pair),
        successors=tuple(work.session.connection().execute(wanted).scalars()),
        days_min=rules.number("fieldwork.days_min"),
        trainees_min=rules.number("fieldwork.trainees_min"),
    )


def pair_events(work: Work, key: str, *, limit: int = 40) -> list[EventLine]:
    """What happened to a pair, its agreement and its signatures, the latest first."""
    about = or_(col(Event.subject) == key, col(Event.subject).startswith(f"{key}/", autoescape=True))
    return event_lines(work, about, limit=limit)


def event_lines(work: Work, about: ColumnElement[bool], *, limit: int | None = None) -> list[EventLine]:
    """The events that a condition names, in people's names, the latest first; `limit` is of events, None for all."""
    wanted = select(col(Event.at), col(Event.act), col(Event.actor)).where(about)
    rows = list(work.session.connection().execute(wanted.order_by(col(Event.seq).desc()).limit(limit)))
    names = actor_names(work, (actor for _at, _act, actor in rows))
    # One act that moves several objects is one line.
    lines = dict.fromkeys(EventLine(at, act, named_actor(actor, names)) for at, act, actor in rows)
    return list(lines)


def _steps(work: Work, viewer: Viewer, key: str) -> tuple[StepLine, ...]:
    wanted = (
        select(Step, col(Organisation.name))
        .outerjoin(Organisation, col(Organisation.code) == col(Step.owner))
        .where(col(Step.pair) == key, col(Step.state) == "open", steps_seen(work, viewer))
        .order_by(col(Step.due_on).is_(None), col(Step.due_on), col(Step.key))
    )
    lines = []
    for step, owner_name in work.session.execute(wanted):
        plan = work.programme.step(step.kind)
        left = workdays_left(work, step.due_on)
        lines.append(
            StepLine(
                step.key,
                plan.title,
                owner_name or step.owner,
                step.due_on,
                step.provisional,
                left,
                plan.clauses,
            )
        )
    return tuple(lines)


def _years(work: Work, viewer: Viewer, pair: Pair) -> tuple[YearLine, ...]:
    batch = work.batch(pair.batch)
    every = work_years(batch.period_start, batch.period_end, work.rules(pair.batch))
    days, people, money = _days(work, pair.key), _trainees(work, pair.key), _money(work, viewer, pair.key)
    wanted = select(Evaluation).where(col(Evaluation.pair) == pair.key)
    grades = {one.year: (one.grade, one.state) for one in work.session.execute(wanted).scalars()}
    return tuple(
        YearLine(
            year,
            people.get(year, 0),
            *days.get(year, (0, 0)),
            tuple(one for when, one in money if when == year),
            *grades.get(year, ("", "")),
        )
        for year in (one.year for one in every)
        if year >= pair.at.year
    )


def _days(work: Work, key: str) -> dict[int, tuple[int, int]]:
    """Year → half days entered, and of these confirmed by the sender (K31)."""
    wanted = (
        select(col(MonthlyReturn.year), col(MonthlyReturn.state), func.sum(MonthlyReturn.half_days))
        .where(col(MonthlyReturn.pair) == key)
        .group_by(col(MonthlyReturn.year), col(MonthlyReturn.state))
    )
    found: dict[int, tuple[int, int]] = {}
    for year, state, half_days in work.session.connection().execute(wanted):
        entered, confirmed = found.get(year, (0, 0))
        many = int(half_days)
        found[year] = (entered + many, confirmed + (many if state == "confirmed" else 0))
    return found


def _trainees(work: Work, key: str) -> dict[int, int]:
    wanted = (
        select(col(Trainee.year), func.count())
        .where(col(Trainee.pair) == key, col(Trainee.left_on).is_(None))
        .group_by(col(Trainee.year))
    )
    return dict(work.session.connection().execute(wanted).tuples().all())


def _money(work: Work, viewer: Viewer, key: str) -> list[tuple[int, MoneyLine]]:
    wanted = (
        select(Payment)
        .where(
            col(Payment.pair) == key,
            col(Payment.leg).in_(legs_shown(viewer)),
            col(Payment.state).not_in(("cancelled",)),
        )
        .order_by(col(Payment.year), col(Payment.leg), col(Payment.instalment), col(Payment.key))
    )
    return [
        (one.year, MoneyLine(one.leg, one.instalment, one.fen, one.state, one.voucher, one.received_on))
        for one in work.session.execute(wanted).scalars()
    ]
