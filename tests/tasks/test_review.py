"""The review: the panel, its statements and scores, what the machine opens, and the province's decision (K25, A23)."""

from datetime import date
from typing import Any

import pytest

from models.application import Application
from models.opening import Batch
from models.review import Assessment, Decision
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tasks.review import ranking_of
from tests.factory import PROVINCE, Bench, add_reviewer, make_bench, set_batch
from tests.tasks.scenes import (
    CITY_CASE,
    COUNTY_CASE,
    CRITERIA,
    OTHER_CASE,
    act_as,
    decide,
    events,
    key_of,
    letters,
    members,
    panel,
    reviewing_bench,
    row_of,
    run_chores,
    score_all,
    step_keys,
    steps_of,
    three_applications,
)

POINTS = {COUNTY_CASE: 90, OTHER_CASE: 80, CITY_CASE: 70}


def test_review_from_panel_to_decision(database_url: str) -> None:
    bench, people = reviewing_bench(database_url)
    score_all(bench, people, POINTS)
    bench.at("2022-04-01T15:00")

    decision = decide(
        bench,
        approved=[key_of(COUNTY_CASE)],
        waiting=[key_of(OTHER_CASE)],
        rejected={key_of(CITY_CASE): "方案不具体"},
    )

    assert (decision.approved, decision.waiting, decision.rejected) == (1, 1, 1)
    assert decision.decided_on == date(2022, 4, 1)
    assert [
        (
            row_of(bench, Application, key_of(code)).state,
            row_of(bench, Application, key_of(code)).province_rank,
        )
        for code in POINTS
    ] == [("approved", 1), ("waiting", 2), ("rejected", None)]
    assert row_of(bench, Batch, 1).state == "pairing"
    assert step_keys(bench, "S10%", state="settled") == ["S10:1"]
    assert step_keys(bench, "S09%") == []
    assert len(step_keys(bench, "S09%", state="settled")) == len(people) * len(POINTS)


def test_decision_tells_institution_nominator_and_city(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people, POINTS)

    decide(
        bench,
        approved=[key_of(COUNTY_CASE)],
        waiting=[key_of(OTHER_CASE)],
        rejected={key_of(CITY_CASE): "方案不具体"},
    )

    assert [code for code, _ in letters(bench, "decision_approved")] == sorted(
        ["430100-mz", "430121-mz", COUNTY_CASE]
    )
    assert {facts["rank"] for _, facts in letters(bench, "decision_waiting")} == {1}
    assert {facts["reason"] for _, facts in letters(bench, "decision_declined")} == {"方案不具体"}
    assert [code for code, _ in letters(bench, "decision_declined")] == sorted(["430100-mz", CITY_CASE])


# ---- the panel ---------------------------------------------------------------------------------------------


def fresh(url: str, *, cities: int = 5) -> tuple[Bench, list[str]]:
    """A batch that is open, with experts registered and no panel yet."""
    bench = make_bench(url)
    with bench.work() as work:
        set_batch(work)
        people = [add_reviewer(work, f"reviewer-{number:02d}") for number in range(1, cities + 1)]
    return bench, people


def test_panel_keeps_members_and_event(sqlite_url: str) -> None:
    bench, people = fresh(sqlite_url)

    rows = bench.act("review.form_panel", PROVINCE, batch=1, members=members(people))

    assert [(row.person, row.chair) for row in rows] == [(person, person == people[0]) for person in people]
    assert [facts["members"] for _, _, facts in events(bench, "review.form_panel")] == [
        [[person, None, person == people[0]] for person in people]
    ]


@pytest.mark.parametrize(
    ("size", "codes"),
    [
        (3, ["rules.review.panel_small"]),
        (4, ["rules.review.panel_small", "rules.review.panel_even"]),
        (6, ["rules.review.panel_even"]),
    ],
    ids=["A23-three", "A23-four", "A23-six"],
)
def test_panel_too_small_or_even_is_refused(sqlite_url: str, size: int, codes: list[str]) -> None:
    bench, people = fresh(sqlite_url, cities=6)

    with pytest.raises(RuleBroken) as refused:
        bench.act("review.form_panel", PROVINCE, batch=1, members=members(people[:size]))

    assert [(one.code, one.clause) for one in refused.value.breaches] == [(code, "A23") for code in codes]
    assert events(bench, "review.form_panel") == []


def test_panel_needs_exactly_one_chair(sqlite_url: str) -> None:
    bench, people = fresh(sqlite_url)
    headless = [{**one, "chair": False} for one in members(people)]

    with pytest.raises(BadInput, match="A23"):
        bench.act("review.form_panel", PROVINCE, batch=1, members=headless)


def test_panel_takes_registered_experts_only(sqlite_url: str) -> None:
    bench, people = fresh(sqlite_url)

    with pytest.raises(BadInput, match=r"430100-mz\.officer"):
        bench.act("review.form_panel", PROVINCE, batch=1, members=members([*people[:4], "430100-mz.officer"]))


def test_panel_is_formed_once(sqlite_url: str) -> None:
    bench, people = fresh(sqlite_url)
    bench.act("review.form_panel", PROVINCE, batch=1, members=members(people))

    with pytest.raises(AlreadyDone):
        bench.act("review.form_panel", PROVINCE, batch=1, members=members(people))


def test_panel_takes_an_experts_own_city_where_the_form_is_silent(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)
        people = [
            add_reviewer(work, f"reviewer-{n:02d}", city="430100" if n == 5 else None) for n in range(1, 6)
        ]

    rows = bench.act("review.form_panel", PROVINCE, batch=1, members=members(people))

    assert [row.city for row in rows] == [None, None, None, None, "430100"]


# ---- what the machine opens --------------------------------------------------------------------------------


def test_review_starts_after_posting_day_with_steps_per_reviewer(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)

    assert row_of(bench, Batch, 1).state == "reviewing"
    assert steps_of(bench, "S10%") == [("S10:1", PROVINCE, date(2022, 4, 2))]
    assert step_keys(bench, "S09%") == sorted(
        f"S09:{key_of(code)}:{person}" for code in POINTS for person in people
    )
    assert {(owner, due) for _, owner, due in steps_of(bench, f"S09:%{people[1]}")} == {
        ("reviewer-02", date(2022, 3, 29))
    }


def test_review_starts_once(sqlite_url: str) -> None:
    bench, _ = reviewing_bench(sqlite_url)

    assert run_chores(bench, "review") == []


@pytest.mark.parametrize("state", ["ranked", "emailed", "correcting"])
def test_review_waits_for_every_check(sqlite_url: str, state: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)
    three_applications(bench, "checked")
    panel(bench)
    with bench.work() as work:
        work.session.get_one(Application, key_of(OTHER_CASE)).state = state
    bench.at("2022-03-15T09:00")

    assert run_chores(bench, "review") == []


def test_review_waits_for_the_posting_day_to_pass(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)
    three_applications(bench, "checked")
    panel(bench)
    bench.at("2022-03-14T09:00")

    assert run_chores(bench, "review") == []


def test_reviewer_from_the_applicants_city_gets_no_step(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url, (None, None, None, None, "430100"))

    assert step_keys(bench, f"S09:%{people[4]}") == [f"S09:{key_of(OTHER_CASE)}:{people[4]}"]


# ---- statements and scores ---------------------------------------------------------------------------------


def test_reviewer_from_the_applicants_city_is_refused(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url, (None, None, None, None, "430100"))

    with pytest.raises(RuleBroken) as refused:
        act_as(bench, "review.declare_interest", people[4], application=key_of(COUNTY_CASE), conflict=False)

    assert "rules.review.same_city" in [one.code for one in refused.value.breaches]
    assert {one.clause for one in refused.value.breaches} == {"K25"}


def test_conflict_settles_the_step_and_bars_the_score(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    application = key_of(COUNTY_CASE)

    act_as(
        bench, "review.declare_interest", people[0], application=application, conflict=True, reason="曾任理事"
    )

    assert step_keys(bench, f"S09:{application}:{people[0]}", state="settled") == [
        f"S09:{application}:{people[0]}"
    ]
    with pytest.raises(RuleBroken) as refused:
        act_as(bench, "review.score", people[0], application=application, scores=dict.fromkeys(CRITERIA, 80))
    assert [(one.code, one.clause) for one in refused.value.breaches] == [("rules.review.conflict", "K25")]


def test_conflict_needs_a_reason(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)

    with pytest.raises(BadInput):
        act_as(bench, "review.declare_interest", people[0], application=key_of(COUNTY_CASE), conflict=True)


def test_score_before_the_statement_is_refused(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        act_as(
            bench,
            "review.score",
            people[0],
            application=key_of(COUNTY_CASE),
            scores=dict.fromkeys(CRITERIA, 80),
        )

    assert [(one.code, one.clause) for one in refused.value.breaches] == [("rules.review.undeclared", "K25")]


@pytest.mark.parametrize(
    "scores",
    [{"need": 80}, {**dict.fromkeys(CRITERIA, 80), "charm": 100}],
    ids=["one-missing", "one-too-many"],
)
def test_score_names_every_criterion(sqlite_url: str, scores: dict[str, int]) -> None:
    bench, people = reviewing_bench(sqlite_url)
    act_as(bench, "review.declare_interest", people[0], application=key_of(COUNTY_CASE), conflict=False)

    with pytest.raises(BadInput) as refused:
        act_as(bench, "review.score", people[0], application=key_of(COUNTY_CASE), scores=scores)

    assert refused.value.code == "review.criteria"


def test_score_off_the_scale_is_refused(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    act_as(bench, "review.declare_interest", people[0], application=key_of(COUNTY_CASE), conflict=False)

    with pytest.raises(RuleBroken) as refused:
        act_as(
            bench,
            "review.score",
            people[0],
            application=key_of(COUNTY_CASE),
            scores={**dict.fromkeys(CRITERIA, 80), "plan": 101},
        )

    assert [(one.code, one.clause) for one in refused.value.breaches] == [("rules.review.points", "A23")]


def test_score_is_given_once(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people[:1], {COUNTY_CASE: 80})

    with pytest.raises(AlreadyDone):
        act_as(
            bench,
            "review.score",
            people[0],
            application=key_of(COUNTY_CASE),
            scores=dict.fromkeys(CRITERIA, 90),
        )


def test_stranger_to_the_panel_is_refused(sqlite_url: str) -> None:
    bench, _ = reviewing_bench(sqlite_url)
    with bench.work() as work:
        stranger = add_reviewer(work, "reviewer-99")

    with pytest.raises(NotEntitled):
        act_as(bench, "review.declare_interest", stranger, application=key_of(COUNTY_CASE), conflict=False)


def test_statement_before_the_review_is_refused(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)
    three_applications(bench, "checked")
    people = panel(bench)

    with pytest.raises(NotFound):
        act_as(bench, "review.declare_interest", people[0], application=key_of(COUNTY_CASE), conflict=False)


def test_score_after_the_decision_is_refused(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people[:4], POINTS)
    act_as(bench, "review.declare_interest", people[4], application=key_of(COUNTY_CASE), conflict=False)
    decide(bench)

    with pytest.raises(AlreadyDone):
        act_as(
            bench,
            "review.score",
            people[4],
            application=key_of(COUNTY_CASE),
            scores=dict.fromkeys(CRITERIA, 1),
        )


# ---- the decision ------------------------------------------------------------------------------------------


def test_ranking_goes_by_exact_means(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people, {OTHER_CASE: 80})
    for code, plan in ((COUNTY_CASE, 81), (CITY_CASE, 83)):
        for number, person in enumerate(people):
            act_as(bench, "review.declare_interest", person, application=key_of(code), conflict=False)
            scores = {**dict.fromkeys(CRITERIA, 80), "plan": plan if number == 0 else 80}
            act_as(bench, "review.score", person, application=key_of(code), scores=scores)

    with bench.work() as work:
        assert ranking_of(work, 1) == [key_of(CITY_CASE), key_of(COUNTY_CASE), key_of(OTHER_CASE)]
    assert row_of(bench, Assessment, (key_of(OTHER_CASE), people[0])).total_tenths == 800


def test_decision_without_quorum_is_refused(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people[:3], POINTS)

    with pytest.raises(RuleBroken) as refused:
        decide(bench)

    assert [(one.code, one.clause) for one in refused.value.breaches] == [("rules.review.quorum", "A23")]
    assert row_of(bench, Batch, 1).state == "reviewing"
    assert row_of(bench, Application, key_of(COUNTY_CASE)).state == "checked"


def test_decision_with_too_few_scores_is_refused(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people[:2], POINTS)
    score_all(bench, people[2:], {COUNTY_CASE: 90, OTHER_CASE: 80})

    with pytest.raises(RuleBroken) as refused:
        decide(bench)

    assert [(one.code, one.clause, one.facts["application"]) for one in refused.value.breaches] == [
        ("rules.review.scores_few", "A23", key_of(CITY_CASE))
    ]


@pytest.mark.parametrize(
    "form",
    [
        {"approved": [key_of(COUNTY_CASE)]},
        {"waiting": [key_of(COUNTY_CASE)]},
        {"waiting": ["1-52430100MJX0000000-1"]},
        {"minutes": " "},
        {"document": ""},
    ],
    ids=["left-out", "twice", "unknown", "no-minutes", "no-document"],
)
def test_decision_is_complete_and_has_minutes(sqlite_url: str, form: dict[str, Any]) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people, POINTS)

    with pytest.raises(BadInput, match="K25"):
        decide(bench, **form)


def test_rejection_needs_a_reason(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people, POINTS)

    with pytest.raises(BadInput):
        decide(bench, approved=[key_of(COUNTY_CASE), key_of(OTHER_CASE)], rejected={key_of(CITY_CASE): " "})


def test_lower_mean_before_a_higher_one_is_refused(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people, POINTS)

    with pytest.raises(RuleBroken) as refused:
        decide(bench, approved=[key_of(OTHER_CASE), key_of(COUNTY_CASE), key_of(CITY_CASE)])

    assert [(one.code, one.clause) for one in refused.value.breaches] == [("review.out_of_order", "A23")]


def test_equal_means_stand_in_the_order_of_the_decision(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people, dict.fromkeys(POINTS, 80))
    order = [key_of(CITY_CASE), key_of(COUNTY_CASE), key_of(OTHER_CASE)]

    decide(bench, approved=order)

    assert [row_of(bench, Application, key).province_rank for key in order] == [1, 2, 3]


def test_decision_ends_the_steps_of_those_who_never_scored(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people[:4], POINTS)

    decide(bench)

    assert step_keys(bench, "S09%") == []
    assert len(step_keys(bench, "S09%", state="cancelled")) == len(POINTS)


def test_withdrawal_during_the_review_ends_its_steps(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)

    bench.act("application.withdraw", CITY_CASE, application=key_of(CITY_CASE), reason="机构合并")

    assert step_keys(bench, f"S09:{key_of(CITY_CASE)}%") == []
    with pytest.raises(AlreadyDone):
        act_as(bench, "review.declare_interest", people[0], application=key_of(CITY_CASE), conflict=False)


def test_pairing_list_is_owed_when_decided_and_the_roster_closed(sqlite_url: str) -> None:
    bench, people = reviewing_bench(sqlite_url)
    score_all(bench, people, POINTS)
    bench.at("2022-04-01T15:00")

    decide(bench)

    assert row_of(bench, Decision, 1).document == "样例文号〔2022〕1号"
    assert step_keys(bench, "S12%") == []
