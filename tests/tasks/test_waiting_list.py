"""Who waits is offered a sender that has become free, in rank; two offices confirm; an offer can be taken back."""

from datetime import date
from typing import Any

import pytest

from models.agreement import Agreement
from models.application import Application
from models.opening import Batch
from models.pairing import Pair, PairingList, RosterEntry
from models.rules.breach import RuleBroken
from tasks.queries.checks import check
from tasks.refusal import AlreadyDone, BadInput, NotEntitled
from tests.factory import PROVINCE, SHENZHEN, Bench, add_institution, add_roster_entry
from tests.tasks.scenes import (
    ALL_THREE,
    CITY_CASE,
    COUNTY_CASE,
    OTHER_CASE,
    OTHER_COUNTY,
    SENDERS,
    SPARE_SENDERS,
    draft,
    key_of,
    letters,
    pairing_bench,
    payment_plan,
    promises,
    proposed,
    row_of,
    rows,
    sign_all,
    step_keys,
    steps_of,
)

SPARE = SPARE_SENDERS[0]
FIRST_PAIR, LATE_PAIR = "P1-430100-01", "P1-430100-02"
"""The county's case is paired first, so that the city's is Changsha's second pair."""

NEVER_SENT = {"sent_without_rank", "sent_without_submission"}
"""What a check finds in the scene itself: its applications begin approved, no city has ranked or sent them."""


def waiting_bench(url: str, *, unpaired: str = "waiting_list") -> Bench:
    """One pair stands; the city's case (rank 2) and the other city's (rank 3) wait; two senders are free."""
    bench = pairing_bench(url, senders=1).reading("pairing.unpaired", unpaired)
    with bench.work() as work:
        for rank, code in enumerate((COUNTY_CASE, CITY_CASE, OTHER_CASE), start=1):
            work.session.get_one(Application, key_of(code)).province_rank = rank
        for code in SPARE_SENDERS:
            add_roster_entry(work, code)
    bench.at("2022-05-11T10:00")
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(ALL_THREE[0]))
    return confirm(bench)


def confirm(bench: Bench, day: date = date(2022, 5, 11)) -> Bench:
    """Both offices confirm the list."""
    for office in (PROVINCE, SHENZHEN):
        bench.act("pairing.confirm_list", office, batch=1, confirmed_on=day)
    return bench


def offer(
    bench: Bench, case: str = CITY_CASE, sender: str = SPARE, office: str = PROVINCE, **form: Any
) -> Any:
    """The province offers a sender to whoever waits."""
    plain = {"application": key_of(case), "sender": sender, "reason": "援派机构空出（示例）"}
    return bench.act("pairing.offer_waiting", office, batch=1, **{**plain, **form})


def state_of(bench: Bench, case: str) -> str:
    """The state of an institution's application."""
    return str(row_of(bench, Application, key_of(case)).state)


def test_offer_is_a_pair_on_a_further_list(database_url: str) -> None:
    bench = waiting_bench(database_url).at("2022-06-20T10:00")

    pair = offer(bench)

    assert (pair.key, pair.state, pair.list_key, pair.predecessor) == (LATE_PAIR, "proposed", "1:2", None)
    assert (state_of(bench, CITY_CASE), state_of(bench, OTHER_CASE)) == ("approved", "waiting")
    assert steps_of(bench, "S12%") == [("S12:1:2", PROVINCE, date(2022, 8, 1))]
    told = letters(bench, "waiting_offered")
    assert sorted(code for code, _ in told) == sorted([SHENZHEN, SPARE, CITY_CASE, "430100-mz"])
    assert (told[0][1]["pair"], told[0][1]["confirm_by"]) == (LATE_PAIR, "2022-08-01")


def test_confirmed_offer_is_signed_like_any_other_pair(database_url: str) -> None:
    bench = waiting_bench(database_url)
    draft(bench, FIRST_PAIR)
    sign_all(bench, FIRST_PAIR)
    was_confirmed = row_of(bench, Batch, 1).list_confirmed_on
    offer(bench.at("2023-02-06T10:00"))

    confirm(bench, date(2023, 2, 6))
    draft(bench, LATE_PAIR, indicators=promises(2023), payment_plan=payment_plan(2023))
    sign_all(bench, LATE_PAIR)

    assert (row_of(bench, Batch, 1).state, row_of(bench, Batch, 1).list_confirmed_on) == (
        "running",
        was_confirmed,
    )
    assert {one.key: one.state for one in rows(bench, PairingList)} == {"1:1": "final", "1:2": "final"}
    assert (row_of(bench, Pair, LATE_PAIR).state, state_of(bench, CITY_CASE)) == ("effective", "paired")
    assert row_of(bench, Agreement, LATE_PAIR).due_on == date(2023, 2, 27)
    assert row_of(bench, RosterEntry, f"1:{SPARE}").state == "paired"
    assert step_keys(bench, "S16%") == [f"S16:{FIRST_PAIR}:2022", f"S16:{LATE_PAIR}:2023"]
    assert [key for key in step_keys(bench, "S14%") if ":2023:" in key] == ["S14:1:2023:430100"]
    with bench.house.look() as work:
        found = {one.code for one in check(work)}
    assert found == NEVER_SENT


@pytest.mark.parametrize(
    ("form", "code"),
    [
        pytest.param({"case": OTHER_CASE}, "rules.pairing.not_next", id="A24-not-the-first"),
        pytest.param({"case": COUNTY_CASE}, "rules.pairing.not_waiting", id="A24-paired"),
        pytest.param({"sender": SENDERS[0]}, "rules.pairing.sender_twice", id="K06-paired-sender"),
        pytest.param({"sender": SENDERS[2]}, "rules.pairing.not_on_roster", id="K05-off-the-roster"),
    ],
)
def test_offer_out_of_turn_or_of_nobody_is_refused(sqlite_url: str, form: dict[str, str], code: str) -> None:
    bench = waiting_bench(sqlite_url)

    with pytest.raises(RuleBroken) as refused:
        offer(bench, **form)

    assert code in [one.code for one in refused.value.breaches]
    assert (len(rows(bench, Pair)), step_keys(bench, "S12%")) == (1, [])


def test_offers_share_a_list_until_one_office_confirms(sqlite_url: str) -> None:
    bench = waiting_bench(sqlite_url)
    offer(bench)
    offer(bench, OTHER_CASE, SPARE_SENDERS[1])
    bench.act("pairing.confirm_list", PROVINCE, batch=1, confirmed_on=date(2022, 5, 11))

    with pytest.raises(AlreadyDone) as refused:
        offer(bench)

    assert refused.value.code == "pairing.offer_confirmed"
    assert [pair.list_key for pair in rows(bench, Pair)] == ["1:1", "1:2", "1:2"]


def test_what_is_taken_back_waits_again(database_url: str) -> None:
    bench = waiting_bench(database_url)
    offer(bench)
    offer(bench, OTHER_CASE, SPARE_SENDERS[1])
    bench.act("application.withdraw", CITY_CASE, application=key_of(CITY_CASE), reason="放弃（示例）")
    with pytest.raises(RuleBroken):
        confirm(bench)

    bench.act("pairing.withdraw_offer", PROVINCE, batch=1, reason="受援机构放弃（示例）")
    offer(bench, OTHER_CASE, SPARE_SENDERS[1])
    confirm(bench)

    assert (state_of(bench, CITY_CASE), state_of(bench, OTHER_CASE)) == ("withdrawn", "paired")
    assert [one.state for one in rows(bench, PairingList)] == ["final", "dropped", "final"]
    assert (step_keys(bench, "S12%", state="cancelled"), step_keys(bench, "S12%")) == (["S12:1:2"], [])
    assert [owner for _, owner, _ in steps_of(bench, "S13:P1-430300-%")] != []
    assert OTHER_COUNTY in {owner for _, owner, _ in steps_of(bench, "S13:P1-430300-%")}


def test_nothing_offered_is_nothing_to_take_back(sqlite_url: str) -> None:
    bench = waiting_bench(sqlite_url)

    with pytest.raises(AlreadyDone) as refused:
        bench.act("pairing.withdraw_offer", PROVINCE, batch=1, reason="误办（示例）")

    assert refused.value.code == "pairing.no_offer"


@pytest.mark.parametrize(
    ("unpaired", "state"),
    [
        pytest.param("waiting_list", "approved", id="A24-default"),
        pytest.param("lapse", "lapsed", id="A24-lapse"),
    ],
)
def test_unpaired_wait_or_are_out(sqlite_url: str, unpaired: str, state: str) -> None:
    bench = waiting_bench(sqlite_url, unpaired=unpaired)

    if unpaired == "lapse":
        with pytest.raises(RuleBroken):
            offer(bench)
    else:
        offer(bench)

    assert state_of(bench, CITY_CASE) == state


def test_offers_follow_the_first_list_and_are_the_provinces(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url)

    with pytest.raises(BadInput) as refused:
        offer(bench)
    with pytest.raises(NotEntitled):
        offer(bench, office=SHENZHEN)

    assert refused.value.code == "pairing.no_offers"


def test_sender_of_an_ended_pair_is_put_back_by_its_bureau(sqlite_url: str) -> None:
    bench = waiting_bench(sqlite_url)
    with bench.work() as work:
        add_institution(work, SENDERS[1], kind="sender", division="440305", level="city")
    form = {"reason": "受援机构注销（示例）", "document": "样例文号"}
    bench.act("agreement.terminate", PROVINCE, pair=FIRST_PAIR, **form)
    with pytest.raises(RuleBroken) as refused:
        offer(bench, sender=SENDERS[0])

    bench.act("pairing.restore_sender", SHENZHEN, batch=1, sender=SENDERS[0], reason="愿意继续（示例）")

    assert [one.code for one in refused.value.breaches] == ["rules.pairing.withdrawn"]
    assert offer(bench, sender=SENDERS[0]).sender == SENDERS[0]
