"""What a run leaves for the administrator: what was done, who is late, what is next, and a summary in words."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from flows.words import flow_title, word
from models.messages import say
from tasks.queries.steps import StepRow, step_list
from tasks.work import House

AHEAD = 5
"""So many working days ahead is "what is next"."""

SHOWN, LISTED = 200, 15
"""So many rows a table shows and so many lines a summary; both say how many there are."""


@dataclass(frozen=True, slots=True)
class DoneRow:
    """One kind of thing done in one place."""

    place: str
    chore: str
    count: int
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of flow `code` has to say; with `stage` only that stage's steps are looked at."""

    code: str
    message: str
    done: Sequence[DoneRow] = field(default=())
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Who is late now, and what falls due in the next working days."""

    late: list[StepRow]
    ahead: list[StepRow]


def outlook_of(house: House, stage: str | None = None) -> Outlook:
    """The open steps past their date and those due soon, by due date; a pure read."""
    with house.look() as work:
        until = work.workdays.add_workdays(work.today, AHEAD)
        late, ahead = step_list(work, overdue=True), step_list(work, due_until=until)
    if stage is None:
        return Outlook(late, ahead)
    return Outlook([row for row in late if row.stage == stage], [row for row in ahead if row.stage == stage])


async def leave_digest(house: House, report: Report) -> None:
    """Leaves what was done and the summary only: for a run whose subflows leave the tables of steps."""
    said = {"title": flow_title(report.code), "now": moment(house)}
    await asyncio.gather(
        leave_table(report.code, "done", done_table(report.done), say("flows.table.done", **said)),
        leave_words(
            report.code, summary(house, report, outlook_of(house)), say("flows.summary.note", **said)
        ),
    )


async def leave_report(house: House, report: Report) -> None:
    """Leaves the three tables and the summary under keys that stay the same, so that each has a history."""
    outlook = outlook_of(house, report.stage)
    said = {"title": flow_title(report.code), "now": moment(house), "days": AHEAD}
    await asyncio.gather(
        leave_table(report.code, "done", done_table(report.done), say("flows.table.done", **said)),
        leave_table(
            report.code,
            "late",
            step_table(outlook.late),
            say("flows.table.late", **said, **_counts(outlook.late)),
        ),
        leave_table(
            report.code,
            "next",
            step_table(outlook.ahead),
            say("flows.table.next", **said, **_counts(outlook.ahead)),
        ),
        leave_words(report.code, summary(house, report, outlook), say("flows.summary.note", **said)),
    )


async def leave_table(code: str, part: str, rows: list[dict[str, Any]], description: str) -> None:
    """Leaves one table of a flow; an empty one too, so that yesterday's does not look like today's."""
    await acreate_table_artifact(key=f"{code}-{part}", table=rows, description=description)


async def leave_words(code: str, markdown: str, description: str) -> None:
    """Leaves a flow's summary."""
    await acreate_markdown_artifact(key=f"{code}-summary", markdown=markdown, description=description)


def done_table(rows: Sequence[DoneRow]) -> list[dict[str, Any]]:
    """What was done, one row per place and chore."""
    return [
        {
            word("artifact", "city"): row.place,
            word("artifact", "chore"): row.chore,
            word("artifact", "count"): row.count,
            word("artifact", "detail"): "\n".join(row.details),
        }
        for row in rows
    ]


def step_table(rows: Sequence[StepRow]) -> list[dict[str, Any]]:
    """Steps with their owner, the day they were due and how many working days ago that was."""
    return [
        {
            word("artifact", "city"): row.city or word("artifact", "province"),
            word("artifact", "matter"): row.matter,
            word("artifact", "owner"): row.owner_name,
            word("artifact", "since"): _day(row.due_on, provisional=row.provisional),
            word("artifact", "days_late"): row.late if row.late is not None else "",
            word("artifact", "key"): row.key,
        }
        for row in rows[:SHOWN]
    ]


def summary(house: House, report: Report, outlook: Outlook) -> str:
    """The run in words, as Markdown: the result, what was done, who is late, what is next."""
    late_title = say("flows.summary.late_title", count=len(outlook.late))
    next_title = say("flows.summary.next_title", days=AHEAD, count=len(outlook.ahead))
    lines = [
        say("flows.summary.title", title=flow_title(report.code), now=moment(house)),
        "",
        say("flows.summary.result", message=report.message),
    ]
    for heading, listed in (
        (say("flows.summary.done_title"), [_done_line(row) for row in report.done]),
        (late_title, [_step_line(row) for row in outlook.late]),
        (next_title, [_step_line(row) for row in outlook.ahead]),
    ):
        shown = listed[:LISTED] or [say("flows.summary.none")]
        if len(listed) > LISTED:
            shown.append(say("flows.summary.more", count=len(listed) - LISTED))
        lines += ["", heading, "", *shown]
    return "\n".join(lines) + "\n"


def moment(house: House) -> str:
    """Now, as people write it."""
    return f"{house.clock.now():%Y-%m-%d %H:%M}"


def _done_line(row: DoneRow) -> str:
    return say("flows.summary.done_line", place=row.place, chores=f"{row.chore} {row.count}")


def _step_line(row: StepRow) -> str:
    return say(
        "flows.summary.line",
        place=row.city or word("artifact", "province"),
        matter=row.matter,
        owner=row.owner_name,
        due=_day(row.due_on, provisional=row.provisional),
        late=say("flows.summary.late", days=row.late) if row.late is not None else "",
    )


def _counts(rows: Sequence[StepRow]) -> dict[str, int]:
    return {"count": len(rows), "shown": min(SHOWN, len(rows))}


def _day(day: date | None, *, provisional: bool) -> str:
    if day is None:
        return ""
    return f"{day.isoformat()}{say('cli.provisional')}" if provisional else day.isoformat()
