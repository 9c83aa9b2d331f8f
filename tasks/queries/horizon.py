"""The days ahead: what falls due on each of them, on whom, and which of them are days off."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlmodel import col

from models.organisation import Organisation
from models.programme.workdays import Day
from models.rules.access import Viewer
from models.step import Step
from tasks.queries.reach import OF_PAIRS
from tasks.queries.scope import steps_seen
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class OwnerGroup:
    """How many steps of a kind and day organisations of one kind owe."""

    party: str
    label: str
    steps: int


@dataclass(frozen=True, slots=True)
class KindDue:
    """One kind of step on a day, with who owes it."""

    kind: str
    matter: str
    stage: str
    clauses: tuple[str, ...]
    steps: int
    owners: tuple[OwnerGroup, ...]


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One day: worked or not, provisional where its year's notice is out, its holiday or make-up day, what is due."""

    on: date
    is_workday: bool
    provisional: bool
    special: Day | None
    kinds: tuple[KindDue, ...]
    steps: int


def next_days(work: Work, viewer: Viewer, *, days: int = 30) -> list[DayAhead]:
    """Today and the days after it, `days` in all, each with the open steps due on it that the viewer sees.

    What a date will open by itself (a month, a year) is not in it. Raises CalendarMissing past the table's end.
    """
    last = work.today + timedelta(days=days - 1)
    due: dict[date, list[KindDue]] = defaultdict(list)
    for (on, kind), owners in sorted(_counted(work, viewer, last).items()):
        plan = work.programme.step(kind)
        total = sum(one.steps for one in owners)
        due[on].append(KindDue(kind, plan.title, plan.stage, plan.clauses, total, tuple(owners)))
    special = {one.on: one for one in work.workdays.special_days(work.today, last)}
    return [
        DayAhead(
            on,
            work.workdays.is_workday(on),
            work.workdays.is_provisional(on),
            special.get(on),
            tuple(due[on]),
            sum(one.steps for one in due[on]),
        )
        for on in (work.today + timedelta(days=after) for after in range(days))
    ]


def _counted(work: Work, viewer: Viewer, last: date) -> dict[tuple[date, str], list[OwnerGroup]]:
    wanted = (
        select(col(Step.due_on), col(Step.kind), col(Organisation.kind), func.count())
        .outerjoin(Organisation, col(Organisation.code) == col(Step.owner))
        .where(
            col(Step.state) == "open",
            col(Step.due_on) >= work.today,
            col(Step.due_on) <= last,
            steps_seen(work, viewer, OF_PAIRS),
        )
        .group_by(col(Step.due_on), col(Step.kind), col(Organisation.kind))
        .order_by(col(Step.due_on), col(Step.kind), col(Organisation.kind))
    )
    found: dict[tuple[date, str], list[OwnerGroup]] = defaultdict(list)
    for on, kind, party, count in work.session.connection().execute(wanted):
        if on is not None:
            found[on, kind].append(OwnerGroup(party or "", _label(work, party), int(count)))
    return found


def _label(work: Work, party: str | None) -> str:
    """The word for a kind of organisation; reviewers stand among the duties, an unknown owner has none."""
    for group in ("party", "duty"):
        if party and party in work.programme.words[group]:
            return work.programme.label(group, party)
    return party or ""
