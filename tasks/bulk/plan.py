"""What a sheet of many lines would do, line by line, and the doing of it: all of it in one transaction, or nothing."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import col

from documents.reading.roster_sheet import Line, shown
from documents.reading.table import Place
from documents.rosters import Fault, Kind
from models.event import Event
from models.messages import say
from models.rules.breach import Breach, RuleBroken, hard
from tasks import record
from tasks.refusal import AlreadyDone, BadInput, Refusal
from tasks.work import Work

SUBJECT = "bulk_import"
"""The kind of object that an import is in the audit trail; its key is the office's code, `/` and a number."""


class Outcome(StrEnum):
    """What a line would do."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Change:
    """One value that a line would change: the column's label, what stands there now, what would."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Planned:
    """One line: where it stands, whom it is about, what it would do. `effect` does it, in the plan's transaction."""

    place: str
    subject: str
    outcome: Outcome
    changes: tuple[Change, ...] = ()
    effect: Callable[[], object] | None = None


@dataclass(slots=True)
class Plan:
    """A whole sheet. With a single fault nothing of it is written."""

    kind: Kind
    lines: list[Planned] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines have which outcome."""
        return {one.value: sum(line.outcome is one for line in self.lines) for one in Outcome}

    @property
    def writes(self) -> bool:
        """Whether there is anything to be written."""
        return any(line.effect is not None for line in self.lines)

    @property
    def token(self) -> str:
        """The plan's own mark: another one tells that something has changed since it was looked over."""
        told = [
            [one.subject, one.outcome.value, [[c.label, c.old, c.new] for c in one.changes]]
            for one in self.lines
        ]
        plain = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(plain.encode()).hexdigest()[:24]


class Imported(BaseModel):
    """What an import has done: its key, and how many lines were new, changed and already so."""

    key: str
    added: int
    changed: int
    unchanged: int


@dataclass(slots=True)
class Looking:
    """A plan in the making: its faults as they are found, by the cells of the line that is looked at."""

    plan: Plan
    wrong: set[tuple[str, int]] = field(default_factory=set)
    said: set[tuple[str, int, str]] = field(default_factory=set)

    def fault(self, line: Line, key: str, text: str, *, expected: str = "", clause: str = "") -> None:
        """Something in one cell is to be mended."""
        column = self.plan.kind.column(key)
        self.wrong.add((line.sheet, line.row))
        self.said.add((line.sheet, line.row, column.label))
        self.plan.faults.append(
            Fault(
                line.places.get(key, Place(row=line.row, sheet=line.sheet)),
                column.label,
                shown(line.values.get(key, "")),
                text,
                expected or column.expected,
                clause or column.clause,
            )
        )

    def breaches(self, line: Line, key: str, found: Iterable[Breach]) -> None:
        """What a rule says of one cell."""
        for one in found:
            self.fault(line, key, one.text, clause=one.clause)

    def is_said(self, line: Line, key: str) -> bool:
        """Whether something was found in this cell: what is missing is not called malformed, too."""
        return (line.sheet, line.row, self.plan.kind.column(key).label) in self.said

    def is_wrong(self, line: Line) -> bool:
        """Whether anything was found in the line."""
        return (line.sheet, line.row) in self.wrong

    def add(
        self,
        line: Line,
        subject: str,
        outcome: Outcome,
        changes: Sequence[Change] = (),
        effect: Callable[[], object] | None = None,
    ) -> None:
        """The line is looked over; where something is wrong it does nothing."""
        place = place_of(line)
        if self.is_wrong(line):
            self.plan.lines.append(Planned(place, subject, Outcome.WRONG))
        else:
            self.plan.lines.append(Planned(place, subject, outcome, tuple(changes), effect))


def begin(kind: Kind, faults: Iterable[Fault] = ()) -> Looking:
    """A plan that begins with what was wrong in how the sheet is written; of those cells nothing more is said."""
    looking = Looking(Plan(kind, faults=list(faults)))
    for one in looking.plan.faults:
        row = _row_of(one.place)
        looking.wrong.add((one.place.sheet, row))
        looking.said.add((one.place.sheet, row, one.label))
    return looking


def _row_of(place: Place) -> int:
    digits = place.cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return int(digits) if digits.isdecimal() else place.row


def place_of(line: Line) -> str:
    """Where a line stands, as people are told."""
    return say("bulk.line", sheet=line.sheet, row=line.row) if line.sheet else say("bulk.row", row=line.row)


def lines_of(kind: Kind, rows: Sequence[BaseModel]) -> list[Line]:
    """The lines of an act's form: as those of a sheet, with the place that the form names or their number."""
    found = []
    for number, row in enumerate(rows, start=1):
        given = {name: str(value).strip() for name, value in row.model_dump().items()}
        sheet, _, at = given.pop("place", "").rpartition("!")
        line = int(at) if at.isdecimal() else number
        place = Place(row=line, sheet=sheet)
        found.append(Line(line, sheet, given, {one.key: place for one in kind.columns}))
    return found


def rows_of(lines: Sequence[Line], model: type[BaseModel]) -> list[dict[str, str]]:
    """The same lines as an act's form takes them."""
    wanted = set(model.model_fields) - {"place"}
    return [
        {
            **{key: value for key, value in one.values.items() if key in wanted},
            "place": f"{one.sheet}!{one.row}",
        }
        for one in lines
    ]


def twice(looking: Looking, lines: Sequence[Line], key: str, of: Callable[[Line], str]) -> None:
    """The same value of a column in two lines that are not about the same (`of`): named with both cells."""
    first: dict[str, Line] = {}
    for line in lines:
        value = line.values.get(key, "").casefold()
        if not value:
            continue
        before = first.setdefault(value, line)
        if before is not line and of(before) != of(line):
            label = looking.plan.kind.column(key).label
            text = say("bulk.fault.twice", label=label, first=_cell(before, key), second=_cell(line, key))
            looking.fault(line, key, text)


def _cell(line: Line, key: str) -> str:
    place = line.places.get(key)
    return place.cell if place is not None and place.cell else str(line.row)


def carry_out(work: Work, plan: Plan, act: str, *, seen: str = "", batch: int | None = None) -> Imported:
    """Writes all lines of a plan made in this transaction, or raises and writes none.

    Raises RuleBroken with every fault; BadInput where what was looked over (`seen`, its token) is not what would be
    done now; AlreadyDone where nothing is left to be done, as for a file that comes twice.
    """
    if plan.faults:
        raise RuleBroken([_breach(one) for one in plan.faults])
    if seen and seen != plan.token:
        raise BadInput("bulk.stale", field="seen")
    if not plan.writes:
        raise AlreadyDone("bulk.nothing")

    for line in plan.lines:
        _do(line)
    key = f"{work.actor.organisation}/{_number(work)}"
    sent = work.sent[0] if work.sent else None
    told = plan.counts
    done = Imported(
        key=key, added=told[Outcome.NEW], changed=told[Outcome.CHANGED], unchanged=told[Outcome.SAME]
    )
    facts = done.model_dump(exclude={"key"})
    record.note(work, SUBJECT, key, act=act, batch=batch, **facts, sha256=sent.sha256 if sent else None)
    return done


def _do(line: Planned) -> None:
    """One line's effect; what it refuses is told with the line's place."""
    if line.effect is None:
        return
    try:
        line.effect()
    except Refusal as refused:
        text = say("bulk.at", place=line.place, text=refused.text)
        raise BadInput("bulk.refused", field="rows", text=text) from refused


def _breach(fault: Fault) -> Breach:
    where = fault.place.text if fault.place.cell else say("bulk.row", row=fault.place.row)
    return hard("bulk.breach", fault.clause, "rows", place=where, label=fault.label, text=fault.text)


def _number(work: Work) -> int:
    wanted = select(func.count()).where(
        col(Event.subject_type) == SUBJECT, col(Event.subject).like(f"{work.actor.organisation}/%")
    )
    # An event of the import and one for its file: the number need only be one that was not there.
    return int(work.session.connection().execute(wanted).scalar_one()) + 1
