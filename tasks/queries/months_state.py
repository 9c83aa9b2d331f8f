"""Where every pair's months of a work year stand, and every city's quarters of tracking (S19, S21)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlmodel import col

from models.fieldwork import MonthlyReturn, Tracking
from models.pairing import Pair
from models.rules.access import Right, Viewer, Whereabouts, may
from models.step import Step
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class QuarterState:
    """One city's tracking of a quarter; `at` is when it was recorded, None while it is owed."""

    city: str
    city_name: str
    quarter: str
    at: datetime | None
    due_on: date | None
    problems: str


def months_state(work: Work, batch: int, year: int) -> dict[str, dict[str, str]]:
    """Pair → month → state of its return."""
    wanted = (
        select(col(MonthlyReturn.pair), col(MonthlyReturn.month), col(MonthlyReturn.state))
        .join(Pair, col(Pair.key) == col(MonthlyReturn.pair))
        .where(col(Pair.batch) == batch, col(MonthlyReturn.year) == year)
        .order_by(col(MonthlyReturn.month))
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for pair, month, state in work.session.connection().execute(wanted):
        found[pair][month] = state
    return found


def sees_tracking(viewer: Viewer, city: str) -> bool:
    """Whether somebody may read what a city found: the province, the bureau, the city itself (section 15)."""
    return may(viewer, Right.READ, "fieldwork", Whereabouts(city=city))


def quarters_state(work: Work, viewer: Viewer, year: int) -> list[QuarterState]:
    """The quarters of a year for which tracking is owed or recorded, as far as the viewer sees them."""
    recorded = {
        (one.city, one.quarter): one
        for one in work.session.execute(
            select(Tracking).where(col(Tracking.quarter).like(f"{year}Q%"))
        ).scalars()
    }
    wanted = select(col(Step.subject), col(Step.due_on)).where(
        col(Step.kind) == "S21", col(Step.subject).like(f"%:{year}Q%"), col(Step.state) != "cancelled"
    )
    due: dict[tuple[str, str], date | None] = {}
    for subject, due_on in work.session.connection().execute(wanted):
        city, _, quarter = subject.partition(":")
        due[city, quarter] = due_on
    found = []
    for city, quarter in sorted({*recorded, *due}):
        if not sees_tracking(viewer, city):
            continue
        one = recorded.get((city, quarter))
        found.append(
            QuarterState(
                city,
                work.divisions.by_code(city).name,
                quarter,
                one.at if one else None,
                due.get((city, quarter)),
                one.problems if one else "",
            )
        )
    return found
