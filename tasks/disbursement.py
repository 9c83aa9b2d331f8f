"""Disbursement: entered by one, approved by another, received by the payee, reversed by an entry (S14–S17; K39–K42)."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from models.disbursement import Payment, Voucher
from models.pairing import Pair
from models.prepared import Prepared
from models.rules.breach import Breach, RuleBroken, hard
from models.rules.money import (
    Leg,
    Split,
    WorkFunding,
    approval_breaches,
    clause_of,
    due_fen,
    parties_of,
    paying_city,
    payment_breaches,
    voucher_breaches,
)
from models.rules.money import Payment as RulePayment
from models.session import PreparedObjects
from tasks import dues, ledger, links, record, steps
from tasks.acts import act
from tasks.dossier import require_reason
from tasks.dues import chores, open_city_year, open_first_year, open_pair_year
from tasks.funding import funding_of, heir_of, payments_of
from tasks.letters import due_fact, tell, tell_each
from tasks.parties import Scope, name_of, organisation_of, require_actor, scope_of_pair
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

__all__ = ["chores", "open_city_year", "open_first_year", "open_pair_year"]

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
    if not pairs:
        raise BadInput("disbursement.no_pairs", field="pairs")
    if not number.strip():
        raise BadInput("disbursement.no_number", field="number")
    found = [_pair(work, key) for key in pairs]
    fundings = [funding_of(work, pair) for pair in found]
    payer, payee = ends_of(work, chosen, found[0], fundings[0])
    require_actor(work, payer)
    sums = [due_fen(chosen, year, funding, work.rules(funding.batch)) for funding in fundings]
    breaches = _voucher_breaches(chosen, found, sums, fen)
    for pair, funding, amount in zip(found, fundings, sums, strict=True):
        new = _as_rule(work, chosen, year, pair, funding, amount, paid_on, account_name, source)
        found_wrong = payment_breaches(
            new, funding, payments_of(work, pair), today=work.today, rules=work.rules(pair.batch)
        )
        # In a year that owes nothing the sum is none of the payer's doing: the year's own breach says why.
        breaches += [one for one in found_wrong if amount or one.code != "rules.money.positive"]
        breaches += _place_breaches(pair, chosen, year)
    if breaches:
        raise RuleBroken(dict.fromkeys(breaches))
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
        work,
        voucher,
        act="disbursement.enter_payment",
        pairs=pairs,
        fen=voucher.fen,
        account=account_name,
        paid_on=paid_on,
        clause=clause_of(chosen),
    )
    work.session.add_all(_line(work, voucher, *one) for one in zip(found, sums, strict=True))
    work.session.flush()
    return voucher


@act("disbursement.approve_payment", by=PAYERS, clauses=("K34", "K40", "K41", "K42"))
def approve_payment(work: Work, voucher: str) -> Voucher:
    """Another person than the maker approves: the payments are booked, the payee is told and asked to confirm.

    Raises RuleBroken when the maker approves (section 15), or when a pair has been replaced since the entry (A25).
    """
    found = voucher_of(work, voucher)
    require_actor(work, found.payer)
    payments, leg = _payments(work, found), Leg(found.leg)
    pairs = [_pair(work, payment.pair) for payment in payments]
    breaches = list(_approval_breaches(work, found))
    if found.state == "entered":
        breaches += [breach for pair in pairs for breach in _place_breaches(pair, leg, found.year)]
    if breaches:
        raise RuleBroken(breaches)

    found.checker, found.approved_at = work.actor.person, work.now
    record.move(work, found, "paid", act="disbursement.approve_payment", fen=found.fen, maker=found.maker)
    for payment in payments:
        record.move(work, payment, "paid", act="disbursement.approve_payment", voucher=found.key)
    ledger.book(work, payments)
    dues.settle_paid(work, found, payments, pairs)
    step = steps.open_step(
        work, "S17", found.key, scope=_scope(found, pairs), anchors={"voucher": found.paid_on}
    )

    until = links.last_day(work)
    facts = _money_facts(work, found) | {
        "paid_on": found.paid_on,
        "confirm_by": due_fact(step),
        "link_until": until,
        "lines": [_line_facts(work, *one) for one in zip(payments, pairs, strict=True)],
    }
    told = tell_each(
        work, "payment_made", to=[found.payee], subject=found.key, batch=found.batch, facts=facts
    )
    if until is not None:
        links.give_links(work, links.RECEIPT, found.key, told, until=until)
    return found


@act("disbursement.cancel_payment", by=PAYERS, clauses=("K34",))
def cancel_payment(work: Work, voucher: str, *, reason: str) -> Voucher:
    """Takes back a voucher that has not been approved; nothing was booked, what it was to settle stays open."""
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
            dues.open_leg_b(work, heir_of(work, _pair(work, payment.pair)), found.year, received_on)

    facts = _money_facts(work, found) | {
        "received_on": received_on,
        "confirmed_by": name_of(work, work.actor.organisation),
    }
    tell(work, "receipt_confirmed", to=[found.payer], subject=found.key, batch=found.batch, facts=facts)
    return found


@act("disbursement.reverse_payment", by=PAYERS, clauses=("K34", "K41"))
def reverse_payment(work: Work, voucher: str, *, reason: str, document: str) -> Voucher:
    """Undoes an approved payment by a new entry; the obligation stands open again. The first entry stays.

    Raises RuleBroken when the maker reverses (section 15), or for leg A whose money leg B has passed on (K41).
    """
    found = voucher_of(work, voucher)
    require_actor(work, found.payer)
    require_reason(reason)
    if not document.strip():
        raise BadInput("disbursement.document_missing", field="document")
    payments = _payments(work, found)
    pairs = [_pair(work, payment.pair) for payment in payments]
    breaches = [*_approval_breaches(work, found), *_passed_on_breaches(work, found, pairs)]
    if breaches:
        raise RuleBroken(breaches)

    record.move(work, found, "reversed", act="disbursement.reverse_payment", reason=reason, document=document)
    for payment in payments:
        record.move(work, payment, "reversed", act="disbursement.reverse_payment", reason=reason)
    ledger.book_back(work, payments)
    steps.cancel_step(work, "S17", found.key)
    dues.owe_again(work, found, pairs)

    facts = _money_facts(work, found) | {
        "reversed_on": work.today,
        "reason": reason,
        "officer": name_of(work, work.actor.organisation),
    }
    told = [found.payee, found.payer]
    tell(work, "payment_reversed", to=told, subject=found.key, batch=found.batch, facts=facts)
    return found


def voucher_of(work: Work, key: str) -> Voucher:
    """The voucher of that key; raises NotFound."""
    found = work.session.get(Voucher, key)
    if found is None:
        raise NotFound("act.no_object", kind=work.programme.label("table", "voucher"), subject=key)
    return found


def _voucher_breaches(leg: Leg, pairs: list[Pair], sums: list[int], fen: int | None) -> list[Breach]:
    found: list[Breach] = []
    if leg is not Leg.A and len(pairs) > 1:
        found.append(hard("disbursement.one_pair", clause_of(leg), "pairs", leg=leg, count=len(pairs)))
    if len({pair.batch for pair in pairs}) > 1:
        found.append(hard("disbursement.one_batch", "K40", "pairs"))
    # A year in which nothing is due has its own breach; its lines would only say so again.
    if all(sums):
        lines = [Split(pair.key, pair.city, amount) for pair, amount in zip(pairs, sums, strict=True)]
        found += voucher_breaches(sum(sums) if fen is None else fen, lines, pairs[0].city)
    return found


def _place_breaches(pair: Pair, leg: Leg, year: int) -> list[Breach]:
    """A25: from the year of its replacement on, what is still owed goes to the pair that followed."""
    if pair.state == "replaced" and pair.ended_on is not None and year >= pair.ended_on.year:
        return [hard("disbursement.replaced", clause_of(leg), "pairs", pair=pair.key, ended=pair.ended_on)]
    return []


def _passed_on_breaches(work: Work, voucher: Voucher, pairs: list[Pair]) -> list[Breach]:
    """K41: while leg B of a pair stands, the leg A that it passes on cannot be taken back."""
    if voucher.leg != Leg.A:
        return []
    standing = [one for pair in pairs for one in payments_of(work, heir_of(work, pair))]
    return [
        hard("disbursement.passed_on", "K41", "voucher", pair=one.pair, voucher=one.voucher)
        for one in standing
        if one.leg is Leg.B and one.year == voucher.year
    ]


def ends_of(work: Work, leg: Leg, pair: Pair, funding: WorkFunding) -> tuple[str, str]:
    """Who pays and who is paid a leg of a pair today; '' where there is no such office."""
    scope = scope_of_pair(work, pair)
    if leg is Leg.B:
        scope = replace(scope, city=paying_city(funding, work.rules(pair.batch)))
    payer, payee = (organisation_of(work, party, scope) for party in parties_of(leg, funding))
    return payer or "", payee or ""


def _as_rule(
    work: Work,
    leg: Leg,
    year: int,
    pair: Pair,
    funding: WorkFunding,
    fen: int,
    paid_on: date,
    account_name: str,
    source: str,
) -> RulePayment:
    payer, payee = parties_of(leg, funding)
    return RulePayment(
        pair=pair.key,
        leg=leg,
        year=year,
        fen=fen,
        payer=payer,
        payee=payee,
        account_name=account_name,
        paid_on=paid_on,
        source=source,
        maker=work.actor.person,
    )


_EARLIER = Prepared(
    select(func.count())
    .select_from(Payment)
    .where(
        col(Payment.pair) == bindparam("pair"),
        col(Payment.year) == bindparam("year"),
        col(Payment.leg) == bindparam("leg"),
    )
)
_LINES = PreparedObjects(Payment, col(Payment.voucher) == bindparam("voucher"), order_by=[col(Payment.key)])


def _line(work: Work, voucher: Voucher, pair: Pair, fen: int) -> Payment:
    """A pair's line in a voucher; where an earlier one was cancelled or reversed, under the next ordinal."""
    same = {"pair": pair.key, "year": voucher.year, "leg": voucher.leg}
    earlier = int(_EARLIER.scalar(work.session, same))
    ordinal = f":r{earlier}" if earlier else ""
    return Payment(
        key=f"{pair.batch}:{voucher.year}:{pair.key}:{voucher.leg}{ordinal}",
        voucher=voucher.key,
        leg=voucher.leg,
        batch=pair.batch,
        year=voucher.year,
        pair=pair.key,
        payer=voucher.payer,
        payee=voucher.payee,
        fen=fen,
    )


def _scope(voucher: Voucher, pairs: list[Pair]) -> Scope:
    single = pairs[0].key if len(pairs) == 1 and voucher.leg != Leg.A else None
    return Scope(
        batch=voucher.batch,
        city=pairs[0].city,
        payer=voucher.payer,
        payee=voucher.payee,
        owner=voucher.payee,
        nominator=pairs[0].nominator,
        pair=single,
    )


def _approval_breaches(work: Work, voucher: Voucher) -> list[Breach]:
    """Section 15: who acts and, for a deputy, in whose place they act are both held against the maker."""
    acting = {work.actor.person, work.actor.in_place_of or work.actor.person}
    return [breach for person in sorted(acting) for breach in approval_breaches(voucher.maker, person)]


def _payments(work: Work, voucher: Voucher) -> list[Payment]:
    return _LINES.all(work.session, {"voucher": voucher.key})


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


def _line_facts(work: Work, payment: Payment, pair: Pair) -> dict[str, Any]:
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
