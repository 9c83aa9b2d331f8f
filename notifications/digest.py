"""What stands in a person's digest: the open steps behind the notices that joined it, as they are when it is sent."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlmodel import Session

from models.messages import say
from models.programme import Programme
from models.programme.divisions import Divisions
from models.programme.workdays import WorkdayTable
from notifications.lines import DigestLine, Section
from notifications.outbox import ClaimedLetter

# A step that was settled, or whose date was moved so that the occasion lies before its time again, is not told.
_LINES = text(
    """
SELECT s.key, s.kind, s.city, s.subject, s.due_on, s.provisional, s.owner, o.nature, f.name AS owner_name,
       a.name AS subject_name, n.organisation, b.name AS absent_name
  FROM notice AS n
  JOIN occasion AS o ON o.id = n.occasion_id
  JOIN step AS s ON s.id = o.step_id
  LEFT JOIN organisation AS f ON f.code = s.owner
  LEFT JOIN pair AS p ON p.key = s.pair
  LEFT JOIN organisation AS a ON a.code = p.recipient
  LEFT JOIN person AS b ON b.code = n.on_behalf_of
 WHERE n.letter_key = :letter AND s.state = 'open'
 ORDER BY s.kind, s.city, s.due_on, s.key, o.nature
"""
)


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
        rows = session.connection().execute(_LINES, {"letter": letter.key}).mappings().all()
        told: dict[str, DigestLine] = {}
        for row in rows:
            # One matter stands once, and an escalation says more than a reminder.
            line = self._line(row, letter)
            if row["key"] not in told or line.section is Section.ESCALATED:
                told[row["key"]] = line
        return tuple(told.values())

    def _line(self, row: Any, letter: ClaimedLetter) -> DigestLine:
        plan = self._programme.step(row["kind"])
        due = _day(row["due_on"])
        today = self._today()
        late = self._workdays.workdays_between(due, today) - self._workdays.is_workday(due) if due else 0
        own = row["organisation"] == row["owner"]
        if row["nature"] == "escalation" and not own:
            section = Section.ESCALATED
        elif due is None or due > today:
            section = Section.SOON
        else:
            section = Section.TODAY if due == today else Section.OVERDUE
        owner = row["owner_name"] or row["owner"]
        code = "digest.late" if due is not None and due < today else "digest.coming"
        told = "digest.escalated" if row["nature"] == "escalation" and own else code
        note = say(told, owner=owner, days=late)
        if row["absent_name"]:
            note = say("digest.instead", note=note, person=row["absent_name"])
        return DigestLine(
            section=section,
            stage=self._programme.label("stage", plan.stage),
            city=self._divisions.by_code(row["city"]).name if row["city"] else say("digest.province"),
            text=say("digest.matter", title=plan.title, subject=row["subject_name"] or row["subject"]),
            due_on={"on": due, "provisional": True} if due and row["provisional"] else due,
            step=row["key"],
            clause=say("digest.clauses", clauses=plan.clauses),
            note=note,
        )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value
