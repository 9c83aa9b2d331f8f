"""What is owed and paid in a work year, row by row: each voucher, and what still has to be entered (S14–S17)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.disbursement import Payment, Voucher
from models.organisation import Organisation, Person
from models.pairing import Pair
from models.programme.pack import Leg
from models.rules.access import Viewer
from models.step import Step
from tasks.queries.pair_money import Hand, PairMoney, legs_read, pair_money
from tasks.queries.rollup import require_year
from tasks.queries.scope import vouchers_seen
from tasks.work import Work

WAITING, TO_ENTER = "waiting", "to_enter"
"""What a leg is that no voucher pays yet: its gates are closed, or it can be entered."""


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A voucher, or what one is still to be entered for; `fen` of all its pairs.

    `state` is a voucher's, or `waiting` (for `closed_gates`) or `to_enter`. `due_on` is the date of the open step that
    the row hangs on, `held` the calendar days since it came to where it is now.
    """

    leg: str
    state: str
    fen: int
    payer: str
    payer_name: str
    payee: str
    payee_name: str
    city: str
    pairs: tuple[str, ...]
    due_on: date | None = None
    held: int | None = None
    closed_gates: tuple[str, ...] = ()
    voucher: str = ""
    number: str = ""
    maker: str = ""
    maker_name: str = ""
    checker_name: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class LegTotal:
    """One leg of the rows shown, in fen by what became of it; legs A and B are the same money and never added."""

    leg: str
    label: str
    open: int
    entered: int
    paid: int
    received: int


@dataclass(frozen=True, slots=True)
class MoneySheet:
    """The rows of a batch and work year, and a total per leg."""

    batch: int
    year: int
    rows: tuple[MoneyRow, ...]
    totals: tuple[LegTotal, ...]


def money_rows(work: Work, viewer: Viewer, batch: int, year: int, *, pair: str = "") -> MoneySheet:
    """What the viewer may see of a batch's money in a work year; of one pair only, where one is named.

    Leg A is one row per city, the others one per pair. Raises BadInput for a year outside the programme (K04),
    NotFound for a batch that there is not.
    """
    require_year(work, year)
    reader = _Reader(work, viewer, batch, year)
    found = [*reader.vouchers(), *reader.to_come()]
    chosen = [one for one in found if not pair or pair in one.pairs]
    # What has to be done stands first, what is settled last; then by leg and place.
    chosen.sort(key=lambda one: (_ORDER.index(one.state), one.leg, one.city, one.pairs))
    return MoneySheet(batch, year, tuple(chosen), _totals(reader.legs, chosen))


_ORDER = ("to_enter", "entered", "paid", "waiting", "received", "reversed", "cancelled")


def _totals(legs: Sequence[Leg], rows: Iterable[MoneyRow]) -> tuple[LegTotal, ...]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for one in rows:
        sums[one.leg, "open" if one.state in (WAITING, TO_ENTER) else one.state] += one.fen
    return tuple(
        LegTotal(
            leg.code,
            leg.label,
            *(sums[leg.code, state] for state in ("open", "entered", "paid", "received")),
        )
        for leg in legs
    )


@dataclass(slots=True)
class _Open:
    """What of a leg is still to be entered for some pairs with the same gates."""

    fen: int = 0
    pairs: list[str] = field(default_factory=list)
    held: int | None = None


class _Reader:
    """All that the rows need, read once for the batch and year."""

    def __init__(self, work: Work, viewer: Viewer, batch: int, year: int) -> None:
        self._work, self._viewer, self._batch, self._year = work, viewer, batch, year
        self.legs = legs_read(work, viewer)
        self._steps = _open_steps(work, batch, [*(one.step for one in self.legs), "S17"])
        self._offices, self._province = _offices(work)

    def vouchers(self) -> list[MoneyRow]:
        lines = _lines(self._work, self._batch, self._year)
        return [self._of_voucher(row, lines.get(row.Voucher.key, [])) for row in self._found()]

    def to_come(self) -> list[MoneyRow]:
        """What no live voucher pays, leg A by city and its gates, the others by pair."""
        open_legs: dict[tuple[str, str, str, tuple[str, ...]], _Open] = defaultdict(_Open)
        listed = {one.pair: one for one in pair_money(self._work, self._viewer, self._batch, self._year)}
        for key, one in listed.items():
            for leg in self.legs:
                money = one.legs[leg.code]
                missing = money.due - money.entered - money.paid - money.received
                if missing <= 0:
                    continue
                hand = _hand_of(leg, one.hands)
                whole = leg.code != "A"
                gates = _gates(leg, one, hand)
                group = open_legs[leg.code, one.city, key if whole else "", gates]
                group.fen += missing
                group.pairs.append(key)
                group.held = max((one for one in (group.held, hand and hand.days) if one), default=None)
        parties = _parties(self._work, self._batch)
        return [
            self._to_come(leg, city, gates, group, listed, parties)
            for (leg, city, _pair, gates), group in open_legs.items()
        ]

    def _to_come(
        self,
        leg: str,
        city: str,
        gates: tuple[str, ...],
        group: _Open,
        listed: Mapping[str, PairMoney],
        parties: Mapping[str, Any],
    ) -> MoneyRow:
        first, office = listed[group.pairs[0]], f"{city}-mz"
        pair = parties[group.pairs[0]]
        city_name = self._offices.get(office, office)
        ends = {
            "A": (self._province, self._offices.get(self._province, ""), office, city_name),
            "B": (office, city_name, pair.sender, first.sender),
            "C": (pair.nominator, first.nominator, pair.recipient, first.recipient),
        }[leg]
        step = self._step(leg, city, group.pairs[0])
        return MoneyRow(
            leg,
            WAITING if gates else TO_ENTER,
            group.fen,
            *ends,
            city,
            tuple(group.pairs),
            step.due_on if step else None,
            group.held,
            gates,
            step=step.key if step else "",
        )

    def _step(self, leg: str, city: str, pair: str) -> Any:
        kind = self._work.programme.leg(leg).step
        per = self._work.programme.step(kind).per
        subject = f"{self._batch}:{self._year}:{city}" if per == "city_year" else f"{pair}:{self._year}"
        return self._steps.get((kind, subject))

    def _of_voucher(self, row: Any, lines: list[Any]) -> MoneyRow:
        voucher: Voucher = row.Voucher
        step = self._steps.get(("S17", voucher.key))
        today = self._work.today
        since = {"entered": voucher.entered_at.date(), "paid": voucher.paid_on}.get(voucher.state)
        return MoneyRow(
            voucher.leg,
            voucher.state,
            voucher.fen,
            voucher.payer,
            row.payer_name,
            voucher.payee,
            row.payee_name,
            lines[0].city if lines else "",
            tuple(one.pair for one in lines),
            step.due_on if step else None,
            (today - since).days if since else None,
            voucher=voucher.key,
            number=voucher.number,
            maker=voucher.maker,
            maker_name=row.maker_name or voucher.maker,
            checker_name=row.checker_name or "",
            step=step.key if step else "",
        )

    def _found(self) -> list[Any]:
        payer, payee = aliased(Organisation), aliased(Organisation)
        maker, checker = aliased(Person), aliased(Person)
        wanted: Select[Any] = (
            select(
                Voucher,
                col(payer.name).label("payer_name"),
                col(payee.name).label("payee_name"),
                col(maker.name).label("maker_name"),
                col(checker.name).label("checker_name"),
            )
            .join(payer, col(payer.code) == col(Voucher.payer))
            .join(payee, col(payee.code) == col(Voucher.payee))
            .outerjoin(maker, col(maker.code) == col(Voucher.maker))
            .outerjoin(checker, col(checker.code) == col(Voucher.checker))
            .where(
                col(Voucher.batch) == self._batch,
                col(Voucher.year) == self._year,
                vouchers_seen(self._work, self._viewer),
            )
        )
        return list(self._work.session.execute(wanted))


def _hand_of(leg: Leg, hands: Sequence[Hand]) -> Hand | None:
    return next((one for one in hands if one.next_leg == leg.code), None)


def _gates(leg: Leg, money: PairMoney, hand: Hand | None) -> tuple[str, ...]:
    """What a leg waits for: what its hand says, or that the leg before it has not arrived."""
    if hand is not None:
        return hand.closed_gates
    before = money.legs.get(leg.same_money_as or "")
    return ("leg_a_received",) if before is not None and not before.is_complete else ()


def _open_steps(work: Work, batch: int, kinds: Sequence[str]) -> dict[tuple[str, str], Any]:
    wanted = select(col(Step.kind), col(Step.subject), col(Step.due_on), col(Step.key)).where(
        col(Step.batch) == batch, col(Step.kind).in_(kinds), col(Step.state) == "open"
    )
    return {(row.kind, row.subject): row for row in work.session.connection().execute(wanted)}


def _offices(work: Work) -> tuple[dict[str, str], str]:
    """The names of the province's and the cities' offices, and the code of the province's."""
    wanted = select(col(Organisation.code), col(Organisation.name), col(Organisation.kind)).where(
        col(Organisation.kind).in_(("province_civil", "city_civil"))
    )
    rows = list(work.session.connection().execute(wanted))
    province = next((code for code, _name, kind in rows if kind == "province_civil"), "")
    return {code: name for code, name, _kind in rows}, province


def _lines(work: Work, batch: int, year: int) -> dict[str, list[Any]]:
    wanted = (
        select(col(Payment.voucher), col(Payment.pair), col(Pair.city))
        .join(Pair, col(Pair.key) == col(Payment.pair))
        .where(col(Payment.batch) == batch, col(Payment.year) == year)
        .order_by(col(Payment.pair))
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for row in work.session.connection().execute(wanted):
        found[row.voucher].append(row)
    return found


def _parties(work: Work, batch: int) -> dict[str, Any]:
    wanted = select(col(Pair.key), col(Pair.sender), col(Pair.recipient), col(Pair.nominator)).where(
        col(Pair.batch) == batch
    )
    return {row.key: row for row in work.session.connection().execute(wanted)}
