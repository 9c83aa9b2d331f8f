"""What cities and pairs answer: the quarterly tracking and the answer to a pace alert (S20, S21; K29, K32)."""

from sqlalchemy import bindparam
from sqlmodel import col

from models.fieldwork import PaceAlert, Tracking
from models.pairing import Pair
from models.session import PreparedObjects
from tasks import record, steps
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.parties import require_actor
from tasks.periods import quarter_bounds
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tasks.shortfalls import unvisited
from tasks.work import Work


@act("fieldwork.record_tracking", by=("city_civil",), clauses=("K12", "K29", "K32"))
def record_tracking(work: Work, city: str, *, quarter: str, findings: str, problems: str = "") -> Tracking:
    """A city writes what it found when it looked after its pairs in a quarter (default: quarterly, K32).

    Pairs that nobody has visited for too long are kept in the event, as the page told them (K12).
    """
    _start, end = quarter_bounds(quarter)
    require_actor(work, f"{city}-mz")
    if end >= work.today:
        raise BadInput("fieldwork.quarter_runs", field="quarter", quarter=quarter, end=end)
    if work.session.get(Tracking, (city, quarter)) is not None:
        raise AlreadyDone("fieldwork.tracked", quarter=quarter)
    require_reason(findings)

    tracking = Tracking(city=city, quarter=quarter, findings=findings, problems=problems, at=work.now)
    advice = [one.text for one in unvisited(work, city, quarter)]
    record.create(work, tracking, act="fieldwork.record_tracking", problems=problems, advice=advice)
    steps.settle_step(work, "S21", f"{city}:{quarter}")
    return tracking


_UNANSWERED = PreparedObjects(
    PaceAlert,
    col(PaceAlert.pair) == bindparam("pair"),
    col(PaceAlert.year) == bindparam("year"),
    col(PaceAlert.answered_at).is_(None),
    order_by=(col(PaceAlert.key),),
)


@act("fieldwork.answer_pace_alert", by=("recipient", "sender"), clauses=("K30", "K31"))
def answer_pace_alert(work: Work, pair: str, *, year: int, measures: str) -> PaceAlert:
    """One side of a pair says how it will reach its days; every open alert of the year is answered."""
    found = work.session.get(Pair, pair)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=pair)
    if work.actor.organisation not in (found.recipient, found.sender):
        raise NotEntitled("act.not_entitled", actor=str(work.actor), organisation=found.recipient)
    require_reason(measures)
    alerts = _UNANSWERED.all(work.session, {"pair": pair, "year": year})
    if not alerts:
        raise AlreadyDone("fieldwork.no_alert", pair=pair, year=year)

    for alert in alerts:
        alert.measures, alert.answered_at = measures, work.now
        record.note(
            work,
            "pace_alert",
            alert.key,
            act="fieldwork.answer_pace_alert",
            batch=found.batch,
            measures=measures,
        )
        steps.settle_step(work, "S20", alert.key)
    return alerts[-1]
