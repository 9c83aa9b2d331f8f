"""The review's pages: one's own applications, interest before scores, others' scores after one's own, the decision."""

import pytest

from models.application import Application
from models.opening import Batch
from models.review import Assessment, Decision, PanelMember
from tests.console.web.visiting import Guest, Visiting, read_page, visiting
from tests.factory import PROVINCE, PROVINCE_RURAL, add_reviewer, make_bench, set_batch
from tests.tasks.scenes import (
    CITY_CASE,
    COUNTY_CASE,
    CRITERIA,
    OTHER_CASE,
    key_of,
    members,
    reviewing_bench,
    row_of,
    rows,
    score_all,
    three_applications,
)

FIRST, SECOND = "reviewer-01.reviewer", "reviewer-02.reviewer"
POINTS = {COUNTY_CASE: 90, OTHER_CASE: 80, CITY_CASE: 70}


@pytest.fixture
def visited(sqlite_url: str) -> Visiting:
    bench, _people = reviewing_bench(sqlite_url, (None, None, None, None, "430300"))
    return visiting(bench)


@pytest.fixture
def scored(visited: Visiting) -> Visiting:
    score_all(visited.bench, [f"reviewer-{number:02d}.reviewer" for number in range(1, 5)], POINTS)
    return visited


def declare(guest: Guest, code: str, **fields: str) -> None:
    forms = guest.page(f"/review/{key_of(code)}").forms
    wanted = [one for one in forms if one.action == "/act/review.declare_interest"]
    form = next(one for one in wanted if ("conflict" in one.names) is bool(fields))
    assert guest.send(form, **fields).status_code == 303


def test_a_reviewer_declares_then_scores_and_then_sees_the_others(visited: Visiting) -> None:
    score_all(visited.bench, [SECOND], {COUNTY_CASE: 61})
    guest, path = visited.as_(FIRST), f"/review/{key_of(COUNTY_CASE)}"
    before = guest.page(path)
    declare(guest, COUNTY_CASE)

    between = guest.page(path)
    answer = guest.fill(path, action="/act/review.score", **{f"scores__{one}": "88" for one in CRITERIA})

    after = guest.page(path)
    assert ["61" in page.text.split() for page in (before, between, after)] == [False, False, True]
    assert (answer.status_code, answer.headers["location"]) == (303, path)


def test_a_reviewer_with_an_interest_sees_the_application_no_more(visited: Visiting) -> None:
    guest = visited.as_(FIRST)

    declare(guest, COUNTY_CASE, reason="亲属任职（示例）")

    page = guest.page(f"/review/{key_of(COUNTY_CASE)}")
    assert ("按规定回避" in page.text, "项目背景" in page.text) == (True, False)
    assert row_of(visited.bench, Assessment, (key_of(COUNTY_CASE), FIRST)).conflict is True


def test_an_application_of_ones_own_city_is_not_there(visited: Visiting) -> None:
    guest = visited.as_("reviewer-05.reviewer")

    answer = guest.get(f"/review/{key_of(OTHER_CASE)}")

    assert answer.status_code == 404
    assert len(guest.page("/review").rows) == 1 + 2


def test_points_beyond_the_scale_come_back_with_the_reason(visited: Visiting) -> None:
    guest = visited.as_(FIRST)
    declare(guest, COUNTY_CASE)
    form = guest.page(f"/review/{key_of(COUNTY_CASE)}").form("/act/review.score")

    answer = guest.send(form, **{f"scores__{one}": "101" for one in CRITERIA})

    assert (answer.status_code, "100" in read_page(answer).text) == (409, True)


def test_the_province_sees_who_is_behind_and_reminds(visited: Visiting) -> None:
    score_all(visited.bench, [FIRST], POINTS)
    province = visited.as_(f"{PROVINCE}.officer")

    page = province.page("/review")

    behind = {row[0].split(" ")[0]: row[-2:] for row in page.rows if len(row) == 8}
    assert [line for line in behind.values() if line[0] == "0"] == [["0", ""]]
    assert province.get(page.link("催办")).status_code == 200


def test_the_rural_office_observes_and_cannot_decide(scored: Visiting) -> None:
    rural = scored.as_(f"{PROVINCE_RURAL}.officer")

    page, decision = rural.page("/review"), rural.get("/review/decision/1")

    assert ("90.00" in page.text, "评审决定与立项签字" in page.text) == (True, False)
    assert decision.status_code == 403


def test_a_reviewer_never_sees_the_ranking(scored: Visiting) -> None:
    guest = scored.as_("reviewer-05.reviewer")

    page, decision = guest.page("/review"), guest.get("/review/decision/1")

    assert ("90.00" in page.text, decision.status_code) == (False, 403)


def test_the_decision_is_taken_as_it_is_suggested(scored: Visiting) -> None:
    province = scored.as_(f"{PROVINCE}.officer")
    form = province.page("/review/decision/1").form("/review/decision/1")
    chosen = {
        f"result.{key_of(CITY_CASE)}": "rejected",
        f"reason.{key_of(CITY_CASE)}": "方案不可行（示例）",
        f"result.{key_of(OTHER_CASE)}": "waiting",
    }

    first = province.send(form, minutes="纪要", document="文号", **chosen)
    again = province.send(form, minutes="纪要", document="文号", **chosen)

    decision = row_of(scored.bench, Decision, 1)
    assert (first.status_code, again.status_code) == (303, 303)
    assert (decision.approved, decision.waiting, decision.rejected) == (1, 1, 1)
    assert row_of(scored.bench, Batch, 1).state == "pairing"


def test_a_refused_decision_comes_back_with_what_was_chosen(scored: Visiting) -> None:
    province = scored.as_(f"{PROVINCE}.officer")

    answer = province.fill(
        "/review/decision/1",
        action="/review/decision/1",
        minutes="纪要的开头",
        document="文号",
        **{f"result.{key_of(CITY_CASE)}": "rejected"},
    )

    page = read_page(answer)
    assert answer.status_code == 400
    assert ("未予办理" in page.text, "纪要的开头" in answer.text) == (True, True)
    assert rows(scored.bench, Decision) == []


def test_a_decision_without_scores_enough_names_the_rule(visited: Visiting) -> None:
    score_all(visited.bench, [FIRST], POINTS)
    province = visited.as_(f"{PROVINCE}.officer")

    answer = province.fill("/review/decision/1", action="/review/decision/1", minutes="纪要", document="文号")

    assert (answer.status_code, "A23" in read_page(answer).text) == (409, True)


def test_equals_are_put_in_the_chairs_order(visited: Visiting) -> None:
    people = [f"reviewer-{number:02d}.reviewer" for number in range(1, 5)]
    score_all(visited.bench, people, {COUNTY_CASE: 80, CITY_CASE: 80, OTHER_CASE: 90})
    province = visited.as_(f"{PROVINCE}.officer")
    form = province.page("/review/decision/1").form("/review/decision/1")

    answer = province.send(
        form,
        minutes="纪要",
        document="文号",
        **{f"tie.{key_of(COUNTY_CASE)}": "2", f"tie.{key_of(CITY_CASE)}": "1"},
    )

    assert answer.status_code == 303
    with visited.bench.house.look() as work:
        order = [work.session.get_one(Application, key_of(one)).province_rank for one in POINTS]
    assert order == [3, 1, 2]


def test_the_province_names_the_panel_by_ticking(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)
        people = [add_reviewer(work, f"reviewer-{number:02d}") for number in range(1, 7)]
    three_applications(bench, "checked")
    province = visiting(bench).as_(f"{PROVINCE}.officer")
    form = province.page("/review").form("/review/panel/1")

    even = province.send(form, person=people[:4], chair=people[0])
    odd = province.send(form, person=people[:5], chair=people[0])

    named = {one.person: one.chair for one in rows(bench, PanelMember)}
    assert (even.status_code, odd.status_code) == (409, 303)
    again = read_page(even).form("/review/panel/1")
    kept = sorted(value for name, value in again.values if name in ("person", "chair"))
    assert kept == sorted([people[0], *people[:4]])
    assert named == {one["person"]: one["chair"] for one in members(people[:5])}
