"""The word of a second office without which nothing goes on, as steps of its own (S03C–S24C; K31, K35, K37).

Each is opened with what it is about, in the same transaction; its act settles it; it ends where that falls away.
"""

from datetime import date

from sqlalchemy import text

from models.application import Application
from models.clock import china_date
from models.evaluation import AnnualReport, Evaluation, SelfEvaluation
from models.fieldwork import MonthlyReturn
from models.pairing import Pair
from models.prepared import Prepared
from tasks import steps
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import scope_of_application
from tasks.parties import Scope, organisation_of, scope_of_pair
from tasks.work import Work

CHORE = "open_second_words"


def open_consent(work: Work, application: Application) -> bool:
    """S03C: the rural office beside the nominator agrees to a submitted plan (K37); nothing where there is none."""
    scope = scope_of_application(work, application)
    if application.plan_consented_on is not None or organisation_of(work, "nominator_rural", scope) is None:
        return False
    submit_by = work.batch(application.batch).submit_by
    anchors = {"batch.submit_by": submit_by} if submit_by else {}
    opened = steps.open_step(work, "S03C", application.key, scope=scope, anchors=anchors, again=True)
    return opened is not None


def drop_consent(work: Work, application: Application) -> bool:
    """S03C ends with an application that its nominator no longer has to decide on."""
    return steps.cancel_step(work, "S03C", application.key)


def open_confirmation(work: Work, pair: Pair, month: str) -> bool:
    """S19C: the sender confirms an entered month (K31), or disputes it; an ended pair owes nothing any more."""
    if pair.state != "effective":
        return False
    anchors, scope = {"month_entered": work.today}, scope_of_pair(work, pair)
    opened = steps.open_step(work, "S19C", f"{pair.key}:{month}", scope=scope, anchors=anchors, again=True)
    return opened is not None


def open_cosignature(work: Work, pair: Pair, year: int) -> bool:
    """S23C: the rural office beside the nominator co-signs an evaluation, by the evaluation's own date (K35, K37).

    Where that leaves it less time than the pack says, it is counted from the evaluation.
    """
    if pair.state != "effective":
        return False
    scope = scope_of_pair(work, pair)
    if organisation_of(work, "nominator_rural", scope) is None:
        return False
    filed = [work.session.get(SelfEvaluation, (pair.key, year, side)) for side in ("sender", "recipient")]
    given = {"pair_evaluated": work.today}
    if None not in filed:
        given["self_evaluation_filed"] = max(china_date(one.filed_at) for one in filed if one)
    anchors = steps.latest_anchor(work, "S23C", pair.batch, given)
    return steps.open_step(work, "S23C", f"{pair.key}:{year}", scope=scope, anchors=anchors) is not None


def open_report_cosignature(work: Work, report: AnnualReport) -> bool:
    """S24C: the city's rural office co-signs the filed report, by the report's own date (K33, K35), as `S23C`."""
    scope = Scope(batch=report.batch, city=report.city)
    if organisation_of(work, "city_rural", scope) is None:
        return False
    given = {"year_end": date(report.year, 12, 31), "report_filed": work.today}
    anchors = steps.latest_anchor(work, "S24C", report.batch, given)
    return steps.open_step(work, "S24C", report.key, scope=scope, anchors=anchors) is not None


# What an earlier version left: done by the first hand, and no step says that the second one's word is awaited.
_CONSENTS = Prepared(
    text(
        """
SELECT a.key FROM application AS a
 WHERE a.state = 'submitted' AND a.plan_consented_on IS NULL
   AND NOT EXISTS (SELECT 1 FROM step AS s WHERE s.kind = 'S03C' AND s.subject = a.key AND s.state = 'open')
 ORDER BY a.key
"""
    )
)
_MONTHS = Prepared(
    text(
        """
SELECT s.subject FROM step AS s JOIN monthly_return AS m ON m.key = s.subject
 WHERE s.kind = 'S19' AND s.state = 'open' AND m.state <> 'disputed' ORDER BY s.subject
"""
    )
)
_EVALUATIONS = Prepared(
    text(
        """
SELECT s.subject FROM step AS s JOIN evaluation AS e ON e.key = s.subject
 WHERE s.kind = 'S23' AND s.state = 'open' ORDER BY s.subject
"""
    )
)
_REPORTS = Prepared(
    text(
        """
SELECT r.key FROM annual_report AS r
 WHERE r.state = 'filed' AND NOT r.cosigned
   AND NOT EXISTS (SELECT 1 FROM step AS s WHERE s.kind = 'S24C' AND s.subject = r.key AND s.state = 'open')
 ORDER BY r.key
"""
    )
)


def consents_missing(work: Work) -> list[Chore]:
    """Plans submitted under an earlier version, whose consent no step asks for."""
    return _chore("application", _CONSENTS.scalars(work.session), _open_consents)


def confirmations_missing(work: Work) -> list[Chore]:
    """Months whose step S19 an earlier version left open until they were confirmed."""
    return _chore("fieldwork", _left_over(work, "S19", _MONTHS), _open_confirmations)


def cosignatures_missing(work: Work) -> list[Chore]:
    """Evaluations whose step S23 an earlier version left open until they were co-signed, and reports likewise."""
    keys = [*_left_over(work, "S23", _EVALUATIONS), *_REPORTS.scalars(work.session)]
    return _chore("evaluation", keys, _open_cosignatures)


def _left_over(work: Work, kind: str, statement: Prepared) -> list[str]:
    """What an earlier version left of a kind of step; this one settles it with its act, so that none is added."""
    if kind in work.kept.caught_up:
        return []
    found: list[str] = statement.scalars(work.session)
    if not found:
        work.kept.caught_up.add(kind)
    return found


def _chore(stage: str, keys: list[str], perform: Perform) -> list[Chore]:
    return [Chore(stage, CHORE, stage, None, None, perform)] if keys else []


def _open_consents(work: Work) -> Outcome:
    keys = _CONSENTS.scalars(work.session)
    return _outcome([key for key in keys if open_consent(work, work.session.get_one(Application, key))])


def _open_confirmations(work: Work) -> Outcome:
    keys = _MONTHS.scalars(work.session)
    for key in keys:
        monthly = work.session.get_one(MonthlyReturn, key)
        steps.settle_step(work, "S19", key)
        if monthly.state == "entered":
            open_confirmation(work, work.session.get_one(Pair, monthly.pair), monthly.month)
    return _outcome(keys)


def _open_cosignatures(work: Work) -> Outcome:
    keys = _EVALUATIONS.scalars(work.session)
    for key in keys:
        evaluation = work.session.get_one(Evaluation, key)
        steps.settle_step(work, "S23", key)
        if evaluation.state == "evaluated":
            open_cosignature(work, work.session.get_one(Pair, evaluation.pair), evaluation.year)
    reports = [work.session.get_one(AnnualReport, key) for key in _REPORTS.scalars(work.session)]
    return _outcome([*keys, *(one.key for one in reports if open_report_cosignature(work, one))])


def _outcome(keys: list[str]) -> Outcome:
    return Outcome(len(keys), tuple((key,) for key in keys))
