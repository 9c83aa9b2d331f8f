"""Agreements: drafted with indicators and a plan, signed by four or three, effective with the last (K27, K28, A9)."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models.agreement import Agreement, Indicator, Signature
from models.opening import Batch
from models.pairing import Pair
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE
from tests.tasks.scenes import (
    CITY,
    CITY_CASE,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_COUNTY,
    OTHER_PAIR,
    SENDERS,
    draft,
    events,
    letters,
    payment_plan,
    promises,
    row_of,
    rows,
    sign,
    sign_all,
    signing_bench,
    step_keys,
    steps_of,
)

FOUR = {"city_civil": CITY, "county_civil": COUNTY, "sender": SENDERS[0], "recipient": COUNTY_CASE}
THREE = {"city_civil": CITY, "sender": SENDERS[2], "recipient": CITY_CASE}


def codes(refused: pytest.ExceptionInfo[RuleBroken]) -> list[tuple[str, str]]:
    """What was refused, with its clauses."""
    return [(one.code, one.clause) for one in refused.value.breaches]


# ---- the draft ---------------------------------------------------------------------------------------------


def test_draft_keeps_indicators_plan_and_account(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    agreement = draft(bench, COUNTY_PAIR)

    assert (agreement.drafted_on, len(agreement.payment_plan)) == (date(2022, 5, 11), 6)
    assert agreement.payee_account["number"] == "620000000001"
    with bench.work() as work:
        wanted = select(Indicator).where(col(Indicator.pair) == COUNTY_PAIR, col(Indicator.year) == 2023)
        kept = {row.indicator: row.promised for row in work.session.execute(wanted).scalars()}
    assert kept == promises()["2023"]


def test_draft_may_be_changed_until_the_first_signature(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, COUNTY_PAIR)
    more = {year: {**one, "trainings": 9} for year, one in promises().items()}

    draft(bench, COUNTY_PAIR, indicators=more)

    with bench.work() as work:
        assert work.session.get_one(Indicator, (COUNTY_PAIR, 2022, "trainings")).promised == 9
    sign(bench, COUNTY_PAIR, "sender", SENDERS[0])
    with pytest.raises(AlreadyDone):
        draft(bench, COUNTY_PAIR)


def test_agreement_without_indicators_is_refused(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        draft(bench, COUNTY_PAIR, indicators={})

    assert codes(refused) == [("rules.agreement.indicators", "K28")]
    assert "预期服务受益人群数量" in refused.value.breaches[0].text
    assert row_of(bench, Agreement, COUNTY_PAIR).drafted_on is None


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"indicators": promises(2022)}, [("agreement.years", "K28")]),
        ({"indicators": promises(2022, 2023, 2024)}, [("agreement.years", "K28")]),
        (
            {"indicators": {**promises(), "2023": {**promises()["2023"], "charm": 3}}},
            [("agreement.unknown_indicator", "K28")],
        ),
        (
            {"indicators": {**promises(), "2023": {**promises()["2023"], "trainings": -1}}},
            [("rules.agreement.indicator_negative", "K28")],
        ),
        ({"payment_plan": []}, [("rules.agreement.plan", "K28")]),
        ({"payment_plan": payment_plan(2022)}, [("rules.agreement.sum", "A16")] * 3),
        (
            {"payee_account": {"bank": "样例银行", "name": "别家机构", "number": "62"}},
            [("rules.money.account", "K41")],
        ),
    ],
    ids=[
        "K28-year-missing",
        "K28-year-too-many",
        "K28-unknown-indicator",
        "K28-negative",
        "K28-no-plan",
        "A16-year-unpaid",
        "K41-account",
    ],
)
def test_unsound_draft_is_refused(
    sqlite_url: str, form: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        draft(bench, COUNTY_PAIR, **form)

    assert codes(refused) == found
    assert all(one.text for one in refused.value.breaches)


def test_instalments_beyond_the_programme_are_refused(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    plan = [
        *payment_plan()[1:],
        {"leg": "A", "year": 2022, "due_on": "2022-09-30", "fen": 1_500_000},
        {"leg": "A", "year": 2022, "due_on": "2026-01-31", "fen": 1_500_000},
    ]

    with pytest.raises(RuleBroken) as refused:
        draft(bench, COUNTY_PAIR, payment_plan=plan)

    assert codes(refused) == [("rules.agreement.instalment_date", "K04"), ("rules.agreement.many", "A16")]


def test_unknown_leg_is_bad_input(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(BadInput):
        draft(bench, COUNTY_PAIR, payment_plan=[{**payment_plan()[0], "leg": "D"}])


def test_only_the_nominator_drafts(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(NotEntitled):
        bench.act(
            "agreement.draft",
            OTHER_COUNTY,
            pair=COUNTY_PAIR,
            indicators=promises(),
            payment_plan=payment_plan(),
            payee_account={},
        )


def test_agreement_of_no_pair_is_not_found(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(NotFound):
        sign(bench, "P1-430100-09", "sender", SENDERS[0])


# ---- the signatures ----------------------------------------------------------------------------------------


def test_four_sign_and_the_last_makes_it_effective(database_url: str) -> None:
    bench = signing_bench(database_url)
    bench.at("2022-05-20T10:00")
    draft(bench, COUNTY_PAIR)

    states = [sign(bench, COUNTY_PAIR, party, office).state for party, office in FOUR.items()]

    assert states == ["signing", "signing", "signing", "effective"]
    agreement, pair = row_of(bench, Agreement, COUNTY_PAIR), row_of(bench, Pair, COUNTY_PAIR)
    assert (agreement.effective_on, agreement.register_number) == (date(2022, 5, 20), "1-P1-430100-02")
    assert (pair.state, pair.effective_on) == ("effective", date(2022, 5, 20))
    assert step_keys(bench, f"S13:{COUNTY_PAIR}%") == []
    assert len(step_keys(bench, f"S13:{COUNTY_PAIR}%", state="settled")) == 4
    assert steps_of(bench, f"S16:{COUNTY_PAIR}%") == [(f"S16:{COUNTY_PAIR}:2022", COUNTY, date(2022, 7, 4))]
    assert steps_of(bench, f"S18:{COUNTY_PAIR}%") == [
        (f"S18:{COUNTY_PAIR}:2022", COUNTY_CASE, date(2022, 6, 13))
    ]
    assert row_of(bench, Batch, 1).state == "signing"


def test_three_sign_where_the_city_recommended(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, CITY_PAIR)

    states = [sign(bench, CITY_PAIR, party, office).state for party, office in THREE.items()]

    assert states == ["signing", "signing", "effective"]
    assert [owner for _, owner, _ in steps_of(bench, f"S16:{CITY_PAIR}%")] == [CITY]


def test_effective_agreement_is_told_to_its_parties_and_the_province(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, CITY_PAIR)
    sign_all(bench, CITY_PAIR)

    told = letters(bench, "agreement_effective")

    assert sorted(code for code, _ in told) == sorted([*THREE.values(), PROVINCE])
    facts = told[0][1]
    assert (facts["register_no"], facts["effective_on"]) == ("1-P1-430100-01", "2022-05-11")
    assert len(facts["parties"]) == 3


def test_last_agreement_sets_the_batch_running_and_leg_a_is_owed(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    for pair in (COUNTY_PAIR, CITY_PAIR, OTHER_PAIR):
        draft(bench, pair)
    bench.at("2022-05-30T10:00")
    sign_all(bench, OTHER_PAIR)
    bench.at("2022-05-31T10:00")
    sign_all(bench, COUNTY_PAIR)
    for party, office in THREE.items():
        sign(bench, CITY_PAIR, party, office, signed_on=date(2022, 5, 26))

    batch = row_of(bench, Batch, 1)
    assert (batch.state, batch.last_agreement_on) == ("running", date(2022, 5, 31))
    assert steps_of(bench, "S14%") == [
        ("S14:1:2022:430100", PROVINCE, date(2022, 7, 13)),
        ("S14:1:2022:430300", PROVINCE, date(2022, 7, 13)),
    ]


def test_fourth_signature_where_three_are_due_is_refused(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, CITY_PAIR)

    with pytest.raises(RuleBroken) as refused:
        sign(bench, CITY_PAIR, "county_civil", COUNTY)

    assert codes(refused) == [("rules.agreement.not_due", "K27")]
    assert rows(bench, Signature) == []


def test_signature_before_the_draft_is_refused(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        sign(bench, COUNTY_PAIR, "sender", SENDERS[0])

    assert codes(refused) == [("agreement.not_drafted", "K28")]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"signed_on": date(2022, 5, 10)}, "rules.agreement.early"),
        ({"signed_on": date(2022, 5, 12)}, "rules.agreement.future"),
        ({"seal_file": " "}, "rules.agreement.seal"),
    ],
    ids=["before-the-confirmation", "in-the-future", "unsealed"],
)
def test_unsound_signature_is_refused(sqlite_url: str, form: dict[str, Any], code: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, COUNTY_PAIR)

    with pytest.raises(RuleBroken) as refused:
        sign(bench, COUNTY_PAIR, "sender", SENDERS[0], **form)

    assert codes(refused) == [(code, "K27")]
    assert step_keys(bench, f"S13:{COUNTY_PAIR}:{SENDERS[0]}") == [f"S13:{COUNTY_PAIR}:{SENDERS[0]}"]


def test_party_signs_once(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, COUNTY_PAIR)
    sign(bench, COUNTY_PAIR, "sender", SENDERS[0])

    with pytest.raises(RuleBroken) as refused:
        sign(bench, COUNTY_PAIR, "sender", SENDERS[0])

    assert codes(refused) == [("rules.agreement.twice", "K27")]


def test_nobody_signs_for_another(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, COUNTY_PAIR)

    with pytest.raises(NotEntitled):
        sign(bench, COUNTY_PAIR, "sender", SENDERS[1])
    with pytest.raises(NotEntitled):
        sign(bench, COUNTY_PAIR, "county_civil", OTHER_COUNTY)


def test_unknown_party_is_refused(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, COUNTY_PAIR)

    with pytest.raises(RuleBroken) as refused:
        sign(bench, COUNTY_PAIR, "county_rural", COUNTY)

    assert codes(refused) == [("agreement.unknown_party", "K27")]


def test_late_signature_is_still_wanted(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    draft(bench, CITY_PAIR)
    bench.at("2022-06-10T10:00")

    sign_all(bench, CITY_PAIR)

    assert row_of(bench, Agreement, CITY_PAIR).effective_on == date(2022, 6, 10)
    assert [
        facts["signed_on"] for _, subject, facts in events(bench, "agreement.sign") if "/" in subject
    ] == ["2022-06-10"] * 3
