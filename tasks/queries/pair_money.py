"""The money of each pair in one work year: what each leg owes and has brought, and in whose hands it is now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.agreement import Agreement
from models.disbursement import Payment, Spending, Voucher
from models.organisation import Organisation
from models.pairing import Pair
from models.programme.pack import Leg
from models.rules.access import Right, Viewer, has_right
from models.rules.fieldwork import months_of, work_years
from models.rules.money import Leg as LegCode
from models.rules.money import WorkFunding, due_fen
from models.step import Step
from tasks.queries.scope import pairs_seen
from tasks.queries.steps import lateness
from tasks.work import Work


@dataclass(slots=True)
class _Sums:
    entered: int = 0
    paid: int = 0
    received: int = 0
    reversed: int = 0
    paid_on: date | None = None
    received_on: date | None = None
    spent: int = 0


@dataclass(frozen=True, slots=True)
class LegMoney:
    """One leg of one pair and year in fen: each payment counts in the state it stands in now.

    `entered` waits for approval, `paid` is approved and on its way, `received` confirmed by the payee. `spent` is what
    the payee has accounted for. `paid_on` and `received_on` are the latest days of either.
    """

    leg: str
    due: int
    entered: int
    paid: int
    received: int
    reversed: int
    paid_on: date | None
    received_on: date | None
    spent: int

    @property
    def is_complete(self) -> bool:
        """Whether all that is due has arrived."""
        return self.received >= self.due > 0


@dataclass(frozen=True, slots=True)
class Hand:
    """Where the money of one source is: held by a party since a day, or on its way to it (`moving`).

    `next_leg` is the leg that moves it on, None at the end of its way; `closed_gates` are what that leg still waits
    for, `due_on` and `late` (working days) its open step's. `days` and `workdays` count from the day after `since`.
    """

    source: str
    party: str
    moving: bool
    since: date | None
    days: int | None
    workdays: int | None
    next_leg: str | None
    closed_gates: tuple[str, ...]
    due_on: date | None
    late: int | None

    @property
    def gate_open(self) -> bool:
        """Whether the next leg may be paid now."""
        return self.next_leg is not None and not self.closed_gates


@dataclass(frozen=True, slots=True)
class PairMoney:
    """One pair with those it replaced (A25): names, its legs by code as far as the viewer reads them, its hands."""

    pair: str
    city: str
    sender: str
    recipient: str
    nominator: str
    state: str
    legs: Mapping[str, LegMoney] = field(hash=False)
    hands: tuple[Hand, ...]


def pair_money(
    work: Work, viewer: Viewer, batch: int, year: int, *, city: str | None = None
) -> list[PairMoney]:
    """The money of every pair that the viewer sees (of one city, if given), in the order of their keys.

    A replaced pair stands inside the one that followed it, where the viewer sees that one (A25).
    Legs are those that the viewer's role may read (section 15). Raises NotFound for a batch that there is not.
    """
    rows = _Year(work, viewer, batch, year, city)
    return [rows.money_of(row) for row in rows.shown()]


def legs_read(work: Work, viewer: Viewer) -> tuple[Leg, ...]:
    """The legs of the pack that the viewer's role may read, in their order."""
    return tuple(
        one for one in work.programme.legs if has_right(viewer.role, Right.READ, f"leg_{one.code.lower()}")
    )


class _Year:
    """All that is needed of a batch and year, read in six statements."""

    def __init__(self, work: Work, viewer: Viewer, batch: int, year: int, city: str | None) -> None:
        self._work, self._year, self._batch = work, year, work.batch(batch)
        self._rules = work.rules(batch)
        self._legs = legs_read(work, viewer)
        self._pairs = _pairs(work, batch)
        self._heirs = {row.predecessor: key for key, row in self._pairs.items() if row.predecessor}
        self._seen = _seen(work, viewer, batch, city)
        self._sums = _payments(work, batch, year)
        if has_right(viewer.role, Right.READ, "spending"):
            _add_spending(work, batch, year, self._sums)
        self._dues = _dues(work, batch, [one.step for one in self._legs])
        every = work_years(self._batch.period_start, self._batch.period_end, self._rules)
        self._months = {one.year: months_of(one) for one in every}

    def shown(self) -> list[Any]:
        """The pairs seen that no other pair seen has followed."""
        return [self._pairs[key] for key in sorted(self._seen) if self._heirs.get(key) not in self._seen]

    def money_of(self, row: Any) -> PairMoney:
        lineage = self._lineage(row)
        legs = {one.code: self._leg(one, lineage) for one in self._legs}
        chains = _chains(self._legs, [one.code for one in self._work.programme.legs])
        hands = tuple(
            self._hand(chain, legs, row, whole=whole) for chain, whole in chains if legs[chain[0].code].due
        )
        return PairMoney(
            row.key, row.city, row.sender_name, row.recipient_name, row.nominator_name, row.state, legs, hands
        )

    def _lineage(self, row: Any) -> list[Any]:
        found = [row]
        while found[-1].predecessor in self._pairs:
            found.append(self._pairs[found[-1].predecessor])
        return found

    def _leg(self, leg: Leg, lineage: Sequence[Any]) -> LegMoney:
        found = [self._sums[one.key, leg.code] for one in lineage if (one.key, leg.code) in self._sums]
        return LegMoney(
            leg.code,
            self._due(leg, lineage),
            sum(one.entered for one in found),
            sum(one.paid for one in found),
            sum(one.received for one in found),
            sum(one.reversed for one in found),
            max((one.paid_on for one in found if one.paid_on), default=None),
            max((one.received_on for one in found if one.received_on), default=None),
            sum(one.spent for one in found),
        )

    def _due(self, leg: Leg, lineage: Sequence[Any]) -> int:
        """A pair that never took effect and has ended owes nothing; the years begin with the first of a lineage."""
        newest = lineage[0]
        if newest.ended_on is not None and all(one.effective_on is None for one in lineage):
            return 0
        first = min(one.at.year for one in lineage)
        funding = WorkFunding(
            pair=newest.key,
            batch=self._batch.number,
            city=newest.city,
            nominated_by_city=False,
            years=tuple(year for year in self._months if year >= first),
            months=self._months,
            sender_account="",
            recipient_account="",
            legs=self._work.programme.legs,
            ended_on=newest.ended_on,
        )
        return due_fen(LegCode(leg.code), self._year, funding, self._rules)

    def _hand(self, chain: Sequence[Leg], legs: Mapping[str, LegMoney], row: Any, *, whole: bool) -> Hand:
        effective = row.effective_on
        since = max(effective, date(self._year, 1, 1)) if whole and effective else None
        party, moving, following = chain[0].payer, False, None
        for leg in chain:
            money = legs[leg.code]
            if money.is_complete:
                party, since = leg.payee, money.received_on
                continue
            following = leg
            if money.paid or money.received:
                party, moving, since = leg.payee, True, money.paid_on
            break
        due_on = self._dues.get(self._subject(following, row)) if following else None
        held = since is not None and since <= self._work.today
        return Hand(
            chain[0].source,
            party,
            moving,
            since,
            (self._work.today - since).days if since and held else None,
            _workdays_since(self._work, since) if since and held else None,
            following.code if following else None,
            self._closed(following, legs, row) if following else (),
            due_on,
            lateness(self._work, due_on),
        )

    def _subject(self, leg: Leg, row: Any) -> tuple[str, str]:
        per = self._work.programme.step(leg.step).per
        city_year = f"{self._batch.number}:{self._year}:{row.city}"
        return leg.step, city_year if per == "city_year" else f"{row.key}:{self._year}"

    def _closed(self, leg: Leg, legs: Mapping[str, LegMoney], row: Any) -> tuple[str, ...]:
        """The gates of a leg that are not open. Leg A unread by the viewer is taken to be closed only by its step."""
        first = legs.get(leg.same_money_as or "")
        # Leg B's step opens with the arrival of leg A (K41).
        arrived = first.received > 0 if first else self._subject(leg, row) in self._dues
        account = (row.payee_account or {}).get("name") or row.sender_name
        is_open = {
            "agreement_effective": row.effective_on is not None,
            "leg_a_received": arrived,
            "account_is_payee": leg.payee != "sender" or account == row.sender_name,
        }
        return tuple(gate for gate in leg.gates if not is_open[gate])


def _workdays_since(work: Work, since: date) -> int:
    return work.workdays.workdays_between(since, work.today) - work.workdays.is_workday(since)


def _chains(legs: Sequence[Leg], every: Sequence[str | None]) -> list[tuple[list[Leg], bool]]:
    """The legs that carry the same money one after the other; and whether the first of them is its beginning."""
    chains: list[tuple[list[Leg], bool]] = []
    for leg in legs:
        before = next((chain for chain, _whole in chains if chain[-1].code == leg.same_money_as), None)
        if before is not None:
            before.append(leg)
        else:
            chains.append(([leg], leg.same_money_as not in every))
    return chains


# Aliases are costly to make: the statement is built once.
_SENDER, _RECIPIENT, _NOMINATOR = aliased(Organisation), aliased(Organisation), aliased(Organisation)
_PAIRS: Select[Any] = (
    select(
        col(Pair.key),
        col(Pair.city),
        col(Pair.state),
        col(Pair.predecessor),
        col(Pair.effective_on),
        col(Pair.ended_on),
        col(Pair.at),
        col(_SENDER.name).label("sender_name"),
        col(_RECIPIENT.name).label("recipient_name"),
        col(_NOMINATOR.name).label("nominator_name"),
        col(Agreement.payee_account),
    )
    .join(_SENDER, col(_SENDER.code) == col(Pair.sender))
    .join(_RECIPIENT, col(_RECIPIENT.code) == col(Pair.recipient))
    .join(_NOMINATOR, col(_NOMINATOR.code) == col(Pair.nominator))
    .outerjoin(Agreement, col(Agreement.pair) == col(Pair.key))
    .where(col(Pair.batch) == bindparam("batch"), col(Pair.state).not_in(("proposed", "dropped")))
)


def _pairs(work: Work, batch: int) -> dict[str, Any]:
    return {row.key: row for row in work.session.connection().execute(_PAIRS, {"batch": batch})}


def _seen(work: Work, viewer: Viewer, batch: int, city: str | None) -> set[str]:
    wanted = select(col(Pair.key)).where(
        col(Pair.batch) == batch,
        col(Pair.state).not_in(("proposed", "dropped")),
        pairs_seen(work, viewer),
    )
    if city is not None:
        wanted = wanted.where(col(Pair.city) == city)
    return set(work.session.connection().execute(wanted).scalars())


def _payments(work: Work, batch: int, year: int) -> dict[tuple[str, str], _Sums]:
    wanted = (
        select(
            col(Payment.pair),
            col(Payment.leg),
            col(Payment.state),
            func.sum(col(Payment.fen)),
            func.max(col(Voucher.paid_on)),
            func.max(col(Payment.received_on)),
        )
        .join(Voucher, col(Voucher.key) == col(Payment.voucher))
        .where(col(Payment.batch) == batch, col(Payment.year) == year, col(Payment.state) != "cancelled")
        .group_by(col(Payment.pair), col(Payment.leg), col(Payment.state))
    )
    found: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    for pair, leg, state, fen, paid_on, received_on in work.session.connection().execute(wanted):
        sums = found[pair, leg]
        setattr(sums, state, int(fen))
        if state in ("paid", "received"):
            sums.paid_on = max(sums.paid_on or paid_on, paid_on)
        if state == "received":
            sums.received_on = received_on
    return found


def _add_spending(work: Work, batch: int, year: int, sums: dict[tuple[str, str], _Sums]) -> None:
    """K43, K44: what sender and recipient spent, beside the leg that they are paid by."""
    paid_to = {one.payee: one.code for one in work.programme.legs}
    wanted = (
        select(col(Pair.key), col(Pair.sender), col(Spending.organisation), func.sum(col(Spending.fen)))
        .join(Spending, col(Spending.pair) == col(Pair.key))
        .where(col(Pair.batch) == batch, col(Spending.year) == year)
        .group_by(col(Pair.key), col(Pair.sender), col(Spending.organisation))
    )
    for pair, sender, organisation, fen in work.session.connection().execute(wanted):
        leg = paid_to["sender" if organisation == sender else "recipient"]
        sums[pair, leg].spent = int(fen)


def _dues(work: Work, batch: int, kinds: Sequence[str]) -> dict[tuple[str, str], date | None]:
    wanted = select(col(Step.kind), col(Step.subject), col(Step.due_on)).where(
        col(Step.kind).in_(kinds), col(Step.state) == "open", col(Step.batch) == batch
    )
    return {(kind, subject): due for kind, subject, due in work.session.connection().execute(wanted)}
