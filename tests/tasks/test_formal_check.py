"""The formal check: in order, or corrected by the applicant and checked again (S08, S08C; K23, K25)."""

from datetime import date
from typing import Any

import pytest

from models.application import Application, ApplicationVersion
from models.rules.breach import RuleBroken
from tasks.form_privacy import reveal_form
from tasks.refusal import AlreadyDone, BadInput, NotEntitled
from tests.factory import PROVINCE, Bench, add_institution
from tests.tasks.applying import (
    COUNTY,
    MASKED,
    RESIDENT_NUMBER,
    county_code,
    emailed_bench,
    form_of,
    refusals,
)
from tests.tasks.scenes import letters, row_of, step_keys, steps_of

CODE = county_code(1)
PROBLEMS = {"address": "请写全（示例）", "appendix": "缺附件2（示例）"}


def request(bench: Bench, key: str, problems: dict[str, str] | None = None) -> None:
    """The province asks for corrections."""
    bench.act(
        "application.request_correction",
        PROVINCE,
        application=key,
        problems=PROBLEMS if problems is None else problems,
    )


def correct(bench: Bench, key: str, **changes: Any) -> None:
    """The applicant sends the form again as it is shown, changed here and there."""
    form = form_of(CODE, **{"lead_id_number": MASKED, "contact_id_number": MASKED, **changes})
    bench.act("application.correct", CODE, application=key, form=form)


def test_application_in_order_is_checked(sqlite_url: str) -> None:
    bench, (key,) = emailed_bench(sqlite_url)

    assert bench.act("application.check", PROVINCE, application=key).state == "checked"
    assert step_keys(bench, "S08%", state="settled") == [f"S08:{key}"]


def test_correction_goes_to_the_applicant_and_back(database_url: str) -> None:
    bench, (key,) = emailed_bench(database_url)
    bench.at("2022-03-15T10:00")
    request(bench, key)

    assert step_keys(bench, f"S08:{key}%") == []
    assert steps_of(bench, "S08C%") == [(f"S08C:{key}", CODE, date(2022, 3, 18))]
    assert [
        (code, facts["due_on"], facts["reasons"]) for code, facts in letters(bench, "correction_requested")
    ] == [
        (
            told,
            "2022-03-18",
            [
                {"field": "通讯地址", "sentence": "请写全（示例）", "clause": "F07"},
                {"field": "appendix", "sentence": "缺附件2（示例）", "clause": "K23"},
            ],
        )
        for told in (COUNTY, CODE)
    ]

    bench.at("2022-03-17T10:00")
    correct(bench, key, address="样例路2号")

    found = row_of(bench, Application, key)
    assert (found.state, found.version, found.form["address"]) == ("emailed", 2, "样例路2号")
    assert reveal_form(found.form, key)["lead_id_number"] == RESIDENT_NUMBER
    assert found.form["opinion_text"] == "同意推选（示例）"
    assert step_keys(bench, "S08C%") == []
    assert steps_of(bench, f"S08:{key}%") == [(f"S08:{key}+2", PROVINCE, date(2022, 3, 24))]
    assert row_of(bench, ApplicationVersion, (key, 2)).form["address"] == "样例路2号"

    request(bench, key, {"address": "仍不完整（示例）"})
    assert step_keys(bench, "S08C%") == [f"S08C:{key}+2"]
    assert len(letters(bench, "correction_requested")) == 4


def test_correction_with_a_fault_is_refused(sqlite_url: str) -> None:
    bench, (key,) = emailed_bench(sqlite_url)
    request(bench, key)

    with pytest.raises(RuleBroken) as refused:
        correct(bench, key, beneficiaries=0)

    assert refusals(refused) == [("rules.form.beneficiaries", "F19")]
    assert step_keys(bench, "S08C%") == [f"S08C:{key}"]


def test_correction_names_what_is_wrong(sqlite_url: str) -> None:
    bench, (key,) = emailed_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        request(bench, key, {})

    assert refused.value.code == "application.remarks_missing"


def test_nothing_is_corrected_unasked_or_checked_meanwhile(sqlite_url: str) -> None:
    bench, (key,) = emailed_bench(sqlite_url)
    with pytest.raises(AlreadyDone):
        correct(bench, key)
    request(bench, key)

    with pytest.raises(AlreadyDone):
        bench.act("application.check", PROVINCE, application=key)


def test_nobody_corrects_for_another(sqlite_url: str) -> None:
    bench, (key,) = emailed_bench(sqlite_url)
    with bench.work() as work:
        other = add_institution(work, county_code(2))
    request(bench, key)

    with pytest.raises(NotEntitled):
        bench.act("application.correct", other, application=key, form=form_of(CODE))


def test_withdrawal_ends_the_check(sqlite_url: str) -> None:
    bench, (key,) = emailed_bench(sqlite_url)
    request(bench, key)

    bench.act("application.withdraw", CODE, application=key, reason="放弃（示例）")

    assert step_keys(bench, "S08%") == []
    assert row_of(bench, Application, key).city_rank is None
