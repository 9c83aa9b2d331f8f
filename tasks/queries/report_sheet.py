"""A city's annual report: its text beside the records' own figures, its co-signature and receipts (S24, K33)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.evaluation import AnnualReport, ReportReceipt
from models.event import Event
from models.organisation import Organisation
from models.pairing import Pair
from tasks.queries.evaluation_board import PairEvaluation, pair_evaluations
from tasks.queries.happenings import Happening, happenings_of, person_names
from tasks.queries.rollup import rollup_of
from tasks.refusal import NotFound
from tasks.report import report_duties
from tasks.steps import find_open_step
from tasks.work import Work

RECEIVING = ("province_civil", "province_rural")


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """An office that is due the report: when and by whom it was received, both empty while it was not."""

    office: str
    office_name: str
    received_at: datetime | None
    who: str


@dataclass(frozen=True, slots=True)
class ReportSheet:
    """`figures` are the report's own once it is filed, before that the records' as they stand now."""

    city: str
    city_name: str
    year: int
    final: bool
    report: AnnualReport | None
    figures: dict[str, Any]
    receipts: tuple[ReceiptLine, ...]
    pairs: tuple[PairEvaluation, ...]
    may_be_filed: bool
    due_on: date | None
    events: tuple[Happening, ...]


def report_sheet(work: Work, viewer: Any, city: str, year: int) -> ReportSheet:
    """The report of a city and year, filed or owed; raises NotFound where none is owed, BadInput for a year (K04)."""
    duties = [one for one in report_duties(work, year) if one.city == city]
    key = f"{year}:{city}"
    report = work.session.get(AnnualReport, key)
    if not duties and report is None:
        raise NotFound("web.not_yours", subject=key)
    batch = report.batch if report else work.session.get_one(Pair, duties[0].pairs[0]).batch
    figures = report.figures if report else rollup_of(work, year, batch)["cities"].get(city, {})
    step = find_open_step(work, "S24", key)
    return ReportSheet(
        city,
        work.divisions.by_code(city).name,
        year,
        report.final if report else any(one.final_of for one in duties),
        report,
        figures,
        _receipts(work, key, [office for one in duties for office in one.receivers]),
        tuple(one for one in pair_evaluations(work, viewer, year) if one.pair.city == city),
        report is None and step is not None,
        step.due_on if step else None,
        happenings_of(
            work, [("annual_report", key), *(("report_receipt", f"{key}/{one}") for one in RECEIVING)]
        ),
    )


def _receipts(work: Work, key: str, offices: list[str]) -> tuple[ReceiptLine, ...]:
    given = {
        one.office: one
        for one in work.session.execute(
            select(ReportReceipt).where(col(ReportReceipt.report) == key)
        ).scalars()
    }
    names = dict(
        work.session.connection()
        .execute(
            select(col(Organisation.kind), col(Organisation.name)).where(col(Organisation.kind).in_(offices))
        )
        .tuples()
        .all()
    )
    wanted = select(Event).where(
        col(Event.act) == "evaluation.receive_report", col(Event.subject).like(f"{key}%")
    )
    events = list(work.session.execute(wanted).scalars())
    people = person_names(work, {event.actor.partition(">")[0] for event in events})
    return tuple(
        ReceiptLine(
            office,
            names.get(office, office),
            given[office].received_at if office in given else None,
            next(
                (
                    people.get(event.actor.partition(">")[0], event.actor)
                    for event in events
                    if office in given and event.at == given[office].received_at
                ),
                "",
            ),
        )
        for office in offices
    )
