"""What is owed of each leg by when: the year's steps opened, settled, and opened again after a reversal (S14–S16)."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import ColumnElement, String, bindparam, literal, select
from sqlmodel import col

from models.disbursement import Payment, Voucher
from models.opening import Batch
from models.pairing import Pair
from models.prepared import Prepared, one_of
from models.rules.money import Leg
from models.session import PreparedObjects
from models.step import Step
from tasks import steps
from tasks.chores import Chore, Outcome, Perform
from tasks.funding import LIVE, heir_of, is_owed, payments_of
from tasks.parties import Scope, name_of, scope_of_pair
from tasks.work import Work

STAGE = "disbursement"


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
    if not _owed_pairs(work, batch.number, city, year):
        return None
    subject = f"{batch.number}:{year}:{city}"
    scope = Scope(batch=batch.number, city=city)
    return steps.open_step(work, "S14", subject, scope=scope, anchors=anchors, again=True)


def open_pair_year(work: Work, pair: Pair, *, year: int, anchors: Mapping[str, date]) -> None:
    """Opens S16 of a pair and year, and S15 where leg A has arrived for the pair that this one replaced."""
    if is_owed(work, pair, Leg.C, year):
        steps.open_step(work, "S16", f"{pair.key}:{year}", scope=scope_of_pair(work, pair), anchors=anchors)
    arrived = [one.paid_on for one in payments_of(work, pair) if one.leg is Leg.A and one.year == year]
    if arrived and max(arrived) < date.max:
        open_leg_b(work, pair, year, max(arrived))


def open_leg_b(work: Work, pair: Pair, year: int, received_on: date) -> None:
    """Opens S15 once the province's money for a pair and year has arrived (K41); nothing where B is paid or entered."""
    if pair.effective_on is not None and is_owed(work, pair, Leg.B, year):
        anchors, scope = {"leg_a_received": received_on}, scope_of_pair(work, pair)
        steps.open_step(work, "S15", f"{pair.key}:{year}", scope=scope, anchors=anchors, again=True)


def settle_paid(work: Work, voucher: Voucher, payments: list[Payment], pairs: list[Pair]) -> None:
    """Settles what an approved voucher has paid; a city's year of leg A only with its last pair."""
    if voucher.leg == Leg.A:
        city = pairs[0].city
        if not _owed_pairs(work, voucher.batch, city, voucher.year):
            steps.settle_step(work, "S14", f"{voucher.batch}:{voucher.year}:{city}")
        return
    kind = "S15" if voucher.leg == Leg.B else "S16"
    for payment in payments:
        steps.settle_step(work, kind, f"{payment.pair}:{voucher.year}")


def owe_again(work: Work, voucher: Voucher, pairs: list[Pair]) -> None:
    """Opens again what a reversed voucher had paid, by the date it was due before; a replaced pair's to its heir.

    With leg A the city's money is gone, so leg B is not owed until it comes again (K41).
    """
    for pair in (heir_of(work, one) for one in pairs):
        subject = f"{pair.key}:{voucher.year}"
        if voucher.leg == Leg.A:
            steps.cancel_step(work, "S15", subject)
            city_year = f"{voucher.batch}:{voucher.year}:{pair.city}"
            anchors = _anchor_before(work, "S14", city_year, voucher.year)
            open_city_year(work, work.batch(voucher.batch), pair.city, voucher.year, anchors=anchors)
        elif voucher.leg == Leg.B:
            open_leg_b(work, pair, voucher.year, work.today)
        elif pair.effective_on is not None:
            anchors = _anchor_before(work, "S16", subject, voucher.year)
            scope = scope_of_pair(work, pair)
            steps.open_step(work, "S16", subject, scope=scope, anchors=anchors, again=True)


_RUNNING = Prepared(
    select(col(Batch.number), col(Batch.period_start), col(Batch.period_end))
    .where(col(Batch.state) == "running")
    .order_by(col(Batch.number))
)


def chores(work: Work) -> list[Chore]:
    """Later work years: from the first of January leg A per city and leg C per pair are owed (S14, S16)."""
    running = _RUNNING.rows(work.session)
    return [
        Chore(STAGE, "open_year", f"{number}:{year}:{city}", number, city, _open_year(number, year, city))
        for number, start, end in running
        for year in range(start.year + 1, min(work.today, end).year + 1)
        for city in _unopened(work, number, year)
    ]


def _unopened(work: Work, batch: int, year: int) -> list[str]:
    """The cities with pairs from before a year that owe or are owed money of it, and no step says so yet."""
    given = {
        "batch": batch,
        "year": year,
        "year_start": date(year, 1, 1),
        "of_city": f"S14:{batch}:{year}:",
        "of_pair": f":{year}",
    }
    return sorted(set(_UNOPENED.scalars(work.session, given)))


def _opened(key: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether the step of this key was ever opened, on a row of pairs."""
    return select(col(Step.id)).where(col(Step.key) == key).exists()


def _paid(leg: Leg) -> ColumnElement[bool]:
    """Whether this leg of the year is paid or entered, on a row of pairs."""
    paid = select(col(Payment.key)).where(
        col(Payment.pair) == col(Pair.key),
        col(Payment.year) == bindparam("year"),
        col(Payment.leg) == str(leg),
        one_of(col(Payment.state), LIVE),
    )
    return paid.exists()


_S14 = bindparam("of_city", type_=String).concat(col(Pair.city))
_S16 = literal("S16:").concat(col(Pair.key)).concat(bindparam("of_pair", type_=String))
_UNOPENED = Prepared(
    select(col(Pair.city)).where(
        col(Pair.batch) == bindparam("batch"),
        col(Pair.state) == "effective",
        col(Pair.effective_on) < bindparam("year_start"),
        (~_opened(_S14) & ~_paid(Leg.A)) | (~_opened(_S16) & ~_paid(Leg.C)),
    )
)


def _open_year(number: int, year: int, city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        if city not in _unopened(work, number, year):
            return Outcome(0)
        anchors = {"year_start": date(year, 1, 1)}
        open_city_year(work, work.batch(number), city, year, anchors=anchors)
        rows = []
        for pair in _effective_pairs(work, number, city):
            if pair.effective_on is not None and pair.effective_on < date(year, 1, 1):
                open_pair_year(work, pair, year=year, anchors=anchors)
                rows.append((pair.key, name_of(work, pair.recipient), str(year)))
        return Outcome(len(rows), tuple(rows))

    return perform


def _owed_pairs(work: Work, batch: int, city: str, year: int) -> list[Pair]:
    return [pair for pair in _effective_pairs(work, batch, city) if is_owed(work, pair, Leg.A, year)]


_EFFECTIVE = PreparedObjects(
    Pair,
    col(Pair.batch) == bindparam("batch"),
    col(Pair.city) == bindparam("city"),
    one_of(col(Pair.state), ["effective"]),
    order_by=[col(Pair.key)],
)


def _effective_pairs(work: Work, batch: int, city: str) -> list[Pair]:
    return _EFFECTIVE.all(work.session, {"batch": batch, "city": city})


def _anchor_before(work: Work, kind: str, subject: str, year: int) -> dict[str, date]:
    """The anchor that the obligation was counted from the first time."""
    wanted = select(col(Step.anchor), col(Step.anchor_on)).where(col(Step.key) == f"{kind}:{subject}")
    found = work.session.connection().execute(wanted).first()
    return {found[0]: found[1]} if found is not None else {"year_start": date(year, 1, 1)}
