"""Fieldwork: who is sent to be trained in a work year, who takes whose place, what stood in the way (S18; K30, K49)."""

from datetime import date, timedelta

from pydantic import BaseModel
from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.fieldwork import Incident, Roster, ServiceDay, Trainee
from models.pairing import Pair
from models.prepared import PreparedList
from models.privacy import id_hash, id_masked
from models.rules.breach import Breach, RuleBroken
from models.rules.fieldwork import Trainee as RuleTrainee
from models.rules.fieldwork import roster_breaches, trainee_breaches
from models.rules.resident_id import resident_id_breaches
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.months import effective_pair
from tasks.parties import require_actor
from tasks.periods import chores
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work

__all__ = ["chores", "effective_pair"]


class Person(BaseModel):
    """One trainee as the recipient names them; the number is never stored as it is."""

    name: str
    id_number: str
    certificate: str = ""


@act("fieldwork.name_trainees", by=("recipient",), clauses=("K30", "K38"))
def name_trainees(work: Work, pair: str, *, year: int, people: list[Person], plan: str) -> Roster:
    """Names a work year's trainees and plan; at least as many as K30 asks, nobody in two pairs.

    Raises RuleBroken for too few, the same person twice, a number that cannot be; AlreadyDone for a year named before.
    """
    found = _standing_pair(work, pair, year)
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
        RuleTrainee(digest, pair, year, is_certified=bool(one.certificate))
        for digest, one in zip(hashes, people, strict=True)
    ]
    breaches += roster_breaches(listed, work.rules(found.batch))
    named = _elsewhere(work, year, hashes)
    breaches += [breach for one in listed for breach in trainee_breaches(one, named)]
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))

    roster = Roster(pair=pair, year=year, plan=plan, named_on=work.today)
    record.create(
        work, roster, act="fieldwork.name_trainees", batch=found.batch, people=len(people), clause="K30"
    )
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
    found = _standing_pair(work, old.pair, old.year)
    require_actor(work, found.recipient)
    require_reason(reason)
    if old.left_on is not None or left_on > work.today or left_on < old.joined_on:
        raise BadInput("fieldwork.left_on", field="left_on", left_on=left_on)
    last = _last_day(work, trainee)
    if last is not None and last > left_on:
        raise BadInput("fieldwork.left_before_days", field="left_on", left_on=left_on, last=last)
    who = Person(name=name, id_number=id_number, certificate=certificate)
    digest = id_hash(id_number)
    new = RuleTrainee(digest, old.pair, old.year, is_certified=bool(certificate))
    breaches = [*resident_id_breaches(id_number, work.today, "id_number", "K30")]
    breaches += trainee_breaches(new, _elsewhere(work, old.year, [digest]))
    if breaches:
        raise RuleBroken(breaches)

    old.left_on, old.left_reason = left_on, reason
    work.session.flush()
    number = _people_named(work, old.pair, old.year) + 1
    added = _add_trainee(work, old.pair, old.year, number, who, digest, left_on + timedelta(days=1))
    work.session.flush()
    record.note(
        work,
        "trainee",
        old.key,
        act="fieldwork.replace_trainee",
        batch=found.batch,
        new=added.key,
        left_on=left_on,
        reason=reason,
        clause="K30",
    )
    return added


@act("fieldwork.report_incident", by=("recipient", "sender", "county_civil", "city_civil"), clauses=("K49",))
def report_incident(
    work: Work, pair: str, *, began_on: date, reason: str, ended_on: date | None = None, days_lost: int = 0
) -> Incident:
    """Reports a suspension and the days it cost, a reason for an extension; only in batches that take such reports.

    Raises BadInput for a batch without incident reports (K49), dates that cannot be, no reason.
    """
    found = work.session.get(Pair, pair)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=pair)
    if work.actor.organisation not in (found.recipient, found.sender, f"{found.city}-mz"):
        require_actor(work, found.nominator)
    if not takes_incidents(work, found.batch):
        raise BadInput("fieldwork.no_incidents", field="pair", batch=work.batch(found.batch).label)
    require_reason(reason)
    if began_on > work.today or (ended_on is not None and ended_on < began_on) or days_lost < 0:
        raise BadInput("fieldwork.incident_dates", field="began_on", began_on=began_on)
    key = f"{pair}:{began_on.isoformat()}"
    if work.session.get(Incident, key) is not None:
        raise AlreadyDone("act.registered", subject=key)

    incident = Incident(
        key=key, pair=pair, began_on=began_on, ended_on=ended_on, days_lost=days_lost, reason=reason
    )
    return record.create(
        work,
        incident,
        act="fieldwork.report_incident",
        batch=found.batch,
        began_on=began_on,
        ended_on=ended_on,
        days_lost=days_lost,
        reason=reason,
        clause="K49",
    )


def takes_incidents(work: Work, batch: int) -> bool:
    """K49: per batch, as its plan says, unless the setting says otherwise."""
    if work.rules(batch).text("fieldwork.incidents") == "per_batch":
        return work.programme.batch(batch).incident_reports
    return True


def _standing_pair(work: Work, pair: str, year: int) -> Pair:
    """An effective pair whose people may be named; one that has ended or was replaced names nobody any more."""
    found = effective_pair(work, pair, year)
    if found.state != "effective":
        raise AlreadyDone("fieldwork.ended", pair=pair, ended=found.ended_on or "")
    return found


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


_ELSEWHERE = PreparedList(
    lambda hashes: select(col(Trainee.id_hash), col(Trainee.pair)).where(
        col(Trainee.year) == bindparam("year"),
        col(Trainee.id_hash).in_(hashes),
        col(Trainee.left_on).is_(None),
    )
)


def _elsewhere(work: Work, year: int, hashes: list[str]) -> list[RuleTrainee]:
    rows = _ELSEWHERE.rows(work.session, hashes, {"year": year})
    return [RuleTrainee(digest, pair, year) for digest, pair in rows]


def _people_named(work: Work, pair: str, year: int) -> int:
    wanted = (
        select(func.count()).select_from(Trainee).where(col(Trainee.pair) == pair, col(Trainee.year) == year)
    )
    return int(work.session.connection().execute(wanted).scalar_one())


def _last_day(work: Work, trainee: str) -> date | None:
    wanted = select(func.max(col(ServiceDay.day))).where(col(ServiceDay.trainee) == trainee)
    last: date | None = work.session.connection().execute(wanted).scalar_one()
    return last
