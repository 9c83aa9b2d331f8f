"""Header fields of a mail: RFC 2047 words for Chinese, quoted names, folding; nothing can break out of a line."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import lru_cache

# An encoded word has at most 75 characters: 12 of frame and 60 of base64, which hold 45 bytes.
WORD_BYTES = 45
PLAIN_WIDTH = 60
LONGEST_LINE = 900

_CONTROLS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_PLAIN = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~.,:;()\[\] -]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/^_`{|}~ -]+")


def one_line(text: str) -> str:
    """The text without line breaks and other controls, single spaces in their place, trimmed."""
    return _CONTROLS.sub(" ", text).strip()


def unstructured(text: str) -> str:
    """The value of a header such as Subject: plain when it is short ASCII, else folded encoded words."""
    line = one_line(text)
    if len(line) <= PLAIN_WIDTH and _PLAIN.fullmatch(line):
        return line
    return _encoded(line)


def token(text: str) -> str:
    """The value of a header that programs compare: ASCII stays as it is, whatever its length."""
    line = one_line(text)
    return line if line.isascii() and "=?" not in line and len(line) < LONGEST_LINE else _encoded(line)


# The sender stands in every letter, and a person gets many.
@lru_cache(maxsize=1024)
def mailbox(name: str, address: str) -> str:
    """`name <address>` with the name encoded where it must be; the address must have been checked before."""
    shown = one_line(name)
    if not shown:
        return address
    if len(shown) <= PLAIN_WIDTH and _ATOMS.fullmatch(shown):
        return f"{shown} <{address}>"
    return f"{_encoded(shown)}\r\n <{address}>"


def _encoded(text: str) -> str:
    """Encoded words of whole characters, one a line."""
    coded = text.encode("utf-8", "replace")
    words: list[str] = []
    start = 0
    while start < len(coded):
        end = start + WORD_BYTES
        # No character is cut: its later bytes all begin with the bits 10.
        while end < len(coded) and coded[end] & 0b1100_0000 == 0b1000_0000:
            end -= 1
        words.append(_word(coded[start:end]))
        start = end
    return "\r\n ".join(words)


def _word(piece: bytes) -> str:
    return f"=?utf-8?B?{b64encode(piece).decode()}?="
