"""A city's list: ranked in its preliminary review, e-mailed to the province, or closed without (S04, S05; K22, K23)."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.application import Application, Submission
from models.clock import SHANGHAI, china_date
from models.messages import say
from models.opening import Batch
from models.prepared import Prepared
from models.rules.breach import Breach, RuleBroken, hard
from models.rules.deadlines import is_late
from models.rules.mailing import Record, Source, counting_record
from models.rules.quotas import (
    Ranked,
    Recommendation,
    province_breaches,
    ranking_breaches,
    submission_breaches,
)
from models.session import PreparedObjects
from models.step import Step
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import counted_in, recommendation_of, require_reason, result_facts, scope_of_application
from tasks.letters import tell
from tasks.opening import require_open
from tasks.parties import Scope, require_actor
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.work import Work


@act("application.rank_city", by=("city_civil",), clauses=("K22",))
def rank_city(
    work: Work, batch: int, *, city: str, ranking: list[str], reasons: dict[str, str]
) -> Submission:
    """The city's preliminary review: at most so many are sent, in an order; whoever is not sent is told why.

    Raises RuleBroken over the total (hard, K22), for a repeated rank or a missing reason, BadInput for an application
    that is not recommended or is left out.
    """
    submission = own_submission(work, batch, city)
    require_open(work, batch)
    waiting = {one.key: one for one in applications_of(work, batch, city, "recommended")}
    _check_ranking(work, batch, city, waiting, ranking, reasons)

    for place, key in enumerate(ranking, start=1):
        waiting[key].city_rank = place
        record.move(work, waiting[key], "ranked", act="application.rank_city", rank=place)
    for key, reason in reasons.items():
        waiting[key].remark = reason
        record.move(work, waiting[key], "not_sent", act="application.rank_city", reason=reason)
    record.move(work, submission, "ranked", act="application.rank_city", ranking=ranking, reasons=reasons)
    steps.settle_step(work, "S04", submission.key)

    for key, reason in reasons.items():
        _tell_result(work, waiting[key], "not_sent", reason)
    return submission


def _check_ranking(
    work: Work,
    batch: int,
    city: str,
    waiting: dict[str, Application],
    ranking: list[str],
    reasons: dict[str, str],
) -> None:
    left_out = sorted(waiting.keys() - set(ranking) - reasons.keys())
    unknown = sorted((set(ranking) | reasons.keys()) - waiting.keys())
    twice = sorted({key for key in ranking if ranking.count(key) > 1 or key in reasons})
    if left_out or unknown or twice:
        raise BadInput(
            "application.ranking_incomplete",
            field="ranking",
            left_out=left_out or say("act.none"),
            unknown=unknown or say("act.none"),
            twice=twice or say("act.none"),
        )
    sent = [recommendation_of(work, waiting[key]) for key in ranking]
    decisions = [Ranked(key, place) for place, key in enumerate(ranking, start=1)]
    decisions += [Ranked(key, None, reason) for key, reason in reasons.items()]
    rules = work.rules(batch)
    # K20 and K21 were answered, or passed by an override, when each application was recommended.
    others = _sent_otherwise(work, batch, city)
    before = [one for one in others if one.city == city]
    faults = [one for one in submission_breaches(sent, city, rules, before=before) if one.clause == "K22"]
    faults += ranking_breaches(decisions)
    faults += province_breaches([*sent, *others], rules)
    if faults:
        raise RuleBroken(dict.fromkeys(faults))


@act("application.reopen_ranking", by=("city_civil",), clauses=("K22",))
def reopen_ranking(work: Work, batch: int, *, city: str, reason: str) -> Submission:
    """Takes the ranking back before it is e-mailed, for a recommendation that came late."""
    submission = own_submission(work, batch, city)
    opened = require_open(work, batch)
    require_reason(reason)

    record.move(work, submission, "collecting", act="application.reopen_ranking", reason=reason)
    for application in applications_of(work, batch, city, "ranked", "not_sent"):
        application.city_rank, application.remark = None, ""
        record.move(work, application, "recommended", act="application.reopen_ranking", reason=reason)
    anchors = {"batch.submit_by": opened.submit_by} if opened.submit_by else {}
    scope = Scope(batch=batch, city=city)
    steps.open_step(work, "S04", submission.key, scope=scope, anchors=anchors, again=True)
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
    """The sealed scans and the summary have been e-mailed, and the city says so here; late ones are marked.

    `sent_at` is the mail's own time, China's where it names no zone; without it this entry in the system is the only
    record. Which of the two times counts is A3. A city that sends nobody mails an empty list. Raises RuleBroken unless
    every ranked application is there, the summary's rows agree and all is sealed (K23).
    """
    submission = own_submission(work, batch, city)
    records = [Record(Source.SYSTEM, in_china(work.now))]
    if sent_at is not None:
        records.append(Record(Source.EMAIL, in_china(sent_at)))
    return take_list(
        work,
        submission,
        records,
        {"applications": applications, "rows": rows, "sealed": sealed, "note": note},
        act_name="application.email_submission",
    )


def take_list(
    work: Work, submission: Submission, records: list[Record], listed: dict[str, Any], *, act_name: str
) -> Submission:
    """A city's ranked list has gone to the province by these records: its posting and its formal checks are owed.

    `listed` are applications, rows, sealed and note as the forms of both acts name them.
    """
    batch, city = submission.batch, submission.city
    opened = require_open(work, batch)
    counts = counting_record(records, work.rules(batch))
    ranked = {one.key: one for one in applications_of(work, batch, city, "ranked")}
    applications, rows = listed["applications"], listed["rows"]
    faults = list_breaches(ranked, applications, rows, sealed=listed["sealed"])
    faults += [one for record in records for one in moment_breaches(opened, record.at, work.now)]
    if counts is None:
        faults.append(does_not_count(work, batch))
    if faults or counts is None:
        raise RuleBroken(dict.fromkeys(faults))

    moment = counts.at
    submission.rows = rows
    note_moment(work, submission, moment)
    submission.receipt_number = f"{batch}-{city}-1"
    record.move(
        work,
        submission,
        "emailed",
        act=act_name,
        sent_at=moment,
        applications=applications,
        rows=rows,
        receipt=submission.receipt_number,
        late=submission.email_late,
        note=listed["note"],
    )
    steps.settle_step(work, "S05", submission.key)
    if applications and opened.post_by is not None:
        scope = Scope(batch=batch, city=city)
        steps.open_step(work, "S06", submission.key, scope=scope, anchors={"batch.post_by": opened.post_by})
    for key in applications:
        record.move(work, ranked[key], "emailed", act=act_name)
        scope = scope_of_application(work, ranked[key])
        steps.open_step(work, "S08", key, scope=scope, anchors={"emailed": china_date(moment)})

    for application in ranked.values():
        _tell_result(work, application, "sent", submission.receipt_number)
    return submission


def note_moment(work: Work, submission: Submission, moment: datetime) -> None:
    """Writes down when a list came, and whether that was late (A1) by the city's own date: extended, its step's."""
    inclusive = work.rules(submission.batch).flag("application.deadline_inclusive")
    due = _city_date(work, submission)
    submission.emailed_at = moment
    submission.email_late = due is not None and is_late(moment, due, inclusive=inclusive)


_LIST_DUE = Prepared(
    select(func.max(col(Step.due_on))).where(
        col(Step.kind) == "S05", col(Step.subject) == bindparam("subject")
    )
)


def _city_date(work: Work, submission: Submission) -> date | None:
    """Until when a city sends its list: the batch's date, or a later one to which its step was extended."""
    submit_by = work.batch(submission.batch).submit_by
    extended: date | None = _LIST_DUE.scalar(work.session, {"subject": submission.key})
    return max((one for one in (submit_by, extended) if one is not None), default=None)


def does_not_count(work: Work, batch: int) -> Breach:
    """A3: there is a record of the list, but not of the kind that counts."""
    wins = work.programme.label("option", work.rules(batch).text("application.which_wins"))
    return hard("application.record_does_not_count", "K23", "sent_at", wins=wins)


def in_china(moment: datetime) -> datetime:
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def list_breaches(
    ranked: Collection[str], applications: list[str], rows: int, *, sealed: bool
) -> list[Breach]:
    """K23: every ranked application is there, the summary has as many rows, all of it is sealed."""
    found = []
    if sorted(applications) != sorted(ranked):
        found.append(
            hard(
                "application.mail_incomplete",
                "K23",
                "applications",
                sent=tuple(applications),
                ranked=tuple(ranked),
            )
        )
    if rows != len(applications):
        found.append(hard("application.rows", "K23", "rows", rows=rows, count=len(applications)))
    if not sealed:
        found.append(hard("application.unsealed", "K23", "sealed"))
    return found


def moment_breaches(batch: Batch, moment: datetime, now: datetime) -> list[Breach]:
    """K23: a mail's time lies between the opening and now."""
    found = []
    if moment > now:
        found.append(hard("application.mail_future", "K23", "sent_at", sent_at=moment))
    if batch.opened_on is not None and china_date(moment) < batch.opened_on:
        found.append(
            hard("application.mail_early", "K23", "sent_at", sent_at=moment, opened_on=batch.opened_on)
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


def own_submission(work: Work, batch: int, city: str) -> Submission:
    """The submission of the actor's own city; raises NotEntitled for another city's."""
    found = submission_of(work, batch, city)
    require_actor(work, f"{city}-mz")
    return found


def require_collecting(work: Work, batch: int, city: str) -> Submission:
    """The submission while the city still takes recommendations; raises AlreadyDone after its ranking (K22)."""
    found = submission_of(work, batch, city)
    name = work.divisions.by_code(city).name
    if found.state == "ranked":
        raise AlreadyDone("application.ranked_already", city=name)
    if found.state != "collecting":
        raise AlreadyDone("application.list_gone", city=name)
    return found


def require_not_gone(work: Work, batch: int, city: str) -> None:
    """Raises AlreadyDone once the city's list has gone: whatever is begun now could never be sent (K23)."""
    found = work.session.get(Submission, f"{batch}:{city}")
    if found is not None and found.state not in ("collecting", "ranked"):
        raise AlreadyDone("application.list_gone", city=work.divisions.by_code(city).name)


_OF_CITY = PreparedObjects(
    Application,
    col(Application.batch) == bindparam("batch"),
    col(Application.city) == bindparam("city"),
    order_by=(col(Application.city_rank), col(Application.key)),
)


def applications_of(work: Work, batch: int, city: str, *states: str) -> list[Application]:
    """A city's applications to a batch in these states, by rank and key."""
    found = _OF_CITY.all(work.session, {"batch": batch, "city": city})
    return [one for one in found if one.state in states]


def move_up(work: Work, batch: int, city: str, *, behind: int) -> dict[str, int]:
    """Closes the gap that an application has left on a city's list; returns who has which rank now (K22).

    One after the other, from the front: a rank is free before it is taken, as the unique index demands.
    """
    wanted = select(Application).where(
        col(Application.batch) == batch, col(Application.city) == city, col(Application.city_rank) > behind
    )
    moved: dict[str, int] = {}
    for place, application in enumerate(
        work.session.execute(wanted.order_by(col(Application.city_rank))).scalars().all(), start=behind
    ):
        application.city_rank = moved[application.key] = place
        work.session.flush()
    return moved


def _sent_otherwise(work: Work, batch: int, city: str) -> list[Recommendation]:
    """What stands on every list but this one: the other cities', and other batches' where A7 counts them together."""
    return [
        recommendation_of(work, one)
        for number in counted_in(work, batch)
        for one in _RANKED.all(work.session, {"batch": number})
        if (one.batch, one.city) != (batch, city)
    ]


_RANKED = PreparedObjects(
    Application, col(Application.batch) == bindparam("batch"), col(Application.city_rank).is_not(None)
)


def _tell_result(work: Work, application: Application, result: str, reason: str) -> None:
    """A reopened ranking may decide anew: the day is part of the letter's key."""
    tell(
        work,
        "recommendation_result",
        to=[application.uscc, application.nominator],
        subject=f"{application.key}:{result}:{work.today.isoformat()}",
        batch=application.batch,
        facts=result_facts(work, application, result, reason),
    )
