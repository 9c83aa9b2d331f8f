"""Signing in: one sentence for every wrong try, a lock that holds for all processes, sessions that end."""

import json
from dataclasses import replace
from datetime import date

import pytest

from models.account import SignIn
from models.event import Event
from models.organisation import Duty, Person
from models.rules.access import Viewer
from tasks.accounts import (
    SignInRefused,
    close_account,
    lock_account,
    open_account,
    unlock_account,
)
from tasks.refusal import NotEntitled
from tasks.sign_in import enter_as, sign_in, sign_out, switch_identity, token_hash, touch
from tests.factory import Bench, make_bench
from tests.tasks.scenes import rows
from tests.tasks.signing_in import (
    FINANCE,
    OFFICE,
    OFFICER,
    PASSWORD,
    WRONG,
    account,
    deeds,
    demonstration,
    enter,
    seen,
    signed_bench,
    together,
    with_account,
)


def refused(bench: Bench, person: str = OFFICER, password: str = WRONG) -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        enter(bench, person, password)
    return caught.value


def test_right_password_lets_in(database_url: str) -> None:
    bench = signed_bench(database_url)

    entered = enter(bench, address="192.0.2.7")
    found = seen(bench, entered.token)

    assert found is not None
    assert found.viewer == Viewer(OFFICER, OFFICE, "county_civil", "430121", "430100")
    assert (found.csrf, found.token_hash) == (entered.csrf, token_hash(entered.token))
    assert (found.person_name, found.organisation_name) != ("", "")
    assert (found.actor.person, found.must_change, found.operator) == (OFFICER, False, False)
    assert account(bench).last_sign_in == bench.clock.now()
    assert seen(bench, entered.token + "x") is None


def test_email_lets_in_where_one_person_has_it(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)

    by_email = enter(bench, f"{OFFICER}@People.Example ")
    with_account(bench, FINANCE)
    with bench.work() as work:
        work.session.get_one(Person, FINANCE).email = f"{OFFICER}@people.example"

    assert by_email.person == OFFICER
    assert refused(bench, f"{OFFICER}@people.example", PASSWORD).code == "account.wrong"
    assert enter(bench).person == OFFICER


def test_every_wrong_try_is_told_the_same(database_url: str) -> None:
    bench = signed_bench(database_url)
    with_account(bench, "430321-mz.officer")
    with bench.work() as work:
        close_account(work, "430321-mz.officer")

    told = {
        refused(bench, person, password).text
        for person, password in (
            (OFFICER, WRONG),
            (OFFICER, ""),
            ("nobody", PASSWORD),
            ("", ""),
            ("430321-mz.officer", PASSWORD),
            ("430102-mz.officer", PASSWORD),
        )
    }

    assert len(told) == 1
    assert "{" not in told.pop()


def test_nothing_is_written_for_unknown_people(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    before = len(rows(bench, Event))

    refused(bench, "nobody")

    assert len(rows(bench, Event)) == before


def test_five_wrong_passwords_lock_for_fifteen_minutes(database_url: str) -> None:
    bench = signed_bench(database_url)

    told = [refused(bench).code for _ in range(5)]
    right = refused(bench, password=PASSWORD)
    bench.at("2022-03-07T09:14:59")
    still = refused(bench, password=PASSWORD)
    bench.at("2022-03-07T09:15:00")

    assert told == ["account.wrong"] * 4 + ["account.locked"]
    assert (right.code, still.code) == ("account.locked", "account.locked")
    assert "2022-03-07 09:15" in right.text
    assert enter(bench).person == OFFICER
    assert deeds(bench)[-7:] == ["account.sign_in_failed"] * 5 + ["account.locked", "account.sign_in"]


def test_lock_holds_for_every_process_and_counts_each_try(database_url: str) -> None:
    bench = signed_bench(database_url)
    # Another house on the same database is what another process is: nothing but the database is shared.
    other = Bench(replace(bench.house, kept=type(bench.house.kept)()), bench.clock)

    found = together(*(lambda one=one: sign_in(one.house, OFFICER, WRONG) for one in (bench, other) * 4))

    codes = sorted(one.code for one in found)
    assert codes == ["account.locked"] * 4 + ["account.wrong"] * 4
    assert deeds(bench).count("account.sign_in_failed") == 5
    assert deeds(bench).count("account.locked") == 1


def test_right_password_begins_the_count_anew(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    for _ in range(4):
        refused(bench)

    enter(bench)

    assert account(bench).failures == 0
    assert [refused(bench).code for _ in range(4)] == ["account.wrong"] * 4


def test_lock_by_hand_stays_until_it_is_lifted(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    token = enter(bench).token
    with bench.work() as work:
        lock_account(work, OFFICER)
    bench.at("2022-06-01T09:00")

    told = refused(bench, password=PASSWORD)
    with bench.work() as work:
        unlock_account(work, OFFICER)

    assert told.code == "account.locked_by_hand"
    assert seen(bench, token) is None
    assert enter(bench).person == OFFICER


def test_session_ends_after_thirty_idle_minutes(database_url: str) -> None:
    bench = signed_bench(database_url)
    token = enter(bench).token

    bench.at("2022-03-07T09:30")
    within = seen(bench, token)
    bench.at("2022-03-07T09:30:01")

    assert within is not None
    assert seen(bench, token) is None


def test_session_ends_after_twelve_hours_however_busy(database_url: str) -> None:
    bench = signed_bench(database_url)
    token = enter(bench).token
    for minutes in range(20, 12 * 60 + 1, 20):
        bench.at(f"2022-03-07T{9 + minutes // 60:02}:{minutes % 60:02}")
        found = seen(bench, token)
        assert found is not None
        assert touch(bench.house, found)

    bench.at("2022-03-07T21:00:01")

    assert seen(bench, token) is None


def test_touch_writes_once_a_minute(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    token = enter(bench).token
    found = seen(bench, token)
    assert found is not None

    at_once = touch(bench.house, found)
    bench.at("2022-03-07T09:01")
    later = touch(bench.house, found)

    assert (at_once, later) == (False, True)
    again = seen(bench, token)
    assert again is not None
    assert again.seen_at == bench.clock.now()
    sign_out(bench.house, token)
    bench.at("2022-03-07T09:03")
    assert not touch(bench.house, again)


def test_sixth_session_ends_the_oldest(database_url: str) -> None:
    bench = signed_bench(database_url)
    tokens = []
    for minute in range(6):
        bench.at(f"2022-03-07T09:{minute:02}")
        tokens.append(enter(bench).token)

    alive = [seen(bench, token) is not None for token in tokens]

    assert alive == [False, True, True, True, True, True]


def test_sign_out_ends_this_session_only(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    here, there = enter(bench).token, enter(bench).token

    assert sign_out(bench.house, here)
    assert not sign_out(bench.house, here)
    assert not sign_out(bench.house, "no token")

    assert seen(bench, here) is None
    assert seen(bench, there) is not None


@pytest.mark.parametrize("deed", [close_account, open_account, lock_account])
def test_closed_account_s_sessions_end(sqlite_url: str, deed) -> None:
    bench = signed_bench(sqlite_url)
    token = enter(bench).token

    with bench.work() as work:
        deed(work, OFFICER)

    assert seen(bench, token) is None


def test_session_ends_with_the_duty(database_url: str) -> None:
    bench = signed_bench(database_url)
    token = enter(bench).token

    with bench.work() as work:
        work.session.get_one(Duty, (OFFICER, OFFICE, "officer", date(2022, 1, 1))).valid_to = date(2022, 3, 6)

    assert seen(bench, token) is None
    with pytest.raises(NotEntitled) as told:
        enter(bench)
    assert told.value.code == "account.no_duty"


def test_deputy_changes_over_and_back(database_url: str) -> None:
    bench = signed_bench(database_url)
    token = enter(bench).token
    form = {"absent_from": date(2022, 3, 7), "absent_until": date(2022, 3, 7), "reason": "培训（示例）"}
    bench.act("deadlines.register_absence", OFFICE, person=FINANCE, deputy=OFFICER, **form)

    found = switch_identity(bench.house, token, OFFICE, FINANCE)
    bench.at("2022-03-07T09:10")
    still = seen(bench, token)

    assert (found.viewer.in_place_of, str(found.actor)) == (FINANCE, f"{OFFICER}>{FINANCE}")
    assert still is not None
    back = switch_identity(bench.house, token, OFFICE)
    assert back.viewer.in_place_of is None


def test_deputy_s_session_ends_with_the_absence(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url, "2022-03-07T23:55")
    token = enter(bench).token
    form = {"absent_from": date(2022, 3, 7), "absent_until": date(2022, 3, 7), "reason": "培训（示例）"}
    bench.act("deadlines.register_absence", OFFICE, person=FINANCE, deputy=OFFICER, **form)
    switch_identity(bench.house, token, OFFICE, FINANCE)

    bench.at("2022-03-08T00:05")

    assert seen(bench, token) is None


def test_nobody_changes_over_to_a_strange_office(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    token = enter(bench).token

    for organisation, absent in (("430321-mz", None), (OFFICE, FINANCE), ("nowhere", None)):
        with pytest.raises(NotEntitled):
            switch_identity(bench.house, token, organisation, absent)
    with pytest.raises(NotEntitled):
        switch_identity(bench.house, "no token", OFFICE)

    found = seen(bench, token)
    assert found is not None
    assert found.viewer.organisation == OFFICE


def test_demonstration_is_entered_without_a_password_and_outlives_days(database_url: str) -> None:
    bench = demonstration(make_bench(database_url))
    token = enter_as(bench.house, OFFICER, OFFICE).token

    bench.at("2023-03-07T09:00")

    found = seen(bench, token)
    assert found is not None
    assert (found.viewer.person, found.must_change) == (OFFICER, False)
    assert seen(Bench(replace(bench.house, sample=False), bench.clock), token) is None


def test_real_house_is_not_entered_without_a_password(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    with pytest.raises(NotEntitled):
        enter_as(bench.house, OFFICER, OFFICE)
    with pytest.raises(NotEntitled):
        enter_as(demonstration(bench).house, OFFICER, "430321-mz")

    assert rows(bench, SignIn) == []


def test_no_token_or_password_stands_anywhere(database_url: str) -> None:
    bench = signed_bench(database_url)
    entered = enter(bench, address="192.0.2.7")
    told = refused(bench)

    kept = json.dumps([[event.act, event.subject, event.facts] for event in rows(bench, Event)])
    shown = [repr(entered), repr(seen(bench, entered.token)), repr(account(bench)), repr(rows(bench, SignIn))]
    shown += [kept, repr(told), told.text]

    secrets = [entered.token, entered.csrf, PASSWORD, WRONG, account(bench).password_hash]
    assert [secret for secret in secrets for text in shown if secret in text] == []
