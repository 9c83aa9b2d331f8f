"""What each side of a pair received and spent in a work year, by category, and what it raised itself (K43–K45)."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.disbursement import OwnFunds, Payment, Spending
from models.messages import say
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Viewer
from models.rules.money import yuan
from tasks.queries.rollup import require_year
from tasks.queries.scope import pairs_seen
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class SpendingRow:
    """One side of a pair, in fen; `lines` by category, `text` the same as words, `note` what explains them."""

    pair: str
    side: str
    organisation: str
    institution: str
    received: int
    lines: tuple[tuple[str, int], ...]
    own: int
    note: str
    text: str

    @property
    def spent(self) -> int:
        """What is accounted for."""
        return sum(fen for _category, fen in self.lines)


@dataclass(frozen=True, slots=True)
class OwnFundsRow:
    """Money that an institution raised for its pair."""

    pair: str
    institution: str
    source: str
    fen: int
    note: str


@dataclass(frozen=True, slots=True)
class SpendingSheet:
    """The sides of every pair seen, what was raised, and the sums by category."""

    rows: tuple[SpendingRow, ...]
    own_funds: tuple[OwnFundsRow, ...]
    by_category: tuple[tuple[str, int], ...]


def spending_rows(work: Work, viewer: Viewer, batch: int, year: int, *, pair: str = "") -> SpendingSheet:
    """The spending of a batch's work year as far as the viewer sees it; of one pair only, where one is named.

    Raises BadInput for a year outside the programme (K04).
    """
    require_year(work, year)
    listed = _pairs(work, viewer, batch, pair)
    keys = [row.key for row in listed]
    received, spent, raised = _received(work, year, keys), _spent(work, year, keys), _raised(work, year, keys)
    rows = []
    for row in listed:
        own = [one for one in raised if one.pair == row.key]
        for side in ("sender", "recipient"):
            code, name = getattr(row, side), getattr(row, f"{side}_name")
            lines = spent.get((row.key, code), [])
            rows.append(
                SpendingRow(
                    row.key,
                    side,
                    code,
                    name,
                    received.get((row.key, "B" if side == "sender" else "C"), 0),
                    tuple((one.category, int(one.fen)) for one in lines),
                    sum(one.fen for one in own if f":{code}:" in one.key),
                    next((one.note for one in lines if one.note), ""),
                    _text(work, lines),
                )
            )
    names = {row.key: {row.sender: row.sender_name, row.recipient: row.recipient_name} for row in listed}
    own_funds = tuple(
        OwnFundsRow(one.pair, _raiser(one.key, names[one.pair]), one.source, one.fen, one.note)
        for one in raised
    )
    return SpendingSheet(tuple(rows), own_funds, _by_category(work, rows))


def _text(work: Work, lines: list[Any]) -> str:
    parts = [
        say("web.noted", name=work.programme.label("use", one.category), note=yuan(int(one.fen)))
        for one in lines
    ]
    return " ".join(parts)


def _raiser(key: str, names: dict[str, str]) -> str:
    return next((name for code, name in names.items() if f":{code}:" in key), "")


def _by_category(work: Work, rows: list[SpendingRow]) -> tuple[tuple[str, int], ...]:
    sums: dict[str, int] = defaultdict(int)
    for row in rows:
        for category, fen in row.lines:
            sums[category] += fen
    return tuple((code, sums[code]) for code in work.programme.words["use"] if sums[code])


def _pairs(work: Work, viewer: Viewer, batch: int, pair: str) -> list[Any]:
    sender, recipient = aliased(Organisation), aliased(Organisation)
    wanted: Select[Any] = (
        select(
            col(Pair.key),
            col(Pair.sender),
            col(Pair.recipient),
            col(sender.name).label("sender_name"),
            col(recipient.name).label("recipient_name"),
        )
        .join(sender, col(sender.code) == col(Pair.sender))
        .join(recipient, col(recipient.code) == col(Pair.recipient))
        .where(
            col(Pair.batch) == batch,
            col(Pair.effective_on).is_not(None),
            *([col(Pair.key) == pair] if pair else []),
            pairs_seen(work, viewer, "spending"),
        )
        .order_by(col(Pair.key))
    )
    return list(work.session.connection().execute(wanted))


def _received(work: Work, year: int, pairs: list[str]) -> dict[tuple[str, str], int]:
    """(Pair, leg) → what was paid to the institution, as a spending return may use it up."""
    wanted = (
        select(col(Payment.pair), col(Payment.leg), func.sum(col(Payment.fen)))
        .where(
            col(Payment.pair).in_(pairs),
            col(Payment.year) == year,
            col(Payment.leg).in_(("B", "C")),
            col(Payment.state).in_(("paid", "received")),
        )
        .group_by(col(Payment.pair), col(Payment.leg))
    )
    return {(pair, leg): int(fen) for pair, leg, fen in work.session.connection().execute(wanted)}


def _spent(work: Work, year: int, pairs: list[str]) -> dict[tuple[str, str], list[Any]]:
    places = {code: place for place, code in enumerate(work.programme.words["use"])}
    in_order = case(places, value=col(Spending.category))
    wanted = (
        select(
            col(Spending.pair),
            col(Spending.organisation),
            col(Spending.category),
            col(Spending.fen),
            col(Spending.note),
        )
        .where(col(Spending.pair).in_(pairs), col(Spending.year) == year)
        .order_by(in_order)
    )
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in work.session.connection().execute(wanted):
        found[row.pair, row.organisation].append(row)
    return found


def _raised(work: Work, year: int, pairs: list[str]) -> list[OwnFunds]:
    wanted = select(OwnFunds).where(col(OwnFunds.pair).in_(pairs), col(OwnFunds.year) == year)
    return list(work.session.execute(wanted.order_by(col(OwnFunds.key))).scalars())
