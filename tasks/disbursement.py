"""Disbursement: entered by one, approved by another, received by the payee, reversed by a new entry (S14–S17; K39–K42)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, literal, select
from sqlmodel import col

from models.disbursement import Payment, Voucher
from models.opening import Batch
from models.pairing import Pair
from models.rules.breach import Breach, RuleBroken, hard
from models.rules.money import (
    Leg,
    Split,
    WorkFunding,
    approval_breaches,
    due_fen,
    parties_of,
    payment_breaches,
    voucher_breaches,
)
from models.rules.money import Payment as RulePayment
from models.step import Step
from tasks import ledger, record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import require_reason
from tasks.funding import funding_of, is_owed, payments_of
from tasks.letters import due_fact, tell
from tasks.parties import Scope, name_of, organisation_of, require_actor, scope_of_pair
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

STAGE = "disbursement"
PAYERS = ("province_civil", "city_civil", "county_civil")


@act("disbursement.enter_payment", by=PAYERS, clauses=("K04", "K07", "K39", "K40", "K41", "K42"))
def enter_payment(
    work: Work,
    leg: str,
    *,
    year: int,
    pairs: list[str],
    number: str,
    paid_on: date,
    account_name: str,
    source: str,
    fen: int | None = None,
) -> Voucher:
    """Enters one transfer; leg A may cover several pairs of one city (K40), legs B and C one pair each.

    The sums are the programme's; `fen`, where given, must be their total. Raises RuleBroken with every reason why it
    may not be paid: year, payer, gates, account, amount, a leg paid before.
    """
    chosen = _leg(leg)
    found = [_pair(work, key) for key in pairs]
    if not found:
        raise BadInput("disbursement.no_pairs", field="pairs")
    fundings = [funding_of(work, pair) for pair in found]
    payer, payee = _ends(work, chosen, found[0], fundings[0])
    require_actor(work, payer)
    breaches = _voucher_breaches(work, chosen, year, found, fundings, fen)
    for pair, funding in zip(found, fundings, strict=True):
        new = _as_rule(work, chosen, year, pair, funding, paid_on, account_name, source)
        breaches += payment_breaches(
            new, funding, payments_of(work, pair), today=work.today, rules=work.rules(pair.batch)
        )
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))

    sums = [due_fen(chosen, year, funding, work.rules(funding.batch)) for funding in fundings]
    voucher = Voucher(
        key=f"{leg}:{year}:{payer}:{number}",
        number=number,
        leg=leg,
        batch=found[0].batch,
        year=year,
        payer=payer,
        payee=payee,
        account_name=account_name,
        source=source,
        fen=sum(sums),
        paid_on=paid_on,
        maker=work.actor.person,
        entered_at=work.now,
    )
    if work.session.get(Voucher, voucher.key) is not None:
        raise BadInput("disbursement.number_taken", field="number", number=number)
    record.create(
        work, voucher, act="disbursement.enter_payment", pairs=pairs, fen=voucher.fen, account=account_name
    )
    for pair, amount in zip(found, sums, strict=True):
        work.session.add(
            Payment(
                key=_payment_key(work, pair, year, leg),
                voucher=voucher.key,
                leg=leg,
                batch=pair.batch,
                year=year,
                pair=pair.key,
                payer=payer,
                payee=payee,
                fen=amount,
            )
        )
    work.session.flush()
    return voucher


def _voucher_breaches(
    work: Work, leg: Leg, year: int, pairs: list[Pair], fundings: list[WorkFunding], fen: int | None
) -> list[Breach]:
    found: list[Breach] = []
    if leg is not Leg.A and len(pairs) > 1:
        found.append(
            hard(
                "disbursement.one_pair", "K41" if leg is Leg.B else "K42", "pairs", leg=leg, count=len(pairs)
            )
        )
    if len({pair.batch for pair in pairs}) > 1:
        found.append(hard("disbursement.one_batch", "K40", "pairs"))
    lines = [
        Split(pair.key, pair.city, due_fen(leg, year, funding, work.rules(pair.batch)))
        for pair, funding in zip(pairs, fundings, strict=True)
    ]
    total = sum(one.fen for one in lines) if fen is None else fen
    if all(one.fen > 0 for one in lines):
        found += voucher_breaches(total, lines, pairs[0].city)
    return found


@act("disbursement.approve_payment", by=PAYERS, clauses=("K34", "K40", "K41", "K42"))
def approve_payment(work: Work, voucher: str) -> Voucher:
    """Another person than the maker approves: the payments are booked, the payee is told and asked to confirm.

    Raises RuleBroken when the maker approves (section 15).
    """
    found = voucher_of(work, voucher)
    require_actor(work, found.payer)
    breaches = approval_breaches(found.maker, work.actor.person)
    if breaches:
        raise RuleBroken(breaches)

    payments = _payments(work, found)
    found.checker, found.approved_at = work.actor.person, work.now
    record.move(work, found, "paid", act="disbursement.approve_payment", fen=found.fen, maker=found.maker)
    for payment in payments:
        record.move(work, payment, "paid", act="disbursement.approve_payment", voucher=found.key)
    ledger.book(work, payments)
    _settle_paid(work, found, payments)
    step = steps.open_step(
        work, "S17", found.key, scope=_scope(work, found, payments), anchors={"voucher": found.paid_on}
    )

    facts = _money_facts(work, found) | {
        "paid_on": found.paid_on,
        "confirm_by": due_fact(step),
        "lines": [_line_facts(work, payment) for payment in payments],
    }
    tell(work, "payment_made", to=[found.payee], subject=found.key, batch=found.batch, facts=facts)
    return found


@act("disbursement.cancel_payment", by=PAYERS, clauses=("K34",))
def cancel_payment(work: Work, voucher: str, *, reason: str) -> Voucher:
    """Takes back a voucher that has not been approved; nothing was booked."""
    found = voucher_of(work, voucher)
    require_actor(work, found.payer)
    require_reason(reason)

    record.move(work, found, "cancelled", act="disbursement.cancel_payment", reason=reason)
    for payment in _payments(work, found):
        record.move(work, payment, "cancelled", act="disbursement.cancel_payment")
    return found


@act("disbursement.confirm_receipt", by=("city_civil", "sender", "recipient"), clauses=("K40", "K41", "K42"))
def confirm_receipt(work: Work, voucher: str, *, received_on: date) -> Voucher:
    """The payee confirms that the money has arrived; with leg A the city owes leg B of each pair (K41)."""
    found = voucher_of(work, voucher)
    require_actor(work, found.payee)
    if not found.paid_on <= received_on <= work.today:
        raise BadInput(
            "disbursement.received_on", field="received_on", received_on=received_on, paid_on=found.paid_on
        )

    payments = _payments(work, found)
    record.move(work, found, "received", act="disbursement.confirm_receipt", received_on=received_on)
    for payment in payments:
        payment.received_on = received_on
        record.move(work, payment, "received", act="disbursement.confirm_receipt", received_on=received_on)
    steps.settle_step(work, "S17", found.key)
    if found.leg == Leg.A:
        for payment in payments:
            _open_leg_b(work, _pair(work, payment.pair), found.year, received_on)

    facts = _money_facts(work, found) | {
        "received_on": received_on,
        "confirmed_by": name_of(work, work.actor.organisation),
    }
    tell(work, "receipt_confirmed", to=[found.payer], subject=found.key, batch=found.batch, facts=facts)
    return found


@act("disbursement.reverse_payment", by=PAYERS, clauses=("K34", "K41"))
def reverse_payment(work: Work, voucher: str, *, reason: str, document: str) -> Voucher:
    """Undoes an approved payment by a new entry; the obligation stands open again. The first entry stays."""
    found = voucher_of(work, voucher)
    require_actor(work, found.payer)
    require_reason(reason)
    if not document.strip():
        raise BadInput("disbursement.document_missing", field="document")

    payments = _payments(work, found)
    record.move(work, found, "reversed", act="disbursement.reverse_payment", reason=reason, document=document)
    for payment in payments:
        record.move(work, payment, "reversed", act="disbursement.reverse_payment", reason=reason)
    ledger.book_back(work, payments)
    steps.cancel_step(work, "S17", found.key)
    _reopen(work, found, payments)

    facts = _money_facts(work, found) | {
        "reversed_on": work.today,
        "reason": reason,
        "officer": name_of(work, work.actor.organisation),
    }
    tell(
        work,
        "payment_reversed",
        to=[found.payee, found.payer],
        subject=found.key,
        batch=found.batch,
        facts=facts,
    )
    return found


def open_first_year(work: Work, batch: Batch) -> None:
    """With the batch's last agreement the province owes every city leg A of the first work year (S14)."""
    day = batch.last_agreement_on or work.today
    wanted = (
        select(col(Pair.city))
        .where(col(Pair.batch) == batch.number, col(Pair.state) == "effective")
        .distinct()
    )
    for city in sorted(work.session.connection().execute(wanted).scalars()):
        open_city_year(work, batch, city, day.year, anchors={"last_agreement": day})


def open_city_year(
    work: Work, batch: Batch, city: str, year: int, *, anchors: Mapping[str, date]
) -> Step | None:
    """Opens S14 of a city and year where any pair of it is still owed leg A; open already, it stays as it is."""
    wanted = select(Pair).where(
        col(Pair.batch) == batch.number, col(Pair.city) == city, col(Pair.state) == "effective"
    )
    pairs = work.session.execute(wanted).scalars().all()
    if not any(is_owed(work, pair, Leg.A, year) for pair in pairs):
        return None
    subject = f"{batch.number}:{year}:{city}"
    return steps.open_step(
        work, "S14", subject, scope=Scope(batch=batch.number, city=city), anchors=anchors, again=True
    )


def open_pair_year(work: Work, pair: Pair, *, year: int, anchors: Mapping[str, date]) -> None:
    """Opens S16 of a pair and year, and S15 where leg A has arrived for the pair that this one replaced."""
    if is_owed(work, pair, Leg.C, year):
        steps.open_step(work, "S16", f"{pair.key}:{year}", scope=scope_of_pair(work, pair), anchors=anchors)
    arrived = [one.paid_on for one in payments_of(work, pair) if one.leg is Leg.A and one.year == year]
    if arrived and max(arrived) < date.max:
        _open_leg_b(work, pair, year, max(arrived))


def _open_leg_b(work: Work, pair: Pair, year: int, received_on: date) -> None:
    if pair.state == "effective" and is_owed(work, pair, Leg.B, year):
        anchors = {"leg_a_received": received_on}
        steps.open_step(
            work, "S15", f"{pair.key}:{year}", scope=scope_of_pair(work, pair), anchors=anchors, again=True
        )


def chores(work: Work) -> list[Chore]:
    """Later work years: from the first of January leg A per city and leg C per pair are owed (S14, S16)."""
    batches = work.session.execute(select(Batch).where(col(Batch.state) == "running")).scalars().all()
    found = []
    for batch in sorted(batches, key=lambda one: one.number):
        for year in range(batch.period_start.year + 1, min(work.today, batch.period_end).year + 1):
            found += [
                Chore(
                    STAGE,
                    "open_year",
                    f"{batch.number}:{year}:{city}",
                    batch.number,
                    city,
                    _open_year(batch.number, year, city),
                )
                for city in _unopened(work, batch.number, year)
            ]
    return found


def _unopened(work: Work, batch: int, year: int) -> list[str]:
    """The cities with pairs from before a year whose step of leg A for that year was never opened."""
    opened = select(col(Step.key)).where(
        col(Step.kind) == "S14", col(Step.subject) == literal(f"{batch}:{year}:").concat(col(Pair.city))
    )
    wanted = select(col(Pair.city)).where(
        col(Pair.batch) == batch,
        col(Pair.state) == "effective",
        col(Pair.effective_on) < date(year, 1, 1),
        ~opened.exists(),
    )
    return sorted(set(work.session.connection().execute(wanted).scalars()))


def _open_year(number: int, year: int, city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        batch = work.batch(number)
        if city not in _unopened(work, number, year):
            return Outcome(0)
        anchors = {"year_start": date(year, 1, 1)}
        open_city_year(work, batch, city, year, anchors=anchors)
        wanted = select(Pair).where(
            col(Pair.batch) == number,
            col(Pair.city) == city,
            col(Pair.state) == "effective",
            col(Pair.effective_on) < date(year, 1, 1),
        )
        rows = []
        for pair in work.session.execute(wanted.order_by(col(Pair.key))).scalars().all():
            open_pair_year(work, pair, year=year, anchors=anchors)
            rows.append((pair.key, name_of(work, pair.recipient), str(year)))
        return Outcome(len(rows), tuple(rows))

    return perform


def voucher_of(work: Work, key: str) -> Voucher:
    """The voucher of that key; raises NotFound."""
    found = work.session.get(Voucher, key)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "voucher"), subject=key)
    return found


def _settle_paid(work: Work, voucher: Voucher, payments: list[Payment]) -> None:
    if voucher.leg == Leg.A:
        city = _pair(work, payments[0].pair).city
        wanted = select(Pair).where(
            col(Pair.batch) == voucher.batch, col(Pair.city) == city, col(Pair.state) == "effective"
        )
        pairs = work.session.execute(wanted).scalars().all()
        if not any(is_owed(work, pair, Leg.A, voucher.year) for pair in pairs):
            steps.settle_step(work, "S14", f"{voucher.batch}:{voucher.year}:{city}")
        return
    kind = "S15" if voucher.leg == Leg.B else "S16"
    for payment in payments:
        steps.settle_step(work, kind, f"{payment.pair}:{voucher.year}")


def _reopen(work: Work, voucher: Voucher, payments: list[Payment]) -> None:
    anchors: dict[str, date] = {"year_start": date(voucher.year, 1, 1)}
    for payment in payments:
        pair = _pair(work, payment.pair)
        if voucher.leg == Leg.A:
            open_city_year(work, work.batch(voucher.batch), pair.city, voucher.year, anchors=anchors)
        elif voucher.leg == Leg.B:
            _open_leg_b(work, pair, voucher.year, work.today)
        else:
            scope = scope_of_pair(work, pair)
            steps.open_step(
                work, "S16", f"{pair.key}:{voucher.year}", scope=scope, anchors=anchors, again=True
            )


def _ends(work: Work, leg: Leg, pair: Pair, funding: WorkFunding) -> tuple[str, str]:
    scope = scope_of_pair(work, pair)
    payer, payee = (organisation_of(work, party, scope) for party in parties_of(leg, funding))
    return payer or "", payee or ""


def _as_rule(
    work: Work,
    leg: Leg,
    year: int,
    pair: Pair,
    funding: WorkFunding,
    paid_on: date,
    account_name: str,
    source: str,
) -> RulePayment:
    payer, payee = parties_of(leg, funding)
    return RulePayment(
        pair=pair.key,
        leg=leg,
        year=year,
        fen=due_fen(leg, year, funding, work.rules(pair.batch)),
        payer=payer,
        payee=payee,
        account_name=account_name,
        paid_on=paid_on,
        source=source,
        maker=work.actor.person,
    )


def _scope(work: Work, voucher: Voucher, payments: list[Payment]) -> Scope:
    pair = _pair(work, payments[0].pair)
    single = pair.key if len(payments) == 1 and voucher.leg != Leg.A else None
    return Scope(
        batch=voucher.batch,
        city=pair.city,
        payer=voucher.payer,
        payee=voucher.payee,
        owner=voucher.payee,
        nominator=pair.nominator,
        pair=single,
    )


def _payment_key(work: Work, pair: Pair, year: int, leg: str) -> str:
    wanted = (
        select(func.count())
        .select_from(Payment)
        .where(col(Payment.pair) == pair.key, col(Payment.year) == year, col(Payment.leg) == leg)
    )
    earlier = int(work.session.connection().execute(wanted).scalar_one())
    return f"{pair.batch}:{year}:{pair.key}:{leg}" + (f":r{earlier}" if earlier else "")


def _payments(work: Work, voucher: Voucher) -> list[Payment]:
    wanted = select(Payment).where(col(Payment.voucher) == voucher.key).order_by(col(Payment.key))
    return list(work.session.execute(wanted).scalars())


def _money_facts(work: Work, voucher: Voucher) -> dict[str, Any]:
    return {
        "batch": voucher.batch,
        "year": voucher.year,
        "leg": voucher.leg,
        "payer": name_of(work, voucher.payer),
        "payee": name_of(work, voucher.payee),
        "amount": voucher.fen,
        "voucher": voucher.number,
    }


def _line_facts(work: Work, payment: Payment) -> dict[str, Any]:
    pair = _pair(work, payment.pair)
    return {
        "pair": pair.key,
        "sender": name_of(work, pair.sender),
        "recipient": name_of(work, pair.recipient),
        "amount": payment.fen,
    }


def _leg(leg: str) -> Leg:
    try:
        return Leg(leg)
    except ValueError:
        raise BadInput("disbursement.unknown_leg", field="leg", found=leg) from None


def _pair(work: Work, key: str) -> Pair:
    found = work.session.get(Pair, key)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "pair"), subject=key)
    return found
