"""Accounts opened by letter: a link that works once sets the password; only the person can be written to."""

import zlib
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import SQLModel, col

from models.account import Account
from models.mail import Letter
from models.organisation import Duty
from models.privacy import letter_token
from models.reach import DeadAddress
from tasks.accounts import SignInRefused
from tasks.invitations import invitation_of, set_password_by_link
from tasks.queries.export import export_canonical
from tasks.queries.letter_history import letter_history
from tasks.refusal import BadInput, NotEntitled
from tasks.work import Work
from tests.factory import PROVINCE, Bench, make_bench
from tests.tasks.scenes import rows
from tests.tasks.signing_in import FINANCE, OFFICE, PASSWORD, deeds, enter, seen
from tests.tasks.watching import mail_of, send


def invited(bench: Bench) -> str:
    """The office's officer has invited its finance person; the link's token, as the letter will carry it."""
    bench.act("account.invite", OFFICE, person=FINANCE)
    letters = [one for one in rows(bench, Letter) if one.kind == "account_invited"]
    assert letters[-1].person_code == FINANCE
    return letter_token(letters[-1].key)


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
    bench.at("2022-03-14T23:59")
    with bench.house.look() as work:
        assert invitation_of(work, token).until == date(2022, 3, 14)
    bench.at("2022-03-15T00:00")

    with pytest.raises(NotEntitled):
        set_password_by_link(bench.house, token, password=PASSWORD)


def test_days_of_a_link_begin_when_its_letter_may_leave(sqlite_url: str) -> None:
    """The National Day holidays of 2022 last seven days: the letter leaves on the eighth."""
    bench = make_bench(sqlite_url, "2022-10-01T09:00")
    token = invited(bench)

    with bench.house.look() as work:
        assert invitation_of(work, token).until == date(2022, 10, 15)


def test_a_closed_account_has_no_link(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    token = invited(bench)
    bench.act("account.close", OFFICE, person=FINANCE)

    with pytest.raises(NotEntitled):
        set_password_by_link(bench.house, token, password=PASSWORD)

    bench.act("account.open", OFFICE, person=FINANCE)
    with pytest.raises(NotEntitled):
        set_password_by_link(bench.house, token, password=PASSWORD)


def refusal_of(bench: Bench, token: str) -> str:
    """Why a link sets no password."""
    with pytest.raises(NotEntitled) as refused:
        set_password_by_link(bench.house, token, password=PASSWORD)
    return refused.value.code


def test_an_account_closed_by_another_way_refuses_the_link_with_the_reason(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    token = invited(bench)
    with bench.work() as work:
        work.session.get_one(Account, FINANCE).active = False

    assert refusal_of(bench, token) == "account.link_closed"


def test_whoever_has_left_the_office_sets_no_password(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    token = invited(bench)
    with bench.work() as work:
        for duty in work.session.execute(select(Duty).where(col(Duty.person) == FINANCE)).scalars():
            duty.valid_to = work.today
    bench.at("2022-02-28T09:00")

    assert refusal_of(bench, token) == "account.link_closed"


def test_a_one_time_password_ends_the_link_that_was_written_before(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    token = invited(bench)
    bench.act("account.open", OFFICE, person=FINANCE)

    with pytest.raises(NotEntitled):
        set_password_by_link(bench.house, token, password=PASSWORD)


def test_the_token_stands_nowhere_in_the_database(sqlite_url: str, tmp_path: Path) -> None:
    bench = make_bench(sqlite_url, "2022-03-07T09:00")
    token = invited(bench)
    send(bench, tmp_path)
    letter = next(one.key for one in rows(bench, Letter) if one.kind == "account_invited")

    with bench.house.look() as work:
        assert f"/password/{token}" in mail_of(tmp_path, letter)
        assert token not in f"{letter_history(work, letter)} {''.join(export_canonical(work))}"
        assert everything(work).count(token) == 0


def everything(work: Work) -> str:
    """Every row of every table as text, what is packed unpacked."""
    found: list[str] = []
    for table in SQLModel.metadata.sorted_tables:
        for row in work.session.connection().execute(table.select()):
            found += [zlib.decompress(one).decode() if isinstance(one, bytes) else str(one) for one in row]
    return "\n".join(found)
