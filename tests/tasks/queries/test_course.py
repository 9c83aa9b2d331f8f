"""A batch's course: each kind of step with its days, in time, late, open and cancelled."""

from datetime import date

from tasks import steps
from tasks.parties import Scope
from tasks.queries.course import CourseRow, batch_course
from tests.factory import make_bench


def test_course_counts_what_was_in_time_late_open_and_cancelled(database_url: str) -> None:
    bench = make_bench(database_url, "2022-02-25T09:00")
    cities = ["430100", "430200", "430300", "430400"]
    with bench.work() as work:
        for city in cities:
            scope = Scope(batch=1, city=city)
            steps.open_step(
                work, "S05", f"1:{city}", scope=scope, anchors={"batch.submit_by": date(2022, 3, 10)}
            )
    # Half past midnight in China is still the day before in the database's own time.
    with bench.at("2022-03-10T23:30").work() as work:
        steps.settle_step(work, "S05", "1:430100")
    with bench.at("2022-03-11T00:30").work() as work:
        steps.settle_step(work, "S05", "1:430200")
        steps.cancel_step(work, "S05", "1:430300")

    with bench.house.look() as work:
        found = batch_course(work, 1)
        other = batch_course(work, 2)

    plan = bench.house.programme.step("S05")
    assert found == [
        CourseRow(
            kind="S05",
            stage="application",
            matter=plan.title,
            clauses=tuple(plan.clauses),
            began_on=date(2022, 2, 25),
            ended_on=date(2022, 3, 11),
            opened=4,
            on_time=1,
            late=1,
            still=1,
            cancelled=1,
        )
    ]
    assert other == []
