"""Applications that never got into their city's list end with it, or with the city that sends none (K22, K23)."""

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.application import Application, Submission
from models.opening import Batch
from models.prepared import Prepared, one_of
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import require_reason
from tasks.opening import require_open
from tasks.parties import name_of
from tasks.refusal import BadInput
from tasks.second_words import drop_consent
from tasks.submission import applications_of, submission_of
from tasks.work import Work

STAGE = "application"
GONE = ("emailed", "posted", "arrived", "registered", "missed")
"""States of a submission in which the city's list takes nobody any more."""
UNFINISHED = ("draft", "returned", "submitted", "not_sent")
"""What lapses once the city's list is sent and the posting day is over."""
UNSENT = (*UNFINISHED, "recommended", "ranked")
"""What lapses with a city that has sent no list at all."""

_LEFT_BEHIND = Prepared(
    select(col(Application.batch), col(Application.city))
    .join(
        Submission,
        (col(Submission.batch) == col(Application.batch)) & (col(Submission.city) == col(Application.city)),
    )
    .join(Batch, col(Batch.number) == col(Application.batch))
    .where(
        one_of(col(Application.state), UNFINISHED),
        one_of(col(Submission.state), GONE),
        col(Batch.post_by) < bindparam("today"),
    )
    .distinct()
    .order_by(col(Application.batch), col(Application.city))
)


@act("application.close_city", by=("province_civil",), clauses=("K22", "K23"))
def close_city(work: Work, batch: int, *, city: str, reason: str) -> Submission:
    """Ends a city's part in a batch when its posting day is over and it has sent no list; nobody waits for it longer.

    Raises BadInput before that day or without a reason.
    """
    submission = submission_of(work, batch, city)
    opened = require_open(work, batch)
    require_reason(reason)
    if opened.post_by is None or work.today <= opened.post_by:
        raise BadInput("application.close_early", field="city", post_by=opened.post_by or "")

    record.move(work, submission, "missed", act="application.close_city", reason=reason)
    for kind in ("S04", "S05"):
        steps.cancel_step(work, kind, submission.key)
    _end_applications(work, batch, city, UNSENT)
    return submission


def lapses(work: Work) -> list[Chore]:
    """Cities whose list has gone and whose posting day is over, with applications that never got into it."""
    left = _LEFT_BEHIND.rows(work.session, {"today": work.today})
    return [
        Chore(STAGE, "lapse_applications", f"{batch}:{city}", batch, city, _lapse(batch, city))
        for batch, city in left
    ]


def _lapse(batch: int, city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        if submission_of(work, batch, city).state not in GONE:
            return Outcome(0)
        lapsed = _end_applications(work, batch, city, UNFINISHED)
        return Outcome(len(lapsed), tuple((one.key, name_of(work, one.uscc)) for one in lapsed))

    return perform


def _end_applications(work: Work, batch: int, city: str, states: tuple[str, ...]) -> list[Application]:
    """Lapses a city's applications in these states and ends what applicants and counties still owed for them."""
    lapsed = applications_of(work, batch, city, *states)
    for application in lapsed:
        application.city_rank = None
        record.move(work, application, "lapsed", act="application.lapse", clause="K23")
        steps.cancel_step(work, "S02", application.key)
        drop_consent(work, application)
    for county in sorted({one.nominator.partition("-")[0] for one in lapsed}):
        steps.cancel_step(work, "S03", f"{batch}:{county}")
    return lapsed
