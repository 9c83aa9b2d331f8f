"""The yearly report: who owes one, to which offices, and whether its numbers are the ledger's (K33, K46, A17)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from models.rules.breach import Breach, RuleValues, hard


@dataclass(frozen=True, slots=True)
class PairYears:
    """A pair with the work years in which it was active, for however short a time."""

    pair: str
    city: str
    batch: int
    years: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """One city's report of one work year, with the offices that each must give a receipt.

    ``final_of`` are the batches whose last work year this is: their final summary is part of the report.
    """

    city: str
    year: int
    pairs: tuple[str, ...]
    receivers: tuple[str, ...]
    final_of: tuple[int, ...] = ()
    needs_cosign: bool = True


@dataclass(frozen=True, slots=True)
class Receipt:
    """An office's receipt of a report."""

    office: str
    received_on: date


@dataclass(frozen=True, slots=True)
class Report:
    """A city's report of a year: its numbers by indicator, and the batches it closes with a summary."""

    city: str
    year: int
    numbers: Mapping[str, int]
    cosigned: bool = False
    summaries: tuple[int, ...] = ()


def duties(pairs: Iterable[PairYears], last_years: Mapping[int, int], rules: RuleValues) -> tuple[Duty, ...]:
    """K33: each city with at least one active pair in a work year owes one report for it, in order of year and city.

    ``last_years`` gives each batch's last work year. A17: one joint report with a receipt from each office
    (``joint_two_receipts``), or a report of its own to each office, then without co-signature (``separate_lines``).
    """
    active: dict[tuple[int, str], list[PairYears]] = {}
    for one in pairs:
        for year in dict.fromkeys(one.years):
            active.setdefault((year, one.city), []).append(one)
    offices = tuple(rules.value("evaluation.report_offices"))
    match rules.value("evaluation.report_form"):
        case "joint_two_receipts":
            lines: tuple[tuple[str, ...], ...] = (offices,)
        case "separate_lines":
            lines = tuple((office,) for office in offices)
        case reading:
            raise ValueError(f"A17 has no reading {reading!r}")
    return tuple(
        Duty(
            city,
            year,
            tuple(sorted({one.pair for one in found})),
            receivers,
            tuple(sorted({one.batch for one in found if last_years[one.batch] == year})),
            needs_cosign=receivers == offices,
        )
        for (year, city), found in sorted(active.items(), key=lambda entry: entry[0])
        for receivers in lines
    )


def report_breaches(report: Report, duty: Duty, ledger: Mapping[str, int]) -> tuple[Breach, ...]:
    """K33: co-signed, with every number equal to the ledger's, and the final summary where a batch ends.

    A number that the ledger does not keep is not compared; one that it keeps and the report leaves out is a breach.
    """
    found: list[Breach] = []
    if (report.city, report.year) != (duty.city, duty.year):
        found.append(hard("rules.evaluation.other_duty", "K33", city=duty.city, year=duty.year))
    if duty.needs_cosign and not report.cosigned:
        found.append(hard("rules.evaluation.cosign", "K35", city=report.city))
    for name in ledger:
        if name not in report.numbers:
            found.append(hard("rules.evaluation.number_missing", "K33", indicator=name, ledger=ledger[name]))
        elif report.numbers[name] != ledger[name]:
            found.append(
                hard(
                    "rules.evaluation.number",
                    "K33",
                    indicator=name,
                    found=report.numbers[name],
                    ledger=ledger[name],
                )
            )
    found += (
        hard("rules.evaluation.summary", "K33", batch=batch)
        for batch in duty.final_of
        if batch not in report.summaries
    )
    return tuple(found)


def receipt_breaches(
    new: Receipt, standing: Iterable[Receipt], duty: Duty, *, submitted_on: date, today: date
) -> tuple[Breach, ...]:
    """K33: each office that is due gives one receipt, after the report was sent and not in the future."""
    found: list[Breach] = []
    if new.office not in duty.receivers:
        found.append(hard("rules.evaluation.not_receiver", "K33", office=new.office, due=duty.receivers))
    if any(one.office == new.office for one in standing):
        found.append(hard("rules.evaluation.receipt_twice", "K33", office=new.office))
    if new.received_on < submitted_on:
        found.append(
            hard("rules.evaluation.receipt_early", "K33", found=new.received_on, submitted=submitted_on)
        )
    if new.received_on > today:
        found.append(hard("rules.evaluation.receipt_future", "K33", found=new.received_on, today=today))
    return tuple(found)


def missing_receipts(receipts: Iterable[Receipt], duty: Duty) -> tuple[str, ...]:
    """Return the offices that have not yet given a receipt."""
    given = {one.office for one in receipts}
    return tuple(office for office in duty.receivers if office not in given)


def is_delivered(receipts: Iterable[Receipt], duty: Duty) -> bool:
    """Whether the report has reached every office it is due to (sent to one only is not sent)."""
    return bool(duty.receivers) and not missing_receipts(receipts, duty)


def grade_breaches(grade: str, rules: RuleValues) -> tuple[Breach, ...]:
    """K46: one of the programme's grades."""
    known = tuple(rules.value("evaluation.grades"))
    return (
        () if grade in known else (hard("rules.evaluation.grade", "K46", "grade", found=grade, known=known),)
    )
