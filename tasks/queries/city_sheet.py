"""One city on one page: applications, pairs and quotas of each batch, what is open and late, money, days, reports."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from models.application import Application
from models.evaluation import AnnualReport, ReportReceipt
from models.fieldwork import MonthlyReturn, Tracking
from models.opening import Batch
from models.organisation import Organisation
from models.pairing import Pair
from models.rules.access import Right, Scope, Viewer, grant_of, has_right
from models.rules.fieldwork import work_years
from models.rules.quotas import counted_batches
from models.step import Step
from tasks.dossier import APPROVED
from tasks.queries.counting import how_many
from tasks.queries.money_map import LegSum, leg_sums
from tasks.queries.pair_money import legs_read, pair_money
from tasks.queries.reach import OF_PAIRS, reads_whole_city
from tasks.queries.scope import applications_seen, pairs_seen, steps_seen
from tasks.queries.steps import lateness
from tasks.work import Work

# Aliases are costly to make: what joins the names of both sides is built once.
_SENDER, _RECIPIENT, _NOMINATOR = aliased(Organisation), aliased(Organisation), aliased(Organisation)
_APPLICATIONS = (
    select(
        col(Application.key),
        col(_RECIPIENT.name),
        col(_NOMINATOR.name),
        col(Application.channel),
        col(Application.state),
        col(Application.city_rank),
    )
    .join(_RECIPIENT, col(_RECIPIENT.code) == col(Application.uscc))
    .join(_NOMINATOR, col(_NOMINATOR.code) == col(Application.nominator))
    .order_by(col(Application.key))
)
_PAIRS = (
    select(
        col(Pair.key),
        col(_SENDER.name),
        col(_RECIPIENT.name),
        col(_NOMINATOR.name),
        col(Pair.state),
        col(Pair.effective_on),
        col(Pair.ended_on),
    )
    .join(_SENDER, col(_SENDER.code) == col(Pair.sender))
    .join(_RECIPIENT, col(_RECIPIENT.code) == col(Pair.recipient))
    .join(_NOMINATOR, col(_NOMINATOR.code) == col(Pair.nominator))
    .order_by(col(Pair.key))
)


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """One application of the city; `rank` is the city's."""

    key: str
    name: str
    nominator: str
    channel_label: str
    state: str
    state_label: str
    rank: int | None


@dataclass(frozen=True, slots=True)
class PairLine:
    """One pair whose recipient is in the city."""

    key: str
    sender: str
    recipient: str
    nominator: str
    state: str
    state_label: str
    effective_on: date | None
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of a cap is used; `office` is the county's name, or the city's for its own two caps (K20, K21, K22)."""

    parameter: str
    label: str
    clause: str
    office: str
    used: int
    cap: int


@dataclass(frozen=True, slots=True)
class Load:
    """Steps of the city: open, of them late, the worst lateness in working days."""

    open: int
    late: int
    worst: int | None


@dataclass(frozen=True, slots=True)
class YearLine:
    """One work year of a batch in the city: legs in fen, half days confirmed and not yet, the city's report."""

    year: int
    legs: tuple[LegSum, ...]
    confirmed_half_days: int
    entered_half_days: int
    report: str
    report_label: str
    reported_at: datetime | None
    receipts: int


@dataclass(frozen=True, slots=True)
class BatchPart:
    """What the city has in one batch."""

    number: int
    label: str
    state_label: str
    applications: tuple[ApplicationLine, ...]
    pairs: tuple[PairLine, ...]
    quotas: tuple[Quota, ...]
    steps: Load
    years: tuple[YearLine, ...]


@dataclass(frozen=True, slots=True)
class CitySheet:
    """The page; `tracked` are the quarters of which the city has recorded its tracking (K32)."""

    city: str
    name: str
    steps: Load
    batches: tuple[BatchPart, ...]
    tracked: tuple[str, ...]


def city_sheet(work: Work, viewer: Viewer, city: str) -> CitySheet:
    """One city as far as the viewer sees it: somebody of elsewhere sees no rows and no figures. A pure read.

    Quotas, reports and tracking are the whole city's, for those who see all of it. Raises DivisionUnknown for a code
    that is none.
    """
    name = work.divisions.by_code(city).name
    whole = reads_whole_city(viewer, city)
    loads = _loads(work, viewer, city)
    batches = work.session.execute(select(Batch).order_by(col(Batch.number))).scalars()
    tracked = select(col(Tracking.quarter)).where(col(Tracking.city) == city).order_by(col(Tracking.quarter))
    return CitySheet(
        city,
        name,
        _sum(loads.values()),
        tuple(_part(work, viewer, city, one, loads, whole=whole) for one in batches),
        tuple(work.session.connection().execute(tracked).scalars()) if whole else (),
    )


def _part(
    work: Work, viewer: Viewer, city: str, batch: Batch, loads: dict[int | None, Load], *, whole: bool
) -> BatchPart:
    return BatchPart(
        batch.number,
        batch.label,
        work.programme.label("batch_state", batch.state),
        _applications(work, viewer, city, batch.number),
        _pairs(work, viewer, city, batch.number),
        _quotas(work, city, batch.number) if whole else (),
        loads.get(batch.number, Load(0, 0, None)),
        _years(work, viewer, city, batch, whole=whole),
    )


def _sum(loads: Iterable[Load]) -> Load:
    listed = list(loads)
    worst = max((one.worst for one in listed if one.worst is not None), default=None)
    return Load(sum(one.open for one in listed), sum(one.late for one in listed), worst)


def _loads(work: Work, viewer: Viewer, city: str) -> dict[int | None, Load]:
    late = col(Step.due_on) < work.today
    wanted = (
        select(col(Step.batch), func.count(), how_many(late), func.min(case((late, col(Step.due_on)))))
        .where(col(Step.city) == city, col(Step.state) == "open", steps_seen(work, viewer, OF_PAIRS))
        .group_by(col(Step.batch))
    )
    found = work.session.connection().execute(wanted)
    return {
        batch: Load(int(opened), int(overdue), lateness(work, oldest))
        for batch, opened, overdue, oldest in found
    }


def _applications(work: Work, viewer: Viewer, city: str, batch: int) -> tuple[ApplicationLine, ...]:
    grant = grant_of(viewer.role, "application")
    if grant is None:
        return ()
    wanted = _APPLICATIONS.where(
        col(Application.batch) == batch,
        col(Application.city) == city,
        applications_seen(work, viewer, OF_PAIRS),
    )
    if grant.scope is Scope.APPROVED:
        wanted = wanted.where(col(Application.state).in_(APPROVED))
    label = work.programme.label
    return tuple(
        ApplicationLine(
            key, name, office, label("channel", channel), state, label("application_state", state), rank
        )
        for key, name, office, channel, state, rank in work.session.connection().execute(wanted)
    )


def _pairs(work: Work, viewer: Viewer, city: str, batch: int) -> tuple[PairLine, ...]:
    wanted = _PAIRS.where(
        col(Pair.batch) == batch,
        col(Pair.city) == city,
        col(Pair.state) != "dropped",
        pairs_seen(work, viewer),
    )
    words = work.programme.words["pair_state"]
    return tuple(
        PairLine(row[0], row[1], row[2], row[3], row[4], words[row[4]], row[5], row[6])
        for row in work.session.connection().execute(wanted)
    )


def _quotas(work: Work, city: str, batch: int) -> tuple[Quota, ...]:
    """K20–K22 as the caps count: recommendations by office, and what the city has ranked, in the batches of A7."""
    rules = work.rules(batch)
    batches = counted_batches(batch, (one.number for one in work.programme.batches), rules)
    taken = case((col(Application.nominator_slot).is_not(None), 1), else_=0)
    ranked = case((col(Application.city_rank).is_not(None), 1), else_=0)
    wanted = (
        select(
            col(Application.channel),
            col(Application.nominator),
            col(Organisation.name),
            func.sum(taken),
            func.sum(ranked),
        )
        .join(Organisation, col(Organisation.code) == col(Application.nominator))
        .where(col(Application.batch).in_(batches), col(Application.city) == city)
        .group_by(col(Application.channel), col(Application.nominator), col(Organisation.name))
        .order_by(col(Application.nominator))
    )
    rows = list(work.session.connection().execute(wanted))
    channels = ("county", "city") if rules.flag("quota.city_total_includes_direct") else ("county",)
    name = work.divisions.by_code(city).name
    direct = sum(int(slots) for channel, _office, _name, slots, _ranks in rows if channel == "city")
    total = sum(int(ranks) for channel, _office, _name, _slots, ranks in rows if channel in channels)
    return (
        _quota(work, batch, "quota.city_total", name, total),
        _quota(work, batch, "quota.city_direct", name, direct),
        *(
            _quota(work, batch, "quota.county", office, int(slots))
            for channel, _office, office, slots, _ranks in rows
            if channel == "county"
        ),
    )


def _quota(work: Work, batch: int, key: str, office: str, used: int) -> Quota:
    rules, parameter = work.rules(batch), work.programme.parameter(key)
    return Quota(key, parameter.label, parameter.clause, office, used, rules.number(key))


def _years(work: Work, viewer: Viewer, city: str, batch: Batch, *, whole: bool) -> tuple[YearLine, ...]:
    rules = work.rules(batch.number)
    years = [one.year for one in work_years(batch.period_start, batch.period_end, rules)]
    halves = (
        _halves(work, viewer, city, batch.number) if has_right(viewer.role, Right.READ, "fieldwork") else {}
    )
    reports = _reports(work, city, batch.number) if whole else {}
    legs = legs_read(work, viewer)
    found = []
    for year in (one for one in years if one <= work.today.year):
        money = pair_money(work, viewer, batch.number, year, city=city)
        report = reports.get(year)
        state = report.state if report else ""
        found.append(
            YearLine(
                year,
                leg_sums(legs, money),
                *halves.get(year, (0, 0)),
                state,
                work.programme.label("report_state", state) if state else "",
                report.filed_at if report else None,
                report.receipts if report else 0,
            )
        )
    return tuple(found)


def _halves(work: Work, viewer: Viewer, city: str, batch: int) -> dict[int, tuple[int, int]]:
    """Year → half days that senders have confirmed, and those they have not."""
    halves, state = col(MonthlyReturn.half_days), col(MonthlyReturn.state)
    wanted = (
        select(
            col(MonthlyReturn.year),
            func.sum(case((state == "confirmed", halves), else_=0)),
            func.sum(case((state == "confirmed", 0), else_=halves)),
        )
        .join(Pair, col(Pair.key) == col(MonthlyReturn.pair))
        .where(and_(col(Pair.batch) == batch, col(Pair.city) == city), pairs_seen(work, viewer))
        .group_by(col(MonthlyReturn.year))
    )
    found = work.session.connection().execute(wanted)
    return {year: (int(confirmed), int(entered)) for year, confirmed, entered in found}


def _reports(work: Work, city: str, batch: int) -> dict[int, Any]:
    wanted = (
        select(
            col(AnnualReport.year),
            col(AnnualReport.state),
            col(AnnualReport.filed_at),
            func.count(col(ReportReceipt.office)).label("receipts"),
        )
        .outerjoin(ReportReceipt, col(ReportReceipt.report) == col(AnnualReport.key))
        .where(col(AnnualReport.city) == city, col(AnnualReport.batch) == batch)
        .group_by(col(AnnualReport.year), col(AnnualReport.state), col(AnnualReport.filed_at))
    )
    return {row.year: row for row in work.session.connection().execute(wanted)}
