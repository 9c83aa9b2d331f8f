"""How the cast plays the year's end and the close of a batch (S22 to S27)."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.disbursement import OwnFunds, Payment
from models.evaluation import (
    AnnualReport,
    ClosingAccount,
    Evaluation,
    Honour,
    ReportReceipt,
    Rollup,
    SelfEvaluation,
)
from models.opening import Batch
from models.prepared import Prepared, one_of
from models.programme.periods import period_of
from models.step import Step
from simulation.opening import PROVINCE
from simulation.samples import text
from simulation.troupe import Cue, PairView, StepView, Troupe

PROVINCE_RURAL = "430000-xz"
RECEIVERS = {PROVINCE: "province_civil", PROVINCE_RURAL: "province_rural"}
"""The two offices that confirm receipt of a report, as receipts name them (K33)."""


def self_evaluating(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S22: both sides write their account and what they spent."""
    pair, year = step.subject.split(":")
    view = troupe.pair(pair)
    last = date(int(year), 12, 31)
    for side, organisation in (("sender", view.sender), ("recipient", view.recipient)):
        day = troupe.after(last, -troupe.dice.between(2, 14, "self", step.key, side))
        day = max(troupe.after(step.opened_on, 1), day)
        if troupe.dice.chance(0.06, "self late", step.key, side):
            day = troupe.after(last, troupe.dice.between(1, 2, "self later", step.key, side))

        def play(stage: Troupe, side: str = side, organisation: str = organisation) -> None:
            _file(stage, view, int(year), side, organisation)

        yield troupe.cue(day, f"self:{step.key}:{side}", play)


def _file(stage: Troupe, view: PairView, year: int, side: str, organisation: str) -> None:
    if stage.get(SelfEvaluation, (view.key, year, side)) is not None:
        return
    dice = stage.dice
    if side == "recipient" and stage.get(OwnFunds, f"{view.key}:{year}:{organisation}:fiscal") is None:
        stage.act(
            "disbursement.record_own_funds",
            organisation,
            pair=view.key,
            year=year,
            source="fiscal",
            fen=dice.between(20_000, 90_000, "own", view.key, year) * 100,
            note=text("own_funds"),
        )
    if side == "sender":
        whole = 3_000_000
        travel = dice.between(4_000, 9_000, "travel", view.key, year) * 100
        meals = dice.between(2_000, 5_000, "meals", view.key, year) * 100
        insurance = dice.between(200, 900, "insurance", view.key, year) * 100
        left = dice.between(0, 1_500, "left", view.key, year) * 100
        spending = {
            "transport": travel,
            "meals": meals,
            "insurance": insurance,
            "activity": whole - travel - meals - insurance - left,
        }
    else:
        spending = {"board_lodging": 1_000_000 - dice.between(0, 400, "board left", view.key, year) * 100}
    if not _has_received(stage, view, year, side):
        spending = {}
    stage.act(
        "evaluation.file_self_evaluation",
        organisation,
        pair=view.key,
        year=year,
        side=side,
        text=text(f"self_{side}"),
        spending=spending,
    )


_ARRIVED = Prepared(
    select(col(Payment.key)).where(
        col(Payment.pair) == bindparam("pair"),
        col(Payment.year) == bindparam("year"),
        col(Payment.leg) == bindparam("leg"),
        one_of(col(Payment.state), ["received"]),
    )
)


def _has_received(stage: Troupe, view: PairView, year: int, side: str) -> bool:
    leg = "B" if side == "sender" else "C"
    given = {"pair": view.key, "year": year, "leg": leg}
    return _ARRIVED.first(stage.look().session, given) is not None


def evaluating(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S23: the nominator evaluates within three days."""
    pair, year = step.subject.split(":")
    view = troupe.pair(pair)
    key = f"{pair}:{year}"
    evaluated = troupe.after(step.opened_on, troupe.dice.between(1, 3, "evaluate", step.key))
    grade = troupe.dice.pick(("excellent", "excellent", "good", "good", "good", "pass"), "grade", key)

    def evaluate(stage: Troupe) -> None:
        if stage.get(Evaluation, key) is None:
            stage.act(
                "evaluation.evaluate_pair",
                view.nominator,
                pair=pair,
                year=int(year),
                grade=grade,
                comment=text("evaluation"),
            )

    yield troupe.cue(evaluated, f"evaluate:{key}", evaluate)


def cosigning(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S23C: rural revitalisation co-signs on the next working day or the one after, few after the date."""
    pair, year = step.subject.split(":")
    rural = troupe.pair(pair).nominator_rural
    late = troupe.dice.chance(0.08, "cosigns late", step.key)
    days = troupe.dice.between(1, 2, "cosign", step.key)

    def play(stage: Troupe) -> None:
        found = stage.get(Evaluation, step.subject)
        if found is not None and found.state == "evaluated":
            stage.act("evaluation.cosign_evaluation", rural, pair=pair, year=int(year))

    day = troupe.after(step.due if late else step.opened_on, days)
    yield troupe.cue(day, f"cosign:{step.key}", play)


def annual_report(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S24: the city reports, its rural office co-signs, both provincial offices confirm receipt; few are late."""
    year, city = step.subject.split(":")
    key = f"{year}:{city}"
    end = date(int(year), 12, 31)
    programme = troupe.house.programme
    last_year = int(year) == period_of(programme, programme.batches[-1].number)[1].year
    late = not last_year and troupe.dice.chance(0.12, "report late", key)
    # Due ten working days after the year: the second receipt comes three days after the report.
    day = troupe.after(
        end,
        9 + troupe.dice.between(0, 2, "late by", key) if late else troupe.dice.between(6, 7, "report", key),
    )

    def submit(stage: Troupe) -> None:
        if stage.get(AnnualReport, key) is None:
            stage.act(
                "evaluation.submit_report", f"{city}-mz", city=city, year=int(year), text=text("report")
            )

    def cosign(stage: Troupe) -> None:
        found = stage.get(AnnualReport, key)
        if found is not None and not found.cosigned:
            stage.act("evaluation.cosign_report", f"{city}-xz", city=city, year=int(year))

    def receive(stage: Troupe, office: str) -> None:
        missing = stage.get(ReportReceipt, (key, RECEIVERS[office])) is None
        if missing and stage.get(AnnualReport, key) is not None:
            stage.act("evaluation.receive_report", office, city=city, year=int(year))

    yield troupe.cue(day, f"report:{key}", submit)
    yield troupe.cue(troupe.after(day, 1), f"cosign report:{key}", cosign)
    yield troupe.cue(
        troupe.after(day, 2), f"receive:{key}:{PROVINCE}", lambda stage: receive(stage, PROVINCE)
    )
    yield troupe.cue(
        troupe.after(day, 3), f"receive:{key}:{PROVINCE_RURAL}", lambda stage: receive(stage, PROVINCE_RURAL)
    )


def rolling_up(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S25: the province publishes the year's figures."""
    year = int(step.subject)

    def play(stage: Troupe) -> None:
        if not _published(stage, year):
            stage.act("evaluation.publish_rollup", PROVINCE, year=year)

    yield troupe.cue(troupe.after(step.opened_on, 3), f"rollup:{year}", play)


def _published(stage: Troupe, year: int) -> bool:
    work = stage.look()
    found = work.session.connection().execute(select(col(Rollup.key)).where(col(Rollup.year) == year)).first()
    return found is not None


def honouring(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S26: honours and cases are recorded, then the year's list is closed."""
    year = int(step.subject)

    def record(stage: Troupe) -> None:
        work = stage.look()
        best = (
            work.session.connection()
            .execute(
                select(col(Evaluation.pair))
                .where(col(Evaluation.year) == year, col(Evaluation.grade) == "excellent")
                .order_by(col(Evaluation.pair))
                .limit(3)
            )
            .scalars()
        )
        for number, pair in enumerate(list(best)):
            kind = "experience" if number == 0 else "deed"
            if stage.get(Honour, f"{year}:{kind}:{pair}") is not None:
                continue
            stage.act(
                "evaluation.record_honour",
                PROVINCE,
                year=year,
                kind=kind,
                subject=pair,
                level="province",
                title=text("honour_case") if number == 0 else text("honour_award"),
                document=text("honour_document", year=year),
            )

    yield troupe.cue(troupe.after(step.opened_on, 2), f"honour:{year}", record)

    def close(stage: Troupe) -> None:
        if stage.state(Step, step.id) == "open":
            stage.act("evaluation.close_honours", PROVINCE, year=year)

    yield troupe.cue(troupe.after(step.opened_on, 3), f"close honours:{year}", close)


def closing(troupe: Troupe, step: StepView) -> Iterator[Cue]:
    """S27: the batch is closed once its last year is rolled up."""
    batch = int(step.subject)

    def play(stage: Troupe) -> None:
        if stage.get(ClosingAccount, batch) is None and stage.get(Batch, batch).state == "running":
            stage.act("evaluation.close_batch", PROVINCE, batch=batch, archive=text("archive", batch=batch))

    yield troupe.cue(troupe.after(step.opened_on, 2), f"close:{batch}", play)
