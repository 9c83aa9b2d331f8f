"""What became of each batch, as one table an administrator can read without knowing any run."""

from typing import Any

from sqlalchemy import select
from sqlmodel import col

from flows.artifacts import leave_table, moment
from flows.words import word
from models.messages import say
from models.opening import Batch
from tasks.queries.course import CourseRow, batch_course
from tasks.work import House


async def leave_courses(house: House) -> None:
    """Leaves a table per batch whose dates have been announced: its stages from the first step to the last."""
    with house.look() as work:
        wanted = select(Batch).where(col(Batch.state) != "preparing").order_by(col(Batch.number))
        batches = [(one.number, one.label, one.state) for one in work.session.execute(wanted).scalars()]
        courses = {number: batch_course(work, number) for number, _label, _state in batches}
    for number, label, state in batches:
        said = say(
            "flows.table.course",
            batch=label,
            state=house.programme.label("batch_state", state),
            now=moment(house),
        )
        await leave_table(f"batch-{number}", "course", [_cells(row) for row in courses[number]], said)


def _cells(row: CourseRow) -> dict[str, Any]:
    return {
        word("artifact", "stage"): word("flow", row.stage),
        word("artifact", "matter"): row.matter,
        say("flows.course.opened"): row.opened,
        say("flows.course.on_time"): row.on_time,
        say("flows.course.late"): row.late,
        say("flows.course.still"): row.still,
        say("flows.course.cancelled"): row.cancelled,
        say("flows.course.began"): row.began_on.isoformat(),
        say("flows.course.ended"): row.ended_on.isoformat() if row.ended_on else "",
        say("flows.course.clauses"): " ".join(row.clauses),
    }
