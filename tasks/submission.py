"""A city's submission: ranked, e-mailed, posted, registered, checked by the province (S04–S08; K22–K24, A1–A3)."""

from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import col

from models.application import Application, Submission
from models.clock import china_date
from models.organisation import Organisation
from models.rules.breach import Breach, RuleBroken, hard
from models.rules.deadlines import is_late
from models.rules.quotas import Ranked, province_breaches, ranking_breaches, submission_breaches
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import (
    application_of,
    correction_facts,
    recommendation_of,
    require_reason,
    result_facts,
    scope_of_application,
)
from tasks.letters import due_fact, tell
from tasks.opening import require_open
from tasks.parties import Scope, name_of, require_actor
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work

STAGE = "application"
UNFINISHED = ("draft", "returned", "submitted", "not_sent")
"""What lapses once the city's list is sent and the posting day is over."""


@act("application.rank_city", by=("city_civil",), clauses=("K22",))
def rank_city(
    work: Work, batch: int, *, city: str, ranking: list[str], reasons: dict[str, str]
) -> Submission:
    """The city's preliminary review: at most so many are sent, in an order; whoever is not sent is told why.

    Raises RuleBroken over the total (hard, K22), for a gap in the ranks or a missing reason, BadInput for an
    application that is not recommended or is left out.
    """
    submission = _own_submission(work, batch, city)
    require_open(work, batch)
    waiting = {one.key: one for one in _applications(work, batch, city, "recommended")}
    left_out = sorted(waiting.keys() - set(ranking) - reasons.keys())
    unknown = sorted((set(ranking) | reasons.keys()) - waiting.keys())
    if left_out or unknown:
        raise BadInput("application.ranking_incomplete", field="ranking", left_out=left_out, unknown=unknown)
    sent = [recommendation_of(work, waiting[key]) for key in ranking]
    decisions = [Ranked(key, place) for place, key in enumerate(ranking, start=1)]
    decisions += [Ranked(key, None, reason) for key, reason in reasons.items()]
    rules = work.rules(batch)
    faults = [one for one in submission_breaches(sent, city, rules) if one.clause == "K22"]
    faults += [
        *ranking_breaches(decisions),
        *province_breaches([*sent, *_sent_elsewhere(work, batch, city)], rules),
    ]
    if faults:
        raise RuleBroken(dict.fromkeys(faults))

    for place, key in enumerate(ranking, start=1):
        waiting[key].city_rank = place
        record.move(work, waiting[key], "ranked", act="application.rank_city", rank=place)
    for key, reason in reasons.items():
        waiting[key].remark = reason
        record.move(work, waiting[key], "not_sent", act="application.rank_city", reason=reason)
    record.move(work, submission, "ranked", act="application.rank_city", ranking=ranking, reasons=reasons)
    steps.settle_step(work, "S04", submission.key)

    for key in reasons:
        tell(
            work,
            "recommendation_result",
            to=[waiting[key].uscc, waiting[key].nominator],
            subject=f"{key}:not_sent",
            batch=batch,
            facts=result_facts(work, waiting[key], "not_sent", reasons[key]),
        )
    return submission


@act("application.email_submission", by=("city_civil",), clauses=("K23",))
def email_submission(
    work: Work,
    batch: int,
    *,
    city: str,
    applications: list[str],
    rows: int,
    sealed: bool,
    sent_at: datetime | None = None,
    note: str = "",
) -> Submission:
    """The sealed scans and the summary have been e-mailed; the first complete mail counts (A3), late ones are marked.

    Raises RuleBroken unless every ranked application is there, the summary's rows agree and all is sealed (K23).
    """
    submission = _own_submission(work, batch, city)
    opened = require_open(work, batch)
    moment = sent_at or work.now
    ranked = {one.key: one for one in _applications(work, batch, city, "ranked")}
    faults = _mail_breaches(ranked, applications, rows, moment, work.now, sealed=sealed)
    if faults:
        raise RuleBroken(faults)

    inclusive = work.rules(batch).flag("application.deadline_inclusive")
    submission.emailed_at, submission.rows = moment, rows
    submission.receipt_number = f"{batch}-{city}-1"
    submission.email_late = opened.submit_by is not None and is_late(
        moment, opened.submit_by, inclusive=inclusive
    )
    record.move(
        work,
        submission,
        "emailed",
        act="application.email_submission",
        sent_at=moment,
        applications=applications,
        rows=rows,
        receipt=submission.receipt_number,
        late=submission.email_late,
        note=note,
    )
    steps.settle_step(work, "S05", submission.key)
    if applications and opened.post_by is not None:
        scope = Scope(batch=batch, city=city)
        steps.open_step(work, "S06", submission.key, scope=scope, anchors={"batch.post_by": opened.post_by})
    for key in applications:
        record.move(work, ranked[key], "emailed", act="application.email_submission")
        scope = scope_of_application(work, ranked[key])
        steps.open_step(work, "S08", key, scope=scope, anchors={"emailed": china_date(moment)})
    return submission


def _mail_breaches(
    ranked: dict[str, Application],
    applications: list[str],
    rows: int,
    moment: datetime,
    now: datetime,
    *,
    sealed: bool,
) -> list[Breach]:
    found = []
    if sorted(applications) != sorted(ranked):
        found.append(
            hard(
                "application.mail_incomplete", "K23", "applications", sent=applications, ranked=sorted(ranked)
            )
        )
    if rows != len(applications):
        found.append(hard("application.rows", "K23", "rows", rows=rows, count=len(applications)))
    if not sealed:
        found.append(hard("application.unsealed", "K23", "sealed"))
    if moment > now:
        found.append(hard("application.mail_future", "K23", "sent_at", sent_at=moment))
    return found


@act("application.reopen_ranking", by=("city_civil",), clauses=("K22",))
def reopen_ranking(work: Work, batch: int, *, city: str, reason: str) -> Submission:
    """Takes the ranking back before it is e-mailed, for a recommendation that came late."""
    submission = _own_submission(work, batch, city)
    opened = require_open(work, batch)
    require_reason(reason)

    record.move(work, submission, "collecting", act="application.reopen_ranking", reason=reason)
    for application in _applications(work, batch, city, "ranked", "not_sent"):
        application.city_rank = None
        record.move(work, application, "recommended", act="application.reopen_ranking", reason=reason)
    anchors = {"batch.submit_by": opened.submit_by} if opened.submit_by else {}
    steps.open_step(
        work, "S04", submission.key, scope=Scope(batch=batch, city=city), anchors=anchors, again=True
    )
    return submission


@act("application.post_originals", by=("city_civil",), clauses=("K24",))
def post_originals(
    work: Work,
    batch: int,
    *,
    city: str,
    posted_on: date,
    courier: str,
    tracking: str,
    copies: int,
    summaries: int,
) -> Submission:
    """The originals have been posted: so many copies of each form and of the summary; the postmark counts (A2).

    Raises RuleBroken for another number of copies, a day to come, or no tracking number (K24).
    """
    submission = _own_submission(work, batch, city)
    rules = work.rules(batch)
    faults = _copies(
        rules.number("application.copies"), rules.number("application.summaries"), copies, summaries
    )
    if posted_on > work.today:
        faults.append(hard("application.post_future", "K24", "posted_on", posted_on=posted_on))
    if not courier.strip() or not tracking.strip():
        faults.append(hard("application.no_tracking", "K24", "tracking"))
    if faults:
        raise RuleBroken(faults)

    submission.posted_on, submission.courier, submission.tracking = posted_on, courier, tracking
    submission.copies, submission.summaries = copies, summaries
    record.move(
        work,
        submission,
        "posted",
        act="application.post_originals",
        posted_on=posted_on,
        courier=courier,
        tracking=tracking,
        copies=copies,
        summaries=summaries,
    )
    steps.settle_step(work, "S06", submission.key)
    return submission


def _copies(wanted: int, wanted_summaries: int, copies: int, summaries: int) -> list[Breach]:
    found = []
    if copies != wanted:
        found.append(hard("application.copies", "K24", "copies", found=copies, wanted=wanted))
    if summaries != wanted_summaries:
        found.append(
            hard("application.summaries", "K24", "summaries", found=summaries, wanted=wanted_summaries)
        )
    return found


@act("application.record_arrival", by=("province_civil",), clauses=("K24",))
def record_arrival(work: Work, batch: int, *, city: str, arrived_on: date) -> Submission:
    """A city's parcel has arrived; the province counts and compares it within the days of S07."""
    submission = submission_of(work, batch, city)
    if arrived_on > work.today or (submission.posted_on is not None and arrived_on < submission.posted_on):
        raise BadInput("application.arrival_date", field="arrived_on", arrived_on=arrived_on)

    submission.arrived_on = arrived_on
    record.move(work, submission, "arrived", act="application.record_arrival", arrived_on=arrived_on)
    scope = Scope(batch=batch, city=city)
    steps.open_step(work, "S07", submission.key, scope=scope, anchors={"arrival": arrived_on})
    return submission


@act("application.register_originals", by=("province_civil",), clauses=("K24",))
def register_originals(
    work: Work, batch: int, *, city: str, copies: int, summaries: int, discrepancies: str = ""
) -> Submission:
    """The province has counted the originals; what is missing or differs from the scans is written down."""
    submission = submission_of(work, batch, city)
    rules = work.rules(batch)
    wrong = _copies(
        rules.number("application.copies"), rules.number("application.summaries"), copies, summaries
    )
    if wrong and not discrepancies.strip():
        raise RuleBroken(wrong)

    submission.registered_on, submission.discrepancies = work.today, discrepancies
    record.move(
        work,
        submission,
        "registered",
        act="application.register_originals",
        copies=copies,
        summaries=summaries,
        discrepancies=discrepancies,
    )
    steps.settle_step(work, "S07", submission.key)
    return submission


@act("application.check", by=("province_civil",), clauses=("K23", "K25"))
def check_application(work: Work, application: str) -> Application:
    """The formal check has found nothing to correct."""
    found = application_of(work, application)

    record.move(work, found, "checked", act="application.check")
    steps.settle_step(work, "S08", found.key)
    return found


@act("application.request_correction", by=("province_civil",), clauses=("K23", "K25"))
def request_correction(work: Work, application: str, *, problems: dict[str, str]) -> Application:
    """The formal check asks for corrections, with a remark per field; the applicant has the correction window."""
    found = application_of(work, application)
    if not problems:
        raise BadInput("application.remarks_missing", field="problems")

    record.move(work, found, "correcting", act="application.request_correction", problems=problems)
    steps.settle_step(work, "S08", found.key)
    scope = scope_of_application(work, found)
    step = steps.open_step(work, "S08C", found.key, scope=scope, anchors={"returned": work.today}, again=True)

    facts = correction_facts(work, found, problems, due_fact(step))
    facts["requested_by"] = name_of(work, work.actor.organisation)
    tell(
        work,
        "correction_requested",
        to=[found.uscc, found.nominator],
        subject=f"{found.key}:{found.version}",
        batch=found.batch,
        facts=facts,
    )
    return found


def submission_of(work: Work, batch: int, city: str) -> Submission:
    """A city's submission to a batch; raises NotFound before the batch has been opened in the city."""
    found = work.session.get(Submission, f"{batch}:{city}")
    if found is None:
        raise NotFound(
            "act.no_object", kind=work.programme.label("table", "submission"), subject=f"{batch}:{city}"
        )
    return found


def require_collecting(work: Work, batch: int, city: str) -> Submission:
    """The submission while the city still takes recommendations; raises AlreadyDone after its ranking (K22)."""
    found = submission_of(work, batch, city)
    if found.state != "collecting":
        raise AlreadyDone("application.ranked_already", city=work.divisions.by_code(city).name)
    return found


def _own_submission(work: Work, batch: int, city: str) -> Submission:
    found = submission_of(work, batch, city)
    require_actor(work, f"{city}-mz")
    return found


def _applications(work: Work, batch: int, city: str, *states: str) -> list[Application]:
    wanted = select(Application).where(
        col(Application.batch) == batch, col(Application.city) == city, col(Application.state).in_(states)
    )
    return list(
        work.session.execute(wanted.order_by(col(Application.city_rank), col(Application.key))).scalars()
    )


def _sent_elsewhere(work: Work, batch: int, city: str) -> list[object]:
    wanted = select(Application).where(
        col(Application.batch) == batch,
        col(Application.city) != city,
        col(Application.city_rank).is_not(None),
    )
    return [recommendation_of(work, one) for one in work.session.execute(wanted).scalars()]


def chores(work: Work) -> list[Chore]:
    """Parcels that should have arrived (A2), and applications that lapse because the city's list has gone without."""
    rows = (
        work.session.connection()
        .execute(
            select(
                col(Submission.key),
                col(Submission.batch),
                col(Submission.city),
                col(Submission.state),
                col(Submission.posted_on),
            )
            .where(
                col(Submission.state).in_(("emailed", "posted", "arrived", "registered")),
                col(Submission.alarmed_on).is_(None),
            )
            .order_by(col(Submission.key))
        )
        .all()
    )
    found: list[Chore] = []
    for key, batch, city, state, posted_on in rows:
        if state == "posted" and posted_on is not None and _overdue(work, posted_on):
            found.append(Chore(STAGE, "alarm_arrival", key, batch, city, _alarm(batch, city)))
    return found + _lapses(work)


def _overdue(work: Work, posted_on: date) -> bool:
    days = work.programme.rules(posted_on).number("application.arrival_alarm_workdays")
    return work.today > work.workdays.add_workdays(posted_on, days)


def _alarm(batch: int, city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        submission = submission_of(work, batch, city)
        if submission.state != "posted" or submission.alarmed_on is not None or submission.posted_on is None:
            return Outcome(0)

        submission.alarmed_on = work.today
        days = work.workdays.workdays_between(submission.posted_on, work.today) - 1
        record.note(
            work, "submission", submission.key, act="application.alarm_arrival", batch=batch, days=days
        )

        name = work.divisions.by_code(city).name
        province = work.session.execute(
            select(col(Organisation.code)).where(col(Organisation.kind) == "province_civil")
        ).scalar_one()
        facts = {
            "batch": batch,
            "city": name,
            "posted_on": submission.posted_on,
            "courier": submission.courier,
            "tracking": submission.tracking,
            "days": days,
        }
        tell(
            work,
            "arrival_alarm",
            to=[f"{city}-mz", province],
            subject=submission.key,
            batch=batch,
            facts=facts,
        )
        return Outcome(1, ((name, str(submission.posted_on), submission.tracking),))

    return perform


def _lapses(work: Work) -> list[Chore]:
    """Cities whose list has gone and whose posting day is over, with applications that never got into it."""
    rows = (
        work.session.connection()
        .execute(
            select(col(Application.batch), col(Application.city))
            .join(
                Submission,
                (col(Submission.batch) == col(Application.batch))
                & (col(Submission.city) == col(Application.city)),
            )
            .where(
                col(Application.state).in_(UNFINISHED),
                col(Submission.state).in_(("emailed", "posted", "arrived", "registered")),
            )
            .distinct()
            .order_by(col(Application.batch), col(Application.city))
        )
        .all()
    )
    return [
        Chore(STAGE, "lapse_applications", f"{batch}:{city}", batch, city, _lapse(batch, city))
        for batch, city in rows
        if (post_by := work.batch(batch).post_by) is not None and post_by < work.today
    ]


def _lapse(batch: int, city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        if submission_of(work, batch, city).state in ("collecting", "ranked"):
            return Outcome(0)
        lapsed = _applications(work, batch, city, *UNFINISHED)
        counties = set()
        for application in lapsed:
            record.move(work, application, "lapsed", act="application.lapse", clause="K23")
            steps.cancel_step(work, "S02", application.key)
            counties.add(application.nominator.partition("-")[0])
        for county in sorted(counties):
            steps.cancel_step(work, "S03", f"{batch}:{county}")
        return Outcome(len(lapsed), tuple((one.key, name_of(work, one.uscc)) for one in lapsed))

    return perform
