"""Receipts confirmed by the link in the letter, without an account: once, by nobody else, where the pack allows it."""

import json
import re
from datetime import date
from pathlib import Path

import pytest

from console.caught import caught_text
from models.account import Account
from models.disbursement import Voucher
from models.event import Event
from models.mail import Letter
from models.organisation import Duty, Person
from tasks.queries.export import export_canonical
from tasks.queries.letter_history import letter_history
from tests.console.web.visiting import Browser, browse
from tests.factory import Bench
from tests.tasks.scenes import COUNTY, COUNTY_CASE, COUNTY_PAIR, events, row_of, rows
from tests.tasks.watching import mail_of, send
from tests.tasks.working import pay, reverse, working_bench

VOUCHER = f"C:2022:{COUNTY}:C-{COUNTY_PAIR}"
OFFICER = f"{COUNTY_CASE}.officer"
LETTER = f"payment_made:{VOUCHER}:{OFFICER}"
TOKEN = re.compile(r"http://127\.0\.0\.1:8420(/link/[\w-]{43})\s")


@pytest.fixture
def bench(sqlite_url: str) -> Bench:
    """The county has paid leg C on Monday 20 June 2022."""
    bench = working_bench(sqlite_url)
    pay(bench, "C", COUNTY_PAIR)
    return bench


def link_in(bench: Bench, home: Path, letter: str = LETTER) -> str:
    """The link's address in a letter as it was really sent."""
    send(bench, home)
    (found,) = TOKEN.findall(mail_of(home, letter))
    return str(found)


def stranger(bench: Bench, path: str) -> Browser:
    """A browser in which nobody is signed in, that has opened the page."""
    browser = browse(bench, "")
    browser.csrf = browser.get(path).text.partition('name="csrf" value="')[2].partition('"')[0]
    return browser


def add_colleague(bench: Bench, code: str = f"{COUNTY_CASE}.second") -> str:
    """A second officer of the payee."""
    with bench.work() as work:
        work.session.add(Person(code=code, name="样例同事", email="second@people.example", sample=True))
        work.session.flush()
        work.session.add(
            Duty(person=code, organisation=COUNTY_CASE, duty="officer", valid_from=date(2022, 1, 1))
        )
    return code


def test_the_letter_as_sent_leads_to_the_confirmation(bench: Bench, tmp_path: Path) -> None:
    path = link_in(bench, tmp_path)
    browser = stranger(bench, path)
    shown = browser.get(path).text

    first = browser.post_form(path, received_on="2022-06-20")
    second = browser.post_form(path, received_on="2022-06-20")
    again = browser.get(path)

    assert "10,000 元" in shown
    assert "已确认于 2022-06-20 到账" in first.text
    assert (second.status_code, again.status_code) == (409, 409)
    for page in (second, again):
        assert "联系人0016 于 2022-06-20 10:00" in page.text
        assert "样例机构0016（示例）" in page.text
    assert [
        actor for actor, subject, _ in events(bench, "disbursement.confirm_receipt") if subject == VOUCHER
    ] == [OFFICER]


def test_looking_uses_nothing_up(bench: Bench, tmp_path: Path) -> None:
    path = link_in(bench, tmp_path)

    looks = [browse(bench, "").get(path).status_code for _ in range(3)]

    assert looks == [200, 200, 200]
    assert row_of(bench, Voucher, VOUCHER).state == "paid"


@pytest.mark.parametrize("day", ["", "soon", "2022-06-01", "2022-12-01"])
def test_a_day_that_cannot_be_leaves_the_link_as_it_was(bench: Bench, tmp_path: Path, day: str) -> None:
    path = link_in(bench, tmp_path)
    browser = stranger(bench, path)

    refused = browser.post_form(path, received_on=day)
    done = browser.post_form(path, received_on="2022-06-20")

    assert refused.status_code == 400
    assert "未予办理" in refused.text
    assert done.status_code == 200


def test_a_post_from_elsewhere_confirms_nothing(bench: Bench, tmp_path: Path) -> None:
    path = link_in(bench, tmp_path)

    answer = browse(bench, "").post_form(path, received_on="2022-06-20")

    assert answer.status_code == 403
    assert row_of(bench, Voucher, VOUCHER).state == "paid"


def test_each_officer_has_a_link_and_the_first_confirms(sqlite_url: str, tmp_path: Path) -> None:
    bench = working_bench(sqlite_url)
    second = add_colleague(bench)
    pay(bench, "C", COUNTY_PAIR)
    mine = link_in(bench, tmp_path)
    other = link_in(bench, tmp_path, f"payment_made:{VOUCHER}:{second}")

    stranger(bench, other).post_form(other, received_on="2022-06-20")
    late = browse(bench, "").get(mine)

    assert mine != other
    assert (late.status_code, "样例同事" in late.text) == (409, True)


def test_whoever_has_left_the_payee_confirms_nothing(bench: Bench, tmp_path: Path) -> None:
    path = link_in(bench, tmp_path)
    browser = stranger(bench, path)
    with bench.work() as work:
        work.session.get_one(Duty, (OFFICER, COUNTY_CASE, "officer", date(2022, 1, 1))).valid_to = date(
            2022, 6, 19
        )

    looked, posted = browser.get(path), browser.post_form(path, received_on="2022-06-20")

    assert (looked.status_code, posted.status_code) == (403, 403)
    assert "不在样例机构0016（示例）任职" in looked.text
    assert row_of(bench, Voucher, VOUCHER).state == "paid"


def test_a_closed_account_has_no_link_either(bench: Bench, tmp_path: Path) -> None:
    path = link_in(bench, tmp_path)
    with bench.work() as work:
        work.session.add(Account(person=OFFICER, active=False))

    assert browse(bench, "").get(path).status_code == 403


def test_a_changed_link_leads_nowhere(bench: Bench, tmp_path: Path) -> None:
    path = link_in(bench, tmp_path)
    changed = path[:-1] + ("A" if path[-1] != "A" else "B")

    answers = [
        browse(bench, "").get(one) for one in (changed, path + "x", "/link/nonsense", "/link/" + LETTER)
    ]

    assert [one.status_code for one in answers] == [403, 403, 403, 403]
    assert row_of(bench, Voucher, VOUCHER).state == "paid"


def test_links_end_after_a_fortnight(bench: Bench, tmp_path: Path) -> None:
    path = link_in(bench, tmp_path)

    bench.at("2022-07-04T23:59")
    last = browse(bench, "").get(path).status_code
    bench.at("2022-07-05T00:00")

    assert "2022年7月4日" in mail_of(tmp_path, LETTER)
    assert (last, browse(bench, "").get(path).status_code) == (200, 403)


def test_a_link_ends_with_what_it_is_about(bench: Bench, tmp_path: Path) -> None:
    path = link_in(bench, tmp_path)

    reverse(bench, row_of(bench, Voucher, VOUCHER))

    assert "不在等待确认" in browse(bench, "").get(path).text


def test_no_letter_has_a_link_where_the_pack_does_not_allow_them(sqlite_url: str, tmp_path: Path) -> None:
    bench = working_bench(sqlite_url).reading("account.signed_links", False)

    pay(bench, "C", COUNTY_PAIR)
    send(bench, tmp_path)

    assert "/link/" not in mail_of(tmp_path, LETTER)
    assert events(bench, "account.make_link") == []


def test_only_the_payees_letter_has_a_link(bench: Bench, tmp_path: Path) -> None:
    send(bench, tmp_path)

    with_link = [one.key for one in rows(bench, Letter) if "/link/" in mail_of(tmp_path, one.key)]

    assert with_link == [LETTER]


def test_whoever_looks_a_letter_up_does_not_get_its_link(bench: Bench, tmp_path: Path) -> None:
    token = link_in(bench, tmp_path).removeprefix("/link/")

    with bench.house.look() as work:
        caught = caught_text(tmp_path, row_of(bench, Letter, _id(bench)).message_id)
        exported = "".join(export_canonical(work))
        history = letter_history(work, LETTER)

    trail = json.dumps([event.facts for event in rows(bench, Event)])
    assert caught is not None
    assert "/link/…" in caught
    assert token not in f"{caught} {exported} {history} {trail}"


def _id(bench: Bench) -> int:
    (found,) = [one.id for one in rows(bench, Letter) if one.key == LETTER]
    assert found is not None
    return found


PASSWORD_LINK = re.compile(r"http://127\.0\.0\.1:8420(/password/[\w-]{43})\s")


def password_link(bench: Bench, home: Path) -> str:
    """The link's address in the invitation as it was really sent to the payee's officer."""
    bench.act("account.invite", COUNTY, person=OFFICER)
    send(bench, home)
    letter = next(one.key for one in rows(bench, Letter) if one.kind == "account_invited")
    (found,) = PASSWORD_LINK.findall(mail_of(home, letter))
    return str(found)


def test_a_password_link_of_a_closed_account_is_over_with_a_way_on(bench: Bench, tmp_path: Path) -> None:
    path = password_link(bench, tmp_path)
    browser = stranger(bench, path)
    with bench.work() as work:
        work.session.get_one(Account, OFFICER).active = False

    looked = browser.get(path)
    posted = browser.post_form(path, new="correct horse battery", again="correct horse battery")

    assert (looked.status_code, posted.status_code) == (403, 403)
    assert "账号已关闭" in looked.text


def test_a_password_is_set_without_signing_in_and_told_wrong_when_it_differs(
    bench: Bench, tmp_path: Path
) -> None:
    person, path = OFFICER, password_link(bench, tmp_path)
    browser = stranger(bench, path)

    differing = browser.post_form(path, new="correct horse battery", again="correct horse")
    weak = browser.post_form(path, new="x", again="x")
    done = browser.post_form(path, new="correct horse battery", again="correct horse battery")
    over = browser.get(path)

    assert [one.status_code for one in (differing, weak, done, over)] == [400, 400, 200, 403]
    assert person in done.text
