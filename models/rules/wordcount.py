"""A21: how many words a text has, as Word and WPS count them."""

import unicodedata

_CJK = (
    (0x1100, 0x11FF),  # Hangul
    (0x2E80, 0x2FFF),  # radicals and description characters
    (0x3000, 0x9FFF),  # CJK punctuation, kana, the ideographs
    (0xA000, 0xA4CF),  # Yi
    (0xAC00, 0xD7AF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),  # vertical punctuation
    (0xFF00, 0xFFEF),  # full-width forms
    (0x20000, 0x3FFFF),
)
# Marks that Chinese text shares with others; a Chinese document sets them in its own fonts and counts each.
_SHARED_MARKS = frozenset("\u2014\u2018\u2019\u201c\u201d\u2026\u00b7\u2022\u3007")


def word_count(text: str) -> int:
    """Return the count: each CJK character or CJK punctuation mark is 1, each unbroken run of anything else is 1.

    White space separates and does not count, invisible format characters neither count nor separate. Latin
    punctuation belongs to the run it touches, so ``3.5%`` is 1.
    """
    count = 0
    in_run = False
    for one in text:
        if one.isspace():
            in_run = False
        elif unicodedata.category(one) in {"Cc", "Cf"}:
            continue
        elif is_cjk(one):
            count += 1
            in_run = False
        elif not in_run:
            count += 1
            in_run = True
    return count


def character_count(text: str) -> int:
    """Return how many visible characters the text has, white space left out (the other reading of A21)."""
    return sum(1 for one in text if not one.isspace() and unicodedata.category(one) not in {"Cc", "Cf"})


def counted(text: str, method: str) -> int:
    """Count as A21 is read: ``word`` or ``characters``; raises ``ValueError`` for anything else."""
    match method:
        case "word":
            return word_count(text)
        case "characters":
            return character_count(text)
    raise ValueError(f"A21 has no reading {method!r}")


def is_cjk(one: str) -> bool:
    """Whether this character counts by itself."""
    return one in _SHARED_MARKS or any(first <= ord(one) <= last for first, last in _CJK)
