"""How people are reached: mainland mobile numbers and mail addresses that can be written to safely."""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from models.rules.breach import Breach, hard

_MOBILE = re.compile(r"1[3-9][0-9]{9}", re.ASCII)


def normal_mobile(number: str) -> str:
    """Return the digits: full-width folded, spaces, hyphens and the country code taken away."""
    digits = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", number))
    return re.sub(r"^(\+|00)86", "", digits)


def mobile_breaches(number: str, clause: str) -> tuple[Breach, ...]:
    """F12, F16: an 11-digit mobile number of the mainland."""
    if _MOBILE.fullmatch(normal_mobile(number)):
        return ()
    return (hard("rules.form.mobile", clause, clause, length=len(normal_mobile(number))),)


def email_breaches(address: str, clause: str) -> tuple[Breach, ...]:
    """F13, F17: an address a letter can be sent to. Nothing is looked up in the network.

    Line breaks would let an address cut the mail's header, and a local part outside ASCII cannot be sent to by most
    servers; both are refused before the library sees the text.
    """
    if any(unicodedata.category(one) in {"Cc", "Zl", "Zp"} for one in address):
        return (hard("rules.form.email_control", clause, clause),)
    local = address.rpartition("@")[0]
    if not local.isascii():
        return (hard("rules.form.email_local", clause, clause, found=address),)
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return (hard("rules.form.email", clause, clause, found=address),)
    return ()
