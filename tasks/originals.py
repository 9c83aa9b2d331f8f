"""The paper originals: posted by the city, awaited, counted and compared by the province (S06, S07; K24, A2)."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.application import Submission
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
