"""Open steps as the watchman counts them: in classes that should have been told the same, and single steps of one."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import bindparam, text
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.types import Date

from models.programme.pack import split_address
from models.rules.marks import Mark, marks_of, policy_name, repeat_of
from tasks.work import Work

# The day on which a step got the date it has now: nobody makes up for what fell due on it or before.
_START = {
    "sqlite": "date(COALESCE(x.at, s.opened_at), '+8 hours')",
    "postgresql": "CAST(COALESCE(x.at, s.opened_at) AT TIME ZONE 'Asia/Shanghai' AS date)",
}
_DATED = """
LEFT JOIN (SELECT step_key, MAX(at) AS at FROM extension GROUP BY step_key) AS x ON x.step_key = s.key
"""
_CLASSES = f"""
SELECT s.policy, COALESCE(s.due_on, s.anchor_on), {{start}}, s.next_on, COUNT(*)
  FROM step AS s {_DATED} WHERE s.state = 'open' GROUP BY 1, 2, 3, 4
"""
_TOLD = f"""
SELECT s.policy, COALESCE(s.due_on, s.anchor_on), {{start}}, o.nature, o.day_offset, o.nominal_on, o.made_on, COUNT(*)
  FROM occasion AS o JOIN step AS s ON s.id = o.step_id {_DATED}
 WHERE s.state = 'open' AND o.made_on > :since AND o.made_on > {{start}}
 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
_KEYS = f"""
SELECT s.key FROM step AS s {_DATED}
 WHERE s.state = 'open' AND s.policy = :policy AND COALESCE(s.due_on, s.anchor_on) = :base AND {{start}} = :start
   AND {{condition}} ORDER BY s.key LIMIT :most
"""
_HAS = """
EXISTS (SELECT 1 FROM occasion AS o WHERE o.step_id = s.id AND o.nature = :nature AND o.day_offset = :offset
           AND o.nominal_on = :nominal AND o.made_on > :start {made})
"""
_AWAITS_TOO_LATE = """
(s.next_on IS NULL OR s.next_on > :nominal) AND NOT EXISTS (
 SELECT 1 FROM occasion AS o WHERE o.step_id = s.id AND o.nominal_on = :nominal AND o.made_on > :start)
"""


@dataclass(frozen=True, slots=True, order=True)
class Told:
    """One reminder or rung, the day it was due and the day it was noticed."""

    nature: str
    offset: int
    nominal: date
    made: date


@dataclass(frozen=True, slots=True)
class StepClass:
    """Open steps of one policy that count from one day since one day: what they were told is what they should."""

    policy: str
    base: date
    start: date
    nexts: dict[date | None, int] = field(compare=False)
    told: dict[Told, int] = field(compare=False)

    @property
    def size(self) -> int:
        """How many open steps it has."""
        return sum(self.nexts.values())


def step_classes(work: Work, *, since: date) -> list[StepClass]:
    """Every class of open steps, with their next days and with what was told after `since`."""
    connection = work.session.connection()
    start = _START[connection.dialect.name]
    found: dict[tuple[str, date, date], StepClass] = {}
    for policy, base, begun, next_on, count in connection.execute(text(_CLASSES.format(start=start))):
        key = (policy, day_of(base), day_of(begun))
        kind = found.setdefault(key, StepClass(*key, {}, {}))
        kind.nexts[None if next_on is None else day_of(next_on)] = count
    for policy, base, begun, nature, offset, nominal, made, count in connection.execute(
        dated(_TOLD.format(start=start), "since"), {"since": since}
    ):
        kind = found[policy, day_of(base), day_of(begun)]
        kind.told[Told(nature, offset, day_of(nominal), day_of(made))] = count
    return sorted(found.values(), key=lambda kind: (kind.policy, kind.base, kind.start))


def steps_told(work: Work, kind: StepClass, told: Told, *, most: int) -> list[str]:
    """The keys of a class's steps that have this occasion, made on that day."""
    made = f"AND o.made_on = '{told.made.isoformat()}'"
    condition = _HAS.format(made=made)
    return _keys(work, kind, condition, told.nominal, most, nature=told.nature, offset=told.offset)


def steps_not_told(
    work: Work, kind: StepClass, nature: str, offset: int, nominal: date, *, most: int
) -> list[str]:
    """The keys of a class's steps that lack this occasion."""
    condition = f"NOT {_HAS.format(made='')}"
    return _keys(work, kind, condition, nominal, most, nature=nature, offset=offset)


def steps_awaiting_too_late(work: Work, kind: StepClass, nominal: date, *, most: int) -> list[str]:
    """The keys of a class's steps that await nothing or a later day, and were not told of this one before its time."""
    return _keys(work, kind, _AWAITS_TOO_LATE, nominal, most)


def days_with_sweeps(work: Work, *, since: date) -> list[date]:
    """The days on which a sweep is known to have run, for it told something, in order."""
    rows = work.session.connection().execute(
        dated("SELECT DISTINCT made_on FROM occasion WHERE made_on > :since", "since"), {"since": since}
    )
    return sorted(day_of(day) for day in rows.scalars())


def kept_policies(work: Work) -> dict[str, tuple[Mark, ...]]:
    """Every policy by name; one that the pack still has comes from the pack, whose digest the name is."""
    connection = work.session.connection()
    tells: dict[tuple[str, str, int], list[str]] = {}
    for policy, nature, offset, party, duty in connection.execute(
        text("SELECT policy, nature, day_offset, party, duty FROM policy_tell")
    ):
        tells.setdefault((policy, nature, offset), []).append(f"{party}.{duty}")
    kept: dict[str, list[Mark]] = {}
    for policy, nature, offset, repeat in connection.execute(
        text("SELECT policy, nature, day_offset, repeat_workdays FROM policy_mark")
    ):
        mark = Mark(offset, nature, tuple(tells.get((policy, nature, offset), ())), repeat)
        kept.setdefault(policy, []).append(mark)
    repeat = repeat_of(work.programme.rules(work.today))
    packed = {policy_name(plan, repeat): marks_of(plan, repeat) for plan in work.programme.steps}
    return {**{name: tuple(marks) for name, marks in kept.items()}, **packed}


def addressees(mark: Mark) -> tuple[tuple[str, str], ...]:
    """Whom a mark tells, as party and duty."""
    return tuple(sorted({split_address(address) for address in mark.tell}))


def dated(statement: str, *names: str) -> TextClause:
    """A statement whose named parameters are days."""
    return text(statement).bindparams(*(bindparam(name, type_=Date) for name in names))


def day_of(value: Any) -> date:
    """A day as both databases give it in a plain statement."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _keys(
    work: Work, kind: StepClass, condition: str, nominal: date, most: int, **given: str | int
) -> list[str]:
    connection = work.session.connection()
    statement = _KEYS.format(start=_START[connection.dialect.name], condition=condition)
    values = {"policy": kind.policy, "base": kind.base, "start": kind.start, "nominal": nominal, "most": most}
    return list(
        connection.execute(dated(statement, "base", "start", "nominal"), {**values, **given}).scalars()
    )
