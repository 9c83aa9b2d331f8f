"""Labels as people write them: the same word with blanks inside, in full width, with a colon, a number or a remark."""

import re
import unicodedata

from documents.reading.signs import signs

_BRACKETED = re.compile(r"\([^()]*\)")
_NUMBERED = re.compile(rf"^\(?(?:[{signs().numerals}]{{1,3}}|\d{{1,2}})[)\u3001.]")
_WIDE_COLON = "\uff1a"
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_TAIL = ":*;,\u3001\u3002"


def folded(text: str) -> str:
    """A text in narrow forms and without blanks: what two people mean alike is written alike."""
    return _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))


def plain_label(text: str) -> str:
    """A label with everything out that people add or leave out: blanks, colons, numbering, full-width forms."""
    return _NUMBERED.sub("", folded(text).replace("[", "(").replace("]", ")")).strip(_TAIL)


def core_label(text: str) -> str:
    """The label without remarks in brackets, such as a unit or that a field is optional."""
    plain = plain_label(text)
    bare = _BRACKETED.sub("", plain)
    while bare != plain:
        plain, bare = bare, _BRACKETED.sub("", bare)
    return bare.strip(_TAIL) or plain_label(text)


def after_label(line: str, label: str) -> str | None:
    """What stands behind a label and a colon in one line; None where the line does not begin with this label."""
    before, colon, _ = line.replace(_WIDE_COLON, ":").partition(":")
    if not colon or label not in (plain_label(before), core_label(before)):
        return None
    return line[len(before) + 1 :].strip()
