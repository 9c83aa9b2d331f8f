"""What the province can do though nobody's date says so: papers that are on their way, a panel that is to be formed."""

from models.application import Submission
from models.rules.access import Viewer
from tasks.queries.at_hand import AtHand, at_hand
from tests.factory import PROVINCE, make_bench, set_batch
from tests.tasks.scenes import panel, three_applications


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
