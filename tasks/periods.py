"""What months, quarters and years make due: returns, tracking, rosters of later years (S18, S19, S21)."""

import calendar
import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Date, Integer, String, bindparam, text

from models.pairing import Pair
from models.prepared import Prepared
from tasks import steps
from tasks.chores import Chore, Outcome, Perform
from tasks.pace import STAGE, pace_chores
from tasks.parties import Scope, name_of, scope_of_pair
from tasks.refusal import BadInput
from tasks.running import Running, running_pairs
from tasks.second_words import confirmations_missing
from tasks.work import Work

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"20[0-9]{2}Q[1-4]")
_MONTHS = 12


class Due(NamedTuple):
    """A step that the calendar has made due: which chore opens it, for which pair, counted from which day."""

    chore: str
    kind: str
    subject: str
    pair: str
    anchor: str
    anchor_on: date

    @property
    def key(self) -> str:
        """The key under which the step is opened the first time."""
        return f"{self.kind}:{self.subject}"


def month_year(month: str) -> int:
    """The year of a month written 2022-05; raises BadInput for another text."""
    if not _MONTH.fullmatch(month):
        raise BadInput("fieldwork.month", field="month", found=month)
    return int(month[:4])


def month_bounds(month: str) -> tuple[date, date]:
    """First and last day of a month written 2022-05."""
    return _bounds(month_year(month), int(month[5:]))


def quarter_bounds(quarter: str) -> tuple[date, date]:
    """First and last day of a quarter written 2022Q2; raises BadInput for another text."""
    if not _QUARTER.fullmatch(quarter):
        raise BadInput("fieldwork.quarter", field="quarter", found=quarter)
    year, last = int(quarter[:4]), 3 * int(quarter[5:])
    return date(year, last - 2, 1), _bounds(year, last)[1]


def chores(work: Work) -> list[Chore]:
    """Everything that a calendar makes due and nobody has opened yet, city by city.

    Asked every day: while each pair's latest year, month and quarter stand opened, nothing else is looked at.
    """
    pairs = running_pairs(work)
    if not pairs:
        return []
    behind = _behind(work, pairs)
    found = {
        (due.chore, one.city) for one, due in _unopened(work, [pair for pair in pairs if pair.city in behind])
    }
    return [Chore(STAGE, name, city, None, city, _open_due(name, city)) for name, city in sorted(found)] + [
        *pace_chores(work, pairs),
        *confirmations_missing(work),
    ]


# The step that a pair's latest period should have opened, on a row of pairs; a quarter's is its city's.
_MISSING = {
    "S18": "S18:' || p.key || ':' || :period_S18",
    "S19": "S19:' || p.key || ':' || :period_S19",
    "S21": "S21:' || p.city || ':' || :period_S21",
}
_ANY_MISSING = " OR ".join(
    f"p.effective_on <= :last_{kind} AND NOT EXISTS (SELECT 1 FROM step AS s WHERE s.key = '{key})"
    for kind, key in _MISSING.items()
)
_BEHIND = Prepared(
    text(
        f"""
SELECT DISTINCT p.city FROM pair AS p
 WHERE p.state = 'effective' AND p.batch = :batch AND ({_ANY_MISSING})
"""
    ).bindparams(
        bindparam("batch", type_=Integer),
        *(bindparam(f"period_{kind}", type_=String) for kind in _MISSING),
        *(bindparam(f"last_{kind}", type_=Date) for kind in _MISSING),
    )
)


def _behind(work: Work, pairs: list[Running]) -> set[str]:
    """The cities with a pair whose latest year, month or quarter has not been opened."""
    found: set[str] = set()
    for batch, end in sorted({(one.batch, one.period_end) for one in pairs}):
        given: dict[str, Any] = {"batch": batch}
        for kind, period, last in _latest(min(work.today, end), work.today):
            given |= {f"period_{kind}": period, f"last_{kind}": last}
        found.update(_BEHIND.scalars(work.session, given))
    return found


def _latest(until: date, today: date) -> list[tuple[str, str, date]]:
    """The latest year begun, month and quarter ended up to a day: step kind, period, and by when a pair must run.

    A roster is asked for by the year's beginning of pairs from the year before.
    """
    found = [("S18", str(until.year), date(until.year - 1, 12, 31))]
    end = _bounds(until.year, until.month)[1]
    ended = end if end < today else until.replace(day=1) - timedelta(days=1)
    found.append(("S19", f"{ended:%Y-%m}", ended))
    quarter = ended if ended.month % 3 == 0 else _quarter_before(ended)
    found.append(("S21", f"{quarter.year}Q{quarter.month // 3}", quarter))
    return found


def _quarter_before(day: date) -> date:
    first = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    return first - timedelta(days=1)


def _due(one: Running, today: date) -> list[Due]:
    """The steps of one pair that should have been opened by now, in the order of time."""
    found = [
        Due("open_rosters", "S18", f"{one.pair}:{year}", one.pair, "year_start", date(year, 1, 1))
        for year in range(one.effective_on.year + 1, min(today, one.period_end).year + 1)
    ]
    for year, month in _months(one.effective_on, min(today, one.period_end)):
        end = _bounds(year, month)[1]
        if end >= today:
            break
        subject = f"{one.pair}:{year}-{month:02d}"
        found.append(Due("open_months", "S19", subject, one.pair, "month_end", end))
        if month % 3 == 0:
            quarter = f"{one.city}:{year}Q{month // 3}"
            found.append(Due("open_quarters", "S21", quarter, one.pair, "quarter_end", end))
    return found


def _months(first: date, last: date) -> Iterable[tuple[int, int]]:
    for number in range(_MONTHS * first.year + first.month - 1, _MONTHS * last.year + last.month):
        yield number // _MONTHS, number % _MONTHS + 1


def _unopened(work: Work, pairs: list[Running], chore: str | None = None) -> list[tuple[Running, Due]]:
    listed = [(one, due) for one in pairs for due in _due(one, work.today) if chore in (None, due.chore)]
    known = steps.known_keys(work, [due.key for _one, due in listed])
    return [(one, due) for one, due in listed if due.key not in known]


def _open_due(name: str, city: str) -> Perform:
    def perform(work: Work) -> Outcome:
        rows = []
        for one, due in _unopened(work, running_pairs(work, city), name):
            pair = work.session.get_one(Pair, one.pair)
            if _open(work, pair, due, {due.anchor: due.anchor_on}):
                who = (
                    work.divisions.by_code(city).name if due.kind == "S21" else name_of(work, pair.recipient)
                )
                rows.append((due.subject.partition(":")[0], who, due.subject.rpartition(":")[2]))
        return Outcome(len(rows), tuple(rows))

    return perform


def _open(work: Work, pair: Pair, due: Due, anchors: Mapping[str, date]) -> bool:
    scope = Scope(batch=pair.batch, city=pair.city) if due.kind == "S21" else scope_of_pair(work, pair)
    return steps.open_step(work, due.kind, due.subject, scope=scope, anchors=anchors) is not None


def _bounds(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
