"""Resident identity numbers: shape, date of birth and check digit, without ever repeating the number."""

import re
import unicodedata
from datetime import date

from stdnum.iso7064 import mod_11_2

from models.rules.breach import Breach, hard

_SHAPE = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)
_HEAD, _TAIL = 3, 4
_LENGTH = 18


def normal(number: str) -> str:
    """Return the number in its written form: full-width characters folded, spaces out, a capital X."""
    return "".join(unicodedata.normalize("NFKC", number).upper().split())


def mask(number: str) -> str:
    """Return the form that may be shown: 430***********1234; a text of another length is hidden altogether."""
    written = normal(number)
    if len(written) != _LENGTH:
        return "*" * len(written)
    return written[:_HEAD] + "*" * (_LENGTH - _HEAD - _TAIL) + written[-_TAIL:]


def birth_date(number: str) -> date | None:
    """Return the date of birth in the number, or None where the digits are no date."""
    written = normal(number)
    try:
        return date(int(written[6:10]), int(written[10:12]), int(written[12:14]))
    except ValueError:
        return None


def resident_id_breaches(
    number: str, on: date, field: str | None = None, clause: str = "F14"
) -> tuple[Breach, ...]:
    """F14, F18: 18 characters, a birth date not after ``on``, and the check digit of GB 11643.

    The place digits are not looked up: people keep the number of a county that no longer exists. The breaches carry
    the masked form only.
    """
    written = normal(number)
    shown = mask(written)
    if not _SHAPE.fullmatch(written):
        return (hard("rules.resident_id.shape", clause, field, masked=shown, length=len(written)),)
    found: list[Breach] = []
    born = birth_date(written)
    if born is None or born > on:
        found.append(hard("rules.resident_id.birth", clause, field, masked=shown))
    if mod_11_2.calc_check_digit(written[:-1]) != written[-1]:
        found.append(hard("rules.resident_id.check_digit", clause, field, masked=shown))
    return tuple(found)
