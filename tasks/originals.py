"""The paper originals: posted by the city, awaited, counted and compared by the province (S06, S07; K24, A2)."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.application import Submission
from models.prepared import Prepared
from models.rules.breach import Breach, RuleBroken, hard
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.letters import tell
from tasks.parties import Scope, required_organisation
from tasks.refusal import AlreadyDone, BadInput
from tasks.submission import own_submission, submission_of
from tasks.work import Work

STAGE = "application"


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
    """The originals have been posted: so many copies of each form and of the summary.

    With that the city's duty is done (S06), unless the day of arrival counts and not the postmark (A2).

    Raises RuleBroken for another number of copies, a day to come or before the batch, or no tracking number (K24),
    AlreadyDone for a city that has sent nobody.
    """
    submission = own_submission(work, batch, city)
    if submission.rows == 0:
        raise AlreadyDone("application.nothing_to_post", city=work.divisions.by_code(city).name)
    faults = _copies(work, batch, copies, summaries)
    if posted_on > work.today:
        faults.append(hard("application.post_future", "K24", "posted_on", posted_on=posted_on))
    opened_on = work.batch(batch).opened_on
    if opened_on is not None and posted_on < opened_on:
        faults.append(
            hard("application.post_early", "K24", "posted_on", posted_on=posted_on, opened_on=opened_on)
        )
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
        late=_is_late(work, batch, posted_on, "posted"),
    )
    if _counts(work, batch, "posted"):
        steps.settle_step(work, "S06", submission.key)
    return submission


def _copies(work: Work, batch: int, copies: int, summaries: int) -> list[Breach]:
    """K24: so many copies of each form, so many of the summary."""
    rules = work.rules(batch)
    wanted, wanted_summaries = rules.number("application.copies"), rules.number("application.summaries")
    found = []
    if copies != wanted:
        found.append(hard("application.copies", "K24", "copies", found=copies, wanted=wanted))
    if summaries != wanted_summaries:
        found.append(
            hard("application.summaries", "K24", "summaries", found=summaries, wanted=wanted_summaries)
        )
    return found


def _is_late(work: Work, batch: int, day: date, counts: str) -> bool | None:
    """Whether a day is after the posting day; None where the other day of posting and arrival counts (A2)."""
    post_by = work.batch(batch).post_by
    if post_by is None or not _counts(work, batch, counts):
        return None
    return day > post_by


def _counts(work: Work, batch: int, deed: str) -> bool:
    """Whether it is this deed, ``posted`` or ``arrived``, that the day of K24 is held against (A2)."""
    return work.rules(batch).text("application.post_counts") == deed


@act("application.record_arrival", by=("province_civil",), clauses=("K24",))
def record_arrival(work: Work, batch: int, *, city: str, arrived_on: date) -> Submission:
    """A city's parcel has arrived; the province counts and compares it within the days of S07."""
    submission = submission_of(work, batch, city)
    if arrived_on > work.today or (submission.posted_on is not None and arrived_on < submission.posted_on):
        raise BadInput("application.arrival_date", field="arrived_on", arrived_on=arrived_on)

    submission.arrived_on = arrived_on
    late = _is_late(work, batch, arrived_on, "arrived")
    record.move(
        work, submission, "arrived", act="application.record_arrival", arrived_on=arrived_on, late=late
    )
    if _counts(work, batch, "arrived"):
        steps.settle_step(work, "S06", submission.key)
    scope = Scope(batch=batch, city=city)
    steps.open_step(work, "S07", submission.key, scope=scope, anchors={"arrival": arrived_on})
    return submission


@act("application.register_originals", by=("province_civil",), clauses=("K24",))
def register_originals(
    work: Work, batch: int, *, city: str, copies: int, summaries: int, discrepancies: str = ""
) -> Submission:
    """The province has counted the originals; what is missing or differs from the scans is written down.

    Raises RuleBroken for another number of copies without a word about it (K24).
    """
    submission = submission_of(work, batch, city)
    wrong = _copies(work, batch, copies, summaries)
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


_ON_THE_WAY = Prepared(
    select(col(Submission.key), col(Submission.batch), col(Submission.city), col(Submission.posted_on))
    .where(col(Submission.state) == "posted", col(Submission.alarmed_on).is_(None))
    .order_by(col(Submission.key))
)


def alarms(work: Work) -> list[Chore]:
    """Parcels that were posted so many working days ago and have not arrived (A2); each is alarmed once."""
    rows = _ON_THE_WAY.rows(work.session)
    return [
        Chore(STAGE, "alarm_arrival", key, batch, city, _alarm(batch, city))
        for key, batch, city, posted_on in rows
        if _is_missing(work, batch, posted_on)
    ]


def _is_missing(work: Work, batch: int, posted_on: date) -> bool:
    days = work.rules(batch).number("application.arrival_alarm_workdays")
    return work.today > work.workdays.add_workdays(posted_on, days)


def _alarm(batch: int, city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        submission = submission_of(work, batch, city)
        posted_on = submission.posted_on
        if submission.state != "posted" or submission.alarmed_on is not None or posted_on is None:
            return Outcome(0)

        days = work.workdays.workdays_between(posted_on, work.today) - 1
        submission.alarmed_on = work.today
        record.note(
            work, "submission", submission.key, act="application.alarm_arrival", batch=batch, days=days
        )

        name = work.divisions.by_code(city).name
        facts = {
            "batch": batch,
            "city": name,
            "posted_on": posted_on,
            "courier": submission.courier,
            "tracking": submission.tracking,
            "days": days,
        }
        told = [f"{city}-mz", required_organisation(work, "province_civil", Scope(batch=batch))]
        tell(work, "arrival_alarm", to=told, subject=submission.key, batch=batch, facts=facts)
        return Outcome(1, ((name, str(posted_on), submission.tracking),))

    return perform
