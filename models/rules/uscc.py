"""Unified social credit codes: GB 32100 shape and check digit, and the place of registration inside the code."""

import unicodedata

from stdnum.cn import uscc as gb32100

from models.rules.breach import Breach, hard

_ALPHABET = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
_DIGITS = frozenset("0123456789")
_LENGTH = 18


def normal(code: str) -> str:
    """Return the code in its written form: full-width characters folded, spaces and hyphens out, capitals."""
    folded = unicodedata.normalize("NFKC", code).upper()
    return "".join(one for one in folded if not one.isspace() and one not in "-\u2010\u2013\u2014")


def uscc_breaches(code: str, field: str | None = "F04") -> tuple[Breach, ...]:
    """F04, K08: 18 characters, no I O S V Z, digits in places 3-8, and the right check digit.

    The authority and category characters may be letters (rural collectives begin with N), which is why only the check
    digit is taken from the library. Never raises, whatever the text is.
    """
    written = normal(code)
    if len(written) != _LENGTH:
        return (hard("rules.uscc.length", "F04", field, found=written, length=len(written)),)
    strange = tuple(dict.fromkeys(one for one in written if one not in _ALPHABET))
    if strange:
        return (hard("rules.uscc.alphabet", "F04", field, found=written, strange=strange),)
    if any(one not in _DIGITS for one in written[2:8]):
        return (hard("rules.uscc.division", "F04", field, found=written, division=written[2:8]),)
    expected = gb32100.calc_check_digit(written)
    if written[-1] != expected:
        return (hard("rules.uscc.check_digit", "F04", field, found=written, digit=written[-1]),)
    return ()


def division_of(code: str) -> str:
    """Return the division code of the registering authority (places 3-8), K19; '' where there is none to read."""
    division = normal(code)[2:8]
    return division if len(division) == 6 and _DIGITS.issuperset(division) else ""
