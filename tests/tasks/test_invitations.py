"""Accounts opened by letter: a link that works once sets the password; only the person can be written to."""

from datetime import date

import pytest

from models.mail import Letter
from models.reach import DeadAddress
from tasks.accounts import SignInRefused
from tasks.invitations import invitation_of, set_password_by_link
from tasks.refusal import BadInput, NotEntitled
from tests.factory import PROVINCE, Bench, make_bench
from tests.tasks.scenes import rows
from tests.tasks.signing_in import FINANCE, OFFICE, PASSWORD, deeds, enter, seen


def invited(bench: Bench) -> str:
    """The office's officer has invited its finance person; the link's token, as the letter carries it."""
    bench.act("account.invite", OFFICE, person=FINANCE)
    letters = [one for one in rows(bench, Letter) if one.kind == "account_invited"]
    assert letters[-1].person_code == FINANCE
    return str(letters[-1].facts["token"])


def test_the_person_sets_the_password_by_the_link_and_signs_in(database_url: str) -> None:
    bench = make_bench(database_url)
    token = invited(bench)

    assert set_password_by_link(bench.house, token, password=PASSWORD) == FINANCE

    found = seen(bench, enter(bench, FINANCE, PASSWORD).token)
    assert found is not None
    assert not found.must_change
    assert "account.use_link" in deeds(bench)


def test_a_link_works_once(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    first = invited(bench)
    with pytest.raises(NotEntitled):
        set_password_by_link(bench.house, "nonsense", password=PASSWORD)
    set_password_by_link(bench.house, first, password=PASSWORD)

    with pytest.raises(NotEntitled):
        set_password_by_link(bench.house, first, password=PASSWORD)


def test_inviting_anew_ends_the_earlier_link_and_the_password(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    set_password_by_link(bench.house, invited(bench), password=PASSWORD)
    first = invited(bench)

    second = invited(bench)

    assert first != second
    with pytest.raises(NotEntitled):
        set_password_by_link(bench.house, first, password=PASSWORD)
    with pytest.raises(SignInRefused):
        enter(bench, FINANCE, PASSWORD)


def test_a_weak_password_leaves_the_link_as_it_was(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    token = invited(bench)

    with pytest.raises(BadInput):
        set_password_by_link(bench.house, token, password="x")

    with bench.house.look() as work:
        assert invitation_of(work, token).person == FINANCE


def test_whose_address_does_not_work_gets_no_link(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        work.session.add(
            DeadAddress(
                address=f"{FINANCE}@people.example",
                since=date(2022, 1, 1),
                letter="",
                status="5.1.1",
                evidence="",
                bounce="",
            )
        )

    with pytest.raises(BadInput) as refused:
        bench.act("account.invite", OFFICE, person=FINANCE)

    assert refused.value.code == "account.no_address"
    assert deeds(bench) == []


def test_only_who_keeps_the_account_invites(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    with pytest.raises(NotEntitled):
        bench.act("account.invite", PROVINCE, person=FINANCE)


def test_where_the_pack_allows_no_links_nothing_is_opened(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url).reading("account.signed_links", False)

    with pytest.raises(NotEntitled):
        bench.act("account.invite", OFFICE, person=FINANCE)

    assert deeds(bench) == []


def test_a_link_is_over_after_its_days(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url, "2022-03-07T09:00")
    token = invited(bench)
    bench.at("2022-03-14T09:01")

    with pytest.raises(NotEntitled):
        set_password_by_link(bench.house, token, password=PASSWORD)
