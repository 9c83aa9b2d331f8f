"""A month of fieldwork: entered by the recipient, confirmed or disputed by the sender (S19, S19C; K12, K31, A14)."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import BaseModel
from sqlalchemy import bindparam, delete, insert, select
from sqlmodel import col

from models.fieldwork import Activity, MonthlyReturn, ServiceDay, Trainee, Visit
from models.pairing import Pair
from models.prepared import Prepared, PreparedList
from models.rules.breach import Breach, RuleBroken, hard
from models.rules.fieldwork import ServiceDay as RuleDay
from models.rules.fieldwork import Visit as RuleVisit
from models.rules.fieldwork import confirmation_breaches, day_breaches, visit_breaches
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.parties import require_actor, scope_of_pair
from tasks.periods import month_bounds, month_year
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.second_words import open_confirmation
from tasks.work import Work

HALF = Decimal("0.5")


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


class Listed(NamedTuple):
    """Somebody on a year's roster: the keyed hash that stands for the person, and from when to when."""

    person: str
    joined_on: date
    left_on: date | None


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
    breaches = _day_breaches(work, found, month, days, key)
    breaches += _deed_breaches(work, found, month, activities or [], visits or [])
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))

    total = sum(one.half_days for one in days)
    counts = {
        "half_days": total,
        "days": len(days),
        "activities": len(activities or []),
        "visits": len(visits or []),
    }
    if monthly is None:
        monthly = MonthlyReturn(
            key=key, pair=pair, year=year, month=month, half_days=total, entered_at=work.now
        )
        record.create(work, monthly, act="fieldwork.enter_month", batch=found.batch, clause="K31", **counts)
    else:
        monthly.half_days, monthly.entered_at = total, work.now
        record.move(work, monthly, "entered", act="fieldwork.enter_month", clause="K31", **counts)
        _clear_month(work, monthly)
    _write_month(work, monthly, days, activities or [], visits or [])
    steps.settle_step(work, "S19", key)
    open_confirmation(work, found, month)
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
    steps.settle_step(work, "S19C", monthly.key)
    return monthly


@act("fieldwork.dispute_month", by=("sender",), clauses=("K31",))
def dispute_month(work: Work, pair: str, *, month: str, reason: str) -> MonthlyReturn:
    """The sender does not agree: the recipient enters the month again, by the date it was due before (S19)."""
    found, monthly = _returned(work, pair, month)
    require_actor(work, found.sender)
    require_reason(reason)

    record.move(work, monthly, "disputed", act="fieldwork.dispute_month", reason=reason)
    steps.settle_step(work, "S19C", monthly.key)
    if found.state == "effective":
        anchors, scope = {"month_end": month_bounds(month)[1]}, scope_of_pair(work, found)
        steps.open_step(work, "S19", monthly.key, scope=scope, anchors=anchors, again=True)
    return monthly


def effective_pair(work: Work, key: str, year: int) -> Pair:
    """The pair, once effective, in one of its batch's work years; raises NotFound, BadInput (K04), AlreadyDone."""
    found = work.session.get(Pair, key)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=key)
    batch = work.batch(found.batch)
    if not batch.period_start.year <= year <= batch.period_end.year:
        raise BadInput("fieldwork.year", field="year", year=year, batch=batch.label)
    if found.effective_on is None:
        raise AlreadyDone("fieldwork.not_effective", pair=key)
    if found.ended_on is not None and year > found.ended_on.year:
        raise AlreadyDone("fieldwork.ended", pair=key, ended=found.ended_on)
    return found


def _day_breaches(work: Work, pair: Pair, month: str, days: list[Day], key: str) -> list[Breach]:
    """K30, K31, A14 of every day; read from the tables once for the whole month."""
    rules = work.rules(pair.batch)
    start, end = month_bounds(month)
    period = _period(work, pair, start, end)
    roster = _roster(work, pair.key, month_year(month))
    standing = _standing_days(work, roster, start, end, key)
    found: list[Breach] = []
    written: set[tuple[str, date]] = set()
    for one in days:
        listed = roster.get(one.trainee)
        new = RuleDay(
            listed.person if listed else one.trainee, pair.key, one.day, one.half_days * HALF, one.note
        )
        there = listed is not None and listed.joined_on <= one.day <= (listed.left_on or one.day)
        found += day_breaches(
            new,
            standing[new.person, one.day],
            (new.person,) if there else (),
            period=period,
            effective_on=pair.effective_on,
            today=work.today,
            workdays=work.workdays,
            rules=rules,
        )
        standing[new.person, one.day].append(new)
        if (one.trainee, one.day) in written:
            found.append(hard("fieldwork.day_twice", "K31", "days", trainee=one.trainee, on=one.day))
        written.add((one.trainee, one.day))
    return found


def _deed_breaches(
    work: Work, pair: Pair, month: str, activities: list[Done], visits: list[Stay]
) -> list[Breach]:
    """K09–K13 of what was done: a known indicator, a positive amount, a day of the month that has come."""
    start, end = _period(work, pair, *month_bounds(month))
    known = {one.code for one in work.programme.indicators}
    found: list[Breach] = []
    for done in activities:
        if done.indicator not in known:
            found.append(hard("fieldwork.unknown_indicator", "K28", "activities", found=done.indicator))
        if done.amount < 1:
            found.append(hard("fieldwork.amount", "K28", "activities", indicator=done.indicator, on=done.day))
        if not max(start, pair.effective_on or start) <= done.day <= min(end, work.today):
            found.append(hard("fieldwork.activity_day", "K28", "activities", on=done.day, month=month))
    whole = _period(work, pair, date.min, date.max)
    for stay in visits:
        visit = RuleVisit(pair.key, stay.began_on, stay.ended_on, stay.kind, stay.people)
        found += visit_breaches(visit, whole, work.today, work.rules(pair.batch))
    return found


def _period(work: Work, pair: Pair, start: date, end: date) -> tuple[date, date]:
    """The part of a time in which a pair's days can lie: inside the batch's period, before an early end."""
    batch = work.batch(pair.batch)
    return max(start, batch.period_start), min(end, batch.period_end, pair.ended_on or batch.period_end)


_ROSTER = Prepared(
    select(col(Trainee.key), col(Trainee.id_hash), col(Trainee.joined_on), col(Trainee.left_on)).where(
        col(Trainee.pair) == bindparam("pair"), col(Trainee.year) == bindparam("year")
    )
)
_STANDING = PreparedList(
    lambda people: (
        select(col(Trainee.id_hash), col(Trainee.pair), col(ServiceDay.day), col(ServiceDay.half_days))
        .join(ServiceDay, col(ServiceDay.trainee) == col(Trainee.key))
        .where(
            col(Trainee.year) == bindparam("year"),
            col(Trainee.id_hash).in_(people),
            col(ServiceDay.day).between(bindparam("start"), bindparam("end")),
            col(ServiceDay.monthly) != bindparam("key"),
        )
    )
)


def _roster(work: Work, pair: str, year: int) -> dict[str, Listed]:
    """Everybody who is or was on the year's roster, by the trainee's key; raises BadInput where there is none."""
    rows = _ROSTER.rows(work.session, {"pair": pair, "year": year})
    found = {key: Listed(person, joined, left) for key, person, joined, left in rows}
    if not found:
        raise BadInput("fieldwork.no_roster", field="pair", pair=pair, year=year)
    return found


def _standing_days(
    work: Work, roster: dict[str, Listed], start: date, end: date, key: str
) -> defaultdict[tuple[str, date], list[RuleDay]]:
    """What the same people have in the month already, by person and date, in whatever pair; this return left out."""
    people = sorted({one.person for one in roster.values()})
    rows = _STANDING.rows(work.session, people, {"year": start.year, "start": start, "end": end, "key": key})
    found: defaultdict[tuple[str, date], list[RuleDay]] = defaultdict(list)
    for person, pair, day, halves in rows:
        found[person, day].append(RuleDay(person, pair, day, halves * HALF))
    return found


def _clear_month(work: Work, monthly: MonthlyReturn) -> None:
    """Takes away the rows of a month that was disputed and is entered anew."""
    given = {"pair": monthly.pair, "monthly": monthly.key, "within": f"{monthly.key}:%"}
    for statement in _CLEAR:
        statement.rows(work.session, given)


_CLEAR = (
    Prepared(delete(ServiceDay).where(col(ServiceDay.monthly) == bindparam("monthly"))),
    *(
        Prepared(
            delete(table).where(
                col(table.pair) == bindparam("pair"), col(table.key).like(bindparam("within"))
            )
        )
        for table in (Activity, Visit)
    ),
)
_SERVICE_DAYS, _ACTIVITIES, _VISITS = (Prepared(insert(table)) for table in (ServiceDay, Activity, Visit))


def _write_month(
    work: Work, monthly: MonthlyReturn, days: list[Day], activities: list[Done], visits: list[Stay]
) -> None:
    """Writes the month's rows, one statement a table."""
    if days:
        _SERVICE_DAYS.each(work.session, [{**one.model_dump(), "monthly": monthly.key} for one in days])
    shared: dict[str, Any] = {"pair": monthly.pair, "year": monthly.year}
    if activities:
        _ACTIVITIES.each(
            work.session,
            [
                {"key": f"{monthly.key}:{number:02d}", "document": "", **shared, **one.model_dump()}
                for number, one in enumerate(activities, start=1)
            ],
        )
    if visits:
        _VISITS.each(
            work.session,
            [
                {"key": f"{monthly.key}:{number:02d}", "note": "", **shared, **one.model_dump()}
                for number, one in enumerate(visits, start=1)
            ],
        )


def _returned(work: Work, pair: str, month: str) -> tuple[Pair, MonthlyReturn]:
    found = work.session.get(Pair, pair)
    monthly = work.session.get(MonthlyReturn, f"{pair}:{month}")
    if found is None or monthly is None:
        raise NotFound("fieldwork.not_entered", field="month", pair=pair, month=month)
    return found, monthly
