"""Replacing or ending a pair: history stays, open obligations end, the new pair signs anew (A15, A25)."""

from datetime import date
from typing import Any

import pytest

from models.agreement import Agreement
from models.application import Application
from models.opening import Batch
from models.organisation import Organisation
from models.pairing import Pair, RosterEntry
from models.rules.breach import RuleBroken
from tasks.refusal import AlreadyDone, BadInput, NotFound
from tests.factory import PROVINCE, SHENZHEN, Bench, add_application, add_institution, sample_uscc
from tests.tasks.scenes import (
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    COUNTY_PAIR,
    OTHER_CASE,
    OTHER_PAIR,
    SENDERS,
    SPARE_SENDERS,
    draft,
    key_of,
    letters,
    payment_plan,
    promises,
    row_of,
    sign_all,
    signing_bench,
    step_keys,
    steps_of,
)

NEW_PAIR = "P1-430100-03"
WAITING_CASE = sample_uscc(7)
DOCUMENT = "样例文号〔2022〕9号"


def running_bench(url: str) -> Bench:
    """Batch 1 with its three agreements signed on 2022-05-20, one sender to spare."""
    bench = signing_bench(url, spare=1)
    bench.at("2022-05-20T10:00")
    for pair in (CITY_PAIR, COUNTY_PAIR, OTHER_PAIR):
        draft(bench, pair)
        sign_all(bench, pair)
    return bench


def replace(bench: Bench, pair: str = COUNTY_PAIR, **form: Any) -> Pair:
    """The province replaces a pair's sender, unless the form says otherwise."""
    plain = {
        "new_sender": SPARE_SENDERS[0],
        "new_application": None,
        "reason": "机构注销",
        "document": DOCUMENT,
    }
    found = bench.act("agreement.replace_pair", PROVINCE, pair=pair, **{**plain, **form})
    assert isinstance(found, Pair)
    return found


def pay_leg_a(bench: Bench, year: int, pairs: list[str], *, number: str = "A-1") -> str:
    """Leg A of a city, entered, approved and received today; returns the voucher's key."""
    today = bench.house.clock.today()
    city = row_of(bench, Pair, pairs[0]).city
    voucher = bench.act(
        "disbursement.enter_payment",
        PROVINCE,
        "finance",
        leg="A",
        year=year,
        pairs=pairs,
        number=number,
        paid_on=today,
        account_name="长沙市民政局",
        source="lottery",
    )
    bench.act("disbursement.approve_payment", PROVINCE, voucher=voucher.key)
    bench.act("disbursement.confirm_receipt", f"{city}-mz", voucher=voucher.key, received_on=today)
    return str(voucher.key)


# ---- replacing ---------------------------------------------------------------------------------------------


def test_new_sender_takes_the_place_of_the_old_one(database_url: str) -> None:
    bench = running_bench(database_url)
    bench.at("2022-09-20T10:00")

    new = replace(bench)

    assert (new.key, new.predecessor, new.state, new.confirmed_on) == (
        NEW_PAIR,
        COUNTY_PAIR,
        "confirmed",
        date(2022, 9, 20),
    )
    assert (new.sender, new.recipient) == (SPARE_SENDERS[0], COUNTY_CASE)
    old = row_of(bench, Pair, COUNTY_PAIR)
    assert (old.state, old.ended_on, old.effective_on) == ("replaced", date(2022, 9, 20), date(2022, 5, 20))
    assert row_of(bench, Agreement, COUNTY_PAIR).state == "superseded"
    assert [row_of(bench, RosterEntry, f"1:{code}").state for code in (SENDERS[0], SPARE_SENDERS[0])] == [
        "withdrawn",
        "paired",
    ]
    assert row_of(bench, Application, key_of(COUNTY_CASE)).state == "paired"


def test_new_pair_has_fifteen_working_days_of_its_own(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    bench.at("2022-09-20T10:00")

    replace(bench)

    assert row_of(bench, Agreement, NEW_PAIR).due_on == date(2022, 10, 14)
    assert steps_of(bench, "S13%") == [
        (f"S13:{NEW_PAIR}:{owner}", owner, date(2022, 10, 14))
        for owner in sorted(["430100-mz", COUNTY, SPARE_SENDERS[0], COUNTY_CASE])
    ]
    assert step_keys(bench, f"S%:{COUNTY_PAIR}%") == []
    assert step_keys(bench, f"S%:{COUNTY_PAIR}%", state="cancelled") == [
        f"S16:{COUNTY_PAIR}:2022",
        f"S18:{COUNTY_PAIR}:2022",
    ]


def test_replacement_is_told_to_old_and_new(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    bench.at("2022-09-20T10:00")

    replace(bench)

    told = letters(bench, "pair_replaced")
    assert sorted(code for code, _ in told) == sorted(
        [SENDERS[0], SPARE_SENDERS[0], COUNTY_CASE, COUNTY, "430100-mz"]
    )
    facts = told[0][1]
    assert (facts["old_pair"], facts["new_pair"], facts["sign_by"]) == (COUNTY_PAIR, NEW_PAIR, "2022-10-14")


def test_new_pair_signs_and_owes_what_the_old_one_was_not_paid(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    bench.at("2022-06-20T10:00")
    pay_leg_a(bench, 2022, [CITY_PAIR, COUNTY_PAIR])
    bench.at("2022-09-20T10:00")
    replace(bench)
    bench.at("2022-09-26T10:00")

    draft(bench, NEW_PAIR)
    sign_all(bench, NEW_PAIR)

    assert row_of(bench, Pair, NEW_PAIR).state == "effective"
    assert step_keys(bench, "S14:1:2022:430100%") == []
    assert steps_of(bench, f"S15:{NEW_PAIR}%") == [(f"S15:{NEW_PAIR}:2022", "430100-mz", date(2022, 7, 11))]
    assert step_keys(bench, f"S16:{NEW_PAIR}%") == [f"S16:{NEW_PAIR}:2022"]
    assert step_keys(bench, f"S18:{NEW_PAIR}%") == [f"S18:{NEW_PAIR}:2022"]
    assert row_of(bench, Batch, 1).state == "running"


def test_leg_a_unpaid_moves_to_the_new_pair(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    bench.at("2022-06-20T10:00")
    replace(bench, OTHER_PAIR)
    unowed = step_keys(bench, "S14:1:2022:430300%")
    bench.at("2022-06-22T10:00")

    draft(bench, "P1-430300-02")
    sign_all(bench, "P1-430300-02")

    assert unowed == []
    assert steps_of(bench, "S14:1:2022:430300%") == [
        ("S14:1:2022:430300+2", PROVINCE, date(2022, 8, 3)),
    ]


def test_replacement_in_the_second_year_promises_that_year_only(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    bench.at("2023-03-15T10:00")
    replace(bench)

    with pytest.raises(RuleBroken) as refused:
        draft(bench, NEW_PAIR)
    draft(bench, NEW_PAIR, indicators=promises(2023), payment_plan=payment_plan(2023))

    assert "agreement.years" in [one.code for one in refused.value.breaches]
    assert row_of(bench, Agreement, NEW_PAIR).drafted_on == date(2023, 3, 15)


def test_receipt_on_its_way_stays_to_be_confirmed(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    bench.at("2022-06-20T10:00")
    voucher = bench.act(
        "disbursement.enter_payment",
        COUNTY,
        "finance",
        leg="C",
        year=2022,
        pairs=[COUNTY_PAIR],
        number="C-1",
        paid_on=date(2022, 6, 20),
        account_name=recipient_name(bench),
        source="fiscal",
    )
    bench.act("disbursement.approve_payment", COUNTY, voucher=voucher.key)

    replace(bench)

    assert step_keys(bench, "S17%") == [f"S17:{voucher.key}"]
    bench.act("disbursement.confirm_receipt", COUNTY_CASE, voucher=voucher.key, received_on=date(2022, 6, 20))
    assert step_keys(bench, "S17%") == []


def recipient_name(bench: Bench) -> str:
    """The name of the county's case."""
    return str(row_of(bench, Organisation, COUNTY_CASE).name)


def test_waiting_recipient_takes_the_place_of_one_that_closed(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    with bench.work() as work:
        add_institution(work, WAITING_CASE)
        add_application(work, WAITING_CASE, state="waiting")

    new = replace(bench, new_sender=None, new_application=key_of(WAITING_CASE))

    assert (new.sender, new.recipient) == (SENDERS[0], WAITING_CASE)
    assert row_of(bench, Application, key_of(WAITING_CASE)).state == "paired"
    assert row_of(bench, RosterEntry, f"1:{SENDERS[0]}").state == "paired"


def test_replacement_before_the_signatures_keeps_the_batch_signing(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url, spare=1)
    for pair in (CITY_PAIR, OTHER_PAIR):
        draft(bench, pair)
        sign_all(bench, pair)

    replace(bench)
    before = row_of(bench, Batch, 1).state
    draft(bench, NEW_PAIR)
    sign_all(bench, NEW_PAIR)

    assert (before, row_of(bench, Batch, 1).state) == ("signing", "running")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"new_sender": sample_uscc(199, "440305")}, ("rules.pairing.not_on_roster", "K05")),
        ({"new_sender": SENDERS[1]}, ("rules.pairing.sender_twice", "K06")),
        (
            {"new_sender": None, "new_application": key_of(OTHER_CASE)},
            ("rules.pairing.not_approved", "K25"),
        ),
        (
            {"new_sender": None, "new_application": "1-52430121MJX0000000-1"},
            ("rules.pairing.not_approved", "K25"),
        ),
    ],
    ids=["K05-not-on-roster", "K06-paired-already", "K25-paired-already", "K25-unknown"],
)
def test_unsound_replacement_is_refused(sqlite_url: str, form: dict[str, Any], code: tuple[str, str]) -> None:
    bench = running_bench(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        replace(bench, **form)

    assert code in [(one.code, one.clause) for one in refused.value.breaches]
    assert row_of(bench, Pair, COUNTY_PAIR).state == "effective"


def test_application_of_another_batch_takes_no_place(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    with bench.work() as work:
        add_institution(work, WAITING_CASE)
        key = add_application(work, WAITING_CASE, state="waiting", batch=2)

    with pytest.raises(RuleBroken, match="K25"):
        replace(bench, new_sender=None, new_application=key)


@pytest.mark.parametrize(
    "form",
    [
        {"reason": " "},
        {"document": ""},
        {"new_sender": None},
        {"new_application": key_of(OTHER_CASE)},
    ],
    ids=["no-reason", "no-document", "nobody-new", "both-new"],
)
def test_replacement_needs_reason_document_and_one_new_side(sqlite_url: str, form: dict[str, Any]) -> None:
    bench = running_bench(sqlite_url)

    with pytest.raises(BadInput):
        replace(bench, **form)


def test_replaced_pair_is_not_replaced_again(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)
    replace(bench)
    bench.act("pairing.register_sender", SHENZHEN, **another_sender())

    with pytest.raises(AlreadyDone):
        replace(bench, new_sender=another_sender()["uscc"])


def another_sender() -> dict[str, Any]:
    """A sender that Shenzhen registers in mid-term."""
    return {
        "batch": 1,
        "uscc": sample_uscc(140, "440305"),
        "name": "深圳样例社工服务中心（示例）",
        "contact_name": "联系人（示例）",
        "contact_email": "sender@people.example",
        "bank_account": {},
    }


def test_unknown_pair_is_not_found(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)

    with pytest.raises(NotFound):
        replace(bench, "P1-430100-09")


# ---- ending ------------------------------------------------------------------------------------------------


def terminate(bench: Bench, pair: str = COUNTY_PAIR, **form: Any) -> Pair:
    """The province ends a pair early."""
    plain = {"reason": "机构注销", "document": DOCUMENT}
    found = bench.act("agreement.terminate", PROVINCE, pair=pair, **{**plain, **form})
    assert isinstance(found, Pair)
    return found


def test_ended_pair_owes_its_last_year_and_nothing_later(database_url: str) -> None:
    bench = running_bench(database_url)
    bench.at("2022-09-20T10:00")

    ended = terminate(bench)

    assert (ended.state, ended.ended_on) == ("ended", date(2022, 9, 20))
    assert row_of(bench, Agreement, COUNTY_PAIR).state == "ended"
    assert row_of(bench, RosterEntry, f"1:{SENDERS[0]}").state == "withdrawn"
    assert step_keys(bench, f"S%:{COUNTY_PAIR}%") == [f"S16:{COUNTY_PAIR}:2022"]
    assert step_keys(bench, f"S%:{COUNTY_PAIR}%", state="cancelled") == [f"S18:{COUNTY_PAIR}:2022"]
    told = letters(bench, "agreement_amended")
    assert sorted(code for code, _ in told) == sorted([SENDERS[0], COUNTY_CASE, COUNTY, "430100-mz"])
    assert told[0][1]["changes"] == [{"item": "结对", "was": "实施中", "now": "已结束"}]


def test_city_without_a_pair_left_owes_no_leg_a(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)

    terminate(bench, OTHER_PAIR)

    assert step_keys(bench, "S14%") == ["S14:1:2022:430100"]
    assert step_keys(bench, "S14%", state="cancelled") == ["S14:1:2022:430300"]


def test_end_of_the_last_unsigned_pair_sets_the_batch_running(sqlite_url: str) -> None:
    bench = signing_bench(sqlite_url)
    for pair in (CITY_PAIR, OTHER_PAIR):
        draft(bench, pair)
        sign_all(bench, pair)

    terminate(bench)

    assert (row_of(bench, Batch, 1).state, row_of(bench, Batch, 1).last_agreement_on) == (
        "running",
        date(2022, 5, 11),
    )
    assert step_keys(bench, "S13%") == []
    assert step_keys(bench, "S14%") == ["S14:1:2022:430100", "S14:1:2022:430300"]


def test_end_needs_reason_and_document(sqlite_url: str) -> None:
    bench = running_bench(sqlite_url)

    with pytest.raises(BadInput):
        terminate(bench, reason="")
    with pytest.raises(BadInput):
        terminate(bench, document=" ")
