"""A pace alert (S20) keeps what it was raised for: days, people, or both (K30, K31)."""

from sqlalchemy import text

from tests.tasks.scenes import events, run_chores
from tests.tasks.working import day, enter_month, name_trainees, working_bench


def test_an_alert_keeps_all_that_is_short(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    name_trainees(bench)
    enter_month(bench, day(1, "2022-06-16"))
    with bench.work() as work:
        gone = "UPDATE trainee SET left_on = '2022-07-01' WHERE key = (SELECT MAX(key) FROM trainee)"
        work.session.connection().execute(text(gone))
    bench.at("2022-09-16T09:00")

    run_chores(bench, "fieldwork")

    ((_actor, _subject, facts),) = events(bench, "fieldwork.raise_pace_alert")
    assert [said.partition("。")[2] for said in facts["advice"]] == ["请加快进度。", "请补充选派人员。"]
