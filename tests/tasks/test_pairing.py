"""Pairing: the roster, the proposal, two confirmations and what they set going (K05, K06, K26, A24)."""

from datetime import date
from typing import Any

import pytest

from models.agreement import Agreement
from models.application import Application
from models.opening import Batch
from models.pairing import Pair, PairingList, RosterEntry
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput, NotEntitled, NotFound
from tests.factory import PROVINCE, SHENZHEN, add_roster_entry, make_bench, sample_uscc, set_batch
from tests.tasks.scenes import (
    ALL_THREE,
    CITY_CASE,
    CITY_PAIR,
    COUNTY_CASE,
    COUNTY_PAIR,
    LAUNCH,
    OTHER_CASE,
    OTHER_PAIR,
    SENDERS,
    events,
    key_of,
    letters,
    pairing_bench,
    proposed,
    row_of,
    rows,
    signing_bench,
    step_keys,
    steps_of,
)

SENDER_FORM: dict[str, Any] = {
    "batch": 1,
    "uscc": sample_uscc(120, "440305"),
    "name": "深圳样例社工服务中心（示例）",
    "contact_name": "联系人（示例）",
    "contact_email": "sender@people.example",
    "bank_account": {"bank": "样例银行", "name": "深圳样例社工服务中心（示例）", "number": "620000000001"},
}


def codes(refused: pytest.ExceptionInfo[RuleBroken]) -> list[tuple[str, str]]:
    """What was refused, with its clauses."""
    return [(one.code, one.clause) for one in refused.value.breaches]


# ---- the roster --------------------------------------------------------------------------------------------


def test_bureau_registers_a_sender(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)

    entry = bench.act("pairing.register_sender", SHENZHEN, **SENDER_FORM)

    assert (entry.key, entry.state) == (f"1:{SENDER_FORM['uscc']}", "available")
    with pytest.raises(AlreadyDone):
        bench.act("pairing.register_sender", SHENZHEN, **SENDER_FORM)


@pytest.mark.parametrize(
    ("field", "value"),
    [("uscc", SENDER_FORM["uscc"][:-1] + "0"), ("contact_email", "nobody")],
    ids=["F04-check-digit", "K05-address"],
)
def test_sender_with_a_wrong_code_or_address_is_refused(sqlite_url: str, field: str, value: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)

    with pytest.raises(RuleBroken):
        bench.act("pairing.register_sender", SHENZHEN, **{**SENDER_FORM, field: value})

    assert len(rows(bench, RosterEntry)) == 0


def test_recipient_is_no_sender(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)

    with pytest.raises(BadInput, match="K05"):
        bench.act("pairing.register_sender", SHENZHEN, **{**SENDER_FORM, "uscc": COUNTY_CASE})


def test_province_registers_no_sender(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)

    with pytest.raises(NotEntitled):
        bench.act("pairing.register_sender", PROVINCE, **SENDER_FORM)


def test_empty_roster_is_not_closed(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)

    with pytest.raises(BadInput, match="K05"):
        bench.act("pairing.close_roster", SHENZHEN, batch=1)


def test_closed_roster_settles_its_step_and_the_list_is_owed(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)

    assert step_keys(bench, "S11%", state="settled") == ["S11:1"]
    assert steps_of(bench, "S12%") == [("S12:1:1", PROVINCE, date(2022, 5, 30))]
    with pytest.raises(AlreadyDone):
        bench.act("pairing.close_roster", SHENZHEN, batch=1)


def test_withdrawn_sender_cannot_be_paired(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)

    bench.act("pairing.withdraw_sender", SHENZHEN, batch=1, sender=SENDERS[0], reason="人员不足")

    with pytest.raises(RuleBroken) as refused:
        bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))
    assert codes(refused) == [("rules.pairing.withdrawn", "K05")]


# ---- the proposal ------------------------------------------------------------------------------------------


def test_proposal_gives_keys_by_city_and_application(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)

    listed = bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*reversed(ALL_THREE)))

    assert (listed.key, listed.state) == ("1:1", "proposed")
    assert [(pair.key, pair.recipient) for pair in rows(bench, Pair)] == [
        (CITY_PAIR, CITY_CASE),
        (COUNTY_PAIR, COUNTY_CASE),
        (OTHER_PAIR, OTHER_CASE),
    ]


@pytest.mark.parametrize(
    ("couples", "found"),
    [
        ([(sample_uscc(199, "440305"), COUNTY_CASE)], [("rules.pairing.not_on_roster", "K05")]),
        (
            [(SENDERS[0], COUNTY_CASE), (SENDERS[0], OTHER_CASE)],
            [("rules.pairing.sender_twice", "K06")],
        ),
        (
            [(SENDERS[0], COUNTY_CASE), (SENDERS[1], COUNTY_CASE)],
            [("rules.pairing.recipient_twice", "K06")],
        ),
        ([(SENDERS[0], sample_uscc(9))], [("rules.pairing.not_approved", "K25")]),
    ],
    ids=["K05-not-on-roster", "K06-sender-twice", "K06-recipient-twice", "K25-not-approved"],
)
def test_unsound_proposal_is_refused(
    sqlite_url: str, couples: list[tuple[str, str]], found: list[tuple[str, str]]
) -> None:
    bench = pairing_bench(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*couples))

    assert codes(refused) == found
    assert len(rows(bench, PairingList)) == 0


def test_proposal_is_for_a_decided_batch(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        set_batch(work)

    with pytest.raises(AlreadyDone, match="K25"):
        bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))


def test_second_batch_has_no_pairs_before_its_dates(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    with pytest.raises(BadInput, match="K16"):
        bench.act("pairing.propose_pairs", PROVINCE, batch=2, pairs=proposed(*ALL_THREE))


def test_empty_proposal_is_refused(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)

    with pytest.raises(BadInput, match="K06"):
        bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=[])


def test_unconfirmed_proposal_is_replaced(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))

    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed((SENDERS[2], COUNTY_CASE)))

    assert row_of(bench, Pair, COUNTY_PAIR).state == "dropped"
    assert [
        (pair.key, pair.sender, pair.recipient) for pair in rows(bench, Pair) if pair.state == "proposed"
    ] == [("P1-430100-03", SENDERS[2], COUNTY_CASE)]
    assert len(rows(bench, PairingList)) == 1


# ---- the confirmations -------------------------------------------------------------------------------------


def test_two_confirmations_make_the_list_final(database_url: str) -> None:
    bench = signing_bench(database_url)

    listed = row_of(bench, PairingList, "1:1")
    assert (
        listed.state,
        listed.province_confirmed_on,
        listed.shenzhen_confirmed_on,
        listed.confirmed_on,
    ) == (
        "final",
        date(2022, 5, 9),
        LAUNCH,
        LAUNCH,
    )
    assert (row_of(bench, Batch, 1).state, row_of(bench, Batch, 1).list_confirmed_on) == ("signing", LAUNCH)
    assert {pair.key: pair.state for pair in rows(bench, Pair)} == dict.fromkeys(PARTIES, "confirmed")
    assert {one.state for one in rows(bench, Application)} == {"paired"}
    assert {one.state for one in rows(bench, RosterEntry)} == {"paired"}
    assert step_keys(bench, "S12%", state="settled") == ["S12:1:1"]


def test_every_party_owes_a_signature_within_fifteen_working_days(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    assert [(one.pair, len(one.parties), one.due_on) for one in rows(bench, Agreement)] == [
        (pair, len(parties), date(2022, 6, 1)) for pair, parties in PARTIES.items()
    ]
    assert {pair: sorted(owner for _, owner, _ in steps_of(bench, f"S13:{pair}%")) for pair in PARTIES} == {
        pair: sorted(parties) for pair, parties in PARTIES.items()
    }
    assert {due for _, _, due in steps_of(bench, "S13%")} == {date(2022, 6, 1)}


PARTIES = {
    CITY_PAIR: ["430100-mz", SENDERS[2], CITY_CASE],
    COUNTY_PAIR: ["430100-mz", "430121-mz", SENDERS[0], COUNTY_CASE],
    OTHER_PAIR: ["430300-mz", "430321-mz", SENDERS[1], OTHER_CASE],
}
"""Who signs: four for the counties' cases, three for the city's (K27, A9)."""


def test_confirmed_list_is_told_to_every_party(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    told = letters(bench, "pairing_list")

    assert sorted(code for code, _ in told) == sorted(
        {code for parties in PARTIES.values() for code in parties}
    )
    facts = told[0][1]
    assert (facts["confirmed_on"], facts["sign_by"], facts["working_days"]) == (
        "2022-05-11",
        "2022-06-01",
        15,
    )
    assert [(row["pair"], row["parties"]) for row in facts["pairs"]] == [
        (pair, len(parties)) for pair, parties in PARTIES.items()
    ]


@pytest.mark.parametrize("order", [(PROVINCE, SHENZHEN), (SHENZHEN, PROVINCE)], ids=["province", "shenzhen"])
def test_one_confirmation_is_not_enough(sqlite_url: str, order: tuple[str, str]) -> None:
    bench = pairing_bench(sqlite_url)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))

    bench.act("pairing.confirm_list", order[0], batch=1, confirmed_on=date(2022, 4, 15))

    assert row_of(bench, PairingList, "1:1").state == "half_confirmed"
    assert row_of(bench, Batch, 1).state == "pairing"
    assert row_of(bench, Pair, COUNTY_PAIR).state == "proposed"
    assert (step_keys(bench, "S13%"), letters(bench, "pairing_list")) == ([], [])
    with pytest.raises(NotFound):
        bench.act(
            "agreement.sign",
            SENDERS[0],
            pair=COUNTY_PAIR,
            party="sender",
            signed_on=date(2022, 4, 15),
            signatory="样例",
            seal_file="a.pdf",
        )


def test_same_office_confirms_once(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))
    bench.act("pairing.confirm_list", PROVINCE, batch=1, confirmed_on=date(2022, 4, 15))

    with pytest.raises(RuleBroken) as refused:
        bench.act("pairing.confirm_list", PROVINCE, batch=1, confirmed_on=date(2022, 4, 15))

    assert codes(refused) == [("rules.pairing.confirmed_twice", "K26")]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2022, 4, 14), "rules.pairing.confirmed_early"),
        (date(2022, 4, 16), "rules.pairing.confirmed_future"),
    ],
    ids=["before-the-proposal", "in-the-future"],
)
def test_confirmation_on_an_impossible_day_is_refused(sqlite_url: str, day: date, code: str) -> None:
    bench = pairing_bench(sqlite_url)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))

    with pytest.raises(RuleBroken) as refused:
        bench.act("pairing.confirm_list", PROVINCE, batch=1, confirmed_on=day)

    assert codes(refused) == [(code, "K26")]


def test_confirmation_without_a_proposal_is_refused(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)

    with pytest.raises(NotFound):
        bench.act("pairing.confirm_list", SHENZHEN, batch=1, confirmed_on=date(2022, 4, 15))


def test_half_confirmed_list_stands(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))
    bench.act("pairing.confirm_list", PROVINCE, batch=1, confirmed_on=date(2022, 4, 15))

    with pytest.raises(AlreadyDone):
        bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(ALL_THREE[0]))


def test_withdrawal_after_one_confirmation_needs_a_new_round(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))
    bench.act("pairing.confirm_list", PROVINCE, batch=1, confirmed_on=date(2022, 4, 15))
    bench.act("application.withdraw", OTHER_CASE, application=key_of(OTHER_CASE), reason="机构合并")

    with pytest.raises(RuleBroken) as refused:
        bench.act("pairing.confirm_list", SHENZHEN, batch=1, confirmed_on=date(2022, 4, 15))
    listed = bench.act(
        "pairing.propose_pairs",
        PROVINCE,
        batch=1,
        pairs=proposed((SENDERS[0], COUNTY_CASE), (SENDERS[2], CITY_CASE)),
    )
    for office in (PROVINCE, SHENZHEN):
        bench.act("pairing.confirm_list", office, batch=1, confirmed_on=date(2022, 4, 15))

    assert codes(refused) == [("pairing.fallen", "K26")]
    assert (listed.key, listed.round) == ("1:2", 2)
    assert {one.key: one.state for one in rows(bench, PairingList)} == {"1:1": "dropped", "1:2": "final"}
    assert (step_keys(bench, "S12%", state="cancelled"), step_keys(bench, "S12%", state="settled")) == (
        ["S12:1:1"],
        ["S12:1:2"],
    )
    assert row_of(bench, RosterEntry, f"1:{SENDERS[1]}").state == "available"


def test_approved_without_a_sender_wait(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url, senders=2)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE[:2]))
    for office in (PROVINCE, SHENZHEN):
        bench.act("pairing.confirm_list", office, batch=1, confirmed_on=date(2022, 4, 15))

    assert row_of(bench, Application, key_of(CITY_CASE)).state == "waiting"
    assert [
        facts["clause"]
        for _, subject, facts in events(bench, "pairing.confirm_list")
        if subject == key_of(CITY_CASE)
    ] == ["A24"]


def test_senders_left_over_stay_available(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)
    with bench.work() as work:
        spare = add_roster_entry(work, sample_uscc(130, "440305"))
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))
    for office in (SHENZHEN, PROVINCE):
        bench.act("pairing.confirm_list", office, batch=1, confirmed_on=date(2022, 4, 15))

    assert row_of(bench, RosterEntry, f"1:{spare}").state == "available"


def test_final_list_takes_no_proposal(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)

    with pytest.raises(AlreadyDone):
        bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(ALL_THREE[0]))
