"""Which mail addresses may be written on an envelope at all."""

from __future__ import annotations

import re

# A dot-atom of ASCII and a domain of letters, digits and hyphens (an international one in its xn-- form).
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
LONGEST = 254


def is_deliverable(address: str) -> bool:
    """Whether the address can stand in an SMTP command.

    A CR or LF would cut it and mail the letter elsewhere; a local part outside ASCII has no place in plain SMTP.
    Whether the mailbox exists only its server knows.
    """
    return len(address) <= LONGEST and _ADDRESS.fullmatch(address) is not None
