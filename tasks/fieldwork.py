"""Fieldwork: people named, months entered and confirmed, pace and tracking (S18–S21; K12, K30–K32, A12–A14)."""

from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from sqlalchemy import delete, insert, select
from sqlmodel import col

from models.fieldwork import Activity, Incident, MonthlyReturn, Roster, ServiceDay, Trainee, Visit
from models.pairing import Pair
from models.privacy import id_hash, id_masked
from models.rules.breach import Breach, RuleBroken
from models.rules.fieldwork import ServiceDay as RuleDay
from models.rules.fieldwork import Trainee as RuleTrainee
from models.rules.fieldwork import Visit as RuleVisit
from models.rules.fieldwork import (
    confirmation_breaches,
    day_breaches,
    roster_breaches,
    trainee_breaches,
    visit_breaches,
)
from models.rules.resident_id import resident_id_breaches
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.parties import require_actor
from tasks.periods import chores, month_bounds, month_year
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work

__all__ = ["chores"]

HALF = Decimal("0.5")


class Person(BaseModel):
    """One trainee as the recipient names them; the number is never stored as it is."""

    name: str
    id_number: str
    certificate: str = ""


class Day(BaseModel):
    """Half days that one trainee took part on one date."""

    trainee: str
    day: date
    half_days: int
    kind: str = "training"
    note: str = ""


class Done(BaseModel):
    """What was done for an indicator on a day."""

    indicator: str
    day: date
    amount: int
    note: str = ""


class Stay(BaseModel):
    """A visit of the sender's people."""

    began_on: date
    ended_on: date
    people: int
    kind: str


@act("fieldwork.name_trainees", by=("recipient",), clauses=("K30", "K38"))
def name_trainees(work: Work, pair: str, *, year: int, people: list[Person], plan: str) -> Roster:
    """Names a work year's trainees and plan; at least as many as K30 asks, nobody in two pairs.

    Raises RuleBroken for too few, the same person twice, a number that cannot be; AlreadyDone for a year named before.
    """
    found = effective_pair(work, pair, year)
    require_actor(work, found.recipient)
    if work.session.get(Roster, (pair, year)) is not None:
        raise AlreadyDone("fieldwork.named", pair=pair, year=year)
    if not plan.strip():
        raise BadInput("fieldwork.plan_missing", field="plan")
    hashes = [id_hash(one.id_number) for one in people]
    breaches: list[Breach] = []
    for one in people:
        breaches += resident_id_breaches(one.id_number, work.today, "people", "K30")
    listed = [
        RuleTrainee(one, pair, year, is_certified=bool(who.certificate))
        for one, who in zip(hashes, people, strict=True)
    ]
    breaches += roster_breaches(listed, work.rules(found.batch))
    for one in listed:
        breaches += trainee_breaches(one, _elsewhere(work, year, hashes))
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))

    roster = Roster(pair=pair, year=year, plan=plan, named_on=work.today)
    record.create(work, roster, act="fieldwork.name_trainees", batch=found.batch, people=len(people))
    began = max(found.effective_on or work.today, date(year, 1, 1))
    for number, (who, digest) in enumerate(zip(people, hashes, strict=True), start=1):
        _add_trainee(work, pair, year, number, who, digest, began)
    work.session.flush()
    steps.settle_step(work, "S18", f"{pair}:{year}")
    return roster


@act("fieldwork.replace_trainee", by=("recipient",), clauses=("K30",))
def replace_trainee(
    work: Work, trainee: str, *, left_on: date, reason: str, name: str, id_number: str, certificate: str = ""
) -> Trainee:
    """Lets one trainee go and names another from the next day on; the days of the first one stay."""
    old = work.session.get(Trainee, trainee)
    if old is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "trainee"), subject=trainee)
    found = effective_pair(work, old.pair, old.year)
    require_actor(work, found.recipient)
    require_reason(reason)
    if old.left_on is not None or left_on > work.today or left_on < old.joined_on:
        raise BadInput("fieldwork.left_on", field="left_on", left_on=left_on)
    who = Person(name=name, id_number=id_number, certificate=certificate)
    digest = id_hash(id_number)
    new = RuleTrainee(digest, old.pair, old.year, is_certified=bool(certificate))
    breaches = [*resident_id_breaches(id_number, work.today, "id_number", "K30")]
    breaches += trainee_breaches(new, _elsewhere(work, old.year, [digest]))
    if breaches:
        raise RuleBroken(breaches)

    old.left_on, old.left_reason = left_on, reason
    work.session.flush()
    taken = (
        work.session.connection()
        .execute(select(col(Trainee.key)).where(col(Trainee.pair) == old.pair, col(Trainee.year) == old.year))
        .all()
    )
    added = _add_trainee(work, old.pair, old.year, len(taken) + 1, who, digest, left_on)
    work.session.flush()
    record.note(
        work,
        "trainee",
        old.key,
        act="fieldwork.replace_trainee",
        batch=found.batch,
        new=added.key,
        reason=reason,
    )
    return added


@act("fieldwork.enter_month", by=("recipient",), clauses=("K12", "K31"))
def enter_month(
    work: Work,
    pair: str,
    *,
    month: str,
    days: list[Day],
    activities: list[Done] | None = None,
    visits: list[Stay] | None = None,
) -> MonthlyReturn:
    """Enters a month's days, activities and visits for the sender to confirm; a disputed month is entered anew.

    Raises RuleBroken with every day that cannot count (K31, A14), AlreadyDone for a month entered before.
    """
    year = month_year(month)
    found = effective_pair(work, pair, year)
    require_actor(work, found.recipient)
    key = f"{pair}:{month}"
    monthly = work.session.get(MonthlyReturn, key)
    if monthly is not None and monthly.state != "disputed":
        raise AlreadyDone("fieldwork.entered", pair=pair, month=month)
    trainees = _trainees(work, pair, year)
    breaches = _month_breaches(work, found, month, days, visits or [], trainees, key)
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))

    total = sum(one.half_days for one in days)
    if monthly is None:
        monthly = MonthlyReturn(
            key=key, pair=pair, year=year, month=month, half_days=total, entered_at=work.now
        )
        record.create(work, monthly, act="fieldwork.enter_month", batch=found.batch, half_days=total)
    else:
        monthly.half_days, monthly.entered_at = total, work.now
        record.move(work, monthly, "entered", act="fieldwork.enter_month", half_days=total)
    _write_month(work, monthly, days, activities or [], visits or [])
    return monthly


@act("fieldwork.confirm_month", by=("sender", "recipient"), clauses=("K31",))
def confirm_month(work: Work, pair: str, *, month: str) -> MonthlyReturn:
    """The sender confirms what the recipient entered; nobody confirms their own entry (section 15)."""
    found, monthly = _returned(work, pair, month)
    breaches = confirmation_breaches(found.recipient, work.actor.organisation, found.sender)
    if breaches:
        raise RuleBroken(breaches)

    monthly.confirmed_at = work.now
    record.move(work, monthly, "confirmed", act="fieldwork.confirm_month", half_days=monthly.half_days)
    steps.settle_step(work, "S19", f"{pair}:{month}")
    return monthly


@act("fieldwork.dispute_month", by=("sender",), clauses=("K31",))
def dispute_month(work: Work, pair: str, *, month: str, reason: str) -> MonthlyReturn:
    """The sender does not agree; the recipient enters the month again, the step stays open."""
    found, monthly = _returned(work, pair, month)
    require_actor(work, found.sender)
    require_reason(reason)

    return record.move(work, monthly, "disputed", act="fieldwork.dispute_month", reason=reason)


@act("fieldwork.report_incident", by=("recipient", "sender", "county_civil", "city_civil"), clauses=("K49",))
def report_incident(
    work: Work, pair: str, *, began_on: date, reason: str, ended_on: date | None = None, days_lost: int = 0
) -> Incident:
    """Reports a suspension and the days it cost, a reason for an extension (K49)."""
    found = work.session.get(Pair, pair)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=pair)
    if work.actor.organisation not in (found.recipient, found.sender, found.nominator, f"{found.city}-mz"):
        require_actor(work, found.nominator)
    require_reason(reason)
    if began_on > work.today or (ended_on is not None and ended_on < began_on):
        raise BadInput("fieldwork.incident_dates", field="began_on", began_on=began_on)

    incident = Incident(
        key=f"{pair}:{began_on.isoformat()}",
        pair=pair,
        began_on=began_on,
        ended_on=ended_on,
        days_lost=days_lost,
        reason=reason,
    )
    return record.create(
        work, incident, act="fieldwork.report_incident", batch=found.batch, days_lost=days_lost
    )


def effective_pair(work: Work, key: str, year: int) -> Pair:
    """The pair, once effective, in one of its batch's work years; raises NotFound or BadInput (K04)."""
    found = work.session.get(Pair, key)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=key)
    batch = work.batch(found.batch)
    if not batch.period_start.year <= year <= batch.period_end.year:
        raise BadInput("fieldwork.year", field="year", year=year, batch=batch.label)
    if found.effective_on is None:
        raise AlreadyDone("fieldwork.not_effective", pair=key)
    return found


def _month_breaches(
    work: Work,
    pair: Pair,
    month: str,
    days: list[Day],
    visits: list[Stay],
    trainees: dict[str, str],
    key: str,
) -> list[Breach]:
    batch, rules = work.batch(pair.batch), work.rules(pair.batch)
    start, end = month_bounds(month)
    period = (max(start, batch.period_start), min(end, batch.period_end))
    standing = _standing_days(work, trainees, start, end, key)
    found: list[Breach] = []
    for one in days:
        new = RuleDay(
            trainees.get(one.trainee, one.trainee), pair.key, one.day, one.half_days * HALF, one.note
        )
        found += day_breaches(
            new,
            standing.get((new.person, one.day), ()),
            trainees.values(),
            period=period,
            effective_on=pair.effective_on,
            today=work.today,
            workdays=work.workdays,
            rules=rules,
        )
        standing.setdefault((new.person, one.day), []).append(new)
    for stay in visits:
        visit = RuleVisit(pair.key, stay.began_on, stay.ended_on, stay.kind, stay.people)
        found += visit_breaches(visit, (batch.period_start, batch.period_end), work.today, rules)
    return found


def _standing_days(
    work: Work, trainees: dict[str, str], start: date, end: date, key: str
) -> dict[tuple[str, date], list[RuleDay]]:
    """What the pair's people already have in the month, by person and date, without the return itself."""
    rows = work.session.connection().execute(
        select(col(ServiceDay.trainee), col(ServiceDay.day), col(ServiceDay.half_days)).where(
            col(ServiceDay.trainee).in_(trainees),
            col(ServiceDay.day).between(start, end),
            col(ServiceDay.monthly) != key,
        )
    )
    found: dict[tuple[str, date], list[RuleDay]] = {}
    for trainee, day, halves in rows:
        found.setdefault((trainees[trainee], day), []).append(
            RuleDay(trainees[trainee], "", day, halves * HALF)
        )
    return found


def _write_month(
    work: Work, monthly: MonthlyReturn, days: list[Day], activities: list[Done], visits: list[Stay]
) -> None:
    connection = work.session.connection()
    prefix = f"{monthly.key}:%"
    connection.execute(delete(ServiceDay).where(col(ServiceDay.monthly) == monthly.key))
    connection.execute(delete(Activity).where(col(Activity.key).like(prefix)))
    connection.execute(delete(Visit).where(col(Visit.key).like(prefix)))
    if days:
        connection.execute(insert(ServiceDay), [{**one.model_dump(), "monthly": monthly.key} for one in days])
    shared: dict[str, Any] = {"pair": monthly.pair, "year": monthly.year}
    if activities:
        connection.execute(
            insert(Activity),
            [
                {"key": f"{monthly.key}:{number:02d}", "document": "", **shared, **one.model_dump()}
                for number, one in enumerate(activities, start=1)
            ],
        )
    if visits:
        connection.execute(
            insert(Visit),
            [
                {"key": f"{monthly.key}:{number:02d}", "note": "", **shared, **one.model_dump()}
                for number, one in enumerate(visits, start=1)
            ],
        )


def _add_trainee(
    work: Work, pair: str, year: int, number: int, who: Person, digest: str, joined_on: date
) -> Trainee:
    trainee = Trainee(
        key=f"{pair}:{year}:{number:02d}",
        pair=pair,
        year=year,
        name=who.name,
        id_hash=digest,
        id_masked=id_masked(who.id_number),
        certificate=who.certificate,
        joined_on=joined_on,
    )
    work.session.add(trainee)
    return trainee


def _trainees(work: Work, pair: str, year: int) -> dict[str, str]:
    """Trainee key → the person's hash, of everybody who is or was on the year's roster."""
    rows = work.session.connection().execute(
        select(col(Trainee.key), col(Trainee.id_hash)).where(
            col(Trainee.pair) == pair, col(Trainee.year) == year
        )
    )
    found = dict(rows.tuples().all())
    if not found:
        raise BadInput("fieldwork.no_roster", field="pair", pair=pair, year=year)
    return found


def _elsewhere(work: Work, year: int, hashes: list[str]) -> list[RuleTrainee]:
    rows = work.session.connection().execute(
        select(col(Trainee.id_hash), col(Trainee.pair)).where(
            col(Trainee.year) == year, col(Trainee.id_hash).in_(hashes), col(Trainee.left_on).is_(None)
        )
    )
    return [RuleTrainee(digest, pair, year) for digest, pair in rows]


def _returned(work: Work, pair: str, month: str) -> tuple[Pair, MonthlyReturn]:
    found = work.session.get(Pair, pair)
    monthly = work.session.get(MonthlyReturn, f"{pair}:{month}")
    if found is None or monthly is None:
        raise NotFound("fieldwork.not_entered", field="month", pair=pair, month=month)
    return found, monthly
