"""F01-F31: the application form."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.breach import split
from models.rules.form import (
    FIELDS,
    FormContext,
    commitment_breaches,
    inspection_breaches,
    missing_breaches,
    opinion_breaches,
    submission_breaches,
)
from models.rules.form_content import budget_breaches, content_breaches, funds_breaches, text_breaches
from models.rules.form_values import decimals, wan
from tests.models.rules.standin import HUNAN, codes
from tests.models.rules.test_eligibility import code_of

ZHONG = "\u4e2d"
CONTEXT = FormContext(
    on=date(2022, 3, 8),
    opened_on=date(2022, 2, 25),
    years=2,
    cities={"430100", "430200"},
    nominator_city="430100",
    register_name="sample",
)
FORM: dict[str, Any] = {
    "city": "430100",
    "nominator": "430121-mz",
    "institution_name": "sample",
    "uscc": code_of("430121"),
    "founded_on": date(2015, 5, 1),
    "legal_representative": "sample",
    "address": "sample road 1",
    "inspection_result": "qualified",
    "grade": "3A",
    "lead_name": "sample",
    "lead_mobile": "13800138000",
    "lead_email": "lead@sample.example",
    "lead_id_number": "11010519491231002X",
    "contact_name": "sample",
    "contact_mobile": "13800138001",
    "contact_email": "contact@sample.example",
    "contact_id_number": "11010519491231002X",
    "beneficiaries": 800,
    "professionals_trained": 5,
    "training_person_times": 40,
    "funds_fiscal_wan": Decimal("2"),
    "funds_lottery_wan": Decimal("0.5"),
    "funds_own_wan": Decimal("1.2345"),
    "commitment_signed_on": date(2022, 3, 5),
    "commitment_sealed": True,
    "opinion_text": "agreed",
    "opinion_sealed": True,
    "opinion_signed_on": date(2022, 3, 7),
    "background": ZHONG * 400,
    "proposal": ZHONG * 800,
    "budget": ({"item": "board", "wan": "1.5"}, {"item": "service", "wan": Decimal("0.5")}),
}


def told(found: Any) -> list[tuple[str | None, str]]:
    return [(one.field, code) for one, code in zip(found, codes(found), strict=True)]


def test_good_form_passes() -> None:
    assert submission_breaches(FORM, CONTEXT, HUNAN) == ()
    assert opinion_breaches(FORM, CONTEXT) == ()


@pytest.mark.parametrize(("key", "field"), list(FIELDS.items()))
def test_each_required_field_left_blank(key: str, field: str) -> None:
    for blank in (None, "  ", ()):
        found = missing_breaches(FORM | {key: blank})
        assert told(found) == [(field, field.lower())]
    assert field in {one.field for one in submission_breaches(FORM | {key: None}, CONTEXT, HUNAN)}


def test_empty_form_tells_everything_in_order() -> None:
    fields = [one.field for one in submission_breaches({}, CONTEXT, HUNAN)]

    assert fields == [*list(FIELDS.values())[:-3], "F26", "F26", "F29", "F30", "F31"]


@pytest.mark.parametrize(
    ("changed", "field", "code", "hard"),
    [
        pytest.param({"city": "110000"}, "F01", "city", True, id="F01"),
        pytest.param({"city": "430200"}, "F01", "nominator_city", True, id="F01-F02"),
        pytest.param({"institution_name": "other"}, "F03", "register_name", True, id="F03"),
        pytest.param({"uscc": "1"}, "F04", "length", True, id="F04"),
        pytest.param({"founded_on": date(2022, 2, 26)}, "F05", "founded", True, id="F05-after-opening"),
        pytest.param({"founded_on": "soon"}, "F05", "date", True, id="F05-no-date"),
        pytest.param({"inspection_result": "?"}, "F08", "inspection", True, id="F08"),
        pytest.param(
            {"inspection_result": "unqualified"}, "F08", "inspection_failed", False, id="F08-failed"
        ),
        pytest.param({"grade": "6A"}, "F09", "grade", True, id="F09"),
        pytest.param({"lead_mobile": "1"}, "F12", "mobile", True, id="F12"),
        pytest.param({"lead_email": "x"}, "F13", "email", True, id="F13"),
        pytest.param({"lead_id_number": "1"}, "F14", "shape", True, id="F14"),
        pytest.param({"contact_mobile": "1"}, "F16", "mobile", True, id="F16"),
        pytest.param({"contact_email": "x\ny@z.cn"}, "F17", "email_control", True, id="F17"),
        pytest.param({"contact_email": "LEAD@sample.example"}, "F17", "same_email", False, id="F17-same"),
        pytest.param({"contact_id_number": "110105194912310021"}, "F18", "check_digit", True, id="F18"),
        pytest.param({"beneficiaries": 0}, "F19", "beneficiaries", True, id="F19"),
        pytest.param({"beneficiaries": 100001}, "F19", "beneficiaries_many", False, id="F19-outlier"),
        pytest.param({"beneficiaries": "2.5"}, "F19", "whole", True, id="F19-fraction"),
        pytest.param({"institutions_developed": -1}, "F20", "whole", True, id="F20"),
        pytest.param({"professionals_trained": 2}, "F21", "professionals", True, id="F21-K30"),
        pytest.param({"trainees": "2"}, "X02", "trainees", True, id="X02-K30"),
        pytest.param({"training_person_times": 4}, "F22", "person_times", False, id="F22"),
        pytest.param({"funds_own_wan": -1}, "F25", "wan_negative", True, id="F25-negative"),
        pytest.param({"funds_own_wan": "0.00001"}, "F25", "wan_decimals", True, id="F25-decimals"),
        pytest.param({"funds_own_wan": 20000}, "F25", "wan_yuan", False, id="F25-yuan"),
        pytest.param({"funds_own_wan": "many"}, "F25", "wan", True, id="F25-words"),
        pytest.param({"funds_fiscal_wan": "1.49"}, "F23", "unfunded", False, id="K42-unfunded"),
        pytest.param({"commitment_sealed": "yes"}, "F26", "commitment_seal", True, id="F26-seal"),
        pytest.param(
            {"commitment_signed_on": date(2022, 3, 9)}, "F26", "commitment_future", True, id="F26-date"
        ),
        pytest.param({"background": ZHONG * 401}, "F29", "words", True, id="F29-A21"),
        pytest.param({"proposal": ZHONG * 801}, "F30", "words", True, id="F30-A21"),
        pytest.param({"budget": "1"}, "F31", "budget_table", True, id="F31-table"),
        pytest.param({"budget": [{"item": "", "wan": 1}]}, "F31", "budget_row", True, id="F31-row"),
        pytest.param({"budget_total_wan": "3"}, "F31", "budget_total", True, id="F31-total"),
    ],
)
def test_one_fault(changed: dict[str, Any], field: str, code: str, hard: bool) -> None:
    found = submission_breaches(FORM | changed, CONTEXT, HUNAN)

    assert told(found) == [(field, code)]
    assert found[0].hard is hard


def test_unknown_bureau() -> None:
    found = submission_breaches(FORM, replace(CONTEXT, nominator_city=""), HUNAN)

    assert told(found) == [("F02", "nominator")]


@pytest.mark.parametrize(
    ("year", "note", "expected"),
    [
        pytest.param(2021, "", [], id="F08-last-year"),
        pytest.param(2020, "not yet issued", [], id="F08-with-note"),
        pytest.param(2020, "", ["inspection_note"], id="F08-without-note"),
        pytest.param(2019, "old", ["inspection_year"], id="F08-too-old"),
        pytest.param(2022, "early", ["inspection_year"], id="F08-too-new"),
        pytest.param("2021", "text", ["inspection_year"], id="F08-no-number"),
    ],
)
def test_inspection_year(year: object, note: str, expected: list[str]) -> None:
    form = FORM | {"inspection_year": year, "inspection_note": note}

    assert codes(inspection_breaches(form, CONTEXT, HUNAN)) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param({"opinion_text": ""}, ["opinion_text"], id="F27-text"),
        pytest.param({"opinion_sealed": None}, ["opinion_seal"], id="F27-seal"),
        pytest.param({"opinion_signed_on": None}, ["opinion_date"], id="F27-date"),
        pytest.param({"opinion_signed_on": date(2022, 3, 4)}, ["opinion_early"], id="F27-before-F26"),
        pytest.param({"opinion_signed_on": "2022-03-09"}, ["opinion_future"], id="F27-future"),
    ],
)
def test_opinion(changed: dict[str, Any], expected: list[str]) -> None:
    assert codes(opinion_breaches(FORM | changed, CONTEXT)) == expected


def test_every_fault_is_told_at_once() -> None:
    form = FORM | {
        "city": "1",
        "uscc": "1",
        "lead_mobile": "1",
        "background": ZHONG * 401,
        "funds_own_wan": "?",
    }

    found = submission_breaches(form, CONTEXT, HUNAN)

    assert [one.field for one in found] == ["F01", "F04", "F12", "F25", "F29"]


@given(
    st.dictionaries(
        st.sampled_from([*FIELDS, "budget_total_wan"]), st.text() | st.integers() | st.floats() | st.none()
    )
)
def test_nothing_typed_raises(values: dict[str, Any]) -> None:
    for one in submission_breaches(FORM | values, CONTEXT, HUNAN):
        assert one.text
        assert one.field


@given(st.lists(st.decimals(0, 100, places=4), min_size=1, max_size=9))
def test_budget_total_is_the_sum_of_its_rows(sums: list[Decimal]) -> None:
    rows = [{"item": "x", "wan": one} for one in sums]

    assert budget_breaches({"budget": rows, "budget_total_wan": sum(sums)}, HUNAN) == ()
    wrong = {"budget": rows, "budget_total_wan": sum(sums) + Decimal("0.0001")}
    assert codes(budget_breaches(wrong, HUNAN)) == ["budget_total"]


@given(st.decimals(0, 10, places=4), st.decimals(0, 10, places=4), st.integers(1, 4))
def test_unfunded_is_advice_exactly_below_ten_thousand_a_year(
    fiscal: Decimal, lottery: Decimal, years: int
) -> None:
    found = funds_breaches({"funds_fiscal_wan": fiscal, "funds_lottery_wan": lottery}, years, HUNAN)

    assert bool(found) == (fiscal + lottery < years)
    assert split(found)[0] == ()


@given(st.integers(0, 900))
def test_words_are_refused_exactly_above_the_limit(count: int) -> None:
    found = text_breaches({"background": ZHONG * count, "proposal": ZHONG * count}, HUNAN)

    assert [one.field for one in found] == ["F29"] * (count > 400) + ["F30"] * (count > 800)


@given(st.decimals(0, 1000, places=6))
def test_sums_in_wan_are_read_exactly(amount: Decimal) -> None:
    assert wan(str(amount)) == amount
    assert decimals(amount) <= 6


def test_blank_content_is_left_to_the_missing_fields() -> None:
    assert content_breaches({}, 2, HUNAN) == ()
    assert codes(commitment_breaches({}, CONTEXT)) == ["commitment_seal", "commitment_date"]
