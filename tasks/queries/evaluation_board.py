"""A year's end at a glance: pairs evaluated, cities' reports filed and received, the rollup (S22–S25)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import col

from models.evaluation import AnnualReport, Evaluation, ReportReceipt, Rollup, SelfEvaluation
from models.opening import Batch
from models.pairing import Pair
from models.rules.access import Right, Viewer, Whereabouts, may
from models.step import Step
from tasks.queries.pair_names import NamedPair, pairs_named
from tasks.queries.rollup import require_year
from tasks.queries.scope import pairs_seen
from tasks.report import report_duties
from tasks.work import Work


@dataclass(frozen=True, slots=True)
class PairEvaluation:
    """A pair's year: who has filed, the grade and whether it stands; `due_on` is that of the open step."""

    pair: NamedPair
    filed: frozenset[str]
    state: str
    grade: str
    due_on: date | None

    @property
    def waits_for(self) -> str:
        """Whose turn it is: `sender`, `recipient`, `nominator`, `nominator_rural`, or nobody's."""
        if self.state == "cosigned":
            return ""
        if self.state == "evaluated":
            return "nominator_rural"
        missing = [side for side in ("recipient", "sender") if side not in self.filed]
        return missing[0] if missing else "nominator"


@dataclass(frozen=True, slots=True)
class CityReport:
    """A city's report of the year; `receipts` are the offices that have it, with the instant."""

    city: str
    name: str
    pairs: int
    final: bool
    filed_at: datetime | None
    cosigned: bool
    receipts: dict[str, datetime]
    offices: tuple[str, ...]
    due_on: date | None

    @property
    def is_done(self) -> bool:
        """Whether every office has given its receipt."""
        return all(office in self.receipts for office in self.offices)


def pair_evaluations(work: Work, viewer: Viewer, year: int) -> list[PairEvaluation]:
    """The pairs that worked in a year and that the viewer sees, by key; raises BadInput for another year (K04)."""
    require_year(work, year)
    named = pairs_named(work, _keys(work, viewer, year))
    filed: dict[str, set[str]] = defaultdict(set)
    wanted = select(col(SelfEvaluation.pair), col(SelfEvaluation.side)).where(
        col(SelfEvaluation.year) == year
    )
    for pair, side in work.session.connection().execute(wanted):
        filed[pair].add(side)
    judged = {
        one.pair: one
        for one in work.session.execute(select(Evaluation).where(col(Evaluation.year) == year)).scalars()
    }
    due = _dues(work, ("S22", "S23", "S23C"), year)
    return [
        PairEvaluation(
            one,
            frozenset(filed[key]),
            judged[key].state if key in judged else "none",
            judged[key].grade if key in judged else "",
            due.get(f"{key}:{year}"),
        )
        for key, one in sorted(named.items())
    ]


def sees_report(viewer: Viewer, city: str) -> bool:
    """Whether somebody may read a city's report: the province, the bureau, the city itself (section 15)."""
    return may(viewer, Right.READ, "evaluation", Whereabouts(city=city))


def city_reports(work: Work, viewer: Viewer, year: int) -> list[CityReport]:
    """What the cities owe for a year and have sent, as far as the viewer sees it; raises BadInput (K04)."""
    require_year(work, year)
    reports = {
        one.city: one
        for one in work.session.execute(select(AnnualReport).where(col(AnnualReport.year) == year)).scalars()
    }
    receipts: dict[str, dict[str, datetime]] = defaultdict(dict)
    wanted = select(ReportReceipt).where(col(ReportReceipt.report).like(f"{year}:%"))
    for one in work.session.execute(wanted).scalars():
        receipts[one.report][one.office] = one.received_at
    due = _dues(work, ("S24",), year, before=True)
    owed: dict[str, list[str]] = defaultdict(list)
    offices: dict[str, list[str]] = defaultdict(list)
    final: set[str] = set()
    for duty in report_duties(work, year):
        owed[duty.city] = list(duty.pairs)
        offices[duty.city] += duty.receivers
        final |= {duty.city} if duty.final_of else set()
    return [
        CityReport(
            city,
            work.divisions.by_code(city).name,
            len(pairs),
            city in final,
            reports[city].filed_at if city in reports else None,
            city in reports and reports[city].cosigned,
            receipts[f"{year}:{city}"],
            tuple(offices[city]),
            due.get(f"{year}:{city}"),
        )
        for city, pairs in owed.items()
        if sees_report(viewer, city)
    ]


def rollup_published(work: Work, year: int) -> Rollup | None:
    """The rollup of a year as it was published, None before."""
    found: Rollup | None = work.session.execute(
        select(Rollup).where(col(Rollup.year) == year).order_by(col(Rollup.key))
    ).scalar()
    return found


def _keys(work: Work, viewer: Viewer, year: int) -> list[str]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    wanted = (
        select(col(Pair.key))
        .join(Batch, col(Batch.number) == col(Pair.batch))
        .where(
            col(Pair.effective_on) <= last,
            func.coalesce(col(Pair.ended_on), col(Batch.period_end)) >= first,
            col(Batch.period_start) <= last,
            col(Batch.period_end) >= first,
            pairs_seen(work, viewer, "evaluation"),
        )
    )
    return list(work.session.connection().execute(wanted).scalars())


def _dues(work: Work, kinds: tuple[str, ...], year: int, *, before: bool = False) -> dict[str, date | None]:
    pattern = f"{year}:%" if before else f"%:{year}"
    wanted = select(col(Step.subject), col(Step.due_on)).where(
        col(Step.kind).in_(kinds), col(Step.state) == "open", col(Step.subject).like(pattern)
    )
    return dict(work.session.connection().execute(wanted).tuples().all())
