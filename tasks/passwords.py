"""Passwords: which are good enough, how they are kept (argon2), and the one-time password of a new account."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tasks.refusal import BadInput

LEAST, MOST = 10, 200
"""How many characters a password has; the upper bound keeps hashing from being a way to keep the machine busy."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""19 MiB and some 30 ms each: forty sign-ins at once still fit into a small machine."""

_QUICK = PasswordHasher(time_cost=1, memory_cost=1_024, parallelism=1)
"""For one-time passwords only: 78 random bits need no slow hash, and they are made inside a transaction."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What cannot be misread on paper: no 0, 1, i, l, o."""


def require_good(password: str, *, person: str, name: str) -> None:
    """Raises BadInput for a password that is too short, too long, or made of the person's own code or name."""
    if not LEAST <= len(password) <= MOST:
        raise BadInput("account.length", field="password", least=LEAST, most=MOST)
    plain = password.casefold()
    own = {person, *person.split("."), name}
    if len(set(plain)) < 4 or any(
        len(word) > 1 and _says_little_else(plain, word.casefold()) for word in own
    ):
        raise BadInput("account.guessable", field="password")


def hash_of(password: str) -> str:
    """The hash that is kept. Takes some 30 ms: never called inside a writing transaction."""
    return _HASHER.hash(password)


def one_time_password() -> str:
    """A new password for somebody who will choose their own: four groups of four, to be read from paper."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


def hash_of_one_time(password: str) -> str:
    """The hash of a password that `one_time_password` has made; takes less than a millisecond."""
    return _QUICK.hash(password)


def is_right(kept: str, password: str) -> bool:
    """Whether a password is the one kept; nothing kept (no such account) costs the same time and is wrong."""
    right = _verify(kept, password) if kept else False
    if not kept or _HASHER.check_needs_rehash(kept):
        _verify(_nobodys(), password)
    return right


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password[: MOST + 1])
    except (VerificationError, InvalidHashError):
        return False


def _says_little_else(plain: str, word: str) -> bool:
    return word in plain and len(plain.replace(word, "")) < LEAST // 2


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_urlsafe(16))
