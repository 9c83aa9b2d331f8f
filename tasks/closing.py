"""Honours of a year and the close of a batch: nothing open, money accounted for, archived (S26, S27; K46–K48)."""

from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.agreement import Agreement
from models.disbursement import Payment, Spending
from models.evaluation import AnnualReport, ClosingAccount, Evaluation, Honour
from models.opening import Batch
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Right, may
from models.rules.breach import Breach, RuleBroken, hard
from models.step import Step
from tasks import record, steps
from tasks.acts import act
from tasks.attaching import viewer_of
from tasks.letters import tell
from tasks.parties import Scope
from tasks.queries.rollup import require_year
from tasks.queries.whereabouts import honoured_place
from tasks.refusal import AlreadyDone, BadInput, NotEntitled
from tasks.work import Work

RECORDERS = (
    "province_civil",
    "province_rural",
    "city_civil",
    "city_rural",
    "county_civil",
    "county_rural",
    "sender",
    "recipient",
)


@act("evaluation.record_honour", by=RECORDERS, clauses=("K46", "K47", "K48"))
def record_honour(
    work: Work, year: int, *, kind: str, subject: str, level: str, title: str, document: str = ""
) -> Honour:
    """Records an honour, award, case or piece of publicity, of a pair, an institution or a person (K46–K48).

    A pair, institution or registered person is one of the actor's scope; another name stands for itself.

    Raises BadInput for a year outside the programme (K04), NotEntitled for somebody of another scope, RuleBroken for a
    pair whose grade is not among those that are commended (K46), AlreadyDone for one recorded before, or a closed list.
    """
    require_year(work, year)
    rules = work.programme.rules(work.today)
    kinds = rules.names("evaluation.case_kinds")
    if kind not in kinds:
        raise BadInput("evaluation.case_kind", field="kind", found=kind, known=kinds)
    place = honoured_place(work, subject)
    if place is not None and not may(viewer_of(work), Right.WRITE, "honour", place):
        raise NotEntitled("evaluation.honour_elsewhere", subject=subject)
    evaluation = work.session.get(Evaluation, f"{subject}:{year}")
    grades = rules.names("evaluation.honours_grades")
    if evaluation is not None and evaluation.grade not in grades:
        found = work.programme.label("evaluation_grade", evaluation.grade)
        raise RuleBroken(
            [hard("evaluation.not_honourable", "K46", "subject", pair=subject, found=found, known=grades)]
        )
    if not title.strip():
        raise BadInput("evaluation.title_missing", field="title")
    key = f"{year}:{kind}:{subject}"
    if work.session.get(Honour, key) is not None:
        raise AlreadyDone("evaluation.honoured", subject=subject, year=year)
    if honours_closed(work, year):
        raise AlreadyDone("evaluation.no_honours", year=year)

    honour = Honour(
        key=key,
        year=year,
        kind=kind,
        subject=subject,
        level=level,
        title=title,
        document=document,
        recorded_on=work.today,
    )
    return record.create(work, honour, act="evaluation.record_honour", title=title, document=document)


def honours_closed(work: Work, year: int) -> bool:
    """Whether a year's list of honours has been closed."""
    return bool(steps.known_keys(work, [f"S26:{year}"])) and not steps.is_open(work, "S26", str(year))


@act("evaluation.close_honours", by=("province_civil",), clauses=("K46", "K48"))
def close_honours(work: Work, year: int) -> int:
    """Closes a year's list of honours; after a batch's last year its close is owed (S27). Returns how many."""
    step = steps.find_open_step(work, "S26", str(year))
    if step is None or step.batch is None:
        raise AlreadyDone("evaluation.no_honours", year=year)
    batch = work.batch(step.batch)

    count = int(
        work.session.connection()
        .execute(select(func.count()).select_from(Honour).where(col(Honour.year) == year))
        .scalar_one()
    )
    record.note(work, "honour", str(year), act="evaluation.close_honours", batch=batch.number, honours=count)
    steps.settle_step(work, "S26", str(year))
    if year == batch.period_end.year:
        scope = Scope(batch=batch.number)
        steps.open_step(
            work, "S27", str(batch.number), scope=scope, anchors={"rollup_published": step.anchor_on}
        )
    return count


@act("evaluation.close_batch", by=("province_civil",), clauses=("K15", "K33"))
def close_batch(work: Work, batch: int, *, archive: str) -> ClosingAccount:
    """Closes a batch: its pairs and agreements end, what was not spent is written down, the archive is named.

    Raises RuleBroken while any obligation of the batch stands open: it is settled or ended first (K34).
    """
    found = work.batch(batch)
    if not steps.is_open(work, "S27", str(batch)):
        raise AlreadyDone("evaluation.not_to_close", batch=found.label)
    if not archive.strip():
        raise BadInput("evaluation.archive_missing", field="archive")
    open_keys = _still_open(work, batch)
    if open_keys:
        raise RuleBroken([_still_open_breach(found, open_keys)])

    unspent = _unspent(work, batch)
    account = ClosingAccount(batch=batch, closed_on=work.today, archive=archive, unspent=unspent)
    record.create(work, account, act="evaluation.close_batch", archive=archive, unspent=sum(unspent.values()))
    pairs = _end_pairs(work, batch)
    record.move(work, found, "closed", act="evaluation.close_batch", archive=archive)
    steps.settle_step(work, "S27", str(batch))

    offices = (
        work.session.connection()
        .execute(
            select(col(Organisation.code)).where(
                col(Organisation.kind).in_(("province_rural", "sender_bureau", "city_civil", "city_rural"))
            )
        )
        .scalars()
    )
    told = {*offices, *(one for pair in pairs for one in (pair.sender, pair.recipient))}
    facts = _facts(work, found, len(pairs), sum(unspent.values()))
    tell(work, "batch_closed", to=told, subject=str(batch), batch=batch, facts=facts)
    return account


def _still_open(work: Work, batch: int) -> list[str]:
    wanted = select(col(Step.key)).where(
        col(Step.batch) == batch, col(Step.state) == "open", col(Step.kind) != "S27"
    )
    return sorted(work.session.connection().execute(wanted).scalars())


def _still_open_breach(batch: Batch, keys: list[str]) -> Breach:
    return hard(
        "evaluation.still_open", "K34", "batch", batch=batch.label, count=len(keys), steps=tuple(keys[:5])
    )


def _end_pairs(work: Work, batch: int) -> list[Pair]:
    wanted = (
        select(Pair).where(col(Pair.batch) == batch, col(Pair.state) == "effective").order_by(col(Pair.key))
    )
    pairs = list(work.session.execute(wanted).scalars())
    for pair in pairs:
        pair.ended_on = work.today
        record.move(work, pair, "ended", act="evaluation.close_batch")
        agreement = work.session.get_one(Agreement, pair.key)
        agreement.ended_on = work.today
        record.move(work, agreement, "ended", act="evaluation.close_batch")
    return pairs


def _unspent(work: Work, batch: int) -> dict[str, int]:
    """Pair → fen received by its institutions and not in their spending returns."""
    connection = work.session.connection()
    received = connection.execute(
        select(col(Payment.pair), func.sum(col(Payment.fen)))
        .where(
            col(Payment.batch) == batch,
            col(Payment.leg).in_(("B", "C")),
            col(Payment.state).in_(("paid", "received")),
        )
        .group_by(col(Payment.pair))
    )
    spent = dict(
        connection.execute(
            select(col(Spending.pair), func.sum(col(Spending.fen)))
            .join(Pair, col(Pair.key) == col(Spending.pair))
            .where(col(Pair.batch) == batch)
            .group_by(col(Spending.pair))
        )
        .tuples()
        .all()
    )
    return {
        pair: int(total) - int(spent.get(pair, 0))
        for pair, total in received
        if int(total) != int(spent.get(pair, 0))
    }


def _facts(work: Work, batch: Batch, pairs: int, unspent: int) -> dict[str, Any]:
    reports = (
        work.session.connection()
        .execute(
            select(func.count()).select_from(AnnualReport).where(col(AnnualReport.batch) == batch.number)
        )
        .scalar_one()
    )
    return {
        "batch": batch.number,
        "closed_on": work.today,
        "pairs": pairs,
        "reports": int(reports),
        "unspent": unspent,
    }
