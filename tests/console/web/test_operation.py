"""The page of whoever runs the service: whether it works, what only they can mend, and nobody else's right to it."""

import pytest

from tasks.deadlines import sweep
from tasks.todos import add_todo
from tests.console.web.visiting import browse, operate
from tests.factory import PROVINCE, Bench
from tests.tasks.scenes import CITY, COUNTY_CASE, events
from tests.tasks.working import working_bench


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    return working_bench(sqlite_url)


def test_what_is_not_done_is_said_until_it_is(bench: Bench) -> None:
    browser = operate(bench)

    before = browser.get("/operation").text
    sweep(bench.house)
    after = browser.get("/operation").text

    assert ("未就绪" in before, "未就绪" in after) == (True, False)
    assert bench.house.programme.digest in after


def test_the_doctors_findings_are_shown_on_demand(bench: Bench) -> None:
    sweep(bench.house)

    page = operate(bench).get("/operation", params={"diagnose": "1"}).text

    assert "检查结果" in page


def test_a_to_do_is_finished_with_a_note(bench: Bench) -> None:
    with bench.work() as work:
        add_todo(work, "bounced", f"{CITY}.officer", detail="5.1.1")
    browser = operate(bench)
    shown = browser.get("/operation").text
    key = shown.partition('name="todo" value="')[2].partition('"')[0]

    without = browser.post_form("/operation/todo", todo=key, note=" ")
    done = browser.post_form("/operation/todo", todo=key, note="已电话核实，改用新邮箱")

    assert "被退信（5.1.1）" in shown
    assert (without.status_code, done.status_code) == (400, 303)
    assert "没有只能由运行人员处理的事" in browser.get("/operation").text
    assert [actor for actor, _, _ in events(bench, "todo.finish")] == ["operator.officer"]


def test_the_province_looks_and_others_do_not(bench: Bench) -> None:
    looks = [browse(bench, one).get("/operation").status_code for one in (PROVINCE, CITY, COUNTY_CASE)]
    mends = browse(bench, PROVINCE).post_form("/operation/todo", todo="x", note="y").status_code

    assert looks == [200, 403, 403]
    assert mends == 403
