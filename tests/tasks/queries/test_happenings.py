"""What happened to an object: people with their office, remindings by hand with their words, a report's receipts."""

from models.rules.access import Viewer
from tasks.queries.happenings import happenings
from tasks.queries.pair_page import pair_events
from tasks.queries.report_sheet import report_sheet
from tests.factory import PROVINCE
from tests.tasks.scenes import COUNTY, COUNTY_PAIR, run_chores
from tests.tasks.working import day, enter_month, name_trainees, working_bench
from tests.tasks.yearend import receive, reporting_bench, submit


def test_a_reminding_by_hand_stands_with_its_words_and_the_office(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    name_trainees(bench)
    bench.at("2022-07-01T09:00")
    run_chores(bench, "fieldwork")
    enter_month(bench, day(1, "2022-06-21"))

    bench.act("deadlines.remind_now", COUNTY, step=f"S19C:{COUNTY_PAIR}:2022-06", note="请尽快核对（示例）")
    with bench.house.look() as work:
        found = happenings(work, "monthly_return", f"{COUNTY_PAIR}:2022-06")

    assert [(one.act, one.reason) for one in found] == [
        ("fieldwork.enter_month", ""),
        ("deadlines.remind_now", "请尽快核对（示例）"),
    ]
    assert [one.who for one in found] == ["样例机构0016（示例） 联系人0016", "长沙县民政局经办人"]


def test_a_report_tells_of_both_receipts(sqlite_url: str) -> None:
    bench = reporting_bench(sqlite_url)
    submit(bench, "430100")
    receive(bench, "430100")

    with bench.house.look() as work:
        viewer = Viewer(f"{PROVINCE}.officer", PROVINCE, "province_civil", "430000", None)
        found = report_sheet(work, viewer, "430100", 2022).events

    received = [one.who for one in found if one.act == "evaluation.receive_report"]
    assert received == ["湖南省民政厅经办人", "湖南省乡村振兴局经办人"]


def test_events_of_a_pair_name_the_office(sqlite_url: str) -> None:
    bench = working_bench(sqlite_url)
    bench.act("agreement.terminate", PROVINCE, pair=COUNTY_PAIR, reason="注销", document="批件（示例）")

    with bench.house.look() as work:
        found = pair_events(work, COUNTY_PAIR)

    assert {one.who for one in found} == {"湖南省民政厅经办人"}
