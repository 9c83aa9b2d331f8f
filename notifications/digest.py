"""What stands in a person's digest: the open steps behind the notices that joined it, as they are when it is sent.

A reminder by hand has one line: the step it urges, as long as it is open.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, text
from sqlmodel import Session

from models.messages import say
from models.prepared import Prepared
from models.programme import Programme
from models.programme.divisions import Divisions
from models.programme.workdays import WorkdayTable
from notifications.lines import DigestLine, Section
from notifications.outbox import ClaimedLetter

# By which of its two sides a notice came: somebody who owes the step, or a rung of its ladder. Whoever stands on both
# owes it; whoever stands on neither is there for somebody of the organisation that the notice names.
_STANDS = """
EXISTS (SELECT 1 FROM policy_tell AS t
          JOIN step_party AS sp ON sp.step_id = s.id AND sp.party = t.party
          JOIN duty AS d ON d.organisation = sp.organisation AND d.duty = t.duty
                        AND d.person = COALESCE(n.on_behalf_of, n.person)
                        AND d.valid_from <= o.made_on AND (d.valid_to IS NULL OR d.valid_to >= o.made_on)
         WHERE t.policy = s.policy AND {side})
"""
_OWES = _STANDS.format(side="(t.nature = 'reminder' OR t.party = 'owner')")
_ABOVE = _STANDS.format(side="t.nature = 'escalation' AND t.party <> 'owner'")
_HEIR = (
    "EXISTS (SELECT 1 FROM succession AS h WHERE h.predecessor = s.owner AND h.successor = n.organisation)"
)
_IS_OWN = f"({_OWES} OR ((n.organisation = s.owner OR {_HEIR}) AND NOT {_ABOVE}))"

# A step that was settled or cancelled is not told, nor an occasion that its present date would not have given.
_LINES = Prepared(
    text(
        f"""
SELECT s.key, s.kind, s.city, s.subject, s.due_on, s.provisional, s.owner, o.id AS occasion, o.nature,
       f.name AS owner_name, a.name AS subject_name, b.name AS absent_name, {_IS_OWN} AS own
  FROM notice AS n
  JOIN occasion AS o ON o.id = n.occasion_id
  JOIN step AS s ON s.id = o.step_id
  JOIN calendar_day AS c ON c.day = COALESCE(s.due_on, s.anchor_on)
  JOIN calendar_day AS w ON w.day = o.nominal_on AND w.rank = c.rank + o.day_offset
  LEFT JOIN organisation AS f ON f.code = s.owner
  LEFT JOIN pair AS p ON p.key = s.pair
  LEFT JOIN organisation AS a ON a.code = p.recipient
  LEFT JOIN person AS b ON b.code = n.on_behalf_of
 WHERE n.letter_key = :letter AND s.state = 'open'
 ORDER BY s.kind, s.city, s.due_on, s.key, o.nature
"""
    )
)
_TOLD_ABOVE = Prepared(
    text(
        f"""
SELECT DISTINCT o.id, f.name, COALESCE(p.name, f.name)
  FROM notice AS mine
  JOIN notice AS n ON n.occasion_id = mine.occasion_id AND n.person <> mine.person
  JOIN occasion AS o ON o.id = n.occasion_id AND o.nature = 'escalation'
  JOIN step AS s ON s.id = o.step_id AND s.state = 'open'
  JOIN organisation AS f ON f.code = n.organisation
  LEFT JOIN person AS p ON p.code = n.person
 WHERE mine.letter_key = :letter AND NOT {_IS_OWN}
 ORDER BY f.name, COALESCE(p.name, f.name)
"""
    )
)

_URGED = Prepared(
    text(
        """
SELECT s.key, s.kind, s.city, s.subject, s.due_on, s.provisional, s.owner, 0 AS occasion, 'reminder' AS nature,
       f.name AS owner_name, a.name AS subject_name, NULL AS absent_name, true AS own,
       g.name AS urger, u.note AS word
  FROM urging AS u
  JOIN step AS s ON s.key = u.step_key
  LEFT JOIN organisation AS f ON f.code = s.owner
  LEFT JOIN organisation AS g ON g.code = u.office
  LEFT JOIN pair AS p ON p.key = s.pair
  LEFT JOIN organisation AS a ON a.code = p.recipient
 WHERE u.step_key = :step AND u.day = :day AND s.state = 'open'
"""
    ).bindparams(bindparam("day", type_=Date))
)
URGENT = "reminder_now"
"""The kind of letter that an urging writes; its subject is the step and the day."""


class DigestReader:
    """Reads the lines of digests inside one transaction; words and dates come from the programme it is given."""

    def __init__(
        self, programme: Programme, workdays: WorkdayTable, divisions: Divisions, today: Callable[[], date]
    ) -> None:
        self._programme = programme
        self._workdays = workdays
        self._divisions = divisions
        self._today = today

    def lines(self, session: Session, letter: ClaimedLetter) -> Sequence[DigestLine]:
        """The lines of one letter; empty when everything has been settled meanwhile, and the letter is dropped."""
        today = self._today()
        if letter.kind == URGENT:
            step, _, day = letter.subject_key.rpartition(":")
            given = {"step": step, "day": date.fromisoformat(day)}
            return tuple(self._line([row], {}, today) for row in _URGED.named(session, given))
        rows = _LINES.named(session, {"letter": letter.key})
        matters: dict[str, list[Any]] = {}
        for row in rows:
            matters.setdefault(row["key"], []).append(row)
        above: dict[int, list[str]] = {}
        if any(row["own"] and row["nature"] == "escalation" for row in rows):
            for occasion, office, person in _TOLD_ABOVE.rows(session, {"letter": letter.key}):
                above.setdefault(occasion, []).append(say("digest.told", office=office, person=person))
        return tuple(self._line(matter, above, today) for matter in matters.values())

    def _line(self, matter: Sequence[Any], above: Mapping[int, Sequence[str]], today: date) -> DigestLine:
        """One matter stands once, as the most that is to be said of it: told from below, then owed."""
        row = next((one for one in matter if not one["own"] and one["nature"] == "escalation"), matter[0])
        plan = self._programme.step(row["kind"])
        due = _day(row["due_on"])
        city = self._divisions.by_code(row["city"]).name if row["city"] else None
        return DigestLine(
            section=_section(row, due, today),
            stage=self._programme.label("stage", plan.stage),
            city=city or say("digest.province"),
            text=say(
                "digest.matter", title=plan.title, subject=row["subject_name"] or city or row["subject"]
            ),
            due_on={"on": due, "provisional": True} if due and row["provisional"] else due,
            step=row["key"],
            clause=say("digest.clauses", clauses=plan.clauses),
            note=self._note(
                row, due, today, [name for one in matter for name in above.get(one["occasion"], ())]
            ),
        )

    def _note(self, row: Any, due: date | None, today: date, told: Sequence[str]) -> str:
        """Who owes it, how late it is, to whoever owes it who has been told, and for whom a deputy reads this."""
        days = self._workdays.workdays_between(due, today) - self._workdays.is_workday(due) if due else 0
        code = "digest.late" if due is not None and due < today else "digest.coming"
        owner = say(code, owner=row["owner_name"] or row["owner"], days=days)
        note = (
            say("digest.escalated", owner=owner, told=[*dict.fromkeys(told)])
            if row["own"] and told
            else owner
        )
        if row.get("urger"):
            code = "digest.urged_with" if row["word"] else "digest.urged"
            note = say(code, note=note, office=row["urger"], word=row["word"])
        absent = row["absent_name"]
        return say("digest.instead", note=note, person=absent) if absent else note


def _section(row: Any, due: date | None, today: date) -> Section:
    if row["nature"] == "escalation" and not row["own"]:
        return Section.ESCALATED
    if due is None or due > today:
        return Section.SOON
    return Section.TODAY if due == today else Section.OVERDUE


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
