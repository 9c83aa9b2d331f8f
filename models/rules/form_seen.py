"""What somebody has seen of a form, as a short text that tells later which fields have changed since."""

import hashlib
import json

from models.rules.form_values import Form, is_blank

_SEALED = "sealed_numbers"
_WIDTH = 10


def seen_token(form: Form) -> str:
    """Each field that is filled in with the beginning of its value's hash; equal forms have equal tokens."""
    return ",".join(f"{name}={mark}" for name, mark in sorted(_marks(form).items()))


def changed_since(token: str, form: Form) -> tuple[str, ...]:
    """The fields that differ from what the token saw, filled in or emptied since, by name."""
    seen = dict(one.split("=", 1) for one in token.split(",") if "=" in one)
    return _differing(seen, _marks(form))


def differing_fields(before: Form, after: Form) -> tuple[str, ...]:
    """The fields in which two stored forms differ, by name; blanks are all the same."""
    return _differing(_marks(before), _marks(after))


def _differing(first: dict[str, str], second: dict[str, str]) -> tuple[str, ...]:
    return tuple(sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name)))


def _marks(form: Form) -> dict[str, str]:
    """A number that is shown masked is told from another with the same mask by its ciphertext."""
    sealed = form.get(_SEALED)
    hidden = sealed if isinstance(sealed, dict) else {}
    return {
        name: _mark([value, hidden.get(name)])
        for name, value in form.items()
        if name != _SEALED and not is_blank(value)
    }


def _mark(value: object) -> str:
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:_WIDTH]
