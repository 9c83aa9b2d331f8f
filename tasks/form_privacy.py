"""Resident numbers inside an application form: stored encrypted for the row, shown masked (DESIGN section 8)."""

from typing import Any

from models.privacy import id_masked, open_text, seal_text

NUMBERS = ("lead_id_number", "contact_id_number")
"""The fields F14 and F18."""

SEALED = "sealed_numbers"


def protect_form(form: dict[str, Any], row: str) -> dict[str, Any]:
    """The form as it may be stored: numbers masked, their ciphertext bound to the row and field beside them."""
    kept = {name: value for name, value in form.items() if name != SEALED}
    sealed = {}
    for name in NUMBERS:
        if kept.get(name):
            sealed[name] = seal_text(str(kept[name]), f"{row}:{name}")
            kept[name] = id_masked(str(kept[name]))
    return {**kept, SEALED: sealed} if sealed else kept


def reveal_form(form: dict[str, Any], row: str) -> dict[str, Any]:
    """The form as it was filled in, for the rules only; never for an event, a letter or a log."""
    sealed: dict[str, str] = form.get(SEALED) or {}
    plain = {name: value for name, value in form.items() if name != SEALED}
    return plain | {name: open_text(text, f"{row}:{name}") for name, text in sealed.items()}


def refill_form(form: dict[str, Any], stored: dict[str, Any], row: str) -> dict[str, Any]:
    """A form that was filled in anew: a number that came back masked, as it is shown, is the stored one."""
    kept = reveal_form({name: stored[name] for name in (*NUMBERS, SEALED) if name in stored}, row)
    same = {name: kept[name] for name in NUMBERS if name in stored and form.get(name) == stored[name]}
    return {**form, **same}
