"""What each pair promised and achieved in a work year, counted as the yearly rollup counts it (K28, K33)."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from models.agreement import Indicator
from models.disbursement import OwnFunds, Payment
from models.fieldwork import Activity, Trainee, Visit
from tasks.work import Work

FEN_A_YUAN = 100
COUNTED_TWICE = {"institutions_incubated": "target_institutions", "people_trained": "target_person_times"}
"""An activity for the first counts for the form's target as well, as the view v_rollup has it."""


@dataclass(frozen=True, slots=True)
class Achievement:
    """An indicator of a pair's year; both sides in the indicator's own unit."""

    code: str
    promised: int
    achieved: int


def achievements(work: Work, pair: str, year: int) -> tuple[Achievement, ...]:
    """The indicators that a pair's agreement promises or its records show, in the order of the pack."""
    promised = _sums(work, Indicator, pair, year, col(Indicator.promised), col(Indicator.indicator))
    done = _done(work, pair, year)
    return tuple(
        Achievement(one.code, promised.get(one.code, 0), done.get(one.code, 0))
        for one in work.programme.indicators
        if promised.get(one.code) or done.get(one.code)
    )


def _done(work: Work, pair: str, year: int) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    acts = _sums(work, Activity, pair, year, col(Activity.amount), col(Activity.indicator))
    for code, amount in acts.items():
        found[code] += amount
        if code in COUNTED_TWICE:
            found[COUNTED_TWICE[code]] += amount
    found["target_professionals"] += _one(
        work, Trainee, pair, year, func.count(col(Trainee.id_hash).distinct())
    )
    found["senior_workers"] += _one(work, Visit, pair, year, func.sum(col(Visit.people)))
    legs = (col(Payment.leg) != "B", col(Payment.state).in_(("paid", "received")))
    fen = _one(work, Payment, pair, year, func.sum(col(Payment.fen)), *legs)
    fen += _one(work, OwnFunds, pair, year, func.sum(col(OwnFunds.fen)))
    found["invested"] += fen // FEN_A_YUAN
    return found


def _sums(work: Work, table: Any, pair: str, year: int, amount: Any, name: Any) -> dict[str, int]:
    wanted = select(name, func.sum(amount)).where(table.pair == pair, table.year == year).group_by(name)
    return {code: int(total) for code, total in work.session.connection().execute(wanted)}


def _one(work: Work, table: Any, pair: str, year: int, amount: Any, *also: Any) -> int:
    wanted = select(amount).where(table.pair == pair, table.year == year, *also)
    return int(work.session.connection().execute(wanted).scalar_one() or 0)
