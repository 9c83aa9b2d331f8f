"""The code printed on our own forms: which application, which version, and the beginning of its SHA-256."""

import re
from dataclasses import dataclass

_PREFIX = "QS1"
_DIGEST = 8
_CODE = re.compile(
    rf"(?<![0-9A-Za-z]){_PREFIX}/([0-9A-Za-z][0-9A-Za-z-]{{0,63}})/([1-9][0-9]{{0,5}})/([0-9a-f]{{{_DIGEST}}})(?![0-9A-Za-z])"
)


@dataclass(frozen=True, slots=True)
class VersionCode:
    """One version of one application's form; ``digest8`` are the first eight hex digits of its SHA-256."""

    application: str
    version: int
    digest8: str


def format_code(code: VersionCode) -> str:
    """The code as it is printed and as its QR code says: ``QS1/1-52430…-1/2/0123abcd``."""
    return f"{_PREFIX}/{code.application}/{code.version}/{code.digest8}"


def parse_code(text: str) -> VersionCode | None:
    """The first code that stands anywhere in a text; None where there is none. Never raises."""
    found = _CODE.search(text)
    if found is None:
        return None
    return VersionCode(application=found[1], version=int(found[2]), digest8=found[3])
