"""The cities' annual reports to two offices, and the province's rollup of a year (S24, S24C, S25; K33, A17, A18)."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Date, Integer, String, bindparam, select, text
from sqlmodel import col

from models.evaluation import AnnualReport, ReportReceipt, Rollup
from models.opening import Batch
from models.organisation import Organisation
from models.pairing import Pair
from models.prepared import Prepared, one_of
from models.rules.breach import RuleBroken
from models.rules.evaluation import (
    Duty,
    PairYears,
    Receipt,
    Report,
    duties,
    is_delivered,
    receipt_breaches,
    report_breaches,
)
from models.session import PreparedObjects
from tasks import record, steps
from tasks.acts import act
from tasks.chores import Chore, Outcome, Perform
from tasks.dossier import require_reason
from tasks.letters import tell
from tasks.parties import Scope, name_of, require_actor
from tasks.queries.rollup import rollup_of
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tasks.second_words import open_report_cosignature
from tasks.work import Work


@act("evaluation.submit_report", by=("city_civil",), clauses=("K33",))
def submit_report(work: Work, city: str, *, year: int, text: str) -> AnnualReport:
    """A city's written report on a work year; its figures are the records' own, so they cannot differ (K33).

    In a batch's last year it is the final summary as well. Raises NotFound for a city without a pair in that year,
    BadInput before the year is over.
    """
    require_actor(work, f"{city}-mz")
    duty = _duties_of(work, city, year)[0]
    if work.session.get(AnnualReport, f"{year}:{city}") is not None:
        raise AlreadyDone("evaluation.reported", year=year)
    if not steps.is_open(work, "S24", f"{year}:{city}"):
        raise BadInput("evaluation.report_early", field="year", year=year)
    require_reason(text)

    batch = work.session.get_one(Pair, duty.pairs[0]).batch
    report = AnnualReport(
        key=f"{year}:{city}",
        batch=batch,
        city=city,
        year=year,
        final=bool(duty.final_of),
        text=text,
        figures=rollup_of(work, year, batch)["cities"].get(city, {}),
        filed_at=work.now,
    )
    record.create(work, report, act="evaluation.submit_report", year=year, final=report.final)
    open_report_cosignature(work, report)
    return report


@act("evaluation.cosign_report", by=("city_rural",), clauses=("K33", "K35"))
def cosign_report(work: Work, city: str, *, year: int) -> AnnualReport:
    """The city's rural revitalisation office co-signs the report (K35)."""
    require_actor(work, f"{city}-xz")
    report = _report(work, city, year)
    if report.cosigned:
        raise AlreadyDone("evaluation.cosigned", year=year)

    report.cosigned = True
    record.note(work, "annual_report", report.key, act="evaluation.cosign_report", batch=report.batch)
    steps.settle_step(work, "S24C", report.key)
    return report


@act("evaluation.receive_report", by=("province_civil", "province_rural"), clauses=("K33",))
def receive_report(work: Work, city: str, *, year: int) -> AnnualReport:
    """One of the two provincial offices confirms receipt; with the second the obligation is done (K33, A17).

    Raises RuleBroken before the co-signature and for a second receipt of one office.
    """
    report, owed = _report(work, city, year), _duties_of(work, city, year)
    office = work.session.get_one(Organisation, work.actor.organisation)
    duty = next((one for one in owed if office.kind in one.receivers), owed[0])
    standing = _receipts(work, report.key)
    filed_on = report.filed_at.date()
    breaches = [
        *report_breaches(
            Report(city, year, {}, report.cosigned, duty.final_of if report.final else ()), duty, {}
        ),
        *receipt_breaches(
            Receipt(office.kind, work.today), standing, duty, submitted_on=filed_on, today=work.today
        ),
    ]
    if breaches:
        raise RuleBroken(breaches)

    receipt = ReportReceipt(report=report.key, office=office.kind, received_at=work.now)
    record.create(work, receipt, act="evaluation.receive_report", batch=report.batch)
    given = [*standing, Receipt(office.kind, work.today)]
    if all(is_delivered(given, one) for one in owed):
        record.move(work, report, "received", act="evaluation.receive_report")
        steps.settle_step(work, "S24", report.key)
        _open_rollup(work, year)

    tell(
        work,
        "report_received",
        to=[f"{city}-mz", f"{city}-xz"],
        subject=f"{report.key}:{office.kind}",
        batch=report.batch,
        facts={
            "year": year,
            "city": work.divisions.by_code(city).name,
            "report": report.key,
            "receiver": office.name,
            "received_at": work.now,
            "receipt_no": f"{report.key}:{office.code}",
        },
    )
    return report


_DELIVERED = Prepared(
    select(col(AnnualReport.city)).where(
        col(AnnualReport.year) == bindparam("year"), col(AnnualReport.state) == "received"
    )
)


def _open_rollup(work: Work, year: int) -> None:
    """S25 opens when every city that owes a report for the year has delivered it."""
    wanted = {duty.city for duty in report_duties(work, year)}
    done = set(_DELIVERED.scalars(work.session, {"year": year}))
    if wanted <= done:
        batch = next(pair.batch for pair in _pairs(work) if year in _years(work, pair))
        steps.open_step(work, "S25", str(year), scope=Scope(batch=batch), anchors={"reports_in": work.today})


@act("evaluation.publish_rollup", by=("province_civil",), clauses=("K33",))
def publish_rollup(work: Work, year: int) -> Rollup:
    """Publishes the province's figures of a work year as the records give them, and opens the honours (S26)."""
    if not steps.is_open(work, "S25", str(year)):
        raise BadInput("evaluation.reports_missing", field="year", year=year)
    batch = next(pair.batch for pair in _pairs(work) if year in _years(work, pair))
    figures = rollup_of(work, year, batch)

    rollup = Rollup(key=f"{batch}:{year}", batch=batch, year=year, figures=figures, published_at=work.now)
    record.create(work, rollup, act="evaluation.publish_rollup", year=year)
    steps.settle_step(work, "S25", str(year))
    steps.open_step(
        work, "S26", str(year), scope=Scope(batch=batch), anchors={"rollup_published": work.today}
    )

    offices = (
        work.session.connection()
        .execute(
            select(col(Organisation.code)).where(
                col(Organisation.kind).in_(("province_rural", "sender_bureau", "city_civil", "city_rural"))
            )
        )
        .scalars()
    )
    tell(
        work,
        "rollup_published",
        to=list(offices),
        subject=rollup.key,
        batch=batch,
        facts=_rollup_facts(work, figures),
    )
    return rollup


def _rollup_facts(work: Work, figures: dict[str, Any]) -> dict[str, Any]:
    province = figures["province"]
    return {
        "year": figures["year"],
        "published_on": work.today,
        "pairs": province["pairs"],
        "province_paid": province["money"]["A"],
        "local_paid": province["money"]["C"],
        "indicators": [
            {
                "indicator": work.programme.indicator(code).label,
                "promised": str(values["promised"]),
                "achieved": str(values["achieved"]),
            }
            for code, values in province["indicators"].items()
            if work.programme.indicator(code).group == "rollup"
        ],
    }


class RunningBatch(NamedTuple):
    """What a year's end needs of a batch whose pairs are at work; read without the object, every working day."""

    number: int
    period_start: date
    period_end: date
    rules_as_of: date


_RUNNING = Prepared(
    select(col(Batch.number), col(Batch.period_start), col(Batch.period_end), col(Batch.rules_as_of))
    .where(one_of(col(Batch.state), ("signing", "running")))
    .order_by(col(Batch.number))
)

_UNASKED = Prepared(
    text(
        """
SELECT DISTINCT p.city FROM pair AS p
 WHERE p.batch = :batch AND p.effective_on <= :last AND p.state IN ('effective', 'ended', 'replaced')
   AND (p.ended_on IS NULL OR p.ended_on > :end)
   AND NOT EXISTS (SELECT 1 FROM step AS s WHERE s.key = 'S24:' || :year || ':' || p.city)
"""
    ).bindparams(
        bindparam("batch", type_=Integer),
        bindparam("last", type_=Date),
        bindparam("end", type_=Date),
        bindparam("year", type_=String),
    )
)
"""The cities with a pair at a year's end that were never asked for their report; as `_years` has it, in SQL."""


def running_batches(work: Work) -> list[RunningBatch]:
    """The batches whose pairs are at work, in their order."""
    return [RunningBatch(*row) for row in _RUNNING.rows(work.session)]


def report_chores(work: Work, batches: list[RunningBatch]) -> list[Chore]:
    """After a work year every city with a pair in it owes a report (S24, K33)."""
    owed = {
        (city, year): batch.number
        for batch in batches
        for year in range(batch.period_start.year, min(batch.period_end.year, work.today.year - 1) + 1)
        for city in _unasked(work, batch, year)
    }
    return [
        Chore("evaluation", "open_reports", f"{city}:{year}", batch, city, _open_report(city, year))
        for (city, year), batch in sorted(owed.items())
    ]


def _unasked(work: Work, batch: RunningBatch, year: int) -> list[str]:
    last = date(year, 12, 31)
    given = {"batch": batch.number, "last": last, "end": min(last, batch.period_end), "year": str(year)}
    return _UNASKED.scalars(work.session, given)


def _open_report(city: str, year: int) -> Perform:
    def perform(work: Work) -> Outcome:
        pairs = sorted({pair for duty in _duties_of(work, city, year) for pair in duty.pairs})
        scope = Scope(batch=work.session.get_one(Pair, pairs[0]).batch, city=city)
        anchors = {"year_end": date(year, 12, 31)}
        opened = steps.open_step(work, "S24", f"{year}:{city}", scope=scope, anchors=anchors)
        name = work.divisions.by_code(city).name
        return Outcome(int(opened is not None), ((name, str(year), str(len(pairs))),) if opened else ())

    return perform


def report_duties(work: Work, year: int) -> list[Duty]:
    """What every city owes for a year, in the order of the cities (K33)."""
    return [one for one in _duties(work, _pairs(work)) if one.year == year]


def _duties_of(work: Work, city: str, year: int) -> list[Duty]:
    """What a city owes for a year: one joint report, or one to each office (A17)."""
    found = [one for one in report_duties(work, year) if one.city == city]
    if not found:
        raise NotFound("evaluation.no_duty", field="city", city=name_of(work, f"{city}-mz"), year=year)
    return found


def _duties(work: Work, pairs: list[Pair]) -> list[Duty]:
    active = [PairYears(pair.key, pair.city, pair.batch, _years(work, pair)) for pair in pairs]
    last = {pair.batch: work.batch(pair.batch).period_end.year for pair in pairs}
    return list(duties(active, last, work.programme.rules(work.today)))


_HAVE_RUN = PreparedObjects(
    Pair,
    col(Pair.effective_on).is_not(None),
    one_of(col(Pair.state), ("effective", "ended", "replaced")),
    order_by=[col(Pair.key)],
)
_RECEIPTS = PreparedObjects(ReportReceipt, col(ReportReceipt.report) == bindparam("report"))


def _pairs(work: Work) -> list[Pair]:
    return _HAVE_RUN.all(work.session)


def _years(work: Work, pair: Pair) -> tuple[int, ...]:
    """The work years at whose end the pair was still active."""
    if pair.effective_on is None:
        return ()
    last = work.batch(pair.batch).period_end.year
    if pair.ended_on is not None and pair.ended_on <= work.batch(pair.batch).period_end:
        last = pair.ended_on.year - 1
    return tuple(range(pair.effective_on.year, last + 1))


def _report(work: Work, city: str, year: int) -> AnnualReport:
    found = work.session.get(AnnualReport, f"{year}:{city}")
    if found is None:
        raise NotFound(
            "act.no_object", kind=work.programme.label("table", "annual_report"), subject=f"{year}:{city}"
        )
    return found


def _receipts(work: Work, report: str) -> list[Receipt]:
    rows = _RECEIPTS.all(work.session, {"report": report})
    return [Receipt(row.office, row.received_at.date()) for row in rows]
