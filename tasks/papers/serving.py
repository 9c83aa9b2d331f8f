"""What follows from the work of a year: the notice of a payment, the certificate of an evaluation (K40–K42, K46)."""

from sqlalchemy import func, select
from sqlmodel import col

from documents.writing.filling import Values
from models.disbursement import Payment, Voucher
from models.evaluation import Evaluation
from models.fieldwork import MonthlyReturn, Trainee
from models.pairing import Pair
from models.programme.pack import Leg
from models.step import Step
from tasks.papers.words import day, in_capitals, money
from tasks.parties import name_of, organisation_of, scope_of_pair
from tasks.queries.actor_names import people_named
from tasks.refusal import AlreadyDone, NotFound
from tasks.work import Work

_PAID = ("paid", "received")


def payment_values(work: Work, subject: str) -> Values:
    """The notice of a voucher that was approved; raises AlreadyDone before that, NotFound."""
    voucher = work.session.get(Voucher, subject)
    if voucher is None:
        raise NotFound("papers.no_subject", field="subject", document="payment_notice", subject=subject)
    if voucher.state not in _PAID:
        raise AlreadyDone("papers.not_paid", voucher=voucher.number)
    leg = work.programme.leg(voucher.leg)
    wanted = select(Payment).where(col(Payment.voucher) == subject).order_by(col(Payment.key))
    lines = []
    for one in work.session.execute(wanted).scalars():
        pair = work.session.get_one(Pair, one.pair)
        lines.append(
            {
                "pair": pair.key,
                "sender": name_of(work, pair.sender),
                "recipient": name_of(work, pair.recipient),
                "amount": money(one.fen),
            }
        )
    names = people_named(work, {voucher.maker, voucher.checker or ""})
    due = select(col(Step.due_on)).where(col(Step.kind) == "S17", col(Step.subject) == subject)
    receipt = work.session.connection().execute(due.order_by(col(Step.id).desc())).scalar()
    return Values(
        {
            "programme": work.programme.title,
            "batch": work.batch(voucher.batch).label,
            "year": str(voucher.year),
            "number": voucher.number,
            "leg": leg.label,
            "payer": name_of(work, voucher.payer),
            "payee": name_of(work, voucher.payee),
            "amount": money(voucher.fen),
            "capitals": in_capitals(voucher.fen),
            "paid_on": day(voucher.paid_on),
            "confirm_by": day(receipt),
            "source": work.programme.label("fund", voucher.source),
            "use": _uses(work, voucher, leg),
            "maker": names.get(voucher.maker, voucher.maker),
            "checker": names.get(voucher.checker or "", voucher.checker or ""),
            "clauses": "\u3001".join(leg.clauses),
        },
        {"lines": lines},
    )


def _uses(work: Work, voucher: Voucher, leg: Leg) -> str:
    """What the money may be spent on (K43, K44)."""
    codes = work.rules(voucher.batch).names(leg.uses) if leg.uses else ()
    return "\u3001".join(work.programme.labels("use", codes))


def certificate_values(work: Work, subject: str) -> Values:
    """The certificate of an evaluation that both offices have signed; raises AlreadyDone before that, NotFound."""
    found = work.session.get(Evaluation, subject)
    if found is None:
        raise NotFound("papers.no_subject", field="subject", document="certificate", subject=subject)
    if found.state != "cosigned":
        raise AlreadyDone("papers.not_cosigned", subject=subject)
    pair = work.session.get_one(Pair, found.pair)
    rural = organisation_of(work, "nominator_rural", scope_of_pair(work, pair))
    run = work.session.connection().execute
    halves = run(
        select(func.coalesce(func.sum(col(MonthlyReturn.half_days)), 0)).where(
            col(MonthlyReturn.pair) == found.pair,
            col(MonthlyReturn.year) == found.year,
            col(MonthlyReturn.state) == "confirmed",
        )
    ).scalar_one()
    people = run(
        select(func.count()).where(col(Trainee.pair) == found.pair, col(Trainee.year) == found.year)
    ).scalar_one()
    return Values(
        {
            "programme": work.programme.title,
            "batch": work.batch(pair.batch).label,
            "number": found.key,
            "year": str(found.year),
            "sender": name_of(work, pair.sender),
            "recipient": name_of(work, pair.recipient),
            "nominator": name_of(work, pair.nominator),
            "rural": name_of(work, rural) if rural else "",
            "grade": work.programme.label("evaluation_grade", found.grade),
            "comment": found.comment,
            "days": f"{int(halves) / 2:g}",
            "people": str(people),
            "evaluated_on": day(found.evaluated_at.date()),
            "cosigned_on": day(found.cosigned_at.date() if found.cosigned_at else None),
        },
        {},
    )
