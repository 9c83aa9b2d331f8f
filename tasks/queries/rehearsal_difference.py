"""What another date would change in the letters of the next days: shown before it is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlmodel import col

from models.messages import say
from models.step import Step
from tasks.opening import require_dates
from tasks.queries.rehearsal import Move, RehearsedLetter, RehearsedLine, rehearse, rehearse_outline
from tasks.refusal import BadInput
from tasks.steps import due_from, next_mark_from, step_of_key
from tasks.work import Work

Change = Literal["gone", "new", "changed"]
OUTLINE_FROM = 20
"""With more moved steps than these, letters are compared by outline: a person has one letter a day either way."""


@dataclass(frozen=True, slots=True)
class ChangedLetter:
    """One letter that would disappear, appear, or say something else; the lines that stay are left out."""

    change: Change
    letter: RehearsedLetter
    before: tuple[RehearsedLine, ...]
    after: tuple[RehearsedLine, ...]


def moved_step(work: Work, key: str, until: date) -> Move:
    """An open step with another due date; raises NotFound, or BadInput for one that is not open."""
    step = step_of_key(work, key)
    if step.state != "open" or step.id is None:
        raise BadInput("rehearsal.not_open", field="--extend", step=key)
    if until < work.today or (step.due_on is not None and until <= step.due_on):
        raise BadInput(
            "act.extension_not_later", field="--extend", step=key, due=step.due_on or "", until=until
        )
    return _moved(work, step, until)


def moved_batch(
    work: Work, batch: int, *, submit_by: date | None = None, post_by: date | None = None
) -> list[Move]:
    """Every open step of a batch that is counted from its days of e-mailing or posting, as they would stand then."""
    found = require_dates(work, batch)
    named = {"batch.submit_by": submit_by or found.submit_by, "batch.post_by": post_by or found.post_by}
    anchors = {name: day for name, day in named.items() if day is not None}
    wanted = select(Step).where(
        col(Step.batch) == batch, col(Step.state) == "open", col(Step.anchor).in_(sorted(anchors))
    )
    moves = []
    for step in work.session.execute(wanted.order_by(col(Step.key))).scalars():
        due = due_from(work, step, anchors)
        if due is not None and due.on != step.due_on:
            moves.append(_moved(work, step, due.on))
    return moves


def rehearse_difference(work: Work, days: int, moves: list[Move]) -> list[ChangedLetter]:
    """The letters that these moves change, by day and recipient; a pure read, nothing is moved."""
    tell = rehearse if len(moves) <= OUTLINE_FROM else rehearse_outline
    before = {one.key: one for one in tell(work, days)}
    changed: list[ChangedLetter] = []
    for letter in tell(work, days, moves=moves):
        was = before.pop(letter.key, None)
        if was is None:
            changed.append(ChangedLetter("new", letter, (), letter.lines))
        elif _said(was) != _said(letter):
            changed.append(
                ChangedLetter("changed", letter, _only(was, _said(letter)), _only(letter, _said(was)))
            )
    changed += [ChangedLetter("gone", one, one.lines, ()) for one in before.values()]
    return sorted(changed, key=lambda one: one.letter.key)


def why(line: RehearsedLine) -> str:
    """Why a line stands in the letter, in words: which day, how far from it, reminder or rung."""
    due = line.due_on.isoformat() if line.due_on else ""
    if line.nature == "escalation":
        return say("rehearsal.escalation", due=due, days=line.offset)
    code = "reminder_today" if line.offset == 0 else "reminder" if line.offset < 0 else "reminder_after"
    return say(f"rehearsal.{code}", due=due, days=abs(line.offset))


def _moved(work: Work, step: Step, until: date) -> Move:
    """With its next mark after today, as an extension sets it."""
    assert step.id is not None
    return Move(step.id, until, next_mark_from(work, step, until))


def _said(letter: RehearsedLetter) -> Mapping[tuple[str, str, int, date | None], int]:
    return {(one.step, one.nature, one.offset, one.due_on): one.steps for one in letter.lines}


def _only(
    letter: RehearsedLetter, other: Mapping[tuple[str, str, int, date | None], int]
) -> tuple[RehearsedLine, ...]:
    return tuple(
        one for one in letter.lines if other.get((one.step, one.nature, one.offset, one.due_on)) != one.steps
    )
