"""An unfinished form: kept without a version, never over somebody else's change, numbers sealed."""

from typing import Any

import pytest

from models.application import Application, ApplicationVersion
from models.rules.access import Viewer
from models.rules.breach import RuleBroken
from models.rules.form_seen import seen_token
from tasks.form_privacy import reveal_form
from tasks.queries.dossier_page import dossier_page
from tasks.queries.first_form import first_form
from tasks.queries.form_advice import form_advice
from tasks.queries.summary_table import summary_table
from tasks.refusal import AlreadyDone, BadInput, NotEntitled
from tests.factory import PROVINCE, Bench
from tests.tasks.applying import (
    COUNTY,
    MASKED,
    RESIDENT_NUMBER,
    county_code,
    draft,
    emailed_bench,
    form_of,
    key_of,
    opened_bench,
    register,
    submit,
    submitted,
)
from tests.tasks.scenes import events, row_of, rows

CODE = county_code(1)
KEY = key_of(CODE)


def token(bench: Bench) -> str:
    return seen_token(row_of(bench, Application, KEY).form)


def stored(bench: Bench) -> dict[str, Any]:
    return dict(row_of(bench, Application, KEY).form)


def save(bench: Bench, form: dict[str, Any], seen: str | None = None, code: str = CODE) -> Any:
    plain = token(bench) if seen is None else seen
    return bench.act("application.save_draft", code, application=KEY, form=form, seen=plain)


def drafted(url: str) -> Bench:
    bench = opened_bench(url)
    register(bench, CODE)
    draft(bench, CODE)
    return bench


def shown(form: dict[str, Any]) -> dict[str, Any]:
    """A stored form as a page gives it back."""
    return {name: value for name, value in form.items() if name != "sealed_numbers"}


def test_an_unfinished_form_is_kept_without_a_version(database_url: str) -> None:
    bench = drafted(database_url)
    form = {"background": "未完", "lead_id_number": RESIDENT_NUMBER, "beneficiaries": ""}

    found = save(bench, form)

    assert (found.state, found.version, rows(bench, ApplicationVersion)) == ("draft", 1, [])
    assert shown(stored(bench)) == {**form, "lead_id_number": MASKED}
    assert reveal_form(stored(bench), KEY)["lead_id_number"] == RESIDENT_NUMBER
    ((_, subject, facts),) = events(bench, "application.save_draft")
    assert subject == KEY
    assert "background" in facts["fields"]
    assert RESIDENT_NUMBER not in str(facts)


def test_a_masked_number_stays_and_saving_the_same_writes_nothing(sqlite_url: str) -> None:
    bench = drafted(sqlite_url)

    save(bench, shown(stored(bench)))

    assert reveal_form(stored(bench), KEY)["lead_id_number"] == RESIDENT_NUMBER
    assert events(bench, "application.save_draft") == []


def test_a_stale_page_is_refused_with_what_changed(sqlite_url: str) -> None:
    bench = drafted(sqlite_url)
    seen = token(bench)
    save(bench, form_of(CODE, background="先保存的", beneficiaries=900))

    with pytest.raises(BadInput) as refused:
        save(bench, form_of(CODE, proposal="后保存的"), seen)

    assert (refused.value.code, refused.value.facts["fields"]) == (
        "application.stale",
        ["预期服务受益人群数量", "项目背景"],
    )
    assert "项目背景" in refused.value.text
    assert stored(bench)["background"] == "先保存的"


def test_a_value_of_another_shape_is_refused(sqlite_url: str) -> None:
    bench = drafted(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        save(bench, {"beneficiaries": ["很多"], "budget": "食宿"})

    assert [one.field for one in refused.value.breaches] == ["F19", "F31"]


@pytest.mark.parametrize(
    ("field", "typed", "number"),
    [
        pytest.param("beneficiaries", "约八百人", "F19", id="whole"),
        pytest.param("beneficiaries", "9" * 5000, "F19", id="whole-too-long"),
        pytest.param("training_person_times", "-1", "F22", id="whole-negative"),
        pytest.param("funds_own_wan", "两万", "F25", id="wan"),
        pytest.param("funds_fiscal_wan", "NaN", "F23", id="wan-not-a-number"),
        pytest.param("funds_lottery_wan", "1e999999", "F24", id="wan-endless"),
        pytest.param("founded_on", "2015年春", "F05", id="date"),
        pytest.param("inspection_year", "去年", "F08", id="year"),
        pytest.param("budget", [{"item": "食宿", "wan": "一万五"}], "F31", id="row"),
        pytest.param("grade", "五星", "F09", id="choice"),
        pytest.param("contact_email", "没有", "F17", id="email"),
        pytest.param("trainees", "若干", "X02", id="added"),
    ],
)
def test_what_was_typed_wrongly_is_kept_shown_and_refused_when_handed_in(
    sqlite_url: str, field: str, typed: Any, number: str
) -> None:
    bench = drafted(sqlite_url)

    save(bench, form_of(CODE, **{field: typed}))

    assert stored(bench)[field] == typed
    viewer = Viewer(f"{CODE}.officer", CODE, "recipient", "430121", "430100")
    with bench.house.look() as work:
        told = [one for one in form_advice(work, KEY, stored(bench)) if not one.is_sound]
        page = dossier_page(work, viewer, KEY)
    assert [one.id for one in told] == [number]
    assert page.versions[-1].form[field] == typed
    with pytest.raises(RuleBroken) as refused:
        submit(bench, CODE)
    assert {one.field for one in refused.value.breaches} == {number}


def test_a_new_application_begins_with_what_was_typed_last_time(sqlite_url: str) -> None:
    bench = drafted(sqlite_url)
    save(bench, form_of(CODE, beneficiaries="约八百人"))
    bench.act("application.withdraw", CODE, application=KEY, reason="改报（示例）")

    with bench.house.look() as work:
        begun = first_form(work, CODE, COUNTY)

    assert begun["beneficiaries"] == "约八百人"


def test_signatures_are_not_the_drafts_to_set(sqlite_url: str) -> None:
    bench = drafted(sqlite_url)
    submit(bench, CODE)
    bench.act("application.return_for_changes", COUNTY, application=KEY, remarks={"background": "补充"})
    signed = stored(bench)["commitment_signed_on"]

    save(bench, {"background": "改", "commitment_signed_on": "1999-01-01", "opinion_text": "自写"})

    assert stored(bench)["commitment_signed_on"] == signed
    assert "opinion_text" not in stored(bench)


def test_what_is_being_corrected_is_seen_as_it_was_sent(database_url: str) -> None:
    bench, _keys = emailed_bench(database_url, CODE)
    bench.act("application.request_correction", PROVINCE, application=KEY, problems={"background": "补充"})
    with bench.work() as work:
        before = summary_table(work, 1, "430100")

    save(bench, {"background": "改", "institution_name": ""})

    with bench.work() as work:
        assert summary_table(work, 1, "430100") == before
    bench.act("application.correct", CODE, application=KEY, form=form_of(CODE, background="改好"))
    assert (row_of(bench, Application, KEY).state, stored(bench)["background"]) == ("emailed", "改好")
    assert stored(bench)["opinion_text"] == "同意推选（示例）"


def test_what_is_out_of_hand_or_anothers_is_not_saved(sqlite_url: str) -> None:
    bench = opened_bench(sqlite_url)
    submitted(bench, CODE)
    register(bench, county_code(2))

    with pytest.raises(AlreadyDone):
        save(bench, {})
    with pytest.raises(NotEntitled):
        save(bench, {}, code=county_code(2))
