"""The watchman: proves after a sweep that nobody who should have heard has not, without the sweep's code or SQL.

It counts in classes: open steps of one policy, date and beginning should have been told the same, which
`models/rules/watch.py` works out from policy and calendar. Only where a count differs are single steps looked at.
Whom an occasion reached is held one by one against those who had the duties on the day it was made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from itertools import islice, pairwise
from typing import Any

from models.messages import say
from models.rules.marks import Mark
from models.rules.watch import Telling, coming, mark_of, tellings
from tasks.watch_classes import (
    StepClass,
    Told,
    dated,
    day_of,
    days_with_sweeps,
    kept_policies,
    step_classes,
    steps_awaiting_too_late,
    steps_not_told,
    steps_told,
)
from tasks.watch_people import misheard
from tasks.work import Work

LISTED = 500
"""So many faults are named; more of them only say that the machine did not run."""


class Wrong(StrEnum):
    """What is wrong with a telling."""

    MISSED = "missed"
    DOUBLED = "doubled"
    MISDIRECTED = "misdirected"
    NEXT_MISSING = "next_missing"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that somebody should have heard and has not, or should not have heard and has.

    `level` is a reminder or rung as working days from the due date; `person` is empty where everybody is meant, and
    an office's code where nobody holds the duty there.
    """

    wrong: Wrong
    step: str
    nature: str
    level: int
    nominal: date
    person: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """The facts of its sentence."""
        level = say(f"watch.{self.nature}", offset=f"{self.level:+d}")
        return {"level": level, "day": self.nominal, "person": self.person or say("watch.everybody")}

    @property
    def text(self) -> str:
        """What is wrong, with step, level, day and person."""
        return say(f"check.watch_{self.wrong}", subject=self.step, **self.facts)


def day_to_watch(work: Work) -> date:
    """The last day that must have been swept by now: today from the pack's hour on, else the working day before."""
    if work.workdays.is_workday(work.today) and work.now.time() >= watch_hour(work):
        return work.today
    return work.workdays.previous_workday(work.today)


def watch_hour(work: Work) -> time:
    """The hour by which a working day must have been swept and watched."""
    return time.fromisoformat(work.programme.rules(work.today).text("deadlines.heartbeat_by"))


def last_sweep(work: Work) -> date | None:
    """The last day up to today on which a sweep told anything."""
    last = work.session.connection().execute(
        dated("SELECT MAX(made_on) FROM occasion WHERE made_on <= :today", "today"), {"today": work.today}
    )
    found = last.scalar()
    return None if found is None else day_of(found)


def watch(work: Work, *, through: date, since: date = date.min) -> list[Fault]:
    """Every fault as of a day that has been swept, of what fell due after `since`; a pure read.

    `since` is a day on which all was found sound: what was proved then is not proved again. At most LISTED are named.
    """
    return list(islice(_faults(work, since, through), LISTED))


def _faults(work: Work, since: date, through: date) -> Iterator[Fault]:
    policies = kept_policies(work)
    ran = days_with_sweeps(work, since=since)
    for kind in step_classes(work, since=since):
        marks = policies.get(kind.policy, ())
        due = tellings(work.workdays, marks, kind.base, start=kind.start, through=through, ran=ran)
        yield from _missed(work, kind, [one for one in due if one.nominal > since])
        yield from _stray(work, kind, marks, due)
        yield from _without_next(work, kind, marks, max(through, kind.start))
    for one in misheard(work, policies, since=since, through=through):
        wrong = Wrong.MISSED if one.missed else Wrong.MISDIRECTED
        yield Fault(wrong, one.step, one.nature, one.offset, one.nominal, one.person)


def _missed(work: Work, kind: StepClass, due: Sequence[Telling]) -> Iterator[Fault]:
    heard: dict[tuple[str, int, date], int] = {}
    for told, count in kind.told.items():
        place = (told.nature, told.offset, told.nominal)
        heard[place] = heard.get(place, 0) + count
    for one in due:
        place = (one.nature, one.offset, one.nominal)
        if one.owed and heard.get(place, 0) < kind.size:
            for key in steps_not_told(work, kind, *place, most=LISTED):
                yield Fault(Wrong.MISSED, key, *place)


def _stray(work: Work, kind: StepClass, marks: Sequence[Mark], due: Sequence[Telling]) -> Iterator[Fault]:
    """Occasions that nothing gave rise to, and two of one level on one day, where an outage leaves the latest only."""
    latest = max((told.nominal for told in kind.told if told.made >= told.nominal), default=kind.start)
    # What a clock that stood ahead has told early was due on its day; nobody is told a second time.
    wide = tellings(work.workdays, marks, kind.base, start=kind.start, through=latest, ran=())
    levels = {(one.nature, one.offset, one.nominal): one.level for one in (*due, *wide)}
    same_day: dict[tuple[tuple[str, int], date], list[Told]] = {}
    for told in sorted(kind.told):
        level = levels.get((told.nature, told.offset, told.nominal))
        if level is not None and told.made >= told.nominal:
            same_day.setdefault((level, told.made), []).append(told)
            continue
        wrong = Wrong.DOUBLED if mark_of(marks, told.nature, told.offset) else Wrong.MISDIRECTED
        for key in steps_told(work, kind, told, most=LISTED):
            yield Fault(wrong, key, told.nature, told.offset, told.nominal)
    for one, other in (pair for listed in same_day.values() for pair in pairwise(listed)):
        both = set(steps_told(work, kind, one, most=LISTED)) & set(steps_told(work, kind, other, most=LISTED))
        for key in sorted(both):
            yield Fault(Wrong.DOUBLED, key, one.nature, one.offset, one.nominal)


def _without_next(work: Work, kind: StepClass, marks: Sequence[Mark], after: date) -> Iterator[Fault]:
    expected = coming(work.workdays, marks, kind.base, after=after)
    if expected is None or all(day is not None and day <= expected for day in kind.nexts):
        return
    then = tellings(work.workdays, marks, kind.base, start=after, through=expected, ran=())
    for key in steps_awaiting_too_late(work, kind, expected, most=LISTED):
        yield Fault(Wrong.NEXT_MISSING, key, then[0].nature, then[0].offset, expected)
