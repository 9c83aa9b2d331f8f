"""Accounts: who opens whose, passwords that will do, and a change that ends the other sessions."""

import json

import pytest
from pydantic import SecretStr, ValidationError

from models.account import Account
from models.event import Event
from models.organisation import Organisation
from models.rules.breach import RuleBroken
from tasks.accounts import SignInRefused, change_password, lock_account, set_password
from tasks.acts import Act, _form_of, read_form
from tasks.operators import OPERATOR, add_operator, settle_operator
from tasks.refusal import BadInput, NotEntitled, NotFound
from tasks.work import MACHINE, Work
from tests.factory import (
    PROVINCE,
    SHENZHEN,
    actor,
    add_application,
    add_institution,
    add_reviewer,
    make_bench,
    sample_uscc,
)
from tests.tasks.scenes import rows
from tests.tasks.signing_in import (
    FINANCE,
    OFFICE,
    OFFICER,
    PASSWORD,
    WRONG,
    account,
    deeds,
    enter,
    seen,
    signed_bench,
    with_account,
)

NEW = "staple the seventh goose"
RECIPIENT, SENDER = sample_uscc(1), sample_uscc(101, "440305")


def test_office_opens_the_account_of_its_own_person(database_url: str) -> None:
    bench = make_bench(database_url)

    password = bench.act("account.open", OFFICE, person=FINANCE)
    token = enter(bench, FINANCE, password).token

    found = seen(bench, token)
    assert found is not None
    assert found.must_change
    assert deeds(bench) == ["account.open", "account.sign_in"]


def test_opening_anew_gives_another_password(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    first = bench.act("account.open", OFFICE, person=FINANCE)
    bench.act("account.close", OFFICE, person=FINANCE)

    second = bench.act("account.open", OFFICE, person=FINANCE)

    assert len(first) == len(second) == 19
    with pytest.raises(SignInRefused):
        enter(bench, FINANCE, first)
    assert enter(bench, FINANCE, second).person == FINANCE


def test_office_unlocks_what_wrong_passwords_have_locked(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            enter(bench, password=WRONG)

    bench.act("account.unlock", OFFICE, person=OFFICER)

    assert enter(bench).person == OFFICER


def test_lock_by_hand_is_not_the_office_s_to_lift(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    with bench.work() as work:
        lock_account(work, OFFICER)

    for name in ("account.open", "account.unlock"):
        with pytest.raises(NotEntitled) as told:
            bench.act(name, OFFICE, person=OFFICER)
        assert told.value.code == "account.locked_by_hand"


@pytest.mark.parametrize(
    ("office", "duty", "person", "may"),
    [
        (OFFICE, "officer", FINANCE, True),
        (OFFICE, "finance", OFFICER, False),
        ("430321-mz", "officer", OFFICER, False),
        ("430100-mz", "officer", OFFICER, False),
        (OFFICE, "officer", f"{RECIPIENT}.officer", True),
        ("430100-mz", "officer", f"{RECIPIENT}.officer", True),
        ("430321-mz", "officer", f"{RECIPIENT}.officer", True),
        ("430300-mz", "officer", f"{RECIPIENT}.officer", False),
        ("430121-xz", "officer", f"{RECIPIENT}.officer", False),
        (RECIPIENT, "officer", f"{RECIPIENT}.officer", True),
        (SHENZHEN, "leader", f"{SENDER}.officer", True),
        (PROVINCE, "officer", f"{SENDER}.officer", False),
        (PROVINCE, "officer", "reviewer-01.reviewer", True),
        (OPERATOR, "officer", OFFICER, False),
    ],
)
def test_account_is_kept_by_who_answers_for_the_person(
    sqlite_url: str, office: str, duty: str, person: str, may: bool
) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        add_institution(work, RECIPIENT)
        add_institution(work, SENDER, kind="sender", division="440305")
        add_application(work, RECIPIENT, nominator="430321-mz")  # recommended by another county's office
        add_reviewer(work, "reviewer-01")
        add_operator(work, "officer", name="运维（示例）")

    if may:
        assert isinstance(bench.act("account.open", office, duty, person=person), str)
    else:
        with pytest.raises(NotEntitled):
            bench.act("account.open", office, duty, person=person)
        assert rows(bench, Account) == []


def test_reviewer_may_not_try(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    with bench.work() as work:
        add_reviewer(work, "reviewer-01")

    with pytest.raises(NotEntitled) as told:
        bench.act("account.open", "reviewer-01", "reviewer", person=OFFICER)

    assert "operator" not in told.value.text


def test_unknown_people_have_no_account(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    with pytest.raises(NotFound):
        bench.act("account.open", OFFICE, person="nobody")
    with pytest.raises(NotFound):
        bench.act("account.close", OFFICE, person=FINANCE)
    with pytest.raises(NotFound):
        set_password(bench.house, FINANCE, password=PASSWORD, actor=MACHINE)


@pytest.mark.parametrize(
    "password",
    ["short", "", "x" * 201, "430121-mz.officer", "430121-MZ1234", "aaaaaaaaaaaa", "ababababab"],
)
def test_password_that_will_not_do_is_refused_without_being_said(sqlite_url: str, password: str) -> None:
    bench = signed_bench(sqlite_url)

    with pytest.raises(BadInput) as told:
        change_password(bench.house, actor(OFFICE), old=PASSWORD, password=password)

    assert told.value.field == "password"
    assert not password or password not in f"{told.value!r} {told.value.text} {told.value.facts}"
    assert enter(bench).person == OFFICER


def test_own_name_is_no_password(sqlite_url: str) -> None:
    bench = signed_bench(sqlite_url)
    found = seen(bench, enter(bench).token)
    assert found is not None

    with pytest.raises(BadInput):
        change_password(bench.house, actor(OFFICE), old=PASSWORD, password=f"{found.person_name}12")


def test_changed_password_ends_the_other_sessions(database_url: str) -> None:
    bench = signed_bench(database_url)
    here, there = enter(bench).token, enter(bench).token
    mine = seen(bench, here)
    assert mine is not None

    change_password(bench.house, mine.actor, old=PASSWORD, password=NEW, keep=mine.token_hash)

    assert seen(bench, here) is not None
    assert seen(bench, there) is None
    with pytest.raises(SignInRefused):
        enter(bench)
    assert enter(bench, password=NEW).person == OFFICER


def test_one_time_password_is_changed_once(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)
    password = bench.act("account.open", OFFICE, person=FINANCE)

    change_password(bench.house, actor(OFFICE, "finance"), old=password, password=NEW)

    assert not account(bench, FINANCE).must_change
    with pytest.raises(SignInRefused):
        enter(bench, FINANCE, password)


def test_wrong_old_password_counts_and_locks(database_url: str) -> None:
    bench = signed_bench(database_url)

    told = []
    for _ in range(5):
        with pytest.raises(SignInRefused) as caught:
            change_password(bench.house, actor(OFFICE), old=WRONG, password=NEW)
        told.append(caught.value.code)

    assert told == ["account.wrong"] * 4 + ["account.locked"]
    with pytest.raises(SignInRefused):
        change_password(bench.house, actor(OFFICE), old=PASSWORD, password=NEW)
    assert deeds(bench)[-6:] == ["account.change_password_failed"] * 5 + ["account.locked"]


def test_no_password_stands_in_the_trail_or_in_a_form_s_error(database_url: str) -> None:
    bench = make_bench(database_url)
    password = bench.act("account.open", OFFICE, person=FINANCE)
    change_password(bench.house, actor(OFFICE, "finance"), old=password, password=NEW)

    kept = json.dumps([[event.subject, event.facts] for event in rows(bench, Event)], ensure_ascii=False)
    hashes = account(bench, FINANCE).password_hash

    assert [
        word for word in (password, NEW, WRONG, hashes) if word in kept + repr(account(bench, FINANCE))
    ] == []


def test_forms_do_not_repeat_what_was_given() -> None:
    def choose(work: Work, person: str, *, password: SecretStr, count: int = 0) -> None:
        """Chooses."""

    chosen = Act("test.choose", (), (), choose, _form_of("test.choose", choose))

    with pytest.raises(BadInput) as told:
        read_form(chosen, {"person": "p", "pasword": NEW, "count": NEW, "password": NEW})

    assert isinstance(told.value.__cause__, ValidationError)
    assert NEW not in f"{told.value.__cause__} {told.value.facts}"


def test_operator_s_organisation_is_made_once(database_url: str) -> None:
    bench = make_bench(database_url)

    for _ in range(2):
        with bench.work() as work:
            settle_operator(work)
            code = add_operator(work, "zhang", name="张三（示例）", email="zhang@ops.example")

    found = {row.code: row for row in rows(bench, Organisation)}[OPERATOR]
    assert (code, found.kind, found.division, found.city) == ("operator.zhang", OPERATOR, "430000", None)
    with_account(bench, code)
    entered = seen(bench, enter(bench, code).token)
    assert entered is not None
    assert (entered.operator, entered.viewer.role) == (True, OPERATOR)


def test_operator_is_somebody(sqlite_url: str) -> None:
    bench = make_bench(sqlite_url)

    with pytest.raises(NotFound), bench.work() as work:
        add_operator(work, "zhang")
    with pytest.raises(BadInput), bench.work() as work:
        add_operator(work, "zhang san", name="张三（示例）")
    with pytest.raises(RuleBroken), bench.work() as work:
        add_operator(work, "zhang", name="张三（示例）", email="no address")
    with bench.work() as work:
        assert add_operator(work, OFFICER) == OFFICER
