"""A pair as its money sees it: work years, accounts and legs, put together for the rules (K39–K42, A13)."""

from datetime import date

from sqlalchemy import bindparam, select
from sqlmodel import col

from models.agreement import Agreement
from models.disbursement import Payment
from models.pairing import Pair
from models.prepared import Prepared, one_of
from models.rules.fieldwork import months_of, work_years
from models.rules.money import Leg, WorkFunding
from models.rules.money import Payment as RulePayment
from models.session import PreparedObjects
from tasks.parties import name_of, scope_of_pair
from tasks.work import Work

LIVE = ("entered", "paid", "received")
"""States in which a payment stands in the way of another one of the same leg."""


def funding_of(work: Work, pair: Pair) -> WorkFunding:
    """The pair's money, from the year in which it was made: what lies before was nobody's, or its predecessor's."""
    batch = work.batch(pair.batch)
    agreement = work.session.get(Agreement, pair.key)
    # A pair that took another's place (A25), or came late from the waiting list (A24), begins with its own year.
    first = max(pair.at.year, batch.period_start.year)
    every = work_years(batch.period_start, batch.period_end, work.rules(pair.batch))
    years = [one for one in every if one.year >= first]
    return WorkFunding(
        pair=pair.key,
        batch=pair.batch,
        city=pair.city,
        nominated_by_city=scope_of_pair(work, pair).county is None,
        years=tuple(one.year for one in years),
        months={one.year: months_of(one) for one in years},
        sender_account=str(
            (agreement.payee_account if agreement else {}).get("name") or name_of(work, pair.sender)
        ),
        recipient_account=name_of(work, pair.recipient),
        legs=work.programme.legs,
        effective_on=pair.effective_on,
        ended_on=pair.ended_on,
    )


_HAS = Prepared(
    select(col(Payment.key))
    .where(
        col(Payment.pair) == bindparam("pair"),
        col(Payment.leg) == bindparam("leg"),
        col(Payment.year) == bindparam("year"),
        one_of(col(Payment.state), LIVE),
    )
    .limit(1)
)
_LIVE_OF = PreparedObjects(
    Payment,
    col(Payment.pair) == bindparam("pair"),
    one_of(col(Payment.state), LIVE),
    order_by=[col(Payment.key)],
)


def is_owed(work: Work, pair: Pair, leg: str, year: int) -> bool:
    """Whether a leg of a work year is still to be paid to this pair: neither it nor one it replaced has it."""
    given = {"leg": leg, "year": year}
    return not any(_HAS.first(work.session, {**given, "pair": one}) for one in lineage_of(work, pair))


def lineage_of(work: Work, pair: Pair) -> list[str]:
    """The keys of a pair and of those it replaced, the newest first."""
    keys = [pair.key]
    earlier = pair.predecessor
    while earlier is not None:
        keys.append(earlier)
        found = work.session.get(Pair, earlier)
        earlier = found.predecessor if found else None
    return keys


def heir_of(work: Work, pair: Pair) -> Pair:
    """The pair that stands in this one's place today: itself, or the last of those that followed it (A25)."""
    while pair.state == "replaced":
        wanted = select(Pair).where(col(Pair.predecessor) == pair.key)
        found = work.session.execute(wanted).scalar_one_or_none()
        if found is None:
            return pair
        pair = found
    return pair


def payments_of(work: Work, pair: Pair) -> list[RulePayment]:
    """The live payments of a pair and of those it replaced, as the rules see them.

    Leg A stands with the day it arrived, or far in the future while it has not (K41).
    """
    found = [one for key in lineage_of(work, pair) for one in _LIVE_OF.all(work.session, {"pair": key})]
    return [
        RulePayment(
            pair=pair.key,
            leg=Leg(one.leg),
            year=one.year,
            fen=one.fen,
            payer=one.payer,
            payee=one.payee,
            account_name="",
            paid_on=one.received_on or date.max,
            source="",
            maker="",
            instalment=one.instalment,
            voucher=one.voucher,
        )
        for one in found
    ]
