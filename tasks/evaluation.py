"""Evaluation: both sides' own account, the nominator's judgement with its co-signature (S22, S23; K33, K37, K46)."""

from datetime import date

from sqlalchemy import select
from sqlmodel import col

from models.evaluation import Evaluation, SelfEvaluation
from models.opening import Batch
from models.pairing import Pair
from models.rules.breach import RuleBroken, hard
from models.step import Step
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import require_reason
from tasks.fieldwork import effective_pair
from tasks.parties import Scope, name_of, organisation_of, require_actor, scope_of_pair
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.spending import record_spending
from tasks.work import Work

STAGE = "evaluation"
SIDES = ("sender", "recipient")


@act("evaluation.file_self_evaluation", by=SIDES, clauses=("K33", "K38", "K43", "K44"))
def file_self_evaluation(
    work: Work, pair: str, *, year: int, side: str, text: str, spending: dict[str, int]
) -> SelfEvaluation:
    """One side's own account of a work year, with what it spent; when both are there, the nominator evaluates.

    Raises AlreadyDone for a side that has filed, and what spending breaks (K43, K44).
    """
    found = effective_pair(work, pair, year)
    if side not in SIDES:
        raise BadInput("evaluation.side", field="side", found=side)
    require_actor(work, found.sender if side == "sender" else found.recipient)
    if work.session.get(SelfEvaluation, (pair, year, side)) is not None:
        raise AlreadyDone("evaluation.filed", pair=pair, year=year)
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
    """From the first of December the year's self-evaluations, from the year's end the cities' reports (S22, S24)."""
    pairs = list(
        work.session.execute(
            select(Pair).where(col(Pair.state) == "effective").order_by(col(Pair.city), col(Pair.key))
        ).scalars()
    )
    batches = {number: work.batch(number) for number in sorted({pair.batch for pair in pairs})}
    found = []
    for name, kind, perform in (
        ("open_self_evaluations", "S22", _open_self),
        ("open_reports", "S24", _open_report),
    ):
        wanted: dict[tuple[str, int], list[str]] = {}
        for pair in pairs:
            for year in _years(work, batches[pair.batch], pair, kind):
                subject = f"{pair.key}:{year}" if kind == "S22" else f"{year}:{pair.city}"
                wanted.setdefault((pair.city, year), []).append(f"{kind}:{subject}")
        known = _known(work, [key for keys in wanted.values() for key in keys])
        found += [
            Chore(STAGE, name, f"{city}:{year}", None, city, perform(city, year))
            for (city, year), keys in sorted(wanted.items())
            if not known.issuperset(keys)
        ]
    return found


def _years(work: Work, batch: Batch, pair: Pair, kind: str) -> list[int]:
    """The work years of a pair whose self-evaluation (or report) is due by now."""
    opens = work.rules(pair.batch).text("evaluation.self_opens")
    first = pair.effective_on.year if pair.effective_on else batch.period_end.year + 1
    found = []
    for year in range(first, batch.period_end.year + 1):
        start = date.fromisoformat(f"{year}-{opens}") if kind == "S22" else date(year + 1, 1, 1)
        if start <= work.today:
            found.append(year)
    return found


def _known(work: Work, keys: list[str]) -> set[str]:
    if not keys:
        return set()
    rows = work.session.connection().execute(
        select(col(Step.key)).where(col(Step.key).in_(sorted(set(keys))))
    )
    return set(rows.scalars())


def _active(work: Work, city: str, year: int) -> list[Pair]:
    wanted = (
        select(Pair).where(col(Pair.state) == "effective", col(Pair.city) == city).order_by(col(Pair.key))
    )
    return [
        pair
        for pair in work.session.execute(wanted).scalars().all()
        if pair.effective_on is not None
        and pair.effective_on.year <= year <= work.batch(pair.batch).period_end.year
    ]


def _open_self(city: str, year: int) -> Perform:
    def perform(work: Work) -> Outcome:
        rows = []
        for pair in _active(work, city, year):
            anchors = {"year_start": date(year, 1, 1)}
            if steps.open_step(
                work, "S22", f"{pair.key}:{year}", scope=scope_of_pair(work, pair), anchors=anchors
            ):
                rows.append((pair.key, name_of(work, pair.recipient), str(year)))
        return Outcome(len(rows), tuple(rows))

    return perform


def _open_report(city: str, year: int) -> Perform:
    def perform(work: Work) -> Outcome:
        pairs = _active(work, city, year)
        if not pairs:
            return Outcome(0)
        scope = Scope(batch=pairs[0].batch, city=city)
        opened = steps.open_step(
            work, "S24", f"{year}:{city}", scope=scope, anchors={"year_end": date(year, 12, 31)}
        )
        name = work.divisions.by_code(city).name
        return Outcome(int(opened is not None), ((name, str(year), str(len(pairs))),) if opened else ())

    return perform
