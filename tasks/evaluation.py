"""Evaluation: both sides' own account, the nominator's judgement, its co-signature (S22, S23, S23C; K33, K37, K46)."""

from datetime import date

from sqlalchemy import Date, Integer, String, bindparam, text

from models.evaluation import Evaluation, SelfEvaluation
from models.pairing import Pair
from models.prepared import Prepared
from models.rules.breach import RuleBroken
from models.rules.evaluation import grade_breaches
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import require_reason
from tasks.fieldwork import effective_pair
from tasks.parties import name_of, organisation_of, require_actor, scope_of_pair
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.report import RunningBatch, report_chores, running_batches
from tasks.second_words import cosignatures_missing, open_cosignature
from tasks.shortfalls import missing_days
from tasks.spending import record_spending
from tasks.work import Work

STAGE = "evaluation"
SIDES = ("sender", "recipient")


@act("evaluation.file_self_evaluation", by=SIDES, clauses=("K33", "K38", "K43", "K44"))
def file_self_evaluation(
    work: Work,
    pair: str,
    *,
    year: int,
    side: str,
    text: str,
    spending: dict[str, int],
    board_for: tuple[str, ...] = (),
) -> SelfEvaluation:
    """One side's own account of a work year, with what it spent; when both are there, the nominator evaluates.

    Raises BadInput before the year's self-evaluations have begun, AlreadyDone for a side that has filed, and what
    spending breaks (K43, K44).
    """
    found = effective_pair(work, pair, year)
    if side not in SIDES:
        raise BadInput("evaluation.side", field="side", found=side)
    require_actor(work, found.sender if side == "sender" else found.recipient)
    if work.session.get(SelfEvaluation, (pair, year, side)) is not None:
        raise AlreadyDone("evaluation.filed", pair=pair, year=year)
    if not steps.is_open(work, "S22", f"{pair}:{year}"):
        raise BadInput("evaluation.not_open", field="year", pair=pair, year=year)
    require_reason(text)
    if spending:
        record_spending(work, pair, year=year, lines=spending, board_for=board_for)

    filed = SelfEvaluation(pair=pair, year=year, side=side, text=text, filed_at=work.now)
    record.create(work, filed, act="evaluation.file_self_evaluation", batch=found.batch)
    if all(work.session.get(SelfEvaluation, (pair, year, one)) is not None for one in SIDES):
        steps.settle_step(work, "S22", f"{pair}:{year}")
        anchors = {"self_evaluation_filed": work.today}
        steps.open_step(work, "S23", f"{pair}:{year}", scope=scope_of_pair(work, found), anchors=anchors)
    return filed


@act("evaluation.evaluate_pair", by=("county_civil", "city_civil"), clauses=("K31", "K33", "K36", "K46"))
def evaluate_pair(work: Work, pair: str, *, year: int, grade: str, comment: str) -> Evaluation:
    """The nominator judges a pair's work year by the pack's grades, after both sides have filed (K36).

    A year that lacks days (K31) can be judged; what it lacks is kept in the event, as the page told it.
    """
    found = effective_pair(work, pair, year)
    require_actor(work, found.nominator)
    if faults := grade_breaches(grade, work.rules(found.batch)):
        raise RuleBroken(faults)
    missing = [one for one in SIDES if work.session.get(SelfEvaluation, (pair, year, one)) is None]
    if missing:
        raise BadInput("evaluation.sides_missing", field="pair", pair=pair, missing=missing)
    if work.session.get(Evaluation, f"{pair}:{year}") is not None:
        raise AlreadyDone("evaluation.evaluated", pair=pair, year=year)
    require_reason(comment)

    evaluation = Evaluation(
        key=f"{pair}:{year}", pair=pair, year=year, grade=grade, comment=comment, evaluated_at=work.now
    )
    record.create(
        work,
        evaluation,
        act="evaluation.evaluate_pair",
        batch=found.batch,
        grade=grade,
        advice=[one.text for one in missing_days(work, found, year)],
    )
    steps.settle_step(work, "S23", evaluation.key)
    open_cosignature(work, found, year)
    return evaluation


@act("evaluation.cosign_evaluation", by=("county_rural", "city_rural"), clauses=("K35", "K37"))
def cosign_evaluation(work: Work, pair: str, *, year: int) -> Evaluation:
    """Rural revitalisation beside the nominator co-signs the evaluation; then it stands (K37)."""
    found = effective_pair(work, pair, year)
    require_actor(work, organisation_of(work, "nominator_rural", scope_of_pair(work, found)))
    evaluation = work.session.get(Evaluation, f"{pair}:{year}")
    if evaluation is None:
        raise NotFound(
            "act.no_object", kind=work.programme.label("table", "evaluation"), subject=f"{pair}:{year}"
        )

    evaluation.cosigned_at = work.now
    record.move(work, evaluation, "cosigned", act="evaluation.cosign_evaluation", batch=found.batch)
    steps.settle_step(work, "S23C", evaluation.key)
    return evaluation


_UNOPENED = Prepared(
    text(
        """
SELECT p.key, p.city FROM pair AS p
 WHERE p.batch = :batch AND p.state = 'effective' AND p.effective_on <= :last
   AND NOT EXISTS (SELECT 1 FROM step AS s WHERE s.key = 'S22:' || p.key || ':' || :year) ORDER BY p.key
"""
    ).bindparams(
        bindparam("batch", type_=Integer), bindparam("last", type_=Date), bindparam("year", type_=String)
    )
)
"""The effective pairs that worked in a year and were never asked for their self-evaluation."""


def chores(work: Work) -> list[Chore]:
    """From the first of December the year's self-evaluations, after the year's end the cities' reports (S22, S24)."""
    batches = running_batches(work)
    found = []
    for batch in batches:
        for year in _begun(work, batch):
            cities = sorted({city for _key, city in _unopened(work, batch, year)})
            found += [
                Chore(
                    STAGE,
                    "open_self_evaluations",
                    f"{city}:{year}",
                    batch.number,
                    city,
                    _open_self(city, year),
                )
                for city in cities
            ]
    return found + report_chores(work, batches) + cosignatures_missing(work)


def _begun(work: Work, batch: RunningBatch) -> list[int]:
    """The batch's work years whose self-evaluations have begun."""
    rules = work.programme.rules(batch.rules_as_of)
    return [
        year
        for year in range(batch.period_start.year, min(batch.period_end, work.today).year + 1)
        if rules.month_day("evaluation.self_opens", year) <= work.today
    ]


def _unopened(work: Work, batch: RunningBatch, year: int) -> list[tuple[str, str]]:
    given = {"batch": batch.number, "last": date(year, 12, 31), "year": str(year)}
    return [(key, city) for key, city in _UNOPENED.rows(work.session, given)]


def _open_self(city: str, year: int) -> Perform:
    def perform(work: Work) -> Outcome:
        rows = []
        for batch in running_batches(work):
            if year not in _begun(work, batch):
                continue
            for key in [key for key, place in _unopened(work, batch, year) if place == city]:
                pair = work.session.get_one(Pair, key)
                anchors = {"year_start": date(year, 1, 1)}
                steps.open_step(
                    work, "S22", f"{key}:{year}", scope=scope_of_pair(work, pair), anchors=anchors
                )
                rows.append((key, name_of(work, pair.recipient), str(year)))
        return Outcome(len(rows), tuple(rows))

    return perform
