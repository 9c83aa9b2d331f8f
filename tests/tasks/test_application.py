"""Applications: from the draft to the recommendation, with every rule that stands in the way (K20, K21, K23, K37)."""

from datetime import date
from typing import Any

import pytest

from models.application import Application, ApplicationVersion
from models.mail import Letter
from models.rules.breach import RuleBroken
from tasks.form_privacy import reveal_form
from tasks.refusal import AlreadyDone, BadInput, NotEntitled
from tests.factory import Bench, sample_uscc
from tests.tasks.applying import (
    CITY,
    CITY_RURAL,
    COUNTY,
    COUNTY_RURAL,
    MASKED,
    OTHER_COUNTY,
    RESIDENT_NUMBER,
    city_code,
    consented,
    county_code,
    draft,
    form_of,
    key_of,
    opened_bench,
    override,
    recommend,
    recommended,
    refusals,
    register,
    submit,
    submitted,
)
from tests.tasks.scenes import events, letters, row_of, rows, step_keys, steps_of


def state_of(bench: Bench, key: str) -> str:
    """The state of an application."""
    return str(row_of(bench, Application, key).state)


# ---- the whole way -----------------------------------------------------------------------------------------


def test_application_through_the_county(database_url: str) -> None:
    bench = opened_bench(database_url)
    code = register(bench, county_code(1))
    key = draft(bench, code).key
    assert steps_of(bench, "S02%") == [(f"S02:{key}", code, date(2022, 3, 3))]

    submit(bench, code)
    assert step_keys(bench, "S02%", state="settled") == [f"S02:{key}"]
    assert steps_of(bench, "S03:%") == [("S03:1:430121", COUNTY, date(2022, 3, 7))]

    bench.act("application.consent_plan", COUNTY_RURAL, application=key, opinion="同意（示例）")
    found = recommend(bench, key)

    assert (found.key, found.state, found.nominator_slot, found.city) == (key, "recommended", 1, "430100")
    assert step_keys(bench, "S03:%", state="settled") == ["S03:1:430121"]
    assert [(told, facts["result"]) for told, facts in letters(bench, "recommendation_result")] == [
        (CITY, "recommended"),
        (code, "recommended"),
    ]


def test_application_by_the_city_itself_has_no_county_step(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)

    key = recommended(bench, city_code(2), nominator=CITY)

    found = row_of(bench, Application, key)
    assert (found.channel, found.state, found.nominator_slot) == ("city", "recommended", 1)
    assert step_keys(bench, "S03:%") + step_keys(bench, "S03:%", state="settled") == []
    assert step_keys(bench, "S04:1:430100") == ["S04:1:430100"]


# ---- handing in --------------------------------------------------------------------------------------------


def test_every_fault_of_the_form_is_named(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, county_code(1))
    faulty = form_of(code, lead_mobile="123", professionals_trained=2, background="中" * 401, address="")
    draft(bench, code, form=faulty)

    with pytest.raises(RuleBroken) as refused:
        submit(bench, code, sealed=False, signed_on=date(2022, 3, 2))

    assert [one.field for one in refused.value.breaches] == ["F07", "F12", "F21", "F26", "F26", "F29"]
    assert state_of(bench, key_of(code)) == "draft"
    assert rows(bench, ApplicationVersion) == []


def test_advice_does_not_stand_in_the_way_and_is_kept(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, county_code(1))
    draft(bench, code, form=form_of(code, inspection_result="unqualified"))

    submit(bench, code)

    (facts,) = [facts for _, _, facts in events(bench, "application.submit")]
    assert [text[:3] for text in facts["advice"]] == ["F08"]


def test_submitted_form_is_not_changed_and_not_handed_in_twice(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    with pytest.raises(AlreadyDone) as revised:
        bench.act("application.revise", county_code(1), application=key, form={})
    with pytest.raises(AlreadyDone) as again:
        submit(bench, county_code(1))

    assert (revised.value.code, again.value.code) == ("application.not_in_hand", "act.illegal_move")


def test_returned_application_comes_back_as_its_second_version(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = county_code(1)
    key = consented(bench, code)

    bench.act(
        "application.return_for_changes", COUNTY, application=key, remarks={"address": "请写全（示例）"}
    )
    assert step_keys(bench, "S02%") == [f"S02:{key}+2"]
    assert step_keys(bench, "S03:%") == []
    assert [
        (told, facts["reasons"], facts["due_on"]) for told, facts in letters(bench, "application_returned")
    ] == [
        (
            code,
            [{"field": "通讯地址", "sentence": "请写全（示例）", "clause": "F07"}],
            "2022-03-03",
        )
    ]
    bench.act("application.revise", code, application=key, form=form_of(code, address="样例路2号"))
    submit(bench, code)

    found = row_of(bench, Application, key)
    assert (found.state, found.version, found.plan_consented_on) == ("submitted", 2, None)
    assert step_keys(bench, "S03:%") == ["S03:1:430121+2"]
    with bench.work() as work:
        versions = [work.session.get_one(ApplicationVersion, (key, number)) for number in (1, 2)]
    assert [one.form["address"] for one in versions] == ["样例路1号", "样例路2号"]


def test_return_without_a_remark_is_refused(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    with pytest.raises(BadInput) as refused:
        bench.act("application.return_for_changes", COUNTY, application=key, remarks={})

    assert refused.value.code == "application.remarks_missing"


# ---- resident numbers --------------------------------------------------------------------------------------


def test_resident_numbers_are_sealed_for_their_row(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = recommended(bench, county_code(1))

    stored = row_of(bench, Application, key).form

    assert (stored["lead_id_number"], stored["contact_id_number"]) == (MASKED, MASKED)
    assert reveal_form(stored, key)["lead_id_number"] == RESIDENT_NUMBER
    kept = [str(stored), *(str(row.form) for row in rows(bench, ApplicationVersion))]
    kept += [str(row.facts) for row in rows(bench, Letter)]
    kept += [
        str(facts)
        for act in ("application.draft", "application.submit")
        for _, _, facts in events(bench, act)
    ]
    assert [text for text in kept if RESIDENT_NUMBER in text] == []


def test_number_that_comes_back_masked_is_the_stored_one(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, county_code(1))
    key = draft(bench, code).key
    shown = form_of(code, lead_id_number=MASKED, contact_id_number="430102199003070011")

    bench.act("application.revise", code, application=key, form=shown)

    plain = reveal_form(row_of(bench, Application, key).form, key)
    assert (plain["lead_id_number"], plain["contact_id_number"]) == (RESIDENT_NUMBER, "430102199003070011")


# ---- recommended or not ------------------------------------------------------------------------------------


def test_plan_needs_the_consent_of_rural_revitalisation(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))

    with pytest.raises(BadInput) as refused:
        recommend(bench, key)

    assert refused.value.code == "application.plan_not_consented"
    assert "K37" in refused.value.text


@pytest.mark.parametrize(
    ("nominator", "consenting", "code"),
    [
        pytest.param(COUNTY, CITY_RURAL, county_code(1), id="K37-city-for-county"),
        pytest.param(COUNTY, "430102-xz", county_code(1), id="K37-other-county"),
        pytest.param(CITY, COUNTY_RURAL, city_code(1), id="K37-county-for-city"),
    ],
)
def test_consent_is_the_nominators_own_neighbours(
    sqlite_url: str, nominator: str, consenting: str, code: str
) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, code, nominator=nominator)

    with pytest.raises(NotEntitled):
        bench.act("application.consent_plan", consenting, application=key, opinion="同意")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"opinion": " "}, [("rules.form.opinion_text", "F27")], id="F27-text"),
        pytest.param(
            {"signed_on": date(2022, 2, 28)}, [("rules.form.opinion_early", "F27")], id="F27-before-F26"
        ),
        pytest.param(
            {"signed_on": date(2022, 3, 2)}, [("rules.form.opinion_future", "F27")], id="F27-future"
        ),
    ],
)
def test_opinion_is_written_and_dated(
    sqlite_url: str, fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    bench = opened_bench(sqlite_url)
    key = consented(bench, county_code(1))

    with pytest.raises(RuleBroken) as refused:
        recommend(bench, key, **fields)

    assert refusals(refused) == expected


def test_other_county_does_not_decide(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = consented(bench, county_code(1))

    with pytest.raises(NotEntitled):
        recommend(bench, key, nominator=OTHER_COUNTY)
    with pytest.raises(NotEntitled):
        bench.act("application.decline", OTHER_COUNTY, application=key, reason="无")


def test_declined_applicant_is_told_why(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    key = submitted(bench, county_code(1))
    with pytest.raises(BadInput):
        bench.act("application.decline", COUNTY, application=key, reason=" ")

    bench.act("application.decline", COUNTY, application=key, reason="条件不足（示例）")

    assert state_of(bench, key) == "declined"
    assert step_keys(bench, "S03:%") == []
    assert [
        (told, facts["result"], facts["reason"]) for told, facts in letters(bench, "recommendation_result")
    ] == [(county_code(1), "not_recommended", "条件不足（示例）")]


def test_county_owes_its_decision_until_nothing_is_undecided(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    first, second = consented(bench, county_code(1)), submitted(bench, county_code(2))

    recommend(bench, first)
    assert step_keys(bench, "S03:%") == ["S03:1:430121"]
    bench.act("application.withdraw", county_code(2), application=second, reason="放弃")

    assert step_keys(bench, "S03:%") == []


def test_county_recommends_two_and_a_third_only_by_override(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    for code in (county_code(1), city_code(2)):
        recommended(bench, code)
    third = consented(bench, county_code(3))

    with pytest.raises(RuleBroken) as refused:
        recommend(bench, third)
    assert refusals(refused) == [("rules.quotas.county", "K20")]

    override(bench, third, "K20")
    assert recommend(bench, third).nominator_slot == 3
    assert sorted(told for told, _ in letters(bench, "override_granted")) == sorted(
        [county_code(3), COUNTY, CITY]
    )


def test_other_county_has_a_quota_of_its_own(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    for serial in (1, 2):
        recommended(bench, county_code(serial))

    key = recommended(bench, sample_uscc(3, "430102"), nominator=OTHER_COUNTY)

    assert row_of(bench, Application, key).nominator_slot == 1


def test_city_recommends_one_directly_and_a_second_only_by_override(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    recommended(bench, city_code(1), nominator=CITY)
    second = consented(bench, city_code(2), nominator=CITY)

    with pytest.raises(RuleBroken) as refused:
        recommend(bench, second, nominator=CITY)
    assert refusals(refused) == [("rules.quotas.city_direct", "K21")]

    override(bench, second, "K21")
    assert recommend(bench, second, nominator=CITY).state == "recommended"


def test_override_of_another_clause_does_not_help(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    for serial in (1, 2):
        recommended(bench, county_code(serial))
    third = consented(bench, county_code(3))
    override(bench, third, "K21")

    with pytest.raises(RuleBroken) as refused:
        recommend(bench, third)

    assert refusals(refused) == [("rules.quotas.county", "K20")]


def test_withdrawal_frees_the_place_and_the_institution(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    first, _ = recommended(bench, county_code(1)), recommended(bench, county_code(2))
    third = consented(bench, county_code(3))

    bench.act("application.withdraw", county_code(1), application=first, reason="合并（示例）")
    recommend(bench, third)
    again = draft(bench, county_code(1))

    assert (state_of(bench, first), state_of(bench, third)) == ("withdrawn", "recommended")
    assert (again.key, again.attempt) == (key_of(county_code(1), 2), 2)
    with pytest.raises(BadInput):
        bench.act("application.withdraw", county_code(1), application=again.key, reason="")


def test_withdrawn_draft_owes_nothing(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    code = register(bench, county_code(1))
    key = draft(bench, code).key

    bench.act("application.withdraw", code, application=key, reason="放弃（示例）")

    assert step_keys(bench, "S02%", state="cancelled") == [f"S02:{key}"]
