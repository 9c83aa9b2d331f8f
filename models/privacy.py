"""Keeping resident numbers: encrypted for the row they stand in, looked up by a keyed hash, shown masked."""

import base64
import hashlib
import hmac
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.rules.resident_id import mask, normal

SAMPLE = "sample"
"""The value of QIANSHOU_FIELD_KEY in the demonstration, whose numbers belong to nobody: replays stay byte-equal."""

KEY_FILE = "field.key"
"""The key's name in the data folder."""

_SAMPLE_KEY = hashlib.sha256(b"qianshou sample field key").digest()
_NONCE = 12


@lru_cache(maxsize=4)
def field_key() -> bytes:
    """The key of this installation: from QIANSHOU_FIELD_KEY, else from a file in the data folder made at first use."""
    given = os.environ.get("QIANSHOU_FIELD_KEY")
    if given == SAMPLE:
        return _SAMPLE_KEY
    if given:
        return hashlib.sha256(given.encode()).digest()
    return _key_file(Path(os.environ.get("QIANSHOU_HOME") or "var") / KEY_FILE)


def signing_key() -> bytes:
    """The key that signs addresses which work without a sign-in: from QIANSHOU_SECRET_KEY, else from the field key."""
    given = os.environ.get("QIANSHOU_SECRET_KEY")
    if given:
        return hashlib.sha256(given.encode()).digest()
    return hmac.new(field_key(), b"signing", hashlib.sha256).digest()


def letter_token(key: str) -> str:
    """The token of the one-time link in a letter, by the letter's key: whoever lays it out again writes the same.

    Nobody without the signing key can make it; the database keeps only its SHA-256.
    """
    signed = hmac.new(signing_key(), f"link|{key}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def keep_sample_key(home: Path) -> bool:
    """Makes the samples' key that of a demonstration's folder, for every command there; False where another stands."""
    path = home / KEY_FILE
    if not path.exists():
        path.write_bytes(_SAMPLE_KEY)
    return path.read_bytes() == _SAMPLE_KEY


def id_hash(number: str) -> str:
    """The keyed hash by which a resident number is looked up; the number cannot be had back from it."""
    return hmac.new(field_key(), b"id|" + normal(number).encode(), hashlib.sha256).hexdigest()


def id_masked(number: str) -> str:
    """The number as people see it."""
    return mask(normal(number))


def seal_text(plain: str, bound_to: str) -> str:
    """Encrypts a text for one row (AES-GCM, the row as associated data); the same text in the same row is the same.

    The nonce follows from key, row and text, so that an export of the same facts is the same bytes; it never repeats
    for two different texts.
    """
    key = field_key()
    nonce = hmac.new(key, f"nonce|{bound_to}|{plain}".encode(), hashlib.sha256).digest()[:_NONCE]
    sealed = AESGCM(key).encrypt(nonce, plain.encode(), bound_to.encode())
    return base64.b64encode(nonce + sealed).decode()


def open_text(sealed: str, bound_to: str) -> str:
    """Decrypts what seal_text made for this row; raises InvalidTag for another row or key."""
    raw = base64.b64decode(sealed)
    return AESGCM(field_key()).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode()).decode()


def _key_file(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(os.urandom(32))
        # Whoever is first wins; a second process reads the same file.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink(missing_ok=True)
    return path.read_bytes()
