"""Accounts: opened with a one-time password, closed, locked and unlocked; a person's password is changed.

A password comes here to be hashed and goes no further: not into events, not into refusals.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlmodel import col

from models.account import Account, Link, SignIn
from models.organisation import Person
from tasks import record
from tasks.deputies import holds_duty
from tasks.operators import OPERATOR
from tasks.passwords import hash_of, hash_of_one_time, is_right, one_time_password, require_good
from tasks.refusal import NotEntitled, NotFound
from tasks.work import Actor, House, Work

FAILURES = 5
"""So many wrong passwords in a row lock an account (DESIGN section 8)."""

LOCKED_FOR = timedelta(minutes=15)
"""How long it stays locked then."""

BY_HAND = datetime(9999, 1, 1, tzinfo=UTC)
"""Until when an account is locked that somebody has locked by hand: until somebody unlocks it."""

PASSWORD_LINK = "password"
"""The purpose of links by which a person sets their own password; their subject is the person."""


class SignInRefused(NotEntitled):
    """Nobody was let in; the sentence is the same for an unknown person, a wrong password and a closed account."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a password was found to be outside the transaction; `kept` is the hash it was held against."""

    person: str
    kept: str
    right: bool


def open_account(work: Work, person: str) -> str:
    """Opens a person's account, or opens it anew; returns the one-time password, which is kept nowhere.

    Whoever signs in with it must choose their own. Ends the person's sessions; lifts a lock. Raises NotFound.
    """
    _require_person(work, person)
    password = one_time_password()
    account = work.session.get(Account, person)
    if account is None:
        account = Account(person=person)
        work.session.add(account)

    account.password_hash = hash_of_one_time(password)
    account.must_change, account.active, account.failures, account.locked_until = True, True, 0, None
    account.operator = holds_duty(work, person, OPERATOR)
    end_sign_ins(work, person)
    _end_links(work, person)
    record.note(work, "account", person, act="account.open")
    work.session.flush()
    return password


def keep_password(work: Work, person: str, kept: str) -> None:
    """Keeps the hash of a password that the person has chosen by a link; their sessions end. Raises NotFound."""
    account = account_of(work, person)
    account.failures, account.locked_until = 0, None
    _keep_password(work, account, kept)
    end_sign_ins(work, person)


def close_account(work: Work, person: str) -> Account:
    """Nobody signs in as this person any more; their sessions end. Raises NotFound where there is no account."""
    account = account_of(work, person)
    account.active, account.password_hash = False, ""
    end_sign_ins(work, person)
    _end_links(work, person)
    record.note(work, "account", person, act="account.close")
    work.session.flush()
    return account


def _end_links(work: Work, person: str) -> None:
    """No link of a letter that was written before sets this person's password any more."""
    earlier = update(Link).where(
        col(Link.purpose) == PASSWORD_LINK, col(Link.subject) == person, col(Link.used_at).is_(None)
    )
    work.session.connection().execute(earlier.values(used_at=work.now))


def lock_account(work: Work, person: str) -> Account:
    """Locks an account until somebody unlocks it; the person's sessions end. Raises NotFound."""
    account = account_of(work, person)
    account.locked_until = BY_HAND
    end_sign_ins(work, person)
    record.note(work, "account", person, act="account.lock")
    work.session.flush()
    return account


def unlock_account(work: Work, person: str) -> Account:
    """Lifts a lock, whether wrong passwords or somebody's hand has set it. Raises NotFound."""
    account = account_of(work, person)
    account.failures, account.locked_until = 0, None
    record.note(work, "account", person, act="account.unlock")
    work.session.flush()
    return account


def set_password(house: House, person: str, *, password: str, actor: Actor) -> None:
    """Sets a person's password without the old one, for whoever keeps the installation; all their sessions end.

    Raises BadInput for a password that will not do, NotFound where there is no account.
    """
    with house.look() as work:
        account_of(work, person)
        require_good(password, person=person, name=_require_person(work, person).name)
    kept = hash_of(password)

    with house.transaction(actor) as work:
        _keep_password(work, account_of(work, person), kept)
        end_sign_ins(work, person)


def change_password(house: House, actor: Actor, *, old: str, password: str, keep: str = "") -> None:
    """The person behind `actor` chooses another password; all their sessions end but the one of token hash `keep`.

    Not an act of the register, for two reasons: argon2 must not run while everybody waits for the writing transaction,
    and a wrong old password is counted (and locks) although nothing else is written. Raises SignInRefused for that,
    BadInput for a new password that will not do.
    """
    with house.look() as work:
        require_good(password, person=actor.person, name=_require_person(work, actor.person).name)
        account = work.session.get(Account, actor.person)
        found = account.password_hash if account else ""
    checked = Checked(actor.person, found, is_right(found, old))
    kept = hash_of(password)

    with proven(house, checked, actor, act="account.change_password_failed") as (work, account):
        _keep_password(work, account, kept)
        end_sign_ins(work, actor.person, col(SignIn.token_hash) != keep)


@contextmanager
def proven(
    house: House, checked: Checked, actor: Actor, *, act: str, address: str = ""
) -> Iterator[tuple[Work, Account]]:
    """A writing transaction for whoever has given the right password; a wrong one is counted and refused.

    The count is committed before SignInRefused is raised. An account that is closed, or whose hash is another than the
    one held against, is refused without a count; a locked one tells until when, whatever the password was.
    """
    refusal: SignInRefused | None = None
    with house.transaction(actor) as work:
        account = work.session.get(Account, checked.person)
        if account is None or not account.active:
            raise SignInRefused("account.wrong")
        require_unlocked(account, work.now)
        if not checked.right:
            refusal = _count_failure(work, account, act=act, address=address)
        elif account.password_hash != checked.kept:
            raise SignInRefused("account.wrong")
        else:
            account.failures, account.locked_until = 0, None
            yield work, account
        work.session.flush()
    if refusal is not None:
        raise refusal


def require_unlocked(account: Account, now: datetime) -> None:
    """Raises SignInRefused while an account is locked, saying until when."""
    if account.locked_until is None or account.locked_until <= now:
        return
    if account.locked_until == BY_HAND:
        raise SignInRefused("account.locked_by_hand")
    raise SignInRefused("account.locked", until=account.locked_until)


def account_of(work: Work, person: str) -> Account:
    """The account of a person; raises NotFound."""
    found = work.session.get(Account, person)
    if found is None:
        raise NotFound("account.none", field="person", person=person)
    return found


def end_sign_ins(work: Work, person: str, *which: ColumnElement[bool]) -> None:
    """Ends a person's sessions, all of them or those that `which` names."""
    ending = update(SignIn).where(col(SignIn.person) == person, col(SignIn.ended_at).is_(None), *which)
    work.session.flush()
    work.session.connection().execute(ending.values(ended_at=work.now))


def accounts(work: Work) -> list[Account]:
    """All accounts by the person's code."""
    return list(work.session.execute(select(Account).order_by(col(Account.person))).scalars())


def _count_failure(work: Work, account: Account, *, act: str, address: str) -> SignInRefused:
    account.failures += 1
    record.note(work, "account", account.person, act=act, address=address or None, failures=account.failures)
    if account.failures < FAILURES:
        return SignInRefused("account.wrong")
    account.failures, account.locked_until = 0, work.now + LOCKED_FOR
    record.note(work, "account", account.person, act="account.locked", until=account.locked_until)
    return SignInRefused("account.locked", until=account.locked_until)


def _keep_password(work: Work, account: Account, kept: str) -> None:
    account.password_hash, account.must_change = kept, False
    record.note(work, "account", account.person, act="account.change_password")
    work.session.flush()


def _require_person(work: Work, person: str) -> Person:
    found = work.session.get(Person, person)
    if found is None:
        raise NotFound("absence.no_person", field="person", person=person)
    return found
