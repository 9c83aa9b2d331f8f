"""The period in which a batch is carried out: as the notice writes it, or as A20 reads a notice that does not."""

import calendar
from datetime import date

from models.programme.pack import Programme

_MONTHS = 12


def period_of(programme: Programme, number: int) -> tuple[date, date]:
    """Return first and last day of a batch's period, until an announcement says otherwise (K15, A20).

    Where the notice writes no end: the programme's end, or as many months as the first batch has, never beyond the
    programme. Raises ``ValueError`` for an unknown reading, ``UnknownInPack`` for a batch there is not.
    """
    plan = programme.batch(number)
    if plan.period_end is not None:
        return plan.period_start, plan.period_end
    rules = programme.rules(plan.announce_by)
    end = rules.day("programme.ends_on")
    match rules.text("batches.unwritten_period"):
        case "programme_end":
            return plan.period_start, end
        case "as_first_batch":
            start, last = period_of(programme, min(one.number for one in programme.batches))
            return plan.period_start, min(end, _end_after(plan.period_start, _months(start, last)))
        case reading:
            raise ValueError(f"A20 has no reading {reading!r}")


def _months(start: date, end: date) -> int:
    return _MONTHS * (end.year - start.year) + end.month - start.month + 1


def _end_after(start: date, months: int) -> date:
    number = _MONTHS * start.year + start.month - 1 + months - 1
    year, month = number // _MONTHS, number % _MONTHS + 1
    return date(year, month, calendar.monthrange(year, month)[1])
