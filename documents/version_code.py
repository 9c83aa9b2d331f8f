"""The code printed on our forms: which application, which version, and the first digits of the hash of what it says."""

import re
from dataclasses import dataclass

_CODE = re.compile(r"QS1/([0-9]{1,3}-[0-9A-Z]{18}-[0-9]{1,3})/([0-9]{1,4})/([0-9a-f]{8})(?![0-9a-f])")


@dataclass(frozen=True, slots=True)
class VersionCode:
    """`application` is its key, `digest` the first eight hexadecimal digits of the form's SHA-256."""

    application: str
    version: int
    digest: str


def format_code(code: VersionCode) -> str:
    """The code as it is printed and stands in the QR code."""
    return f"QS1/{code.application}/{code.version}/{code.digest}"


def parse_code(text: str) -> VersionCode | None:
    """The first code in a text; None where there is none."""
    found = _CODE.search(text)
    return VersionCode(found[1], int(found[2]), found[3]) if found else None
