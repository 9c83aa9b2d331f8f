"""Opening: the province announces a batch's dates, the machine opens it and tells every city (S01; K02, K14–K16)."""

from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlmodel import col

from models.application import Submission
from models.opening import Batch
from models.organisation import Organisation
from models.prepared import Prepared, one_of
from models.rules.breach import Breach, RuleBroken, hard
from models.step import Step
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.letters import day_fact, tell
from tasks.parties import Scope, name_of, required_organisation
from tasks.refusal import AlreadyDone, BadInput
from tasks.succession import names_due
from tasks.work import Work

STAGE = "opening"


@act("opening.announce_batch", by=("province_civil",), clauses=("K02", "K14", "K15", "K16"))
def announce_batch(
    work: Work,
    batch: int,
    *,
    opened_on: date,
    submit_by: date,
    post_by: date,
    document: str,
    period_start: date | None = None,
    period_end: date | None = None,
) -> Batch:
    """Publishes a batch's dates; from its opening day on the machine opens it. The batch keeps the rules of that day.

    Raises RuleBroken for dates out of order or outside the programme (K02, K04, K16), AlreadyDone for a batch whose
    dates stand already: later changes are an extension.
    """
    found = work.batch(batch)
    if found.state != "preparing":
        raise AlreadyDone("opening.announced", batch=found.label)
    start, end = period_start or found.period_start, period_end or found.period_end
    breaches = _date_breaches(work, found, opened_on, submit_by, post_by, start, end, document)
    if breaches:
        raise RuleBroken(breaches)

    found.opened_on, found.submit_by, found.post_by = opened_on, submit_by, post_by
    found.period_start, found.period_end = start, end
    found.document, found.rules_as_of, found.announced_at = document, opened_on, work.now
    record.move(
        work,
        found,
        "announced",
        act="opening.announce_batch",
        opened_on=opened_on,
        submit_by=submit_by,
        post_by=post_by,
        period=[start, end],
        document=document,
        parent_document=work.rules(batch).text("programme.parent_document"),
        short=_short_notice(work, found),
        days_off=[day for day in (submit_by, post_by) if not work.workdays.is_workday(day)],
    )
    steps.settle_step(work, "S01", str(batch))
    return found


def _short_notice(work: Work, batch: Batch) -> dict[str, int] | None:
    """K02: the working days for applying, both ends counted, where they are fewer than advised; advice only."""
    if batch.opened_on is None or batch.submit_by is None:
        return None
    advised = work.rules(batch.number).number("opening.lead_days_advised")
    days = work.workdays.workdays_between(batch.opened_on, batch.submit_by)
    return {"days": days, "advised": advised} if days < advised else None


def _date_breaches(
    work: Work,
    batch: Batch,
    opened_on: date,
    submit_by: date,
    post_by: date,
    start: date,
    end: date,
    document: str,
) -> list[Breach]:
    # Nothing is in force before the notice, whose day is the first batch's (K02).
    notice_on = work.programme.batches[0].announce_by
    rules = work.programme.rules(max(opened_on, notice_on))
    first, last = rules.day("programme.starts_on"), rules.day("programme.ends_on")
    found = []
    if opened_on < work.today:
        found.append(hard("opening.past", "K16", "opened_on", opened_on=opened_on, today=work.today))
    if not opened_on <= submit_by <= post_by:
        found.append(
            hard(
                "opening.order", "K02", "submit_by", opened_on=opened_on, submit_by=submit_by, post_by=post_by
            )
        )
    if not (notice_on <= opened_on and post_by <= last and first <= start <= end <= last):
        found.append(
            hard("opening.window", "K04", "period_end", first=first, last=last, start=start, end=end)
        )
    if not document.strip():
        found.append(hard("opening.document", "K01", "document", batch=batch.label))
    return found


@act("opening.extend_batch", by=("province_civil",), clauses=("K02", "K16"))
def extend_batch(work: Work, batch: int, *, submit_by: date, post_by: date, reason: str) -> Batch:
    """Moves a batch's days of e-mailing and posting to later ones; every open step counted from them follows.

    A day that stays may be past. Raises BadInput without a reason, for an earlier day or when nothing moves,
    AlreadyDone when the batch is past its applications.
    """
    found = require_dates(work, batch)
    if found.state not in ("announced", "open"):
        raise AlreadyDone("opening.extension_late", batch=found.label)
    if not reason.strip():
        raise BadInput("act.reason_missing", field="reason")
    was = _anchors(found)
    now = {"batch.submit_by": submit_by, "batch.post_by": post_by}
    moved = [name for name in now if now[name] != was[name]]
    if not moved or post_by < submit_by or any(now[name] < max(was[name], work.today) for name in moved):
        raise BadInput("opening.extension_earlier", field="submit_by", submit_by=submit_by, post_by=post_by)

    found.submit_by, found.post_by = submit_by, post_by
    record.note(
        work,
        "batch",
        str(batch),
        act="opening.extend_batch",
        batch=batch,
        was=[was[name] for name in now],
        now=[now[name] for name in now],
        reason=reason,
    )
    wanted = select(Step).where(
        col(Step.batch) == batch, col(Step.state) == "open", col(Step.anchor).in_(moved)
    )
    for step in work.session.execute(wanted.order_by(col(Step.key))).scalars().all():
        steps.count_anew(work, step, anchors=now, reason=reason)

    facts = {
        "batch": batch,
        "reason": reason,
        "officer": name_of(work, work.actor.organisation),
        "changes": [
            {
                "matter": work.programme.label("anchor", name),
                "was_on": day_fact(work, was[name]),
                "due_on": day_fact(work, now[name]),
            }
            for name in moved
        ],
    }
    subject = f"{batch}:{submit_by.isoformat()}:{post_by.isoformat()}"
    tell(work, "dates_extended", to=_offices(work), subject=subject, batch=batch, facts=facts)
    return found


def require_dates(work: Work, batch: int) -> Batch:
    """The batch, once its dates are announced; raises BadInput before (K16)."""
    found = work.batch(batch)
    if found.opened_on is None:
        raise BadInput(
            "opening.not_announced", field="batch", batch=found.label, announce_by=found.announce_by
        )
    return found


def require_open(work: Work, batch: int) -> Batch:
    """The batch while one may apply; raises BadInput before its opening, AlreadyDone after the applications."""
    found = require_dates(work, batch)
    if found.state in ("preparing", "announced"):
        raise BadInput("opening.not_open", field="batch", batch=found.label, opened_on=found.opened_on or "")
    if found.state != "open":
        raise AlreadyDone("opening.over", batch=found.label)
    return found


_NOT_DECIDED = Prepared(
    select(col(Batch.number), col(Batch.state), col(Batch.opened_on))
    .where(one_of(col(Batch.state), ("preparing", "announced", "open")))
    .order_by(col(Batch.number))
)
_SEEN = Prepared(select(col(Submission.city)).where(col(Submission.batch) == bindparam("batch")))


def chores(work: Work) -> list[Chore]:
    """Offices' new names, steps S01 to be opened, batches whose opening day has come, cities not opened yet."""
    found = names_due(work)
    for number, state, opened_on in _NOT_DECIDED.rows(work.session):
        if state == "preparing" and not steps.is_open(work, "S01", str(number)):
            found.append(Chore(STAGE, "plan_batch", str(number), number, None, _plan(number)))
        if state == "announced" and opened_on is not None and opened_on <= work.today:
            found.append(Chore(STAGE, "open_batch", str(number), number, None, _open_batch(number)))
            cities = {city.code for city in work.divisions.cities()}
        elif state == "open":
            cities = _unopened(work, number)
        else:
            continue
        found += [
            Chore(STAGE, "open_city", f"{number}:{city}", number, city, _open_city(number, city))
            for city in sorted(cities)
        ]
    return found


def _unopened(work: Work, batch: int) -> set[str]:
    return {city.code for city in work.divisions.cities()} - set(
        _SEEN.scalars(work.session, {"batch": batch})
    )


def _plan(number: int) -> Perform:
    def perform(work: Work) -> Outcome:
        batch = work.batch(number)
        opened = steps.open_step(
            work,
            "S01",
            str(number),
            scope=Scope(batch=number),
            anchors={"batch.announce_by": batch.announce_by},
        )
        return Outcome(int(opened is not None), ((batch.label, str(batch.announce_by)),) if opened else ())

    return perform


def _open_batch(number: int) -> Perform:
    def perform(work: Work) -> Outcome:
        batch = work.batch(number)
        if batch.state != "announced" or batch.opened_on is None or batch.opened_on > work.today:
            return Outcome(0)
        record.move(work, batch, "open", act="opening.open_batch", opened_on=batch.opened_on, clause="K14")
        steps.open_step(work, "S11", str(number), scope=Scope(batch=number), anchors=_anchors(batch))
        return Outcome(1, ((batch.label, str(batch.submit_by), str(batch.post_by)),))

    return perform


def _open_city(number: int, city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        batch = work.batch(number)
        key = f"{number}:{city}"
        if batch.state != "open" or work.session.get(Submission, key) is not None:
            return Outcome(0)

        record.create(
            work, Submission(key=key, batch=number, city=city), act="opening.open_city", clause="K14"
        )
        scope = Scope(batch=number, city=city)
        for kind in ("S04", "S05"):
            steps.open_step(work, kind, key, scope=scope, anchors=_anchors(batch))

        told = tell(
            work,
            "opening",
            to=_offices(work, city),
            subject=key,
            batch=number,
            facts=_opening_facts(work, batch),
        )
        name = work.divisions.by_code(city).name
        return Outcome(1, ((name, str(batch.submit_by), str(batch.post_by), str(told)),))

    return perform


def _anchors(batch: Batch) -> dict[str, date]:
    given = {"batch.submit_by": batch.submit_by, "batch.post_by": batch.post_by}
    return {name: day for name, day in given.items() if day is not None}


def _offices(work: Work, city: str | None = None) -> list[str]:
    """The civil-affairs offices of a city and its counties and the city's rural office; without a city, all cities'."""
    kinds = ("city_civil", "city_rural", "county_civil") if city else ("city_civil", "city_rural")
    wanted = select(col(Organisation.code)).where(
        col(Organisation.kind).in_(kinds),
        col(Organisation.valid_from) <= work.today,
        or_(col(Organisation.valid_to).is_(None), col(Organisation.valid_to) >= work.today),
    )
    if city is not None:
        wanted = wanted.where(col(Organisation.city) == city)
    return list(work.session.connection().execute(wanted.order_by(col(Organisation.code))).scalars())


def _opening_facts(work: Work, batch: Batch) -> dict[str, object]:
    rules = work.rules(batch.number)
    contact = next(one for one in work.programme.contacts if one.party == "province_civil")
    province = work.session.get(
        Organisation, required_organisation(work, "province_civil", Scope(batch=batch.number))
    )
    return {
        "batch": batch.number,
        "document": batch.document,
        "opened_on": batch.opened_on,
        "emailed_by": batch.submit_by,
        "posted_by": batch.post_by,
        "period_from": batch.period_start,
        "period_to": batch.period_end,
        "county_cap": rules.number("quota.county"),
        "direct_cap": rules.number("quota.city_direct"),
        "city_cap": rules.number("quota.city_total"),
        "mailbox": contact.email or (province.email if province else ""),
        "postal_address": contact.address,
    }
