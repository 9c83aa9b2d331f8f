"""A draft may be unfinished, but a number is a number."""

from datetime import date
from typing import Any

import pytest

from models.rules.form_types import type_breaches

TYPES = {
    "background": ("F29", "long_text"),
    "beneficiaries": ("F19", "integer"),
    "funds_own_wan": ("F25", "decimal"),
    "founded_on": ("F05", "date"),
    "budget": ("F31", "table"),
    "bank_account": ("X05", "account"),
}


@pytest.mark.parametrize(
    ("form", "code", "field"),
    [
        ({"beneficiaries": "many"}, "rules.form.whole", "F19"),
        ({"beneficiaries": 1.5}, "rules.form.whole", "F19"),
        ({"funds_own_wan": "1.2.3"}, "rules.form.wan", "F25"),
        ({"founded_on": "2022-02-30"}, "rules.form.date", "F05"),
        ({"budget": "food 1"}, "rules.form.budget_table", "F31"),
        ({"budget": ["food"]}, "rules.form.budget_table", "F31"),
        ({"bank_account": "6200"}, "rules.form.single", "X05"),
        ({"background": ["a"]}, "rules.form.single", "F29"),
        ({"beneficiaries": {"a": 1}}, "rules.form.single", "F19"),
    ],
)
def test_a_value_of_another_type_is_named(form: dict[str, Any], code: str, field: str) -> None:
    (breach,) = type_breaches(form, TYPES)

    assert (breach.code, breach.field, breach.clause) == (code, field, field)
    assert field in breach.text


def test_what_is_of_its_type_passes_however_wrong() -> None:
    form = {
        "background": "x" * 5000,
        "beneficiaries": "0",
        "funds_own_wan": "-1.23456",
        "founded_on": date(2030, 1, 1),
        "budget": [{"item": ""}],
        "bank_account": {"number": ""},
        "unknown": object(),
    }

    assert type_breaches(form, TYPES) == ()
    assert type_breaches(dict.fromkeys(form), TYPES) == ()
