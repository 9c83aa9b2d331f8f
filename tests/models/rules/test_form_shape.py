"""A draft keeps whatever somebody typed; what has another shape than its field nobody typed."""

from datetime import date
from typing import Any

import pytest

from models.rules.form_shape import shape_breaches

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
        ({"budget": "food 1"}, "rules.form.budget_table", "F31"),
        ({"budget": ["food"]}, "rules.form.budget_table", "F31"),
        ({"bank_account": "6200"}, "rules.form.single", "X05"),
        ({"background": ["a"]}, "rules.form.single", "F29"),
        ({"beneficiaries": {"a": 1}}, "rules.form.single", "F19"),
        ({"founded_on": ["2022-02-25"]}, "rules.form.single", "F05"),
    ],
)
def test_a_value_of_another_shape_is_named(form: dict[str, Any], code: str, field: str) -> None:
    (breach,) = shape_breaches(form, TYPES)

    assert (breach.code, breach.field, breach.clause) == (code, field, field)
    assert field in breach.text


def test_what_was_typed_passes_however_wrong() -> None:
    form = {
        "background": "x" * 5000,
        "beneficiaries": "many",
        "funds_own_wan": "1.2.3",
        "founded_on": "2022-02-30",
        "budget": [{"item": "", "wan": "a lot"}],
        "bank_account": {"number": ""},
        "unknown": object(),
    }

    assert shape_breaches(form, TYPES) == ()
    assert shape_breaches({**form, "founded_on": date(2030, 1, 1), "beneficiaries": 0.5}, TYPES) == ()
    assert shape_breaches(dict.fromkeys(form), TYPES) == ()
