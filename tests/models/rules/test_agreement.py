"""K27, K28, A9, A16: parties, signatures and terms."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.agreement import (
    Instalment,
    Party,
    Signature,
    Terms,
    due_parties,
    effective_on,
    is_complete,
    signature_breaches,
    terms_breaches,
)
from models.rules.money import Leg, due_fen
from tests.models.rules.standin import HUNAN, codes, reading
from tests.models.rules.test_money import FUNDING

FOUR = due_parties(HUNAN, nominated_by_city=False)
THREE = due_parties(HUNAN, nominated_by_city=True)
CONFIRMED, TODAY = date(2022, 5, 11), date(2022, 6, 1)
SIGNED = Signature(Party.SENDER, date(2022, 5, 20), sealed=True)
PLAN = tuple(
    Instalment(leg, year, date(year, 6, 30), due_fen(leg, year, FUNDING, HUNAN))
    for leg in Leg
    for year in FUNDING.years
)
TERMS = Terms({"target_beneficiaries": 800}, PLAN)


def test_parties() -> None:
    assert FOUR == (Party.CITY_CIVIL, Party.COUNTY_CIVIL, Party.SENDER, Party.RECIPIENT)
    assert THREE == (Party.CITY_CIVIL, Party.SENDER, Party.RECIPIENT)


def test_city_level_institution_recommended_by_a_county_has_four_parties() -> None:
    by_level = reading(agreement__parties_by="level")

    assert due_parties(HUNAN, nominated_by_city=False, is_city_level=True) == FOUR
    assert due_parties(by_level, nominated_by_city=False, is_city_level=True) == THREE
    with pytest.raises(ValueError, match="A9"):
        due_parties(reading(agreement__parties_by="?"), nominated_by_city=True)


@pytest.mark.parametrize(
    ("new", "due", "expected"),
    [
        pytest.param(SIGNED, FOUR, [], id="K27-good"),
        pytest.param(
            replace(SIGNED, party=Party.COUNTY_CIVIL), THREE, ["not_due"], id="K27-fourth-signature"
        ),
        pytest.param(replace(SIGNED, party=Party.CITY_CIVIL), FOUR, ["twice"], id="K27-twice"),
        pytest.param(replace(SIGNED, signed_on=date(2022, 5, 10)), FOUR, ["early"], id="K27-before-list"),
        pytest.param(replace(SIGNED, signed_on=CONFIRMED), FOUR, [], id="K27-same-day"),
        pytest.param(replace(SIGNED, signed_on=date(2022, 6, 2)), FOUR, ["future"], id="K27-future"),
        pytest.param(replace(SIGNED, sealed=False), FOUR, ["seal"], id="K27-seal"),
    ],
)
def test_signature(new: Signature, due: tuple[Party, ...], expected: list[str]) -> None:
    standing = [replace(SIGNED, party=Party.CITY_CIVIL)]

    assert codes(signature_breaches(new, standing, due, confirmed_on=CONFIRMED, today=TODAY)) == expected


@given(
    st.lists(st.tuples(st.sampled_from(Party), st.dates(date(2022, 5, 1), date(2022, 6, 10)))), st.booleans()
)
def test_whatever_the_order_an_agreement_ends_complete_or_lacks_somebody(
    wanted: list[tuple[Party, date]], by_city: bool
) -> None:
    due = due_parties(HUNAN, nominated_by_city=by_city)
    signatures: list[Signature] = []
    for party, on in wanted:
        new = Signature(party, on, sealed=True)
        if not signature_breaches(new, signatures, due, confirmed_on=CONFIRMED, today=TODAY):
            signatures.append(new)

    assert is_complete(signatures, due) == ({one.party for one in signatures} == set(due))
    assert {one.party for one in signatures} <= set(due)
    if is_complete(signatures, due):
        last = max(one.signed_on for one in signatures)
        assert effective_on(signatures, due) == last
        assert CONFIRMED <= last <= TODAY
    else:
        assert effective_on(signatures, due) is None


def test_terms_pass() -> None:
    assert terms_breaches(TERMS, ["target_beneficiaries"], FUNDING, HUNAN) == ()


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        pytest.param(replace(TERMS, indicators={}), ["indicators"], id="K28-no-indicators"),
        pytest.param(replace(TERMS, indicators={"other": 1}), ["indicators"], id="K28-one-lacks"),
        pytest.param(
            replace(TERMS, indicators={"target_beneficiaries": -1}), ["indicator_negative"], id="K28-negative"
        ),
        pytest.param(replace(TERMS, instalments=()), ["plan"], id="K28-no-plan"),
        pytest.param(replace(TERMS, instalments=PLAN[1:]), ["sum"], id="A16-leg-lacks"),
        pytest.param(replace(TERMS, instalments=(*PLAN, PLAN[0])), ["sum", "many"], id="A16-twice"),
        pytest.param(
            replace(TERMS, instalments=(*PLAN, replace(PLAN[0], year=2026, due_on=date(2026, 1, 1)))),
            ["instalment_year", "instalment_date"],
            id="K04-2026",
        ),
        pytest.param(
            replace(TERMS, instalments=(replace(PLAN[0], fen=0), *PLAN[1:])),
            ["instalment_sum", "sum"],
            id="A16-zero",
        ),
    ],
)
def test_terms(terms: Terms, expected: list[str]) -> None:
    assert codes(terms_breaches(terms, ["target_beneficiaries"], FUNDING, HUNAN)) == expected


@given(st.integers(1, 2_999_999), st.integers(-1, 1))
def test_two_instalments_end_at_the_fixed_sum(first: int, off: int) -> None:
    rest = PLAN[0].fen - first + off
    halves = (
        (replace(PLAN[0], fen=first), replace(PLAN[0], fen=rest)) if rest else (replace(PLAN[0], fen=first),)
    )
    terms = replace(TERMS, instalments=(*halves, *PLAN[1:]))

    found = codes(terms_breaches(terms, [], FUNDING, reading(agreement__instalments_max=2)))

    assert found == ["sum"] * (off != 0)
