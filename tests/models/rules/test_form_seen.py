"""What was seen of a form tells which fields have changed since, and never what stood in them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.form_seen import changed_since, differing_fields, seen_token

FORMS = st.dictionaries(
    st.sampled_from(["background", "proposal", "beneficiaries"]),
    st.one_of(st.text(max_size=5), st.integers(0, 3), st.none()),
)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({}, {}, ()),
        ({"background": "a"}, {"background": "a"}, ()),
        ({"background": "a"}, {"background": "b", "proposal": "c"}, ("background", "proposal")),
        ({"background": "a"}, {}, ("background",)),
        ({"background": " "}, {}, ()),
        ({"lead_id_number": "1*2", "sealed_numbers": {"lead_id_number": "x"}},) * 2 + ((),),
        (
            {"lead_id_number": "1*2", "sealed_numbers": {"lead_id_number": "x"}},
            {"lead_id_number": "1*2", "sealed_numbers": {"lead_id_number": "y"}},
            ("lead_id_number",),
        ),
        ({"budget": [{"item": "a", "wan": "1"}]}, {"budget": [{"wan": "1", "item": "a"}]}, ()),
    ],
)
def test_fields_that_changed_are_named(
    before: dict[str, Any], after: dict[str, Any], changed: tuple[str, ...]
) -> None:
    assert changed_since(seen_token(before), after) == changed
    assert differing_fields(before, after) == changed


@given(FORMS, FORMS)
def test_a_token_knows_as_much_as_the_form(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert changed_since(seen_token(before), after) == differing_fields(before, after)


def test_a_text_that_is_no_token_has_seen_nothing() -> None:
    assert changed_since("rubbish", {"background": "a"}) == ("background",)
