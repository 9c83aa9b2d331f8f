"""When a step falls due, and when an act is late: due rules counted on the working-day table (A1, A10)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from models.rules.breach import RuleValues

_CHINA = ZoneInfo("Asia/Shanghai")


class DueRule(Protocol):
    """What a due rule of the pack looks like from here (``models.programme.pack.DueRule``)."""

    @property
    def anchor(self) -> str: ...
    @property
    def workdays(self) -> str | None: ...
    @property
    def sign(self) -> int: ...
    @property
    def month_day(self) -> str | None: ...
    @property
    def next_year(self) -> bool: ...


class WorkdayTable(Protocol):
    """The part of the working-day table that due dates need; days it does not hold raise."""

    def add_workdays(self, day: date, count: int, /) -> date:
        """Return the day that many working days later (earlier when negative), the day itself not counted."""

    def is_provisional(self, day: date, /) -> bool:
        """Whether the day's year has no published table yet."""


class UnknownAnchor(LookupError):
    """A due rule counts from an anchor for which no date was given: give it, or leave the step without due date."""


@dataclass(frozen=True, slots=True)
class Due:
    """A due date with what it was counted from; ``workdays`` is signed, 0 where nothing was counted.

    ``provisional`` (shown as such wherever the date is) means the count touched a year without published table.
    """

    on: date
    provisional: bool
    anchor: str
    anchor_on: date
    workdays: int = 0


def due_on(
    alternatives: Iterable[DueRule],
    anchors: Mapping[str, date],
    rules: RuleValues,
    workdays: WorkdayTable,
) -> Due | None:
    """Return the due date by the first alternative whose anchor has a date; None for a step without due rules.

    Raises ``UnknownAnchor`` when there are alternatives and none of their anchors is given.
    """
    listed = tuple(alternatives)
    for rule in listed:
        if rule.anchor in anchors:
            return _due_by(rule, anchors[rule.anchor], rules, workdays)
    if listed:
        raise UnknownAnchor(", ".join(rule.anchor for rule in listed))
    return None


def counted_from(start: date, count: int, rules: RuleValues) -> date:
    """Return the day after which a count of working days from a start begins.

    A10: a start's own day is not counted by default; read otherwise, a working day is itself the first of the period.
    Lead times count backwards from a day that is never among them.
    """
    if count > 0 and rules.value("deadlines.first_day_counted"):
        return start - timedelta(days=1)
    return start


def is_late(instant: datetime, due: date, *, inclusive: bool) -> bool:
    """Whether an act at an instant is after its due date, in China time.

    A1: "by the 10th" includes the 10th to its last moment; read exclusively the 10th itself is too late. Raises
    ``ValueError`` for an instant without time zone.
    """
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    acted = instant.astimezone(_CHINA).date()
    return acted > due if inclusive else acted >= due


def _due_by(rule: DueRule, anchor_on: date, rules: RuleValues, workdays: WorkdayTable) -> Due:
    start = anchor_on
    if rule.month_day is not None:
        month, day = (int(part) for part in str(rules.value(rule.month_day)).split("-"))
        start = date(anchor_on.year + (1 if rule.next_year else 0), month, day)
    count = 0 if rule.workdays is None else rule.sign * int(rules.value(rule.workdays))
    on = workdays.add_workdays(counted_from(start, count, rules), count) if count else start
    touched = workdays.is_provisional(on) or (count != 0 and workdays.is_provisional(start))
    return Due(on, touched, rule.anchor, anchor_on, count)
