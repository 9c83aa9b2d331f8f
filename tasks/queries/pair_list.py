"""All pairs that a viewer may see, one row each: who, where it stands, days, money and what is late in a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.agreement import Agreement
from models.disbursement import Payment
from models.fieldwork import MonthlyReturn
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Right, Viewer, has_right
from models.step import Step
from tasks.queries.scope import pairs_seen
from tasks.work import Work

LEGS = ("A", "B", "C")
PAID = ("paid", "received")
"""States of a payment whose money has left the payer."""


@dataclass(frozen=True, slots=True)
class PairRow:
    """One pair. `half_days` are all that were entered in the year; `paid` is fen by leg, of the legs that are shown."""

    key: str
    batch: int
    city: str
    city_name: str
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    nominator: str
    nominator_name: str
    state: str
    agreement_state: str
    half_days: int
    paid: Mapping[str, int]
    open: int
    late: int


def legs_shown(viewer: Viewer) -> tuple[str, ...]:
    """The legs of money whose payments the viewer's role may read."""
    return tuple(leg for leg in LEGS if has_right(viewer.role, Right.READ, f"leg_{leg.lower()}"))


def pair_list(work: Work, viewer: Viewer, *, year: int, batch: int | None = None) -> list[PairRow]:
    """The pairs in the viewer's scope by batch and key, with the days, money and steps of one work year."""
    sender, recipient, nominator = (aliased(Organisation) for _ in range(3))
    wanted = (
        select(Pair, sender.name, recipient.name, nominator.name, col(Agreement.state))  # type: ignore[call-overload]
        .join(sender, col(sender.code) == col(Pair.sender))
        .join(recipient, col(recipient.code) == col(Pair.recipient))
        .join(nominator, col(nominator.code) == col(Pair.nominator))
        .outerjoin(Agreement, col(Agreement.pair) == col(Pair.key))
        .where(pairs_seen(work, viewer))
        .order_by(col(Pair.batch), col(Pair.key))
    )
    if batch is not None:
        wanted = wanted.where(col(Pair.batch) == batch)
    days, money, owed = _days(work, year), _money(work, viewer, year), _steps(work)
    cities = {one.code: one.name for one in work.divisions.cities()}
    return [
        PairRow(
            key=pair.key,
            batch=pair.batch,
            city=pair.city,
            city_name=cities[pair.city],
            sender=pair.sender,
            sender_name=sender_name,
            recipient=pair.recipient,
            recipient_name=recipient_name,
            nominator=pair.nominator,
            nominator_name=nominator_name,
            state=pair.state,
            agreement_state=agreement_state or "",
            half_days=days.get(pair.key, 0),
            paid={leg: money.get((pair.key, leg), 0) for leg in legs_shown(viewer)},
            open=owed.get(pair.key, (0, 0))[0],
            late=owed.get(pair.key, (0, 0))[1],
        )
        for pair, sender_name, recipient_name, nominator_name, agreement_state in work.session.execute(wanted)
    ]


def _days(work: Work, year: int) -> dict[str, int]:
    wanted = (
        select(col(MonthlyReturn.pair), func.sum(MonthlyReturn.half_days))
        .where(col(MonthlyReturn.year) == year)
        .group_by(col(MonthlyReturn.pair))
    )
    return {pair: int(half_days) for pair, half_days in _rows(work, wanted)}


def _money(work: Work, viewer: Viewer, year: int) -> dict[tuple[str, str], int]:
    wanted = (
        select(col(Payment.pair), col(Payment.leg), func.sum(Payment.fen))
        .where(
            col(Payment.year) == year,
            col(Payment.state).in_(PAID),
            col(Payment.leg).in_(legs_shown(viewer)),
        )
        .group_by(col(Payment.pair), col(Payment.leg))
    )
    return {(pair, leg): int(fen) for pair, leg, fen in _rows(work, wanted)}


def _steps(work: Work) -> dict[str, tuple[int, int]]:
    """Pair → how many of its steps are open, and how many of those are late today."""
    late = func.sum(case((col(Step.due_on) < work.today, 1), else_=0))
    wanted = (
        select(col(Step.pair), func.count(), late)
        .where(col(Step.state) == "open", col(Step.pair).is_not(None))
        .group_by(col(Step.pair))
    )
    return {pair: (int(many), int(missed or 0)) for pair, many, missed in _rows(work, wanted)}


def _rows(work: Work, wanted: Any) -> list[Any]:
    return list(work.session.connection().execute(wanted))
