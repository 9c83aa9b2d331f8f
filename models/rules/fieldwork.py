"""People and days: trainees, service days, work years and visits (K12, K30, K31, A12-A14)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from models.rules.breach import Breach, RuleValues, hard, soft


class Workdays(Protocol):
    """The part of the working-day table that days need; dates outside the table raise."""

    def is_workday(self, day: date, /) -> bool:
        """Whether people work on that day."""


@dataclass(frozen=True, slots=True)
class WorkYear:
    """A13: a calendar year clipped to the batch period."""

    year: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Trainee:
    """A person on a pair's roster of a work year. ``person`` is a key that is equal for equal identity numbers."""

    person: str
    pair: str
    year: int
    is_active: bool = True
    is_certified: bool = False


@dataclass(frozen=True, slots=True)
class ServiceDay:
    """What one trainee did on one day, in days; entered by the recipient, confirmed by the sender."""

    person: str
    pair: str
    on: date
    days: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stay of the sender's social workers at the recipient (K12)."""

    pair: str
    start: date
    end: date
    kind: str
    people: int = 1


def work_years(period_start: date, period_end: date, rules: RuleValues) -> tuple[WorkYear, ...]:
    """Return the batch's work years: calendar years clipped to its period (A13).

    There is no other reading: evaluations, reports and the province's money all go by calendar years. Raises
    ``ValueError`` for another one, or for a period that ends before it starts (K15).
    """
    if period_end < period_start:
        raise ValueError(f"{period_end} < {period_start}")
    if rules.value("fieldwork.work_year") != "calendar_clipped":
        raise ValueError(f"A13 has no reading {rules.value('fieldwork.work_year')!r}")
    return tuple(
        WorkYear(year, max(period_start, date(year, 1, 1)), min(period_end, date(year, 12, 31)))
        for year in range(period_start.year, period_end.year + 1)
    )


def months_of(year: WorkYear) -> int:
    """Return how many calendar months the work year touches (A15, by month)."""
    return year.end.month - year.start.month + 1


def roster_breaches(roster: Iterable[Trainee], rules: RuleValues) -> tuple[Breach, ...]:
    """K30 for one pair and work year: enough active people, nobody twice.

    A22: anyone employed counts (``any_employed``), or only people with a certificate (``certified``).
    """
    listed = tuple(roster)
    least = int(rules.value("fieldwork.trainees_min"))
    certified_only = rules.value("fieldwork.professional") == "certified"
    active = {one.person for one in listed if one.is_active and (one.is_certified or not certified_only)}
    found: list[Breach] = []
    if len(active) < least:
        found.append(hard("rules.fieldwork.people", "K30", "F21", found=len(active), least=least))
    times = Counter(one.person for one in listed)
    twice = sum(1 for count in times.values() if count > 1)
    if twice:
        found.append(hard("rules.fieldwork.duplicate", "K30", count=twice))
    return tuple(found)


def trainee_breaches(new: Trainee, standing: Iterable[Trainee]) -> tuple[Breach, ...]:
    """K30: a person stands once on a roster, and in one pair only in a work year."""
    found: dict[Breach, None] = {}
    for one in standing:
        if one.person != new.person or one.year != new.year or not one.is_active:
            continue
        if one.pair == new.pair:
            found[hard("rules.fieldwork.listed", "K30", pair=new.pair, year=new.year)] = None
        else:
            found[hard("rules.fieldwork.two_pairs", "K30", pair=one.pair, year=new.year)] = None
    return tuple(found)


def day_breaches(
    new: ServiceDay,
    standing: Iterable[ServiceDay],
    roster: Collection[str],
    *,
    period: tuple[date, date],
    effective_on: date | None,
    today: date,
    workdays: Workdays,
    rules: RuleValues,
) -> tuple[Breach, ...]:
    """K31: one entry of the service-day ledger. ``standing`` are the person's other entries, of whatever pair.

    A step of half days, one day per person and date at most, not in the future, inside period and agreement, by
    somebody on the roster; A14: a non-working day counts, with a note.
    """
    found = [*amount_breaches(new, standing, rules)]
    start, end = period
    if new.person not in roster:
        found.append(hard("rules.fieldwork.not_listed", "K30", on=new.on))
    if new.on > today:
        found.append(hard("rules.fieldwork.future", "K31", on=new.on, today=today))
    if not start <= new.on <= end:
        found.append(hard("rules.fieldwork.outside", "K31", on=new.on, start=start, end=end))
        return tuple(found)
    if effective_on is None:
        found.append(hard("rules.fieldwork.no_agreement", "K31", on=new.on))
    elif new.on < effective_on:
        found.append(hard("rules.fieldwork.before_agreement", "K31", on=new.on, effective=effective_on))
    if not workdays.is_workday(new.on):
        found += rest_day_breaches(new, rules)
    return tuple(found)


def rest_day_breaches(new: ServiceDay, rules: RuleValues) -> tuple[Breach, ...]:
    """A14: service on a non-working day counts with a note (``count_with_note``), or not at all (``refuse``)."""
    match rules.value("fieldwork.nonworking_days"):
        case "count_with_note":
            return () if new.note.strip() else (hard("rules.fieldwork.rest_day", "A14", on=new.on),)
        case "refuse":
            return (hard("rules.fieldwork.rest_day_refused", "A14", on=new.on),)
        case reading:
            raise ValueError(f"A14 has no reading {reading!r}")


def amount_breaches(new: ServiceDay, standing: Iterable[ServiceDay], rules: RuleValues) -> tuple[Breach, ...]:
    """K31: positive, in the allowed step, and with the day's other entries no more than a whole day."""
    step = Decimal(str(rules.value("fieldwork.day_step")))
    most = Decimal(str(rules.value("fieldwork.day_max")))
    found: list[Breach] = []
    if not new.days.is_finite() or new.days <= 0 or new.days % step != 0:
        found.append(hard("rules.fieldwork.step", "K31", on=new.on, found=new.days, step=step))
        return tuple(found)
    same = (one.days for one in standing if one.person == new.person and one.on == new.on)
    total = sum(same, new.days)
    if total > most:
        found.append(hard("rules.fieldwork.day_full", "K31", on=new.on, found=total, most=most))
    return tuple(found)


def confirmation_breaches(entered_by: str, confirmed_by: str, sender: str) -> tuple[Breach, ...]:
    """K31: the pair's sender confirms what the recipient entered; the arguments are organisations."""
    found: list[Breach] = []
    if confirmed_by == entered_by:
        found.append(hard("rules.fieldwork.self_confirmed", "K31"))
    if confirmed_by != sender:
        found.append(hard("rules.fieldwork.not_sender", "K31", found=confirmed_by, sender=sender))
    return tuple(found)


def days_breaches(
    totals: Mapping[str, Decimal], rules: RuleValues, *, gone: Decimal = Decimal(0)
) -> tuple[Breach, ...]:
    """K31 at the end of a work year; A12 decides whether the days are ``pooled`` per pair or ``per_person``.

    Under ``per_person`` as many people as K30 asks must each reach the number. ``totals`` names everybody on the
    roster, those without days with zero; ``gone`` are the days of people who have left, which count where days are
    pooled. Raises ``ValueError`` for an unknown reading.
    """
    least = int(rules.value("fieldwork.days_min"))
    match rules.value("fieldwork.days_counting"):
        case "pooled":
            total = sum(totals.values(), gone)
            if total < least:
                return (hard("rules.fieldwork.days", "K31", found=total, least=least, short=least - total),)
            return ()
        case "per_person":
            people = int(rules.value("fieldwork.trainees_min"))
            reached = sum(1 for days in totals.values() if days >= least)
            if reached < people:
                return (hard("rules.fieldwork.days_each", "K31", found=reached, people=people, least=least),)
            return ()
        case reading:
            raise ValueError(f"A12 has no reading {reading!r}")


def visit_breaches(
    new: Visit, period: tuple[date, date], today: date, rules: RuleValues
) -> tuple[Breach, ...]:
    """K12: a visit of a known kind that has happened, inside the batch period."""
    found: list[Breach] = []
    known = tuple(rules.value("visits.kinds"))
    start, end = period
    if new.kind not in known:
        found.append(hard("rules.fieldwork.visit_kind", "K12", found=new.kind, known=known))
    if new.end < new.start:
        found.append(hard("rules.fieldwork.visit_order", "K12", start=new.start, end=new.end))
    if new.end > today:
        found.append(hard("rules.fieldwork.visit_future", "K12", on=new.end, today=today))
    if new.start < start or new.end > end:
        found.append(hard("rules.fieldwork.visit_outside", "K12", on=new.start, start=start, end=end))
    if new.people < 1:
        found.append(hard("rules.fieldwork.visit_people", "K12"))
    return tuple(found)


def quarter_breaches(
    visits: Iterable[Visit],
    pair: str,
    year: int,
    quarter: int,
    rules: RuleValues,
    *,
    effective_on: date | None = None,
) -> tuple[Breach, ...]:
    """K12, soft: 'regularly' has no number; so many quarters on end without a visit, up to this one, are told.

    With ``effective_on`` only of a pair that has worked in all of them.
    """
    quarters = int(rules.value("visits.warn_empty_quarters"))
    last = _months(year, 3 * quarter)
    first = last - 3 * quarters + 1
    if effective_on is not None and _months(effective_on.year, effective_on.month) > first + 2:
        return ()
    if any(
        one.pair == pair
        and _months(one.start.year, one.start.month) <= last
        and _months(one.end.year, one.end.month) >= first
        for one in visits
    ):
        return ()
    return (soft("rules.fieldwork.visits", "K12", pair=pair, year=year, quarter=quarter, quarters=quarters),)


def _months(year: int, month: int) -> int:
    return 12 * year + month - 1
