"""Pairing in the browser: the roster, the proposal around locked pairs, two confirmations, who waits."""

import pytest

from models.pairing import Pair, PairingList, RosterEntry
from tests.console.web.visiting import Visiting, read_page, visiting
from tests.factory import PROVINCE, SHENZHEN, add_roster_entry
from tests.tasks.scenes import (
    ALL_THREE,
    CITY_CASE,
    CITY_PAIR,
    COUNTY,
    COUNTY_CASE,
    OTHER_CASE,
    SENDERS,
    key_of,
    pairing_bench,
    proposed,
    rows,
)

PROPOSE, TRY, CONFIRM = "/pairing/1/propose", "/pairing/1/try", "/pairing/1/confirm"


@pytest.fixture
def visited(sqlite_url: str) -> Visiting:
    return visiting(pairing_bench(sqlite_url))


@pytest.fixture
def listed(visited: Visiting) -> Visiting:
    visited.bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE))
    return visited


def couples(visited: Visiting) -> dict[str, str]:
    return {one.application: one.sender for one in rows(visited.bench, Pair) if one.state == "proposed"}


def test_the_proposal_is_taken_as_it_stands(visited: Visiting) -> None:
    province = visited.as_(f"{PROVINCE}.officer")
    form = province.page("/pairing/1").form(PROPOSE)

    first, again = province.send(form), province.send(form)

    assert (first.status_code, again.status_code) == (303, 303)
    assert set(couples(visited)) == {key_of(one) for one in (COUNTY_CASE, OTHER_CASE, CITY_CASE)}
    assert [bool(one.reason) for one in rows(visited.bench, Pair)] == [True] * 3


def test_a_changed_sender_drives_off_the_pair_that_was_locked_to_it(listed: Visiting) -> None:
    province = listed.as_(f"{PROVINCE}.officer")
    form = province.page("/pairing/1").form(PROPOSE)
    form.action = TRY

    tried = province.send(form, **{f"sender.{key_of(COUNTY_CASE)}": SENDERS[1]})

    values = dict(read_page(tried).form(PROPOSE).values)
    assert tried.status_code == 200
    assert {one: values[f"sender.{key_of(one)}"] for one in (COUNTY_CASE, OTHER_CASE, CITY_CASE)} == {
        COUNTY_CASE: SENDERS[1],
        OTHER_CASE: SENDERS[0],
        CITY_CASE: SENDERS[2],
    }


def test_a_changed_sender_stays_and_the_others_follow(visited: Visiting) -> None:
    province = visited.as_(f"{PROVINCE}.officer")
    form = province.page("/pairing/1").form(PROPOSE)
    first = f"sender.{key_of(COUNTY_CASE)}"
    was = dict(form.values)[first]
    other = next(one for one in SENDERS if one != was)

    form.action = TRY
    tried = read_page(province.send(form, **{first: other})).form(PROPOSE)

    values = dict(tried.values)
    chosen = [values[f"sender.{key_of(one)}"] for one in (COUNTY_CASE, OTHER_CASE, CITY_CASE)]
    assert (chosen[0], sorted(chosen)) == (other, sorted(SENDERS))
    assert values[f"lock.{key_of(COUNTY_CASE)}"] == "1"
    assert rows(visited.bench, PairingList) == []


def test_one_sender_for_two_is_refused_and_comes_back(visited: Visiting) -> None:
    province = visited.as_(f"{PROVINCE}.officer")
    form = province.page("/pairing/1").form(PROPOSE)
    twice = {f"sender.{key_of(one)}": SENDERS[0] for one in (COUNTY_CASE, OTHER_CASE)}

    answer = province.send(form, **twice)

    page = read_page(answer)
    assert (answer.status_code, "K06" in page.text) == (409, True)
    assert {key: dict(page.form(PROPOSE).values)[key] for key in twice} == twice


def test_two_offices_confirm_and_the_page_says_who_is_missing(listed: Visiting) -> None:
    province, bureau = (listed.as_(f"{one}.officer") for one in (PROVINCE, SHENZHEN))

    first = province.fill("/pairing/1", action=CONFIRM)
    between = bureau.page("/pairing/1")
    second = bureau.send(between.form(CONFIRM))

    after = province.page("/pairing/1")
    assert (first.status_code, second.status_code) == (303, 303)
    assert ("一方已确认" in between.text, "未确认" in between.text) == (True, True)
    assert ("未确认" in after.text, "双方已确认" in after.text) == (False, True)


def test_a_list_that_changed_meanwhile_is_not_confirmed(listed: Visiting) -> None:
    bureau = listed.as_(f"{SHENZHEN}.officer")
    form = bureau.page("/pairing/1").form(CONFIRM)
    turned = tuple(zip(reversed(SENDERS), (COUNTY_CASE, OTHER_CASE, CITY_CASE), strict=True))
    listed.at("2022-04-18T09:00")
    listed.bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*turned))

    answer = bureau.send(form)

    assert answer.status_code == 409
    assert rows(listed.bench, PairingList)[0].shenzhen_confirmed_on is None


def test_a_list_replaced_in_the_same_instant_is_not_confirmed(listed: Visiting) -> None:
    bureau = listed.as_(f"{SHENZHEN}.officer")
    form = bureau.page("/pairing/1").form(CONFIRM)
    turned = tuple(zip(reversed(SENDERS), (COUNTY_CASE, OTHER_CASE, CITY_CASE), strict=True))
    listed.bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*turned))

    answer = bureau.send(form)

    assert answer.status_code == 409


def test_only_the_two_offices_act_and_a_county_sees_its_own(listed: Visiting) -> None:
    county = listed.as_(f"{COUNTY}.officer")

    page = county.page("/pairing/1")
    answers = [county.post(path).status_code for path in (PROPOSE, TRY, CONFIRM)]

    actions = {one.action for one in page.forms}
    assert actions.isdisjoint({PROPOSE, TRY, CONFIRM})
    assert answers == [403, 403, 403]
    assert CITY_PAIR not in page.text


def test_the_roster_hides_accounts_and_a_sender_sees_itself(visited: Visiting) -> None:
    visited.bench.act(
        "pairing.register_sender",
        SHENZHEN,
        batch=1,
        uscc="52440305MJY009002C",
        name="样例社工服务社（示例）",
        contact_name="样例",
        contact_email="a@people.example",
        bank_account={"name": "样例社工服务社（示例）", "bank": "样例银行", "number": "6200009876543210"},
    )
    bureau, sender = visited.as_(f"{SHENZHEN}.officer"), visited.as_(f"{SENDERS[0]}.officer")

    whole, own = bureau.page("/roster/1"), sender.page("/roster/1")

    assert ("6200009876543210" in whole.text, "************3210" in whole.text) == (False, True)
    assert (len(whole.rows), len(own.rows)) == (1 + 4, 1 + 1)
    assert visited.as_(f"{COUNTY}.officer").get("/roster/1").status_code == 403


def test_the_bureau_withdraws_a_sender_from_its_line(visited: Visiting) -> None:
    bureau = visited.as_(f"{SHENZHEN}.officer")
    path = bureau.page("/roster/1").link("援派机构退出")

    answer = bureau.fill(path, reason="人员不足（示例）")

    states = {one.key: one.state for one in rows(visited.bench, RosterEntry)}
    assert (answer.status_code, sorted(states.values())) == (303, ["available", "available", "withdrawn"])


def test_the_first_who_waits_is_offered_a_free_sender(sqlite_url: str) -> None:
    bench = pairing_bench(sqlite_url, senders=2)
    bench.act("pairing.propose_pairs", PROVINCE, batch=1, pairs=proposed(*ALL_THREE[:2]))
    for office in (PROVINCE, SHENZHEN):
        bench.act("pairing.confirm_list", office, batch=1, confirmed_on=bench.clock.today())
    with bench.work() as work:
        add_roster_entry(work, SENDERS[2])
    province = visiting(bench).as_(f"{PROVINCE}.officer")
    path = province.page("/pairing/1").link("向候补机构递补")

    answer = province.fill(path, sender=SENDERS[2], reason="有机构空出（示例）")

    page = province.page("/pairing/1")
    assert answer.status_code == 303
    assert {one.application: one.sender for one in rows(bench, Pair) if one.state == "proposed"} == {
        key_of(CITY_CASE): SENDERS[2]
    }
    assert ("递补" in page.text, "撤销递补" in page.text) == (True, True)
