"""What the province can do though nobody's date says so: papers that are on their way, a panel that is to be formed."""

from datetime import date

from models.application import Submission
from models.rules.access import Viewer
from tasks.queries.at_hand import AtHand, at_hand
from tests.factory import PROVINCE, PROVINCE_RURAL, SHENZHEN, make_bench, set_batch
from tests.tasks.scenes import (
    CITY_CASE,
    COUNTY_CASE,
    SENDERS,
    pairing_bench,
    panel,
    proposed,
    three_applications,
)
from tests.tasks.yearend import receive, reporting_bench, submit


def viewer(role: str) -> Viewer:
    return Viewer(f"{PROVINCE}.officer", PROVINCE, role, "430000", None)


def test_papers_on_their_way_and_a_panel_are_at_hand_for_the_province(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)
        work.session.add(Submission(key="1:430200", batch=1, city="430200", state="posted"))
    three_applications(bench, "checked")

    with bench.house.look() as work:
        before = at_hand(work, viewer("province_civil"))
        others = at_hand(work, viewer("province_rural"))
    panel(bench)
    with bench.house.look() as work:
        label = work.batch(1).label
        after = at_hand(work, viewer("province_civil"))

    papers = AtHand("papers", 1, label, 1)
    assert (before, others) == ((papers, AtHand("panel", 1, label)), ())
    assert after == (papers,)


def test_shenzhen_is_told_of_a_list_that_waits_for_it(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)
    bench.act(
        "pairing.propose_pairs",
        PROVINCE,
        batch=1,
        pairs=proposed((SENDERS[0], COUNTY_CASE), (SENDERS[1], CITY_CASE)),
    )

    with bench.house.look() as work:
        label = work.batch(1).label
        before = at_hand(work, viewer("sender_bureau"))
    bench.act("pairing.confirm_list", SHENZHEN, batch=1, confirmed_on=date(2022, 4, 15))
    with bench.house.look() as work:
        after = at_hand(work, viewer("sender_bureau"))

    assert (before, after) == ((AtHand("list", 1, label, 2),), ())


def test_filed_reports_wait_for_each_provincial_office(sqlite_url: str) -> None:
    bench = reporting_bench(sqlite_url)
    submit(bench, "430100")

    with bench.house.look() as work:
        before = [
            [one.kind for one in at_hand(work, viewer(role))] for role in ("province_civil", "province_rural")
        ]
    receive(bench, "430100", PROVINCE_RURAL)
    with bench.house.look() as work:
        after = [
            [one.kind for one in at_hand(work, viewer(role))] for role in ("province_civil", "province_rural")
        ]

    assert before == [["reports"], ["reports"]]
    assert after == [["reports"], []]
