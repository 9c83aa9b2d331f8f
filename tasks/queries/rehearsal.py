"""The rehearsal: every letter that would go out in the next days if nobody did anything, and why; a pure read.

It counts as the sweep counts (`tasks/deadlines.py`): from the steps' own policies, by ranks of working days, with the
first working day making up for what was missed. What a date will open by itself (a month, a year) is not in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Date, Row, bindparam, text
from sqlalchemy.sql.selectable import TextualSelect

from models.columns import Instant
from tasks.holders import holders, reach
from tasks.refusal import BadInput, NotFound
from tasks.work import Work

LONGEST = 370
"""More days than a year ahead is no rehearsal: most steps of that time are not open yet."""
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class RehearsedLine:
    """One matter of a digest: `level` is T-5 or T-0 for a reminder, +3 for a rung of the ladder.

    `steps` is 1, or in an outline how many steps of this kind say the same; `step` is then the first of them.
    """

    step: str
    kind: str
    title: str
    clauses: tuple[str, ...]
    nature: str
    offset: int
    due_on: date | None
    owner: str
    on_behalf_of: str | None
    steps: int = 1

    @property
    def level(self) -> str:
        """T-5, T-0, T+3 for a reminder so many working days from the due date; +3 for a rung."""
        if self.nature == "escalation":
            return f"+{self.offset}"
        return f"T{self.offset:+d}" if self.offset else "T-0"


@dataclass(frozen=True, slots=True)
class RehearsedLetter:
    """One letter to one recipient on one day; `person` is None where it goes to the office itself.

    A letter of another kind than `digest` is one that waits in the outbox already; its matter is `subject`.
    """

    day: date
    person: str | None
    name: str
    organisation: str
    address: str
    kind: str
    subject: str
    lines: tuple[RehearsedLine, ...]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes it one letter: day, recipient, kind, subject."""
        return (self.day.isoformat(), self.person or self.organisation, self.kind, self.subject)


@dataclass(frozen=True, slots=True)
class Move:
    """A step as it would stand with another due date: its number, the day it counts from, its next mark."""

    step_id: int
    due_on: date
    next_on: date | None


# `subject` follows: the steps themselves, or one step for all that are told alike, with how many they are.
_STEPS = """
open_step(id, policy, base, next_on) AS (
  SELECT s.id, s.policy, COALESCE(s.due_on, s.anchor_on), s.next_on
    FROM step AS s WHERE s.state = 'open' AND s.next_on <= :last {unmoved}
  {moved}
)"""
_EACH = "subject(id, policy, base, next_on, steps) AS (SELECT id, policy, base, next_on, 1 FROM open_step)"

# A step that has been told of a mark before (its date was moved there and back) is counted by itself.
_ALIKE = """
signature(step_id, parties) AS (
  SELECT p.step_id, {parties} FROM step_party AS p GROUP BY p.step_id
), subject(id, policy, base, next_on, steps) AS (
  SELECT MIN(s.id), s.policy, s.base, s.next_on, COUNT(*)
    FROM open_step AS s JOIN signature AS g ON g.step_id = s.id
   GROUP BY s.policy, s.base, s.next_on, g.parties, CASE WHEN EXISTS (
         SELECT 1 FROM occasion AS o WHERE o.step_id = s.id AND o.nominal_on >= s.next_on) THEN s.id ELSE 0 END
)"""
_PARTIES = {
    "sqlite": "GROUP_CONCAT(p.party || ' ' || p.organisation)",
    "postgresql": "STRING_AGG(p.party || ' ' || p.organisation, ',' ORDER BY p.party, p.organisation)",
}

# The marks of each group of steps with the same policy and day; what lies before the first day is made up for then,
# of reminders the last one only, of a rung that comes again its latest time only.
_SLOTS = """
spell(policy, base, next_on, base_rank) AS (
  SELECT g.policy, g.base, g.next_on, c.rank
    FROM (SELECT DISTINCT policy, base, next_on FROM subject) AS g JOIN calendar_day AS c ON c.day = g.base
), slot(policy, base, next_on, nature, mark_offset, day_offset, nominal, day) AS (
  SELECT g.policy, g.base, g.next_on, m.nature, m.day_offset, m.day_offset, w.day,
         CASE WHEN w.day < :first THEN :first ELSE w.day END
    FROM spell AS g
    JOIN policy_mark AS m ON m.policy = g.policy AND m.repeat_workdays IS NULL
    JOIN calendar_day AS w ON w.rank = g.base_rank + m.day_offset AND w.is_workday
   WHERE w.day >= g.next_on AND w.day <= :last
     AND (m.nature = 'escalation' OR w.day > :first OR m.day_offset = (
          SELECT MAX(n.day_offset) FROM policy_mark AS n
           WHERE n.policy = g.policy AND n.nature = 'reminder' AND g.base_rank + n.day_offset <= :rank))
  UNION ALL
  SELECT g.policy, g.base, g.next_on, m.nature, m.day_offset, w.rank - g.base_rank, w.day,
         CASE WHEN w.day < :first THEN :first ELSE w.day END
    FROM spell AS g
    JOIN policy_mark AS m ON m.policy = g.policy AND m.repeat_workdays > 0
    JOIN calendar_day AS w ON w.is_workday AND w.day >= g.next_on AND w.day <= :last
   WHERE w.rank >= g.base_rank + m.day_offset
     AND (w.rank - g.base_rank - m.day_offset) % m.repeat_workdays = 0
     AND (w.day > :first OR w.rank + m.repeat_workdays > :rank)
)"""

# What the sweep has noticed and no letter has carried yet joins the first day's digest.
_TOLD = """
told(day, person, organisation, on_behalf_of, id, nature, day_offset, base, steps) AS (
  SELECT x.day, h.person, MIN(h.office),
         CASE WHEN COUNT(*) = COUNT(h.on_behalf_of) THEN MIN(h.on_behalf_of) END,
         s.id, x.nature, x.day_offset, s.base, s.steps
    FROM slot AS x
    JOIN subject AS s ON s.policy = x.policy AND s.base = x.base AND s.next_on = x.next_on
    JOIN policy_tell AS t ON t.policy = x.policy AND t.nature = x.nature AND t.day_offset = x.mark_offset
    JOIN step_party AS p ON p.step_id = s.id AND p.party = t.party
    CROSS JOIN holder AS h
    LEFT JOIN digest_choice AS q ON q.person = h.person
   WHERE h.day = x.day AND h.organisation = p.organisation AND h.duty = t.duty
     AND (q.person IS NULL OR x.nature = 'escalation' OR x.day_offset >= -q.notice_days OR x.day_offset = (
          SELECT MAX(n.day_offset) FROM policy_mark AS n
           WHERE n.policy = x.policy AND n.nature = 'reminder' AND n.day_offset < 0))
     AND NOT EXISTS (SELECT 1 FROM occasion AS o WHERE o.step_id = s.id AND o.nature = x.nature
                        AND o.day_offset = x.day_offset AND o.nominal_on = x.nominal)
   GROUP BY x.day, h.person, s.id, x.nature, x.day_offset, s.base, s.steps
  UNION ALL
  SELECT :first, n.person, n.organisation, n.on_behalf_of, o.step_id, o.nature, o.day_offset, NULL, 1
    FROM notice AS n JOIN occasion AS o ON o.id = n.occasion_id JOIN step AS s ON s.id = o.step_id
   WHERE n.letter_key IS NULL AND s.state = 'open' {unmoved}
)
SELECT CASE WHEN d.day = :first AND EXISTS (
            SELECT 1 FROM letter AS l WHERE l.key = 'digest:' || d.person || ':' || :first_text
               AND l.state NOT IN ('queued', 'held')) THEN :second ELSE d.day END AS day,
       d.person, d.organisation, d.on_behalf_of, d.nature, d.day_offset, d.steps, s.key, s.kind, s.owner,
       CASE WHEN s.due_on IS NULL THEN NULL ELSE COALESCE(d.base, s.due_on) END AS due_on
  FROM told AS d JOIN step AS s ON s.id = d.id
 WHERE (:person = '' OR d.person = :person)
"""
_IN_ORDER = " ORDER BY 1, d.person, s.key, d.nature, d.day_offset"

_WORKDAYS = "SELECT day FROM calendar_day WHERE is_workday AND day >= :first AND day <= :last"

_WAITING = text(
    """
SELECT key, kind, person_code, recipient_name, organisation_code, address, subject_key, not_before
  FROM letter WHERE state IN ('queued', 'claimed') ORDER BY not_before, key
"""
).columns(not_before=Instant)

_RECIPIENT = text(
    f"""
SELECT p.code, COALESCE(p.name, o.name), {reach("p", "o")}
  FROM organisation AS o LEFT JOIN person AS p ON p.code = :person WHERE o.code = :organisation
"""
).bindparams(bindparam("today", type_=Date))


def rehearse(
    work: Work, days: int, *, moves: Sequence[Move] = (), person: str = ""
) -> Iterator[RehearsedLetter]:
    """The letters of today and the `days` after it, day by day, with every step they tell of.

    A stream: nothing is held but the letter at hand. `moves` are steps as they would stand with other dates, `person`
    leaves out everybody else. Raises BadInput for a number of days that is none, NotFound before the first sweep.
    """
    return _letters(work, days, moves, person, outline=False)


def rehearse_outline(work: Work, days: int, *, moves: Sequence[Move] = ()) -> Iterator[RehearsedLetter]:
    """The same letters with one line for all steps that are told alike: for a million steps within seconds."""
    return _letters(work, days, moves, "", outline=True)


def waiting_letters(work: Work, days: int) -> Iterator[RehearsedLetter]:
    """What waits in the outbox already and leaves within these days."""
    last = work.today + timedelta(days=days)
    for row in work.session.connection().execute(_WAITING):
        moment: datetime = row.not_before
        day = max(moment.date(), work.today)
        if day <= last:
            yield RehearsedLetter(
                day,
                row.person_code,
                row.recipient_name,
                row.organisation_code,
                row.address,
                row.kind,
                row.subject_key,
                (),
            )


def _letters(
    work: Work, days: int, moves: Sequence[Move], person: str, *, outline: bool
) -> Iterator[RehearsedLetter]:
    if not 0 <= days <= LONGEST:
        raise BadInput("rehearsal.days", field="--days", found=days, most=LONGEST)
    connection = work.session.connection()
    if connection.execute(text("SELECT 1 FROM calendar_day LIMIT 1")).first() is None:
        raise NotFound("rehearsal.no_calendar", field="calendar")
    statement = _statement(connection.dialect.name, moves, outline=outline)
    given = {**_horizon(work, days), **_moved(moves), "person": person}
    found = connection.execution_options(yield_per=CHUNK).execute(statement, given)
    known: dict[tuple[str, str], tuple[str | None, str, str]] = {}
    for (day, recipient), rows in groupby(found, key=lambda row: (row.day, row.person)):
        listed = list(rows)
        office = min(row.organisation for row in listed)
        if (recipient, office) not in known:
            known[recipient, office] = _recipient(work, recipient, office)
        code, name, address = known[recipient, office]
        lines = tuple(_line(work, row) for row in listed)
        yield RehearsedLetter(day, code, name, office, address, "digest", day.isoformat(), lines)


def _horizon(work: Work, days: int) -> Mapping[str, Any]:
    """The first day on which a sweep runs from now, the day after it, and the last day."""
    today = work.today
    first = today if work.workdays.is_workday(today) else work.workdays.next_workday(today)
    return {
        "first": first,
        "first_text": first.isoformat(),
        "second": work.workdays.next_workday(first),
        "last": today + timedelta(days=days),
        "rank": work.workdays.rank(first),
    }


def _statement(dialect: str, moves: Sequence[Move], *, outline: bool) -> TextualSelect:
    numbers = range(len(moves))
    unmoved = "".join(f" AND s.id <> :id_{number}" for number in numbers)
    moved = "".join(
        f" UNION ALL SELECT s.id, s.policy, :due_{number}, :next_{number} FROM step AS s"
        f" WHERE s.id = :id_{number} AND s.state = 'open' AND :next_{number} <= :last"
        for number in numbers
    )
    subject = _ALIKE.format(parties=_PARTIES[dialect]) if outline else _EACH
    parts = [
        holders(_WORKDAYS),
        _STEPS.format(unmoved=unmoved, moved=moved),
        subject,
        _SLOTS,
        _TOLD.format(unmoved=unmoved),
    ]
    dated = ["first", "second", "last", *(f"{name}_{n}" for n in numbers for name in ("due", "next"))]
    whole = text(",\n".join(part.strip() for part in parts) + _IN_ORDER)
    return whole.bindparams(*(bindparam(name, type_=Date) for name in dated)).columns(day=Date, due_on=Date)


def _moved(moves: Sequence[Move]) -> Mapping[str, Any]:
    given: dict[str, Any] = {}
    for number, move in enumerate(moves):
        given |= {f"id_{number}": move.step_id, f"due_{number}": move.due_on, f"next_{number}": move.next_on}
    return given


def _recipient(work: Work, person: str, organisation: str) -> tuple[str | None, str, str]:
    given = {"person": person, "organisation": organisation, "today": work.today}
    row = work.session.connection().execute(_RECIPIENT, given).first()
    return (None, organisation, "") if row is None else (row[0], row[1], row[2])


def _line(work: Work, row: Row[Any]) -> RehearsedLine:
    plan = work.programme.step(row.kind)
    return RehearsedLine(
        row.key,
        row.kind,
        plan.title,
        plan.clauses,
        row.nature,
        row.day_offset,
        row.due_on,
        row.owner,
        row.on_behalf_of,
        row.steps,
    )
