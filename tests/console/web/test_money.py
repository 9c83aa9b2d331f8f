"""The pages of money: who sees which leg, and that entry, approval, receipt and reversal are done in the browser."""

from decimal import Decimal

import pytest

from models.disbursement import OwnFunds, Spending, Voucher
from tests.console.web.visiting import Visiting, read_page, visiting
from tests.tasks.scenes import CITY, CITY_PAIR, COUNTY, COUNTY_CASE, COUNTY_PAIR, SENDERS, row_of, rows
from tests.tasks.working import OTHER_CITY, enter, name_of_code, pay, receive, working_bench

FINANCE = "430000-mz.finance"
A_YUAN = 30_000


@pytest.fixture
def house(sqlite_url: str) -> Visiting:
    """Three effective pairs, nothing paid yet."""
    return visiting(working_bench(sqlite_url))


def states(house: Visiting, person: str, path: str = "/money") -> list[tuple[str, str]]:
    """Leg and state of each row that somebody sees."""
    page = house.as_(person).page(path)
    # Where something can be done with several rows, a box to choose each stands first.
    lines = [row[1:] if row and not row[0] else row for row in page.rows]
    return [(row[0].split()[0], row[1]) for row in lines if len(row) > 8 and row[0][:2] in ("A ", "B ", "C ")]


def test_the_province_sees_what_is_to_be_entered_and_what_waits(house: Visiting) -> None:
    found = states(house, FINANCE)

    assert sorted({leg for leg, _state in found}) == ["A", "B", "C"]
    assert [state for leg, state in found if leg == "A"] == ["◆ 待录入", "◆ 待录入"]
    assert {state for leg, state in found if leg == "B"} == {"○ 未到条件"}
    assert [state for leg, state in found if leg == "C"] == ["◆ 待录入"] * 3


@pytest.mark.parametrize(
    ("person", "legs"),
    [
        (f"{CITY}.officer", {"A", "B", "C"}),
        (f"{COUNTY}.officer", {"C"}),
        (f"{SENDERS[0]}.officer", {"B"}),
        (f"{COUNTY_CASE}.officer", {"C"}),
    ],
)
def test_each_party_sees_its_own_legs_only(house: Visiting, person: str, legs: set[str]) -> None:
    found = states(house, person)

    assert {leg for leg, _state in found} == legs


def test_no_other_city_is_seen(house: Visiting) -> None:
    page = house.as_(f"{OTHER_CITY}.officer").page("/money")

    assert CITY_PAIR not in page.text
    assert COUNTY_PAIR not in page.text


def test_a_transfer_is_entered_approved_by_another_and_received(house: Visiting) -> None:
    entry = house.as_(FINANCE)
    answer = entry.fill(
        "/money/enter?batch=1&year=2022&city=430100", action="/act/disbursement.enter_payment", number="湘财1"
    )
    assert answer.status_code == 303, read_page(answer).text
    voucher = rows(house.bench, Voucher)[0]
    path = f"/voucher/{voucher.key}"

    assert "须由本单位另一人复核" in entry.page(path).text
    checker = house.as_("430000-mz.officer")
    assert checker.fill(checker.page(path).link("复核并拨付")).status_code == 303
    payee = house.as_(f"{CITY}.officer")
    assert payee.fill(payee.page(path).link("确认收款")).status_code == 303

    after = row_of(house.bench, Voucher, voucher.key)
    assert (after.state, after.maker, after.checker) == ("received", FINANCE, "430000-mz.officer")
    assert after.fen == 2 * A_YUAN * 100
    assert "合计，与凭证金额相符" in payee.page(path).text


def test_leg_a_of_a_city_can_be_paid_for_one_pair_alone(house: Visiting) -> None:
    answer = house.as_(FINANCE).fill(
        "/money/enter?batch=1&year=2022&city=430100",
        action="/act/disbursement.enter_payment",
        number="湘财2",
        pairs=[CITY_PAIR],
    )

    assert answer.status_code == 303
    assert rows(house.bench, Voucher)[0].fen == A_YUAN * 100


def test_what_cannot_be_entered_yet_says_so(house: Visiting) -> None:
    page = house.as_(f"{CITY}.finance").page(f"/money/enter?pair={COUNTY_PAIR}&year=2022&leg=B")

    assert "现在没有由贵单位录入的款项" in page.text


def test_a_wrong_account_is_refused_with_its_clause(house: Visiting) -> None:
    answer = house.as_(f"{COUNTY}.finance").fill(
        f"/money/enter?pair={COUNTY_PAIR}&year=2022",
        action="/act/disbursement.enter_payment",
        number="C-1",
        account_name="别的单位",
    )

    assert answer.status_code == 409
    assert name_of_code(house.bench, COUNTY_CASE) in read_page(answer).text


def test_payee_confirms_several_at_once(house: Visiting) -> None:
    first, second = (pay(house.bench, "A", pair) for pair in (CITY_PAIR, COUNTY_PAIR))
    payee = house.as_(f"{CITY}.officer")

    assert payee.page("/money").text.count("已拨付待收款") >= 2
    page = payee.page(
        "/bulk", act="disbursement.confirm_receipt:voucher", key=[first.key, second.key], back="/money"
    )
    payee.send(page.form("/bulk"))

    assert [one.state for one in rows(house.bench, Voucher)] == ["received", "received"]


def test_who_entered_is_not_offered_the_approval(house: Visiting) -> None:
    voucher = enter(house.bench, "C", COUNTY_PAIR)

    labels = [label for label, _path in house.as_(f"{COUNTY}.finance").page(f"/voucher/{voucher.key}").links]

    assert "复核并拨付" not in labels
    assert "作废凭证" in labels


def test_a_steps_page_offers_the_approval_to_another_person_only(house: Visiting) -> None:
    enter(house.bench, "C", COUNTY_PAIR)
    path = f"/step/S16:{COUNTY_PAIR}:2022"

    maker, other = (
        {label for label, _path in house.as_(f"{COUNTY}.{duty}").page(path).links}
        for duty in ("finance", "officer")
    )

    assert ("复核并拨付" in maker, "复核并拨付" in other) == (False, True)
    assert "查看本人录入的凭证（待他人复核）" in maker


def test_a_reversal_shows_reason_document_and_both_entries(house: Visiting) -> None:
    voucher = pay(house.bench, "C", COUNTY_PAIR)
    officer = house.as_(f"{COUNTY}.officer")
    answer = officer.fill(
        officer.page(f"/voucher/{voucher.key}").link("冲销付款"), reason="银行退回", document="退汇通知"
    )

    assert answer.status_code == 303
    page = officer.page(f"/voucher/{voucher.key}")
    assert "理由：银行退回 文件：退汇通知" in page.text
    assert len([row for row in page.rows if row and row[0].startswith("1:2022:")]) == 4


def test_a_voucher_of_others_does_not_exist(house: Visiting) -> None:
    voucher = pay(house.bench, "C", COUNTY_PAIR)

    for person in (f"{OTHER_CITY}.officer", f"{SENDERS[0]}.officer"):
        assert house.as_(person).get(f"/voucher/{voucher.key}").status_code == 404
    assert house.as_(f"{COUNTY}.officer").get("/voucher/nothing").status_code == 404


def test_spending_is_recorded_with_what_stood_there_before(house: Visiting) -> None:
    voucher = pay(house.bench, "C", COUNTY_PAIR)
    receive(house.bench, voucher)
    recipient = house.as_(f"{COUNTY_CASE}.officer")
    form = recipient.page("/money/spending").link("登记支出")
    assert recipient.fill(form, lines__board_lodging="1200.50").status_code == 303

    page = recipient.page(form).form("/act/disbursement.record_spending")

    assert dict(page.values)["lines.board_lodging"] == "1200.50"
    assert [one.fen for one in rows(house.bench, Spending)] == [120_050]
    assert "8,799.50" in recipient.page("/money/spending").text


def test_own_funds_are_shown_with_their_source(house: Visiting) -> None:
    recipient = house.as_(f"{COUNTY_CASE}.officer")
    link = recipient.page("/money/spending").link("登记自筹资金")
    recipient.fill(link, source="donation", fen="500", note="企业捐赠")

    assert [one.fen for one in rows(house.bench, OwnFunds)] == [int(Decimal(500) * 100)]
    assert "慈善募捐" in recipient.page("/money/spending").text


def test_money_is_filtered_by_pair_and_exported(house: Visiting) -> None:
    guest = house.as_(FINANCE)

    assert {leg for leg, _ in states(house, FINANCE, f"/money?pair={CITY_PAIR}&batch=1&year=2022")} == {
        "A",
        "B",
        "C",
    }
    assert CITY_PAIR in guest.get("/money", format="csv").text


def test_a_year_of_no_batch_is_refused(house: Visiting) -> None:
    assert house.as_(FINANCE).get("/money", batch=1, year=2031).status_code == 400
