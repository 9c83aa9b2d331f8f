"""The code on our own forms: what is printed is what is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from documents.version_code import VersionCode, format_code, parse_code

KEYS = st.from_regex(r"\A[1-9]-[0-9A-Z]{18}-[1-9]\Z")
DIGESTS = st.text("0123456789abcdef", min_size=8, max_size=8)


@given(KEYS, st.integers(1, 999_999), DIGESTS, st.text(max_size=5), st.text(max_size=5))
def test_code_is_read_as_printed_wherever_it_stands(key, version, digest, before, after):
    code = VersionCode(key, version, digest)

    assert parse_code(f"{before} {format_code(code)} {after}") == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "QS1/1-52430100MJK5678901-1/0/0123abcd",
        "QS1/1-52430100MJK5678901-1/2/0123abc",
        "QS1/1-52430100MJK5678901-1/2/0123abcde",
        "QS1/1-52430100MJK5678901-1/2/0123ABCD",
        "QS2/1-52430100MJK5678901-1/2/0123abcd",
        "XQS1/1-52430100MJK5678901-1/2/0123abcd",
    ],
)
def test_code_that_is_not_whole_is_none(text):
    assert parse_code(text) is None
