"""Evaluation: both sides' own account, the nominator's judgement with its co-signature (S22, S23; K33, K37, K46)."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.evaluation import Evaluation, SelfEvaluation
from models.opening import Batch
from models.pairing import Pair
from models.rules.breach import RuleBroken, hard
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import require_reason
from tasks.fieldwork import effective_pair
from tasks.parties import name_of, organisation_of, require_actor, scope_of_pair
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.report import report_chores
from tasks.spending import record_spending
from tasks.work import Work

STAGE = "evaluation"
SIDES = ("sender", "recipient")


@act("evaluation.file_self_evaluation", by=SIDES, clauses=("K33", "K38", "K43", "K44"))
def file_self_evaluation(
    work: Work, pair: str, *, year: int, side: str, text: str, spending: dict[str, int]
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
    if steps.find_open_step(work, "S22", f"{pair}:{year}") is None:
        raise BadInput("evaluation.not_open", field="year", pair=pair, year=year)
    require_reason(text)
    if spending:
        record_spending(work, pair, year=year, lines=spending)

    filed = SelfEvaluation(pair=pair, year=year, side=side, text=text, filed_at=work.now)
    record.create(work, filed, act="evaluation.file_self_evaluation", batch=found.batch)
    if all(work.session.get(SelfEvaluation, (pair, year, one)) is not None for one in SIDES):
        steps.settle_step(work, "S22", f"{pair}:{year}")
        anchors = {"self_evaluation_filed": work.today}
        steps.open_step(work, "S23", f"{pair}:{year}", scope=scope_of_pair(work, found), anchors=anchors)
    return filed


@act("evaluation.evaluate_pair", by=("county_civil", "city_civil"), clauses=("K33", "K36", "K46"))
def evaluate_pair(work: Work, pair: str, *, year: int, grade: str, comment: str) -> Evaluation:
    """The nominator judges a pair's work year by the pack's grades, after both sides have filed (K36)."""
    found = effective_pair(work, pair, year)
    require_actor(work, found.nominator)
    grades = work.rules(found.batch).names("evaluation.grades")
    if grade not in grades:
        raise RuleBroken([hard("rules.evaluation.grade", "K46", "grade", found=grade, known=grades)])
    missing = [one for one in SIDES if work.session.get(SelfEvaluation, (pair, year, one)) is None]
    if missing:
        raise BadInput("evaluation.sides_missing", field="pair", pair=pair, missing=missing)
    if work.session.get(Evaluation, f"{pair}:{year}") is not None:
        raise AlreadyDone("evaluation.evaluated", pair=pair, year=year)
    require_reason(comment)

    evaluation = Evaluation(
        key=f"{pair}:{year}", pair=pair, year=year, grade=grade, comment=comment, evaluated_at=work.now
    )
    return record.create(work, evaluation, act="evaluation.evaluate_pair", batch=found.batch, grade=grade)


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
    steps.settle_step(work, "S23", f"{pair}:{year}")
    return evaluation


def chores(work: Work) -> list[Chore]:
    """From the first of December the year's self-evaluations, after the year's end the cities' reports (S22, S24)."""
    wanted: dict[tuple[str, int], list[str]] = {}
    for pair, batch in _effective(work):
        for year in _begun(work, batch, pair):
            wanted.setdefault((pair.city, year), []).append(f"S22:{pair.key}:{year}")
    known = steps.known_keys(work, [key for keys in wanted.values() for key in keys])
    found = [
        Chore(STAGE, "open_self_evaluations", f"{city}:{year}", None, city, _open_self(city, year))
        for (city, year), keys in sorted(wanted.items())
        if not known.issuperset(keys)
    ]
    return found + report_chores(work)


def _effective(work: Work, city: str | None = None) -> list[tuple[Pair, Batch]]:
    wanted = select(Pair).where(col(Pair.state) == "effective")
    if city is not None:
        wanted = wanted.where(col(Pair.city) == city)
    pairs = work.session.execute(wanted.order_by(col(Pair.city), col(Pair.key))).scalars().all()
    return [(pair, work.batch(pair.batch)) for pair in pairs]


def _begun(work: Work, batch: Batch, pair: Pair) -> list[int]:
    """The pair's work years whose self-evaluations have begun."""
    if pair.effective_on is None:
        return []
    rules = work.rules(pair.batch)
    return [
        year
        for year in range(pair.effective_on.year, min(batch.period_end, work.today).year + 1)
        if rules.month_day("evaluation.self_opens", year) <= work.today
    ]


def _open_self(city: str, year: int) -> Perform:
    def perform(work: Work) -> Outcome:
        rows = []
        for pair, batch in _effective(work, city):
            subject, anchors = f"{pair.key}:{year}", {"year_start": date(year, 1, 1)}
            if year in _begun(work, batch, pair) and steps.open_step(
                work, "S22", subject, scope=scope_of_pair(work, pair), anchors=anchors
            ):
                rows.append((pair.key, name_of(work, pair.recipient), str(year)))
        return Outcome(len(rows), tuple(rows))

    return perform
