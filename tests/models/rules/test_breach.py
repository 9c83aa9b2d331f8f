"""A breach carries its clause, facts and sentence; a refusal carries every breach."""

import pytest

from models.rules.breach import Breach, RuleBroken, hard, soft, split, still_standing

FULL = soft("rules.quotas.county", "K20", "F02", nominator="430121", cap=2, count=3, scope="batch")
OVER = hard("rules.quotas.city_total", "K22", city="430100", cap=3, count=4, scope="batch")


def test_text_fills_facts() -> None:
    assert "430121" in FULL.text
    assert "K20" in FULL.text


def test_text_shows_codes_as_words() -> None:
    breach = hard("rules.agreement.seal", "K27", party="sender")

    assert "sender" not in breach.text


def test_split_keeps_order() -> None:
    assert split([FULL, OVER, FULL]) == ((OVER,), (FULL, FULL))


def test_override_passes_soft_breaches_of_its_clause_only() -> None:
    assert still_standing([FULL, OVER], {"K20", "K22"}) == (OVER,)
    assert still_standing([FULL, OVER], {"K21"}) == (FULL, OVER)


def test_refusal_says_every_sentence() -> None:
    refused = RuleBroken([FULL, OVER])

    assert refused.breaches == (FULL, OVER)
    assert str(refused) == f"{FULL.text}\n{OVER.text}"


def test_facts_are_frozen_and_breaches_compare_by_value() -> None:
    facts = {"a": 1}
    breach = Breach("x.y", "K01", facts=facts)
    facts["a"] = 2

    assert breach == Breach("x.y", "K01", facts={"a": 1})
    assert hash(breach) == hash(Breach("x.y", "K01", facts={"a": 1}))
    with pytest.raises(TypeError):
        breach.facts["a"] = 3  # type: ignore[index]


def test_row_is_plain_data() -> None:
    row = FULL.as_row()

    assert (row["code"], row["hard"], row["facts"]) == (
        "rules.quotas.county",
        False,
        {"nominator": "430121", "cap": 2, "count": 3, "scope": "batch"},
    )
