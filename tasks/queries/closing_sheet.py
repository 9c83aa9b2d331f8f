"""What stands between a batch and its close, and its account of unspent money (S27; K34, A15)."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.evaluation import ClosingAccount
from models.opening import Batch
from models.pairing import Pair
from models.rules.access import Viewer
from models.step import Step
from tasks.queries.pair_names import NamedPair, pairs_named
from tasks.queries.scope import pairs_seen, steps_seen
from tasks.queries.spending_rows import spending_rows
from tasks.steps import is_open
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class Remainder:
    """A pair's money over all work years, in fen: received by its institutions, accounted for, left."""

    pair: NamedPair
    received: int
    spent: int

    @property
    def left(self) -> int:
        """What was not spent."""
        return self.received - self.spent


@dataclass(frozen=True, slots=True)
class ClosingSheet:
    """`account` is what was written at the close, None before; `open_kinds` counts the open steps seen."""

    batch: Batch
    account: ClosingAccount | None
    may_be_closed: bool
    open_kinds: tuple[tuple[str, int], ...]
    remainders: tuple[Remainder, ...]


def closing_sheet(work: Work, viewer: Viewer, number: int) -> ClosingSheet:
    """The close of a batch, done or ahead, with the pairs that the viewer sees; raises NotFound."""
    batch = work.batch(number)
    wanted = select(col(Step.kind)).where(
        col(Step.batch) == number,
        col(Step.state) == "open",
        col(Step.kind) != "S27",
        steps_seen(work, viewer),
    )
    counted = Counter(work.session.connection().execute(wanted).scalars())
    return ClosingSheet(
        batch,
        work.session.get(ClosingAccount, number),
        is_open(work, "S27", str(number)),
        tuple(sorted(counted.items())),
        _remainders(work, viewer, batch),
    )


def _remainders(work: Work, viewer: Viewer, batch: Batch) -> tuple[Remainder, ...]:
    keys: Any = select(col(Pair.key)).where(
        col(Pair.batch) == batch.number,
        col(Pair.effective_on).is_not(None),
        pairs_seen(work, viewer, "spending"),
    )
    named = pairs_named(work, list(work.session.connection().execute(keys).scalars()))
    received: Counter[str] = Counter()
    spent: Counter[str] = Counter()
    for year in range(batch.period_start.year, batch.period_end.year + 1):
        for row in spending_rows(work, viewer, batch.number, year).rows:
            received[row.pair] += row.received
            spent[row.pair] += row.spent
    return tuple(Remainder(one, received[key], spent[key]) for key, one in sorted(named.items()))
