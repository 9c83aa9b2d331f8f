"""Receipts confirmed by a link, without an account: once, by nobody else's, and only where the pack allows it."""

import pytest

from models.disbursement import Voucher
from models.mail import Letter
from tasks.receipt_links import make_receipt_link
from tasks.refusal import NotEntitled
from tests.console.web.visiting import Browser, browse
from tests.factory import Bench
from tests.tasks.scenes import COUNTY, COUNTY_CASE, COUNTY_PAIR, events, row_of, rows
from tests.tasks.working import pay, reverse, working_bench

VOUCHER = f"C:2022:{COUNTY}:C-{COUNTY_PAIR}"


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    bench = working_bench(sqlite_url)
    pay(bench, "C", COUNTY_PAIR)
    return bench


def token_of(bench: Bench) -> str:
    with bench.work() as work:
        return make_receipt_link(work, VOUCHER, person=f"{COUNTY_CASE}.officer")


def stranger(bench: Bench, path: str) -> Browser:
    """A browser in which nobody is signed in, that has opened the page."""
    browser = browse(bench, "")
    browser.csrf = browser.get(path).text.partition('name="csrf" value="')[2].partition('"')[0]
    return browser


def test_a_receipt_is_confirmed_once(bench: Bench) -> None:
    path = f"/link/{token_of(bench)}"
    browser = stranger(bench, path)
    shown = browser.get(path).text

    first = browser.post_form(path, received_on="2022-06-20")
    second = browser.post_form(path, received_on="2022-06-20")
    again = browser.get(path)

    assert "10,000 元" in shown
    assert "已确认于 2022-06-20 到账" in first.text
    assert (second.status_code, again.status_code) == (403, 403)
    assert [
        actor for actor, subject, _ in events(bench, "disbursement.confirm_receipt") if subject == VOUCHER
    ] == [f"{COUNTY_CASE}.officer"]


def test_looking_uses_nothing_up(bench: Bench) -> None:
    path = f"/link/{token_of(bench)}"

    looks = [browse(bench, "").get(path).status_code for _ in range(3)]

    assert looks == [200, 200, 200]
    assert row_of(bench, Voucher, VOUCHER).state == "paid"


@pytest.mark.parametrize("day", ["", "soon", "2022-06-01", "2022-12-01"])
def test_a_day_that_cannot_be_leaves_the_link_as_it_was(bench: Bench, day: str) -> None:
    path = f"/link/{token_of(bench)}"
    browser = stranger(bench, path)

    refused = browser.post_form(path, received_on=day)
    done = browser.post_form(path, received_on="2022-06-20")

    assert refused.status_code == 400
    assert "未予办理" in refused.text
    assert done.status_code == 200


def test_a_post_from_elsewhere_confirms_nothing(bench: Bench) -> None:
    path = f"/link/{token_of(bench)}"

    answer = browse(bench, "").post_form(path, received_on="2022-06-20")

    assert answer.status_code == 403
    assert row_of(bench, Voucher, VOUCHER).state == "paid"


def test_links_end_after_a_week_and_with_what_they_are_about(bench: Bench) -> None:
    late, reversed_ = f"/link/{token_of(bench)}", f"/link/{token_of(bench)}"

    reverse(bench, row_of(bench, Voucher, VOUCHER))
    gone = browse(bench, "").get(reversed_)
    bench.at("2022-06-28T10:00")

    assert "不在等待确认" in gone.text
    assert browse(bench, "").get(late).status_code == 403
    assert browse(bench, "").get("/link/nonsense").status_code == 403


def test_no_link_is_made_where_the_pack_does_not_allow_them(bench: Bench) -> None:
    strict = bench.reading("account.signed_links", False)

    with pytest.raises(NotEntitled), strict.work() as work:
        make_receipt_link(work, VOUCHER)


def test_a_password_is_set_without_signing_in_and_told_wrong_when_it_differs(bench: Bench) -> None:
    person = f"{COUNTY_CASE}.officer"
    bench.act("account.invite", COUNTY, person=person)
    token = next(one.facts["token"] for one in rows(bench, Letter) if one.kind == "account_invited")
    path = f"/password/{token}"
    browser = stranger(bench, path)

    differing = browser.post_form(path, new="correct horse battery", again="correct horse")
    weak = browser.post_form(path, new="x", again="x")
    done = browser.post_form(path, new="correct horse battery", again="correct horse battery")
    over = browser.get(path)

    assert [one.status_code for one in (differing, weak, done, over)] == [400, 400, 200, 403]
    assert person in done.text
